# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the tests of "gretool check" share: ask the doctor, and do what it says.

# examine NAMESPACE [TUNNEL]: findings in $WORK/check, exit status in STATUS
examine() {
	gretool -n "$1" -j check ${2:+"$2"} >"$WORK/check"
	STATUS=$?
}

# said FILTER: of the first tunnel
said() {
	jq -r ".[0].findings | $1" "$WORK/check"
}

# wrong: "problem ID, warning ID" of what is worse than a note
wrong() {
	said 'map(select(.severity != "note") | "\(.severity) \(.id)") | join(", ")'
}

# finds WHAT EXPECTED NAMESPACE [TUNNEL]: exactly these are worse than a note
finds() {
	local status=0
	examine "${@:3}"
	check_eq "$1" "$2" "$(wrong)"
	[ -z "$2" ] || status=3
	check_eq "$1: exit status" "$status" "$STATUS"
}

# notes WHAT ID NAMESPACE TUNNEL: it is there, as a note
notes() {
	examine "$3" "$4"
	check_eq "$1" note "$(said "map(select(.id == \"$2\"))[0].severity")"
}

# fix_of ID
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

# mend ID NAMESPACE TUNNEL [WORD=VALUE...]: run the command that was printed,
# with words in capitals filled in, and see that the finding goes
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

peer_is() {
	[ "$(gretool -n "$1" -j show gre1 | jq -r '.[].peer')" = "$2" ]
}
