#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The path of the outer packet is chosen by a VRF, a device, or a mark for policy routing.
#
#    $A red0  192.0.2.1/24 === v0 192.0.2.2/24 $B    red0 in VRF red
#       blue0 192.0.2.1/24 === v0 192.0.2.2/24 $C    blue0 in VRF blue
# underlay: IPv4 or IPv6

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

# The outer addresses: of A and B on their links v0 and w0, of B behind both, of a loopback interface
# and of one that prefers no link. LINK and HOST are prefix lengths, and OUTER is what nft calls the
# header.
V_A=$(outer 192.0.2.1) V_B=$(outer 192.0.2.2)
W_A=$(outer 192.0.3.1) W_B=$(outer 192.0.3.2)
FAR=$(outer 203.0.113.1) LOOPBACK=$(outer 203.0.113.9) SOURCE=$(outer 198.51.100.1)
if [ "${GREX_UNDERLAY:-}" = ipv6 ]; then
	LINK=64 HOST=128 NODAD=nodad OUTER=ip6 FAMILY=-6
else
	LINK=24 HOST=32 NODAD='' OUTER=ip FAMILY=-4
fi

TESTS="
	overlapping_vrfs
	device_in_vrf
	loopback_in_vrf
	answers_in_vrf
	fwmark
	mark_outside
	equal_paths
	device
"

# leg COLOUR NAMESPACE N: make one VRF of A, and its peer
leg() {
	veth "$A" "${1}0" "$2" v0
	ips "$A" <<-END
		link add $1 type vrf table 10$3
		link set $1 up
		link set ${1}0 master $1
		addr add $V_A/$LINK dev ${1}0 $NODAD
		link set ${1}0 up
	END
	configure "$2" v0 "$V_B/$LINK"
	run gretool -n "$2" add gre1 local "$V_B" remote "$V_A" \
		addr "10.0.$3.2/30" up || fail "add in $2"
}

vrfs() {
	new_ns A
	if ! ip -n "$A" link add vrf-test type vrf table 99 2>"$WORK/vrf"; then
		skip "vrf: $(cat "$WORK/vrf")"
		return 1
	fi
	new_ns B
	new_ns C
	leg red "$B" 1
	leg blue "$C" 2
}

# Both tunnels have the same addresses and no key: the VRF alone tells them apart.
overlapping_vrfs() {
	vrfs || return
	run gretool -n "$A" add gre1 local "$V_A" remote "$V_B" \
		dev red addr 10.0.1.1/30 up || fail "add in red"
	run gretool -n "$A" add gre2 local "$V_A" remote "$V_B" \
		dev blue addr 10.0.2.1/30 up || fail "add in blue"
	check "red" ping_ok "$A" 10.0.1.2
	check "blue" ping_ok "$A" 10.0.2.2
	check "from B" ping_ok "$B" 10.0.1.1
	check "from C" ping_ok "$C" 10.0.2.1
	check_eq "received in red" 6 "$(link_counter "$A" gre1 rx_packets)"
	check_eq "received in blue" 6 "$(link_counter "$A" gre2 rx_packets)"
	check_eq "received by B" 6 "$(link_counter "$B" gre1 rx_packets)"

	# The MTU and the route are those of the VRF, not of the main table.
	run ip -n "$A" link set blue0 mtu 1400
	run gretool -n "$A" set gre2 key 1
	check_eq "MTU in blue" $((1400 - OUTER_LEN - 4)) "$(link_mtu "$A" gre2)"
	# The device of a tunnel can be in a VRF as well.
	run ip -n "$A" link set gre1 master blue
	check "red underlay, blue inside" ping_ok "$A" 10.0.1.2 -I blue

	# Without "dev" the underlay is the main table, which has no route.
	run gretool -n "$A" set gre1 nodev
	counts "$A" gre1 tx_no_route 2 check "not bound" \
		ping_fails "$A" 10.0.1.2 -I blue -W 0.2
}

# The tunnel is bound to the device itself, which happens to be in a VRF.
device_in_vrf() {
	vrfs || return
	run gretool -n "$A" add gre1 local "$V_A" remote "$V_B" \
		dev red0 addr 10.0.1.1/30 up || fail "add on red0"
	check "red0" ping_ok "$A" 10.0.1.2
	check "from B" ping_ok "$B" 10.0.1.1
	run gretool -n "$A" set gre1 dev blue0
	counts_packets "$B" 0 check "blue0" \
		ping_fails "$A" 10.0.1.2 -W 0.2
}

