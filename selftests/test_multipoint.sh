#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A tunnel without a remote: it receives from anyone, and sends to where the
# neighbour entry of the next hop says.
#
#                 +--------------------------------+
#                 | $A   gre1 10.0.0.1/24          |
#                 |           fd00::1/64           |
#                 |  v0 192.0.2.1   v1 198.51.100.1|
#                 +---||------------------||-------+
#    +----------------||------+  +--------||---------------+
#    | $B   v0 192.0.2.2      |  | $C   v0 198.51.100.2    |
#    | gre1 10.0.0.2/24       |  | gre1 10.0.0.3/24        |
#    |      fd00::2/64        |  |      fd00::3/64         |
#    +------------------------+  +-------------------------+

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

TESTS="
	test_no_neighbour
	test_two_remotes
	test_hub_answers
	test_local_changes
	test_neighbour_changes
	test_remote_comes_and_goes
"

setup() {
	setup_pair
	new_ns C
	run ip link add v1 netns "$A" type veth peer name v0 netns "$C"
	ips "$A" <<-END
		addr add 198.51.100.1/24 dev v1
		link set v1 up
	END
	ips "$C" <<-END
		addr add 198.51.100.2/24 dev v0
		link set v0 up
	END
	run gretool -n "$A" add gre1 remote any key 7 \
		addr 10.0.0.1/24 addr fd00::1/64 up || fail "add in A"
	run gretool -n "$B" add gre1 local 192.0.2.2 remote 192.0.2.1 key 7 \
		addr 10.0.0.2/24 addr fd00::2/64 up || fail "add in B"
	run gretool -n "$C" add gre1 local 198.51.100.2 remote 198.51.100.1 \
		key 7 addr 10.0.0.3/24 addr fd00::3/64 up || fail "add in C"
}

neighbour() {
	run ip -n "$A" neigh replace "$1" lladdr "$2" dev gre1 nud permanent ||
		fail "neighbour $1"
}

test_no_neighbour() {
	setup
	counts "$A" gre1 tx_no_remote 2 check_fails "IPv4" ping_ok "$A" 10.0.0.2 -c 2 -W 0.2
	counts "$A" gre1 tx_no_remote 2 check_fails "IPv6" ping_ok "$A" fd00::2 -c 2 -W 0.2
	check_eq "nothing was sent" 0 "$(link_counter "$A" gre1 tx_packets)"
	# The sender is told at once, and does not wait for an answer.
	check_match "ping hears of it" 'Unreachable' \
		"$(ns "$A" ping -c 1 -W 0.2 10.0.0.2)"
	check_match "ping hears of it" 'unreachable' \
		"$(ns "$A" ping -c 1 -W 0.2 fd00::2)"
	# What comes from a source that nobody named is received all the same.
	ns "$B" ping -q -c 2 -i 0.05 -W 0.1 10.0.0.1 >/dev/null
	check_eq "received" 2 "$(link_counter "$A" gre1 rx_packets)"
}

# What a hub cannot pass on it answers through the tunnel that it came from.
test_hub_answers() {
	setup
	ns "$A" sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv4.conf.all.send_redirects=0 \
		net.ipv4.conf.gre1.send_redirects=0
	neighbour 10.0.0.2 192.0.2.2
	check_match "no neighbour" 'Unreachable' \
		"$(ns "$B" ping -c 1 -W 1 10.0.0.3)"
	neighbour 10.0.0.3 198.51.100.2
	run ip -n "$A" route add 198.51.100.2/32 dev v1 mtu 1000
	check_match "path MTU" 'mtu = ?97[26]' \
		"$(ns "$B" ping -c 1 -W 1 -M "do" -s 1200 10.0.0.3 2>&1)"
	check_eq "taken for a loop" 0 "$(counter "$A" gre1 tx_recursion)"
}

# The entries that the operator has made outlive another local address.
test_local_changes() {
	setup
	neighbour 10.0.0.2 192.0.2.2
	check "before" ping_ok "$A" 10.0.0.2
	run gretool -n "$A" set gre1 local 192.0.2.1 || fail "set local"
	check "after" ping_ok "$A" 10.0.0.2
}

test_two_remotes() {
	setup
	neighbour 10.0.0.2 192.0.2.2
	neighbour fd00::2 192.0.2.2
	neighbour 10.0.0.3 198.51.100.2
	neighbour fd00::3 198.51.100.2
	check "IPv4 to B" ping_ok "$A" 10.0.0.2
	check "IPv6 to B" ping_ok "$A" fd00::2
	check "IPv4 to C" ping_ok "$A" 10.0.0.3
	check "IPv6 to C" ping_ok "$A" fd00::3
	check "IPv4 from B" ping_ok "$B" 10.0.0.1
	check "IPv6 from C" ping_ok "$C" fd00::1
	check_eq "packets to B" 9 "$(link_counter "$B" gre1 rx_packets)"
	check_eq "packets to C" 9 "$(link_counter "$C" gre1 rx_packets)"
	# The next hop of a route counts, not the destination.
	run ip -n "$B" addr add 10.99.0.1/32 dev lo
	run ip -n "$A" route add 10.99.0.0/24 via 10.0.0.2
	check "behind B" ping_ok "$A" 10.99.0.1
	run ip -n "$C" addr add fd99::1/128 dev lo
	run ip -n "$A" route add fd99::/64 via fd00::3
	check "behind C" ping_ok "$A" fd99::1
	check_eq "nothing was dropped" 0 "$(counter "$A" gre1 tx_no_remote)"
}

test_neighbour_changes() {
	setup
	neighbour 10.0.0.2 192.0.2.2
	check "at B" ping_ok "$A" 10.0.0.2
	# 10.0.0.2 moves to C.
	run ip -n "$B" addr del 10.0.0.2/24 dev gre1
	run ip -n "$C" addr add 10.0.0.2/24 dev gre1
	neighbour 10.0.0.2 198.51.100.2
	check "at C" ping_ok "$A" 10.0.0.2
	run ip -n "$A" neigh del 10.0.0.2 dev gre1
	counts "$A" gre1 tx_no_remote 3 check_fails "nowhere" ping_ok "$A" 10.0.0.2 -W 0.2
	# An entry for somewhere without a route.
	neighbour 10.0.0.2 203.0.113.9
	counts "$A" gre1 tx_no_route 3 check_fails "no route" ping_ok "$A" 10.0.0.2 -W 0.2
}

test_remote_comes_and_goes() {
	setup
	neighbour 10.0.0.3 198.51.100.2
	check "by neighbour" ping_ok "$A" 10.0.0.3
	check_match "no point-to-point device" NOARP \
		"$(ip -n "$A" -o link show gre1)"
	[[ $(ip -n "$A" -o link show gre1) != *POINTOPOINT* ]] ||
		fail "POINTOPOINT without a remote"
	run gretool -n "$A" set gre1 remote 192.0.2.2 || fail "set remote"
	check "by remote" ping_ok "$A" 10.0.0.2
	check_match "point-to-point device" POINTOPOINT \
		"$(ip -n "$A" -o link show gre1)"
	run gretool -n "$A" set gre1 remote any || fail "set remote any"
	neighbour 10.0.0.3 198.51.100.2
	check "by neighbour again" ping_ok "$A" 10.0.0.3
}

run_tests
