# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Checks on this machine, one line each. Whoever sources this sets STAGE, the
# stage of check.sh, and ends with "exit $failed".

# shellcheck disable=SC2034 # used by those who source this
failed=0

# try NAME command...: passes when it succeeds and prints nothing; the status says if it has passed
try() {
	local name=$1 out status=0 begin=$SECONDS
	shift
	out=$("$@" 2>&1) || status=$?
	if [ "$status" = 0 ] && [ -z "$out" ]; then
		printf 'ok   %-48s %3d s\n' "$name" "$((SECONDS - begin))"
		status=pass
	else
		printf 'FAIL %s (status %d)\n%s\n' "$name" "$status" "$out"
		status=fail
		failed=1
	fi
	[ -z "${GREX_TALLY:-}" ] ||
		printf '%s %s %s\n' "$STAGE" "$status" "$name" >>"$GREX_TALLY"
	[ "$status" = pass ]
}

sources() {
	git ls-files --cached --others --exclude-standard -- "$@"
}
