# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Compares grex in the place of ip_gre with ip_gre. Test files source this after lib.sh.
# KINDS is the value of the module parameter "kinds" of grex, by default gre.
#
# For each NAME in COMPARED there is a function NAME_with that prints what happens. It
# runs on ip_gre first, and then on grex with kinds=gre, and must print the same. Each
# time TOPOLOGY makes its namespaces; WITH is the module.

# shellcheck disable=SC2034 # for lib.sh
SETUP=setup
TOPOLOGY=setup_pair
WITH=
: "${KINDS:=gre}"

setup() {
	local test words

	read -rd '' -a words <<<"${ONLY:-$COMPARED}"
	if ! module_reload; then return; fi
	run rmmod grex || fail "rmmod grex"
	check "ip_gre" run modprobe ip_gre
	for test in "${words[@]}"; do
		! declare -F "${test}_with" >/dev/null || outcome "$test" ip_gre
	done
	check "without ip_gre" run rmmod ip_gre
	check "kinds=$KINDS" run modprobe grex "kinds=$KINDS"
	# modprobe reports no error if the module fails with EEXIST. The first command that uses
	# the kind would then load ip_gre.
	check "grex is loaded" test -d /sys/module/grex
}

# outcome TEST MODULE: keep what the test prints with this module
outcome() {
	WITH=$2
	printf '# %s with %s\n' "$1" "$WITH"
	"$TOPOLOGY"
	"${1}_with" >"$WORK/$1.$WITH" 2>&1
	grep '^# FAIL' "$WORK/$1.$WITH"
	cleanup
}

# compare TEST: the outcome with grex must be that with ip_gre
compare() {
	local difference

	outcome "$1" grex
	[ -s "$WORK/$1.ip_gre" ] || fail "ip_gre did nothing"
	! grep -q '^Traceback' "$WORK/$1.ip_gre" || fail "a program of the test has failed"
	difference=$(diff -U1 "$WORK/$1.ip_gre" "$WORK/$1.grex") ||
		fail "ip_gre (-) and grex (+):
$difference"
}

for name in $COMPARED; do
	eval "$name() { compare $name; }"
done

# report WHAT COMMAND...: print what it is, what it says and how it ends
report() {
	local what=$1 out status=0
	shift

	printf '> %s\n' "$what"
	out=$("$@" 2>&1) || status=$?
	# netlink explains errors of grex by a sentence, and those of ip_gre by a number.
	grep -vE '^(Error|RTNETLINK answers): |^$' <<<"$out"
	echo "$status"
}

# report_lines NAMESPACE: likewise for each line of the input, which a shell there runs
report_lines() {
	local line

	while IFS= read -r line; do
		report "$line" ip netns exec "$1" sh -c "$line" </dev/null
	done
}

# link_filter: leave out of what ip(8) shows of a link the index, and what differs on purpose:
# the limits of the MTU, and that gre0 has IPv6 before it is up
link_filter() {
	sed -E 's/^[0-9]+: //; s/ (min|max)mtu [0-9]+//g; s/ addrgenmode [a-z0-9]+//'
}

# link_shown [OPTION...] DEVICE: what ip(8) shows of it, but for that
link_shown() { ip "${@:1:$# - 1}" -d -o link show dev "${!#}" 2>&1 | link_filter; }

# netlink_changes KIND DEVICE: each line of the input is one RTM_NEWLINK about the device in $A with
# these attributes alone. One program sends them all, as python takes long to start.
netlink_changes() {
	local line said

	coproc CHANGES { ip netns exec "$A" python3 -S "$PY/gre_change.py" "$1"; }
	while IFS= read -r line; do
		printf '> %s\n' "$line"
		echo "$2 $line" >&"${CHANGES[1]}"
		read -r said <&"${CHANGES[0]}" || fail "gre_change.py ended"
		printf '%s\n' "$said"
		link_shown -n "$A" "$2"
	done
	eval "exec ${CHANGES[1]}>&-"
	wait "$CHANGES_PID"
}
