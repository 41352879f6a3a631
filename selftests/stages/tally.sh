# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Counts what a command says as TAP. Sourced; failed becomes 1.
# shellcheck disable=SC2034 # read by those who source this

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
