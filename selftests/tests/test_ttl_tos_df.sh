#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the outer header takes over from the inner one: TTL, TOS, DF; and the
# ECN field in both directions (RFC 6040). ttl_tos_df.py sends and looks.

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	test_ttl
	test_tos
	test_ecn_encap
	test_ecn_decap
	test_df
"

tunnel() {
	local name=$1 last=$2
	shift 2
	run ip -n "$B" addr add "192.0.2.$last/24" dev v0
	run gretool -n "$A" add "$name" local 192.0.2.1 \
		remote "192.0.2.$last" "$@" up || fail "add $name"
}

# One run for all functions; the remotes are known to ttl_tos_df.py.
look_at() {
	if [ -z "${HELPER:-}" ]; then
		setup_pair
		tunnel t64 10
		tunnel t1 11 ttl 1
		tunnel t255 12 ttl 255
		tunnel tinherit 13 ttl inherit
		tunnel qinherit 20
		tunnel qfixed 21 tos 0x48
		tunnel qzero 22 tos 0
		tunnel dset 30
		tunnel dinherit 31 df inherit
		tunnel dclear 32 df clear
		helper_run ttl_tos_df.py "$A" "$B"
	fi
	helper_results "$1"
}

test_ttl() { look_at ttl; }
test_tos() { look_at tos; }
test_ecn_encap() { look_at ecn_encap; }
test_ecn_decap() { look_at ecn_decap; }
test_df() { look_at df; }

run_tests
