#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# How long it takes to see that the far end is gone: fifty times, at any moment
# between two keepalives. The far end is made byte by byte, see keepalive.py.
# limit: 300

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	detection
"

detection() {
	setup_pair
	run gretool -n "$A" add plain local 192.0.2.1 remote 192.0.2.11 up ||
		fail "add"
	ip -n "$A" neigh add 192.0.2.11 lladdr 02:00:00:00:00:01 dev v0
	ns "$B" ip link set v0 promisc on
	helper_run keepalive.py "$A" "$B" detection
	grep '^# detection' "$HELPER"
	helper_results detection
}

run_tests
