#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A tunnel without a remote receives from anyone, and sends to the address that the
# neighbour entry of the next hop has.
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
# underlay: IPv4 or IPv6

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	test_no_neighbour
	test_two_remotes
	test_hub_answers
	test_local_changes
	test_neighbour_changes
	test_remote_comes_and_goes
	test_never_ourselves
	test_outer_next_hop
	test_ipv6_next_hop
	test_asks
	test_packet_sockets
	test_segments
"
# Gateways of IPv6 obey other rules.
[ "${GREX_UNDERLAY:-}" != ipv6 ] || TESTS=${TESTS/outer_next_hop/outer_next_hop_ipv6}

setup() {
	setup_pair
	new_ns C
	veth "$A" v1 "$C" v0
	configure "$A" v1 198.51.100.1/24
	configure "$C" v0 198.51.100.2/24
	outer_address "$A" v1 198.51.100.1
	outer_address "$C" v0 198.51.100.2
	any=any any_address=0.0.0.0
	[ "${GREX_UNDERLAY:-}" != ipv6 ] || any=:: any_address=::
	run gretool -n "$A" add gre1 remote "$any" key 7 \
		addr 10.0.0.1/24 addr fd00::1/64 up || fail "add in A"
	run gretool -n "$B" add gre1 local "$(outer 192.0.2.2)" remote "$(outer 192.0.2.1)" key 7 \
		addr 10.0.0.2/24 addr fd00::2/64 up || fail "add in B"
	run gretool -n "$C" add gre1 local "$(outer 198.51.100.2)" remote "$(outer 198.51.100.1)" \
		key 7 addr 10.0.0.3/24 addr fd00::3/64 up || fail "add in C"
}

