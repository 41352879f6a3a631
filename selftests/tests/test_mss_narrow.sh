#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The underlay of a gateway is narrower than its tunnel, and the source hears no ICMP: the
# option mss helps, and so does the rule that people have today.
#
#    $LAN v0 172.16.0.2/24 --- 172.16.0.1 lan0 $H1 ==== gre1 ==== $H2
#
# where gre1 crosses the router of setup_routed.
# underlay: IPv4 or IPv6

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	test_mss_auto
	test_mss_probe
	test_tcpmss_rule
"

# bulk_ends SECONDS [FROM [ADDRESS]]: whether a transfer ends within that time
bulk_ends() {
	timeout "$1" "$PY/bulk.py" 100000 "${2:-$LAN}" "$H2" \
		"${3:-10.0.0.2}"
}

setup_narrow() {
	setup_routed
	add_lan LAN "$H1" 172.16.0 fd16
	tunnel_routed
	run gretool -n "$H1" set gre1 mtu 1476
	near_link_mtu 1300
	run ip -n "$H2" route add 172.16.0.0/24 dev gre1
	run ip -n "$H2" route add fd16::/64 dev gre1
	ns "$H1" nft -f - <<-END || fail "nft"
		table inet t {
			chain out {
				type filter hook output priority 0;
				oifname lan0 ip protocol icmp drop
				oifname lan0 icmpv6 type packet-too-big drop
			}
		}
	END
}

test_mss_auto() {
	setup_narrow
	run gretool -n "$H1" set gre1 mss auto
	check "the transfer ends" bulk_ends 30
	check_eq "nothing was too big" 0 "$(counter "$H1" gre1 tx_too_big)"
	run gretool -n "$H1" set gre1 mss off
	check_fails "without it, it stalls" bulk_ends 3
}

# The narrow hop is far away and sends no error: a veth drops packets that are larger than
# the MTU of its other end and a VLAN tag.
test_mss_probe() {
	setup_narrow
	near_link_mtu 1500
	run ip -n "$H2" link set v0 mtu 1296
	# The veth lets super-packets pass, whatever their size: cut them before.
	ns "$NET" ethtool -K v2 tso off gso off tx-gre-segmentation off \
		tx-gre-csum-segmentation off
	check_fails "without, it stalls" bulk_ends 3
	run gretool -n "$H1" set gre1 mss auto mtu-probe on
	busywait 30 path_is 1300 -n "$H1" || fail "not found"
	check "mss auto and mtu-probe" bulk_ends 30
	# The source hears no ICMP, so that only the MSS can have helped.
	run gretool -n "$H1" set gre1 mss off
	check_fails "mtu-probe alone" bulk_ends 3
	# A source on the gateway needs no ICMP, neither from the underlay nor from us.
	ns "$H1" nft add rule inet t out ip protocol icmp drop
	check "mtu-probe alone, from the gateway" bulk_ends 30 "$H1"
	check "the same over IPv6" bulk_ends 30 "$H1" fd00::2
	run gretool -n "$H1" set gre1 mtu-probe off
	run ip -n "$H1" route flush cache
	check_fails "without it" bulk_ends 3 "$H1"
}

# rule PROGRAM DIRECTION: clamp connections through gre1 in one direction
rule() {
	ns "$H1" "$1" -t mangle -A FORWARD "$2" gre1 -p tcp \
		--tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1200 ||
		fail "$1"
}

# has_tcpmss6: whether the kernel has TCPMSS for IPv6, as Debian's own kernels do
has_tcpmss6() {
	case $(uname -r) in *-amd64) return ;; esac
	ns "$H1" ip6tables -t mangle -A OUTPUT -p tcp --tcp-flags SYN,RST SYN \
		-j TCPMSS --set-mss 1200 2>/dev/null
}

# The rule that people have today works on the device as well.
test_tcpmss_rule() {
	local program address
	setup_narrow
	for program in iptables ip6tables; do
		address=10.0.0.2
		[ "$program" = iptables ] || address=fd00::2
		if [ "$program" = ip6tables ] && ! has_tcpmss6; then
			echo "# this kernel has no TCPMSS for IPv6"
			continue
		fi
		check_fails "without $program it stalls" bulk_ends 3 "$LAN" \
			"$address"
		rule "$program" -o
		rule "$program" -i
		check "$program" bulk_ends 30 "$LAN" "$address"
		check_match "SYN and SYN-ACK met it" "^[1-9][0-9]* [1-9][0-9]*$" \
			"$(ns "$H1" "$program" -t mangle -nvxL FORWARD |
			awk '/TCPMSS/ { printf "%s%s", sep, $1; sep = " " }')"
	done
	run gretool -n "$H1" set gre1 mss auto
	check "both together" bulk_ends 30
	check "both together, IPv6" bulk_ends 30 "$LAN" fd00::2
}

run_tests