# With "tunnel source Loopback0" in a VRF, the device has the address and nothing else. The
# VRF blue has the same addresses.
loopback_in_vrf() {
	local colour
	vrfs || return
	for colour in red blue; do
		ips "$A" <<-END
			link add lo-$colour type dummy
			link set lo-$colour master $colour
			link set lo-$colour up
			addr add $LOOPBACK/$HOST dev lo-$colour
		END
	done
	for name in "$B" "$C"; do
		run ip -n "$name" route add "$LOOPBACK/$HOST" via "$V_A"
		run gretool -n "$name" set gre1 remote "$LOOPBACK"
	done
	run gretool -n "$A" add gre1 local "$LOOPBACK" remote "$V_B" \
		dev lo-red addr 10.0.1.1/30 up || fail "add on lo-red"
	check "red" ping_ok "$A" 10.0.1.2
	check "from B" ping_ok "$B" 10.0.1.1
	check_eq "received" 6 "$(link_counter "$A" gre1 rx_packets)"
	check "from C" ping_fails "$C" 10.0.1.1 -W 0.2
	check_eq "received from blue" 6 "$(link_counter "$A" gre1 rx_packets)"
}

answered_some() { [ "$(counter "$A" gre1 keepalive_answered)" -gt 3 ]; }

# A tunnel without a local address answers keepalives from any address of its VRF.
answers_in_vrf() {
	vrfs || return
	run gretool -n "$A" add gre1 local any remote "$V_B" dev red up || fail "add in red"
	run gretool -n "$B" set gre1 keepalive 200ms 3
	check "answered" busywait 5 answered_some
}

# two_ways: join A and B by two links; B is 203.0.113.1 on both
two_ways() {
	setup_pair
	veth "$A" w0 "$B" w0
	ips "$A" <<-END
		addr add $W_A/$LINK dev w0 $NODAD
		link set w0 up
		route add $FAR/$HOST via $V_B
		route add $FAR/$HOST via $W_B mtu 1300 table 100
	END
	ips "$B" <<-END
		addr add $W_B/$LINK dev w0 $NODAD
		link set w0 up
		addr add $FAR/$HOST dev lo
	END
	run ip -n "$A" "$FAMILY" rule add fwmark 5 table 100
	ns "$B" sysctl -qw net.ipv4.conf.all.rp_filter=0
	ns "$A" sysctl -qw net.ipv4.conf.all.rp_filter=0
	outer_neighbours "$A" 192.0.3.2
}

# by DEVICE OTHER: 20 packets of gre1 must leave A by DEVICE and not by OTHER, where there
# is little but neighbour discovery
by() {
	local before other

	before=$(link_counter "$A" "$1" tx_packets)
	other=$(link_counter "$A" "$2" tx_packets)
	ns "$A" ping -q -c 20 -i 0.01 -W 0.1 10.0.0.2 >"$WORK/ping"
	before=$(($(link_counter "$A" "$1" tx_packets) - before))
	other=$(($(link_counter "$A" "$2" tx_packets) - other))
	[ "$before" -ge 20 ] || fail "only $before packets by $1"
	[ "$other" -lt 10 ] || fail "$other packets by $2"
}

fwmark() {
	two_ways
	run gretool -n "$A" add gre1 remote "$FAR" addr 10.0.0.1/30 up
	run gretool -n "$B" add gre1 local "$FAR" remote any \
		addr 10.0.0.2/30 up
	by v0 w0
	run gretool -n "$A" set gre1 fwmark 5
	by w0 v0
	# The route of the mark takes 1300, and IPv6 stays.
	check_eq "MTU of the marked route" 1280 "$(link_mtu "$A" gre1)"
	run gretool -n "$A" set gre1 fwmark 6
	by v0 w0
	check_eq "MTU of the other" $((1500 - OUTER_LEN)) "$(link_mtu "$A" gre1)"
	check_eq "all have arrived" 60 "$(link_counter "$B" gre1 rx_packets)"
}