# link_address ADDRESS: the outer address that stands for this one, as ip(8) reads it
link_address() {
	local address head tail group bytes=

	address=$(outer "$1")
	[[ $address = *:* ]] || { echo "$address"; return; }
	IFS=: read -ra head <<<"${address%%::*}"
	IFS=: read -ra tail <<<"${address##*::}"
	while [ $((${#head[@]} + ${#tail[@]})) -lt 8 ]; do head+=(0); done
	for group in "${head[@]}" "${tail[@]}"; do
		printf -v group '%04x' "0x$group"
		bytes+=:${group::2}:${group:2}
	done
	echo "${bytes#:}"
}

# neighbour ADDRESS OUTER: give it an entry in $A
neighbour() {
	run ip -n "$A" neigh replace "$1" lladdr "$(link_address "$2")" dev gre1 nud permanent ||
		fail "neighbour $1"
}


test_no_neighbour() {
	setup
	counts "$A" gre1 tx_no_remote 2 check_fails "IPv4" ping_ok "$A" 10.0.0.2 -c 2 -W 0.2
	counts "$A" gre1 tx_no_remote 2 check_fails "IPv6" ping_ok "$A" fd00::2 -c 2 -W 0.2
	check_eq "nothing was sent" 0 "$(link_counter "$A" gre1 tx_packets)"
	# The sender is told at once and does not have to wait for an answer.
	check_match "ping hears of it" 'Unreachable' \
		"$(ns "$A" ping -c 1 -W 0.2 10.0.0.2)"
	check_match "ping hears of it" 'unreachable' \
		"$(ns "$A" ping -c 1 -W 0.2 fd00::2)"
	# Packets from a source that nobody named are received all the same.
	ns "$B" ping -q -c 2 -i 0.05 -W 0.1 10.0.0.1 >/dev/null
	check_eq "received" 2 "$(link_counter "$A" gre1 rx_packets)"
}

# If a hub cannot pass a packet on, it answers through the tunnel that the packet came from.
test_hub_answers() {
	setup
	ns "$A" sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv4.conf.all.send_redirects=0 \
		net.ipv4.conf.gre1.send_redirects=0
	neighbour 10.0.0.2 192.0.2.2
	check_match "no neighbour" 'Unreachable' \
		"$(ns "$B" ping -c 1 -W 1 10.0.0.3)"
	neighbour 10.0.0.3 198.51.100.2
	# IPv6 links have an MTU of 1280 at least.
	run ip -n "$A" route add "$(outer_prefix 198.51.100.2/32)" dev v1 mtu 1300
	check_match "path MTU" "mtu = ?$((1300 - OUTER_LEN - 4))" \
		"$(ns "$B" ping -c 1 -W 1 -M "do" -s 1300 10.0.0.3 2>&1)"
	check_eq "taken for a loop" 0 "$(counter "$A" gre1 tx_recursion)"
}

# The entries that the operator has made stay when the local address changes.
test_local_changes() {
	setup
	neighbour 10.0.0.2 192.0.2.2
	check "before" ping_ok "$A" 10.0.0.2
	run gretool -n "$A" set gre1 local "$(outer 192.0.2.1)" || fail "set local"
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
	# There is no route to the address of this entry.
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
	run gretool -n "$A" set gre1 remote "$(outer 192.0.2.2)" || fail "set remote"
	check "by remote" ping_ok "$A" 10.0.0.2
	check_match "point-to-point device" POINTOPOINT \
		"$(ip -n "$A" -o link show gre1)"
	run gretool -n "$A" set gre1 remote any || fail "set remote any"
	check_match "the family stays" "remote $any " "$(gretool -n "$A" show gre1)"
	neighbour 10.0.0.3 198.51.100.2
	check "by neighbour again" ping_ok "$A" 10.0.0.3
}

# A neighbour that nobody has named has no address; it does not get that of this end.
test_never_ourselves() {
	setup
	run gretool -n "$A" set gre1 local "$(outer 192.0.2.1)" || fail "set local"
	ping_ok "$A" 10.0.0.2 -W 0.2
	ping_ok "$A" fd00::2 -W 0.2
	run gretool -n "$A" set gre1 local "$(outer 198.51.100.1)" || fail "set local"
	counts "$A" gre1 tx_no_remote 3 check_fails "IPv4" ping_ok "$A" 10.0.0.2 -W 0.2
	counts "$A" gre1 tx_no_remote 3 check_fails "IPv6" ping_ok "$A" fd00::2 -W 0.2
	check_eq "entries" 0 "$(ip -n "$A" neigh show nud all dev gre1 |
		grep -c 'lladdr \(192\|198\|20:01\)')"
	check_eq "nothing came back" 0 "$(link_counter "$A" gre1 rx_packets)"
}

# A gateway outside of the tunnel's subnets is an outer address.
test_outer_next_hop() {
	setup
	run ip -n "$B" addr add 10.99.0.1/32 dev lo
	run ip -n "$C" addr add 10.98.0.1/32 dev lo
	run ip -n "$A" route add 10.99.0.0/24 via 192.0.2.2 dev gre1 onlink
	run ip -n "$A" route add 10.98.0.0/24 via 198.51.100.2 dev gre1 onlink
	check "behind B" ping_ok "$A" 10.99.0.1
	check "behind C" ping_ok "$A" 10.98.0.1
	check "in fragments" ping_ok "$A" 10.99.0.1 -s 4000
	# A gateway inside a subnet is not, and nothing leaks along the default route.
	run ip -n "$A" route add default via 192.0.2.2
	run ip -n "$A" route add 10.97.0.0/24 via 10.0.0.9
	counts "$A" gre1 tx_no_remote 3 check_fails "inner" ping_ok "$A" 10.97.0.1 -W 0.2
	# If each address is alone, as with nhrpd, any gateway may be an inner address.
	run ip -n "$A" addr del 10.0.0.1/24 dev gre1
	run ip -n "$A" addr add 10.0.0.1/32 dev gre1
	run ip -n "$A" route replace 10.97.0.0/24 via 10.0.0.9 dev gre1 onlink
	capture "$B" v0 "$WORK/leak" "ip proto 47"
	counts "$A" gre1 tx_no_remote 3 check_fails "alone" ping_ok "$A" 10.97.0.1 -W 0.2
	capture_stop
	check_eq "nothing leaks" "" "$(tcpdump -nr "$WORK/leak" 2>/dev/null)"
	run ip -n "$A" addr add 10.0.0.1/24 dev gre1
	# The entry of a neighbour counts more.
	neighbour 192.0.2.2 198.51.100.2
	run ip -n "$A" route replace 10.98.0.0/24 via 192.0.2.2 dev gre1 onlink
	check "by entry" ping_ok "$A" 10.98.0.1
}

# The kernel accepts a gateway of IPv6 on a device only if no route but the default one leads to it
# by another device.
test_outer_next_hop_ipv6() {
	setup
	run ip -n "$C" addr add 10.98.0.1/32 dev lo
	run ip -n "$C" addr add fd98::1/128 dev lo
	run ip -n "$A" -6 route del 2001:db8:1::/64 dev v1
	run ip -n "$A" -6 route add default dev v1
	run ip -n "$A" route add 10.98.0.0/24 via inet6 2001:db8:1::2 dev gre1 onlink
	run ip -n "$A" -6 route add fd98::/64 via 2001:db8:1::2 dev gre1 onlink
	check "IPv4" ping_ok "$A" 10.98.0.1
	check "IPv6" ping_ok "$A" fd98::1
	check "in fragments" ping_ok "$A" 10.98.0.1 -s 4000
	# A gateway inside a subnet is no outer address, and nothing leaks along the default route.
	run ip -n "$A" -6 route add fd97::/64 via fd00::9
	capture "$C" v0 "$WORK/leak" "ip6 proto 47"
	counts "$A" gre1 tx_no_remote 3 check_fails "inner" ping_ok "$A" fd97::1 -W 0.2
	# If each address is alone, as with nhrpd, any gateway may be an inner address.
	run ip -n "$A" addr del fd00::1/64 dev gre1
	run ip -n "$A" addr add fd00::1/128 dev gre1 nodad
	run ip -n "$A" -6 route replace fd97::/64 via fd00::9 dev gre1 onlink
	counts "$A" gre1 tx_no_remote 3 check_fails "alone" ping_ok "$A" fd97::1 -W 0.2
	capture_stop
	check_eq "nothing leaks" "" "$(tcpdump -nr "$WORK/leak" 2>/dev/null)"
}

# The next hop may be a neighbour of IPv6 (RFC 8950).
test_ipv6_next_hop() {
	setup
	run ip -n "$B" addr add 10.99.0.1/32 dev lo
	neighbour fd00::2 192.0.2.2
	run ip -n "$A" route add 10.99.0.0/24 via inet6 fd00::2 dev gre1
	check "IPv4 by IPv6" ping_ok "$A" 10.99.0.1
	check "in fragments" ping_ok "$A" 10.99.0.1 -s 4000
	run ip -n "$A" neigh del fd00::2 dev gre1
	counts "$A" gre1 tx_no_remote 3 check_fails "no neighbour" ping_ok "$A" 10.99.0.1 -W 0.2
}

# The kernel asks a daemon for neighbours, as with nhrpd, and holds packets back.
test_asks() {
	local answered
	setup
	run ip -n "$A" link set gre1 arp on
	ns "$A" sysctl -qw net.ipv4.neigh.gre1.app_solicit=1 \
		net.ipv4.neigh.gre1.mcast_solicit=0
	ns_background "$A" ip monitor neigh >"$WORK/neigh"
	busywait 5 listens || fail "ip monitor does not listen"
	ns_background "$A" ping -q -c 3 -i 0.3 -W 2 10.0.0.2 >"$WORK/ping"
	busywait 5 grep -q '^miss 10.0.0.2 dev gre1' "$WORK/neigh" ||
		fail "not asked: $(cat "$WORK/neigh")"
	neighbour 10.0.0.2 192.0.2.2
	wait "${PIDS[1]}"
	unset 'PIDS[1]'
	answered=$(grep -o '[0-9]* received' "$WORK/ping")
	check_eq "the one that waited came through, too" "3 received" "$answered"
}

listens() {
	neighbour 10.0.0.77 192.0.2.77
	grep -q 10.0.0.77 "$WORK/neigh" || ! ip -n "$A" neigh del 10.0.0.77 dev gre1
}

# nhrpd sends by a packet socket, and learns the address of the sender from it.
test_packet_sockets() {
	setup
	ns_background "$B" "$PY/nbma.py" hear \
		>"$WORK/heard_b"
	ns_background "$A" "$PY/nbma.py" hear \
		>"$WORK/heard_a"
	busywait 5 grep -q ready "$WORK/heard_b" || fail "B does not listen"
	busywait 5 grep -q ready "$WORK/heard_a" || fail "A does not listen"
	capture "$B" v0 "$WORK/nhrp" "$OUTER_FILTER"
	check "to B" ns "$A" "$PY/nbma.py" say "$(outer 192.0.2.2)" "from A"
	check "to A" ns "$B" "$PY/nbma.py" say "$(outer 192.0.2.1)" "from B"
	capture_stop "$WORK/nhrp" 2
	busywait 5 grep -q "from A" "$WORK/heard_b" || fail "B: $(cat "$WORK/heard_b")"
	busywait 5 grep -q "from B" "$WORK/heard_a" || fail "A: $(cat "$WORK/heard_a")"
	check_eq "the sender's address" "$(outer 192.0.2.2) from B" \
		"$(grep from "$WORK/heard_a")"
	check_eq "of a tunnel with a remote" "- from A" "$(grep from "$WORK/heard_b")"
	check_match "NHRP" "$(outer 192.0.2.1) > $(outer 192.0.2.2): GREv0.* key=0x7, length 14.*0x2001" \
		"$(tcpdump -nvr "$WORK/nhrp" 2>/dev/null | tr -d '\n')"
	# A packet to nobody is refused, or counted.
	check_fails "no address" ns "$A" "$PY/nbma.py" say "" "lost"
	counts "$A" gre1 tx_no_remote 1 ns "$A" "$PY/nbma.py" say "$any_address" "lost"
	# The remote comes first.
	run gretool -n "$A" set gre1 remote "$(outer 192.0.2.2)" || fail "set remote"
	check "to B still" ns "$A" "$PY/nbma.py" say "$(outer 198.51.100.2)" "again"
	busywait 5 grep -q again "$WORK/heard_b" || fail "B: $(cat "$WORK/heard_b")"
}

# Super-packets that the core has to cut behind the tunnel.
test_segments() {
	setup
	neighbour 10.0.0.2 192.0.2.2
	ns "$A" ethtool -K v0 tso off gso off tx off tx-gre-segmentation off \
		tx-gre-csum-segmentation off >/dev/null 2>&1
	check "TCP" timeout 20 "$PY/bulk.py" 300000 "$A" "$B" 10.0.0.2
	check_eq "dropped" "" "$(ip netns exec "$A" ethtool -S gre1 | awk '$1 ~ /:$/ && $2 > 0')"
}

run_tests
