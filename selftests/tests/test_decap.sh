#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What arrives is what was sent: packets that scapy makes on the peer, for every
# combination of key, checksum and sequence, come out of the tunnel to the byte,
# and echo requests among them are answered. decap.py sends and looks.

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	test_combinations
	test_more_than_wanted
	test_reserved_bits
	test_wccp
	test_other_payloads
	test_multicast
	test_fragments
"

# One run for all functions: scapy takes seconds to start. Each combination is a
# tunnel of its own, g0 from 192.0.2.10 and so on.
look_at() {
	local i options
	if [ -z "${HELPER:-}" ]; then
		setup_pair
		helper_run decap.py options
		mapfile -t options <"$HELPER"
		for i in "${!options[@]}"; do
			run ip -n "$B" addr add "192.0.2.$((10 + i))/24" dev v0
			# shellcheck disable=SC2086 # words of options
			run gretool -n "$A" add "g$i" local 192.0.2.1 \
				remote "192.0.2.$((10 + i))" ${options[i]} \
				addr "10.0.$i.1/30" addr "fd00:1$i::1/64" up ||
				fail "add ${options[i]}"
		done
		helper_run decap.py send "$A" "$B"
	fi
	helper_results "$1"
}

test_combinations() { look_at combinations; }
test_more_than_wanted() { look_at more; }
test_reserved_bits() { look_at reserved; }
test_wccp() { look_at wccp; }
test_other_payloads() { look_at other; }
test_multicast() { look_at multicast; }
test_fragments() { look_at fragments; }

run_tests
