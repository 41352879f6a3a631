#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The contract of uapi/linux/grex.h, without gretool: every wrong attribute is
# refused with a sentence, the kernel points at it, and nothing has changed;
# what it tells of a tunnel can be said again. netlink.py builds the messages.

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

TESTS="
	test_size
	test_unknown
	test_absent_gre_options
	test_range
	test_contradictory
	test_trailing_bytes
	test_duplicate
	test_mtu
	test_defaults
	test_round_trip
	test_keepalive
	test_probe
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
test_trailing_bytes() { look_at trailing; }
test_duplicate() { look_at duplicate; }
test_mtu() { look_at mtu; }
test_defaults() { look_at defaults; }
test_round_trip() { look_at round_trip; }
test_keepalive() { look_at keepalive; }
test_probe() { look_at probe; }

run_tests