# If a filter changes the outer packet, the kernel looks up its route again, with the mark
# of the first look-up.
mark_outside() {
	two_ways
	run gretool -n "$A" add gre1 remote "$FAR" fwmark 5 addr 10.0.0.1/30 up
	run gretool -n "$B" add gre1 local "$FAR" remote any \
		addr 10.0.0.2/30 up
	run ip netns exec "$A" nft "add table $OUTER t
		add chain $OUTER t o { type route hook output priority 0; }
		add rule $OUTER t o meta l4proto gre meta mark 5 counter $OUTER dscp set cs1
		add rule $OUTER t o meta l4proto gre meta mark != 5 counter drop"
	by w0 v0
	check_match "all had the mark" "mark 0x00000005 counter packets 20 " \
		"$(ip netns exec "$A" nft list table "$OUTER" t)"
}

# sent_by DEVICE: print how many packets A has sent there
sent_by() { link_counter "$A" "$1" tx_packets; }

# flows N FIRST: send one packet of each of N flows through gre1
flows() {
	# shellcheck disable=SC2016 # expanded there
	ns "$A" bash -c 'for ((p = $2; p < $2 + $1; p++)); do
		echo >"/dev/udp/10.0.0.2/$p"; done' bash "$1" "$2" 2>/dev/null
}

# With two uplinks of equal cost, each flow uses one of them, whatever the outer TOS is.
equal_paths() {
	local tos v w
	two_ways
	run ip -n "$A" route replace "$FAR/$HOST" nexthop via "$V_B" nexthop via "$W_B"
	# Newer kernels prefer the path whose interface has the source address.
	run ip -n "$A" addr add "$SOURCE/$HOST" dev lo
	run gretool -n "$A" add gre1 local "$SOURCE" remote "$FAR" addr 10.0.0.1/30 up
	run gretool -n "$B" add gre1 local "$FAR" remote any \
		addr 10.0.0.2/30 up
	for tos in inherit 0 0x48; do
		run gretool -n "$A" set gre1 tos "$tos"
		v=$(sent_by v0) w=$(sent_by w0)
		flows 40 1000
		v=$(($(sent_by v0) - v)) w=$(($(sent_by w0) - w))
		printf '# tos %s: %s by v0, %s by w0\n' "$tos" "$v" "$w"
		if [ "$v" -lt 8 ] || [ "$w" -lt 8 ]; then fail "not spread"; fi
	done
	v=$(sent_by v0) w=$(sent_by w0)
	ns "$A" bash -c 'exec 3<>/dev/udp/10.0.0.2/2000
		for ((i = 0; i < 20; i++)); do echo >&3; done' 2>/dev/null
	v=$(($(sent_by v0) - v)) w=$(($(sent_by w0) - w))
	printf '# one flow: %s by v0, %s by w0\n' "$v" "$w"
	if [ "$v" -gt 3 ] && [ "$w" -gt 3 ]; then fail "one flow on two paths"; fi
}

device() {
	two_ways
	run ip -n "$A" route add "$FAR/$HOST" via "$W_B" dev w0 metric 2000
	run gretool -n "$A" add gre1 remote "$FAR" addr 10.0.0.1/30 up
	run gretool -n "$B" add gre1 local "$FAR" remote any \
		addr 10.0.0.2/30 up
	by v0 w0
	run gretool -n "$A" set gre1 dev w0
	by w0 v0
	# B takes packets from anywhere, as long as no other tunnel fits better.
	run gretool -n "$B" set gre1 dev v0
	counts_packets "$B" 2 check "received from w0" \
		ping_fails "$A" 10.0.0.2 -W 0.2
	run gretool -n "$B" add unbound local "$FAR" remote any up
	counts_packets "$B" 0 check "there is one" \
		ping_fails "$A" 10.0.0.2 -W 0.2
	run gretool -n "$A" set gre1 dev v0
	counts_packets "$B" 2 check "received from v0" \
		ping_fails "$A" 10.0.0.2 -W 0.2
}

# counts_packets NAMESPACE N command...: the command must make gre1 receive N packets
counts_packets() {
	local name=$1 expected=$2 before

	shift 2
	before=$(link_counter "$name" gre1 rx_packets)
	"$@"
	check_eq "received" "$expected" \
		"$(($(link_counter "$name" gre1 rx_packets) - before))"
}

run_tests
