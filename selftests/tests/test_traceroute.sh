#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# traceroute from a host behind the gateway to one behind the other, over five
# routers of the underlay: line by line the true path, or one hop, as the
# operator chose. The topology is in path.sh.
# limit: 400
# underlay: IPv4 or IPv6

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/path.sh
. "$(dirname "$0")/../lib/path.sh"

TESTS="
	inherit_keep_self
	inherit_keep_hop
	inherit_copy_self
	inherit_copy_hop
	fixed_keep
	fixed_copy
	fixed_too_small
	relay_off
	mtr_without_loss
	from_the_gateway
	behind_nat
	in_a_vrf
"

SETUP=setup
setup() {
	local node

	setup_path
	tunnel_path ttl inherit key 5
	# What a kernel sends of its own is limited to one a second and host; that
	# is not the subject but of mtr_without_loss.
	for node in "$GW" "$FAR" "$SITE"; do
		ns "$node" sysctl -qw net.ipv4.icmp_ratelimit=0 \
			net.ipv6.icmp.ratelimit=0
	done
}

# options OPTION...: of both ends
options() {
	run gretool -n "$GW" set gre1 "$@" || fail "set $* in GW"
	run gretool -n "$FAR" set gre1 "$@" || fail "set $* in FAR"
}

# check_trace WHAT EXPECTED GOT: lists of lines
check_trace() {
	check_eq "$1" "$(printf '%s\n' "$2" | tr '\n' ' ')" \
		"$(printf '%s\n' "$3" | tr '\n' ' ')"
}

# check_traces EXPECTED-4 EXPECTED-6: by UDP, ICMP and TCP
check_traces() {
	local how
	for how in -U -I -T; do
		sleep 1 # each trace has the errors of its own second: 100 are relayed
		check_trace "IPv4 $how" "$1" "$(trace "$LAN" 172.16.1.2 "$how")"
		check_trace "IPv6 $how" "$2" "$(trace "$LAN" fd17::2 "$how")"
	done
}

# hops FIRST OTHERS...: what a traceroute shows, a line each
hops() { printf '%s\n' "$@"; }

# underlay_hops: the routers as IPv4 and as IPv6 have them: an address of IPv4 stands in one of
# IPv6 (RFC 6052), and all of IPv6 are one address of IPv4 (RFC 7600)
underlay_hops() {
	local i
	for ((i = 0; i < PATH_ROUTERS; i++)); do
		[ "${GREX_UNDERLAY:-}" = ipv6 ] && echo 192.0.0.8 || echo "100.64.$i.2"
	done
}
underlay_hops6() {
	local i
	for ((i = 0; i < PATH_ROUTERS; i++)); do
		if [ "${GREX_UNDERLAY:-}" = ipv6 ]; then
			outer "100.64.$i.2" | sed 's/:0::/::/'
		else
			printf '64:ff9b::6440:%x\n' "$((i * 256 + 2))"
		fi
	done
}
# times N WORD
times() {
	local i
	for ((i = 0; i < $1; i++)); do echo "$2"; done
}

inherit_keep_self() {
	options ttl inherit decap-ttl keep icmp-source self
	check_traces \
		"$(times 6 172.16.0.1; echo 172.16.1.2)" \
		"$(times 6 fd16::1; echo fd17::2)"
}

inherit_keep_hop() {
	options ttl inherit decap-ttl keep icmp-source hop
	check_traces \
		"$(echo 172.16.0.1; underlay_hops; echo 172.16.1.2)" \
		"$(echo fd16::1; underlay_hops6; echo fd17::2)"
}

# The other gateway is seen, too: its TTL counts on from the underlay's.
inherit_copy_self() {
	options ttl inherit decap-ttl copy icmp-source self
	check_traces \
		"$(times 6 172.16.0.1; hops 10.0.0.2 172.16.1.2)" \
		"$(times 6 fd16::1; hops fd00::2 fd17::2)"
}

inherit_copy_hop() {
	options ttl inherit decap-ttl copy icmp-source hop
	check_traces \
		"$(echo 172.16.0.1; underlay_hops; hops 10.0.0.2 172.16.1.2)" \
		"$(echo fd16::1; underlay_hops6; hops fd00::2 fd17::2)"
}

fixed_keep() {
	options ttl 64 decap-ttl keep icmp-source hop
	check_traces "$(hops 172.16.0.1 10.0.0.2 172.16.1.2)" \
		"$(hops fd16::1 fd00::2 fd17::2)"
}

# The outer TTL arrives as 59, and lowers nothing that is below.
fixed_copy() {
	options ttl 64 decap-ttl copy icmp-source self
	check_traces "$(hops 172.16.0.1 10.0.0.2 172.16.1.2)" \
		"$(hops fd16::1 fd00::2 fd17::2)"
}

