# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Compares grex in the place of ip_gre or ip6_gre with that. Test files source this after lib.sh.
# KINDS is the value of the module parameter "kinds" of grex, by default gre, and IN_TREE the other
# module, by default ip_gre.
#
# For each NAME in COMPARED there is a function NAME_with that prints what happens. It
# runs on IN_TREE first, and then on grex with these kinds, and must print the same. Each
# time TOPOLOGY makes its namespaces; WITH is the module.

# shellcheck disable=SC2034 # for lib.sh
SETUP=setup
TOPOLOGY=setup_pair
WITH=
: "${KINDS:=gre}" "${IN_TREE:=ip_gre}"

setup() {
	local test words

	read -rd '' -a words <<<"${ONLY:-$COMPARED}"
	if ! module_reload; then return; fi
	run rmmod grex || fail "rmmod grex"
	check "$IN_TREE" run modprobe "$IN_TREE"
	for test in "${words[@]}"; do
		! declare -F "${test}_with" >/dev/null || outcome "$test" "$IN_TREE"
	done
	check "without $IN_TREE" run rmmod "$IN_TREE"
	check "kinds=$KINDS" run modprobe grex "kinds=$KINDS"
	# modprobe reports no error if the module fails with EEXIST. The first command that uses
	# the kind would then load the other one.
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

# compare TEST: the outcome with grex must be that with IN_TREE
compare() {
	local difference

	outcome "$1" grex
	[ -s "$WORK/$1.$IN_TREE" ] || fail "$IN_TREE did nothing"
	! grep -q '^Traceback' "$WORK/$1.$IN_TREE" || fail "a program of the test has failed"
	difference=$(diff -U1 "$WORK/$1.$IN_TREE" "$WORK/$1.grex") ||
		fail "$IN_TREE (-) and grex (+):
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
	# netlink explains errors of grex by a sentence, and those of other modules by a number.
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
# the limits of the MTU, that gre0 has IPv6 before it is up, and the address that is random
link_filter() {
	sed -E 's/^[0-9]+: //; s/ (min|max)mtu [0-9]+//g; s/ addrgenmode [a-z0-9]+//;
		s/ permaddr [0-9a-f:]+//'
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

# bridge_both DEVICE: make it a port of a bridge in $A and in $B, and ping from one to the other
# through a VLAN of these bridges
bridge_both() {
	local end

	for end in "$A 1" "$B 2"; do
		# shellcheck disable=SC2086 # words
		set -- "$1" $end
		ips "$2" <<-END
			link add br0 type bridge forward_delay 0
			link set $1 master br0
			link set br0 up
			link add br0.7 link br0 type vlan id 7
			addr add 10.7.0.$3/24 dev br0.7
			link set br0.7 up
		END
	done
	busywait 5 ping_ok "$A" 10.7.0.2 -s 1000 && echo "through VLAN 7"
	ip -n "$A" -o link show br0 | grep -o 'mtu [0-9]*'
}
