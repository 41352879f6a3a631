#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What must not get in: each malformed or unwanted packet is dropped, exactly
# one counter says why, and only the unknown are answered, at a limited rate.
# The packets are made by scapy in refusals.py; it sees to one counter rising by
# one, to all others staying, and to the ICMP errors that come back.

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	test_truncated
	test_version
	test_routing
	test_reserved
	test_checksum
	test_key
	test_sequence
	test_stranger
	test_payload
	test_flood
"

# One run of refusals.py for all functions: scapy takes seconds to start.
refusals() {
	local last
	if [ -z "${HELPER:-}" ]; then
		setup_pair
		# So that ICMP errors to the remotes find their way.
		for last in 3 4 5 6 98 99; do
			run ip -n "$B" addr add "192.0.2.$last/24" dev v0
		done
		run ip -n "$A" addr add 192.0.2.111/24 dev v0
		ns "$A" sysctl -qw net.ipv4.icmp_ratelimit=0
		run gretool -n "$A" add plain local 192.0.2.1 remote 192.0.2.2 up
		run gretool -n "$A" add summed local 192.0.2.1 remote 192.0.2.3 icsum up
		run gretool -n "$A" add keyed local 192.0.2.1 remote 192.0.2.4 key 42 up
		run gretool -n "$A" add ordered local 192.0.2.1 remote 192.0.2.5 iseq up
		run gretool -n "$A" add closed local 192.0.2.1 remote 192.0.2.6
		helper_run refusals.py "$A" "$B"
	fi
	helper_results "$1"
}

test_truncated() { refusals truncated; }
test_version() { refusals version; }
test_routing() { refusals routing; }
test_reserved() { refusals reserved; }
test_checksum() { refusals checksum; }
test_key() { refusals key; }
test_sequence() { refusals sequence; }
test_stranger() { refusals stranger; }
test_payload() { refusals payload; }
test_flood() { refusals flood; }

run_tests