# The tunnel is one hop, and that hop is unreachable (RFC 2003 4.5).
fixed_too_small() {
	local before after
	options ttl 3 decap-ttl keep icmp-source self
	before=$(counter "$GW" gre1 icmp_time_exceeded_relayed)
	check_trace "IPv4" "$(hops 172.16.0.1 "172.16.0.1 !H")" \
		"$(trace "$LAN" 172.16.1.2 -U -N 1)"
	check_trace "IPv6" "$(hops fd16::1 "fd16::1 !H")" \
		"$(trace "$LAN" fd17::2 -U -N 1)"
	after=$(counter "$GW" gre1 icmp_time_exceeded_relayed)
	check_eq "relayed" 2 "$((after - before))"
	options ttl inherit
}

relay_off() {
	options ttl inherit decap-ttl keep icmp-source self icmp-relay off
	HOPS=3 WAIT=0.5
	check_trace "IPv4" "$(hops 172.16.0.1 "*" "*")" \
		"$(trace "$LAN" 172.16.1.2)"
	check_trace "IPv6" "$(hops fd16::1 "*" "*")" "$(trace "$LAN" fd17::2)"
	unset HOPS WAIT
	options icmp-relay on
}

# Many probes of one source at once, with the rate limits that GW has by
# default: icmp_send() would let six through, and then one a second. It does so
# with GW's own errors, which are those of the first hop.
mtr_without_loss() {
	local said
	options ttl inherit decap-ttl copy icmp-source hop
	ns "$GW" sysctl -qw net.ipv4.icmp_ratelimit=1000
	said=$(ns "$LAN" mtr -n -r -c 5 -i 0.2 --gracetime 3 172.16.1.2 2>&1 |
		sed -n 's/^ *[0-9]*\.|-- *\([^ ]*\) *\([0-9.]*\)%.*/\1 \2/p')
	ns "$GW" sysctl -qw net.ipv4.icmp_ratelimit=0
	check_trace "mtr" "$(underlay_hops | sed 's/$/ 0.0/';
		hops "10.0.0.2 0.0" "172.16.1.2 0.0")" "$(sed 1d <<<"$said")"
}

# A socket of the box itself gets its errors, too.
from_the_gateway() {
	options ttl inherit decap-ttl copy icmp-source hop
	check_trace "IPv4" "$(underlay_hops; hops 10.0.0.2 172.16.1.2)" \
		"$(trace "$GW" 172.16.1.2)"
	check_trace "IPv6" "$(underlay_hops6; hops fd00::2 fd17::2)" \
		"$(trace "$GW" fd17::2)"
}

# As office-routers has it: the outer packets carry GW's own address inside.
behind_nat() {
	options ttl inherit decap-ttl copy icmp-source hop
	ns "$GW" nft -f - <<-END
		table ip nat {
			chain post {
				type nat hook postrouting priority srcnat
				oifname gre1 masquerade
			}
		}
	END
	check_trace "UDP" "$(hops 172.16.0.1; underlay_hops; hops 10.0.0.2 172.16.1.2)" \
		"$(trace "$LAN" 172.16.1.2 -U)"
	check_trace "ICMP" "$(hops 172.16.0.1; underlay_hops; hops 10.0.0.2 172.16.1.2)" \
		"$(trace "$LAN" 172.16.1.2 -I)"
	ns "$GW" nft delete table ip nat
}

# The inside is in a VRF, the underlay is not.
in_a_vrf() {
	options ttl inherit decap-ttl copy icmp-source hop
	ips "$GW" <<-END
		link add red type vrf table 10
		link set red up
		link set lan0 master red
		link set gre1 master red
		route add 172.16.1.0/24 dev gre1 vrf red
		route add fd17::/64 dev gre1 vrf red
	END
	# A device that changes its VRF loses its IPv6 addresses.
	run ip -n "$GW" addr add fd16::1/64 dev lan0 nodad
	check_trace "IPv4 hop" "$(hops 172.16.0.1; underlay_hops; hops 10.0.0.2 172.16.1.2)" \
		"$(trace "$LAN" 172.16.1.2)"
	check_trace "IPv6 hop" "$(hops fd16::1; underlay_hops6; hops fd00::2 fd17::2)" \
		"$(trace "$LAN" fd17::2)"
	options icmp-source self
	check_trace "IPv4 self" "$(times 6 172.16.0.1; hops 10.0.0.2 172.16.1.2)" \
		"$(trace "$LAN" 172.16.1.2)"
}

run_tests
