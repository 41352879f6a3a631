#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Multicast and broadcast inside a tunnel, as routing protocols send them, and
# point-to-point addresses.
# underlay: IPv4 or IPv6

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	multicast_flag
	ipv4_multicast
	ipv6_multicast
	group_of_an_application
	broadcast
	peer_address
"

SETUP=setup
setup() {
	setup_pair
	tunnel_pair multicast on
	ns "$A" sysctl -qw net.ipv4.icmp_echo_ignore_broadcasts=0
	ns "$B" sysctl -qw net.ipv4.icmp_echo_ignore_broadcasts=0
}

# flags DEVICE: in A
flags() {
	ip -n "$A" -o link show "$1" | sed 's/.*<\(.*\)>.*/,\1,/'
}

multicast_flag() {
	check_match "flag" ",MULTICAST," "$(flags gre1)"
	check_match "show" "multicast on" "$(gretool -n "$A" show gre1)"
	run gretool -n "$A" add gre2 remote "$(outer 203.0.113.1)"
	check_fails "of a new tunnel" grep -q ,MULTICAST, <<<"$(flags gre2)"
	run ip -n "$A" link set gre2 multicast on
	check_match "by ip link" ",MULTICAST," "$(flags gre2)"
	run gretool -n "$A" set gre2 multicast off
	check_fails "off" grep -q ,MULTICAST, <<<"$(flags gre2)"
	run gretool -n "$A" del gre2
}

ipv4_multicast() {
	local hops=ttl

	[ "${GREX_UNDERLAY:-}" != ipv6 ] || hops=hlim
	capture "$B" v0 "$WORK/capture" "$OUTER_FILTER"
	# Who has joined answers: each end has joined 224.0.0.1 on its own.
	check "all hosts from A" ping_ok "$A" 224.0.0.1 -I gre1 -L -t 1
	check "all hosts from B" ping_ok "$B" 224.0.0.1 -I gre1 -L -t 1
	capture_stop "$WORK/capture" 12
	# A TTL of 1 inside, which is why the outer one is not inherited.
	check_match "unicast outside" \
		"$hops 64, .*$(outer 192.0.2.1) > $(outer 192.0.2.2): GREv0, .* > 224\.0\.0\.1: ICMP" \
		"$(tcpdump -n -v -r "$WORK/capture" -c 1 2>/dev/null | tr -d '\n')"
}

ipv6_multicast() {
	check "all nodes from A" ping_ok "$A" ff02::1 -I gre1 -L
	check "all nodes from B" ping_ok "$B" ff02::1 -I gre1 -L
}

# receives WHAT FROM TO: TO joins a group as a routing daemon does, FROM sends
receives() {
	local what=$1 from=$2 to=$3

	ns_background "$to" socat -u \
		UDP4-RECV:5002,ip-add-membership=239.1.2.3:gre1 \
		"CREATE:$WORK/$what"
	busywait 10 joined "$to" || fail "$what: the group is not joined"
	printf '%s' "$what" | ns "$from" socat -u - \
		UDP4-DATAGRAM:239.1.2.3:5002,ip-multicast-ttl=1
	check "$what arrives" busywait 10 grep -q "^$what$" "$WORK/$what"
}

joined() {
	ip -n "$1" maddr show dev gre1 | grep -q 239.1.2.3
}

group_of_an_application() {
	if [ ! -e /proc/net/igmp ]; then
		skip "the kernel has no CONFIG_IP_MULTICAST"
		return
	fi
	run ip -n "$A" route add 224.0.0.0/4 dev gre1
	run ip -n "$B" route add 224.0.0.0/4 dev gre1
	receives hello "$A" "$B"
	receives answer "$B" "$A"
}

broadcast() {
	check "subnet's from A" ping_ok "$A" 10.0.0.3 -b
	check "subnet's from B" ping_ok "$B" 10.0.0.3 -b
	check "limited from A" ping_ok "$A" 255.255.255.255 -b -I gre1
	check "limited from B" ping_ok "$B" 255.255.255.255 -b -I gre1
}

peer_address() {
	run gretool -n "$A" set gre1 addr 10.1.1.1/32 peer 10.2.2.2 ||
		fail "addr with peer"
	run ip -n "$B" addr add 10.2.2.2 peer 10.1.1.1 dev gre1 ||
		fail "ip addr add with peer"
	check_match "peer in A" "inet 10\.1\.1\.1 peer 10\.2\.2\.2/32" \
		"$(ip -n "$A" -4 addr show gre1)"
	check "A to B" ping_ok "$A" 10.2.2.2 -I 10.1.1.1
	check "B to A" ping_ok "$B" 10.1.1.1 -I 10.2.2.2
	# The device takes what is routed to it, whatever the addresses.
	run ip -n "$A" route add 10.3.0.0/16 dev gre1
	run ip -n "$B" addr add 10.3.0.1/32 dev lo
	check "a network behind the peer" ping_ok "$A" 10.3.0.1
}

run_tests
