#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# host.sh: what runs without a kernel: the pure files and gretool, with the
# sanitizers.

set -uo pipefail
cd "$(dirname "$0")/.." || exit

failed=0

# count STAGE command...: print and tally its TAP
count() {
	local stage=$1 out line status
	shift
	out=$("$@" 2>&1)
	status=$?
	printf '%s\n' "$out" | grep -vE '^ok ' 
	while IFS= read -r line; do
		case $line in
		'not ok '*) status=1 line="fail ${line#not ok }" ;;
		'ok '*'# SKIP'*) line="skip ${line#ok }" ;;
		'ok '*) line="pass ${line#ok }" ;;
		*) continue ;;
		esac
		[ -z "${GREX_TALLY:-}" ] ||
			printf '%s %s\n' "$stage" "$line" >>"$GREX_TALLY"
	done <<<"$out"
	[ "$status" = 0 ] || failed=1
	printf '%s: %d ok\n' "$stage" "$(grep -c '^ok ' <<<"$out")"
	grep -q '^ok ' <<<"$out" || failed=1
}

count host-header make -s -C selftests/host check
count host-gretool make -s -C tools check
exit "$failed"
