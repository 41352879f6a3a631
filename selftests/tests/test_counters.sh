#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Packets and bytes are what was sent; every drop is counted under its own name
# and among the errors that ip -s link shows; and every place that shows
# counters shows the same. counters.py sends and compares.

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	test_packets
	test_errors
	test_keepalives
	test_places
	test_fresh_tunnel
	test_sysfs
	test_without_carrier
"

add() {
	run gretool -n "$A" add "$@" || fail "add $1"
}

# One run for the first functions: each starts from what the one before left.
look_at() {
	if [ -z "${HELPER:-}" ]; then
		setup_pair
		run ip -n "$B" addr add 192.0.2.3/24 dev v0
		run ip -n "$B" addr add 192.0.2.4/24 dev v0
		run ip -n "$B" addr add 192.0.2.99/24 dev v0
		add gre1 local 192.0.2.1 remote 192.0.2.2 up
		add strict local 192.0.2.1 remote 192.0.2.3 key 7 csum seq up
		add many local 192.0.2.111 remote any key 1 up
		add lost remote 203.0.113.1 up
		add loop remote 198.51.100.1 up
		run ip -n "$A" route add 198.51.100.1 dev loop
		run ip -n "$A" route add 192.0.2.5 dev v0 mtu 1400
		add narrow remote 192.0.2.5 mtu 1476 up
		add closed local 192.0.2.1 remote 192.0.2.4
		helper_run counters.py "$A" "$B"
	fi
	helper_results "$1"
}

test_packets() { look_at packets; }
test_errors() { look_at errors; }
test_keepalives() { look_at keepalives; }
test_places() { look_at places; }
test_fresh_tunnel() { look_at fresh; }

test_sysfs() {
	setup_pair
	tunnel_pair
	check "ping" ping_ok "$A" 10.0.0.2
	check_eq "packets sent" 3 "$(link_counter "$A" gre1 tx_packets)"
	check_eq "bytes sent" $((3 * 84)) "$(link_counter "$A" gre1 tx_bytes)"
	check_eq "packets received" 3 "$(link_counter "$B" gre1 rx_packets)"
	check_eq "bytes received" $((3 * 84)) \
		"$(link_counter "$B" gre1 rx_bytes)"
}

# without_keepalives: all that counts packets of gre1 in A, but what it asks the peer
without_keepalives() {
	gretool -n "$A" -s -s show gre1 | grep -v 'keepalives\|last packet\|rtt\|path mtu'
	ip -n "$A" -s -s link show gre1
}

# The kernel drops these before it asks the tunnel, and 6.1 does not count them, as
# gretool(8) says.
test_without_carrier() {
	local before
	[[ $(uname -r) == 6.1.* ]] || { skip "not said of this kernel"; return; }
	setup_pair
	run gretool -n "$A" add gre1 remote 192.0.2.77 keepalive 1h addr 10.0.0.1/30 up
	check_eq "no carrier" 0 "$(ip netns exec "$A" cat /sys/class/net/gre1/carrier)"
	# The first keepalive leaves 10 ms later, and is a packet, too.
	sleep 1
	before=$(without_keepalives)
	check_fails "ping" ns "$A" ping -q -c 3 -i 0.05 -W 0.2 10.0.0.2
	check_eq "counted nowhere" "$before" "$(without_keepalives)"
}

run_tests
