# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the tests of "gretool check" share: they ask it, and run the commands that it prints.

# examine NAMESPACE [TUNNEL]: put the findings into $WORK/check and the exit status into
# STATUS
examine() {
	gretool -n "$1" -j check ${2:+"$2"} >"$WORK/check"
	STATUS=$?
}

# said FILTER: what jq finds in the findings about the first tunnel
said() {
	jq -r ".[0].findings | $1" "$WORK/check"
}

# wrong: a list "problem ID, warning ID" of all findings that are worse than a note
wrong() {
	said 'map(select(.severity != "note") | "\(.severity) \(.id)") | join(", ")'
}

# finds WHAT EXPECTED NAMESPACE [TUNNEL]: these findings, and no others, must be worse than
# a note
finds() {
	local status=0
	examine "${@:3}"
	check_eq "$1" "$2" "$(wrong)"
	[ -z "$2" ] || status=3
	check_eq "$1: exit status" "$status" "$STATUS"
}

# notes WHAT ID NAMESPACE TUNNEL: there must be a note with this ID
notes() {
	examine "$3" "$4"
	check_eq "$1" note "$(said "map(select(.id == \"$2\"))[0].severity")"
}

# fix_of ID: the command that mends it
fix_of() {
	said "map(select(.id == \"$1\"))[0].fix // \"\""
}

has_finding() {
	examine "$2" "$3"
	said 'map(.id)[]' | grep -qx "$1"
}

has_no_finding() {
	! has_finding "$@"
}

# mend ID NAMESPACE TUNNEL [WORD=VALUE...]: fill in the words in capitals, run the command
# that was printed, and see that the finding goes
mend() {
	local id=$1 name=$2 tunnel=$3 fix word
	shift 3

	fix=$(fix_of "$id")
	[ -n "$fix" ] || fail "$id: there is no fix"
	for word; do
		[[ $fix == *"${word%%=*}"* ]] ||
			fail "$id: no ${word%%=*} in \"$fix\""
		fix=${fix//"${word%%=*}"/"${word#*=}"}
	done
	check "the fix of $id" run bash -ec "$fix"
	check "$id is gone after \"$fix\"" \
		busywait 10 has_no_finding "$id" "$name" "$tunnel"
}
