#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The contract of uapi/linux/grex.h, without gretool: every wrong attribute is
# refused with a sentence, the kernel points at it, and nothing has changed;
# what it tells of a tunnel can be said again. netlink.py builds the messages.

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	test_size
	test_unknown
	test_absent_gre_options
	test_range
	test_contradictory
	test_not_used
	test_trailing_bytes
	test_duplicate
	test_mtu
	test_defaults
	test_round_trip
	test_keepalive
	test_secret
	test_mtu_auto
	test_probe
	test_old_interface
"

# One run for all functions.
look_at() {
	if [ -z "${HELPER:-}" ]; then
		setup_pair
		helper_run netlink.py "$A" "$B"
	fi
	helper_results "$1"
}

test_size() { look_at size; }
test_unknown() { look_at unknown; }
test_absent_gre_options() { look_at absent; }
test_range() { look_at range; }
test_contradictory() { look_at contradictory; }
test_not_used() { look_at not_used; }
test_trailing_bytes() { look_at trailing; }
test_duplicate() { look_at duplicate; }
test_mtu() { look_at mtu; }
test_defaults() { look_at defaults; }
test_round_trip() { look_at round_trip; }
test_keepalive() { look_at keepalive; }
test_secret() { look_at secret; }
test_mtu_auto() { look_at mtu_auto; }
test_probe() { look_at probe; }

# What programs without netlink ask: SIOCGETTUNNEL. They change nothing.
test_old_interface() {
	setup_pair
	run gretool -n "$A" add gre1 local 192.0.2.1 remote 192.0.2.2 dev v0 key 5 ttl 77
	check_match "ip tunnel show" \
		"^gre1: gre/ip remote 192.0.2.2 local 192.0.2.1 dev v0 ttl 77 tos inherit key (5|0.0.0.5)" \
		"$(ip -n "$A" tunnel show gre1 | tr -s ' ')"
	check_match "ip tunnel show of all" "gre1: gre/ip" "$(ip -n "$A" tunnel show)"
	check_fails "ip tunnel change" ip -n "$A" tunnel change gre1 ttl 7
	check_fails "ip tunnel del" ip -n "$A" tunnel del gre1
	check "it is there" ip -n "$A" link show gre1
}

run_tests
