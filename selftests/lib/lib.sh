# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Every test_*.sh begins with: . "$(dirname "$0")/../lib/lib.sh"
#
# A test file lists its test functions in TESTS, in order, and ends with "run_tests".
# A function makes its topology, checks with check, check_eq and the like, and returns;
# RET is 0 as long as nothing failed. Namespaces get random names and go away after each
# function. If SETUP names a function, it makes a topology first, which the others share
# and leave as they found it. The output is KTAP. The exit status is 0 if all functions
# passed, 1 if some failed, and 4 if the file was skipped. ONLY=FUNCTION runs one
# function; with VERBOSE=1 each command that changes something is printed before it runs.
#
# topology.sh, which this file sources, has the usual topologies.

set -u
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1

KSFT_SKIP=4
MODULE=grex # the module that the tests need
# shellcheck disable=SC2034 # for the test files
PY=$(realpath "${BASH_SOURCE[0]%/*}/py") # programs in Python that tests run
WORK=$(mktemp -d)
NAMESPACES=()
PIDS=()

# beside: whether the tests run beside ip_gre (run.sh --beside)
beside() { [ "${GREX_DEMUX:-}" = beside ]; }

# --- output ----------------------------------------------------------------

# run command...: print it if VERBOSE is set, then run it
run() {
	[ -z "${VERBOSE:-}" ] || printf '# + %s\n' "$*"
	"$@"
}

# skip_all WHY: end the whole file as skipped
skip_all() {
	printf 'TAP version 13\n1..0 # SKIP %s\n' "$*"
	exit "$KSFT_SKIP"
}

# skip WHY: report this test function as skipped; the function returns then
skip() {
	SKIP=$*
}

fail() {
	RET=1
	printf '# FAIL: %s\n' "$*"
}

# check "what is expected" command...: the command must succeed
check() {
	local what=$1 out
	shift
	[ -z "${VERBOSE:-}" ] || printf '# ? %s\n' "$*"
	out=$("$@" 2>&1) || fail "$what: $* said: $out"
}

# check_fails "what" command...: the command must not succeed
check_fails() {
	local what=$1 out
	shift
	if out=$("$@" 2>&1); then
		fail "$what: $* succeeded and said: $out"
	fi
}

# check_eq "what" EXPECTED GOT
check_eq() {
	[ "$2" = "$3" ] || fail "$1: expected \"$2\", got \"$3\""
}

# check_match "what" REGEX GOT
check_match() {
	[[ $3 =~ $2 ]] || fail "$1: \"$3\" does not match \"$2\""
}

# --- waiting ---------------------------------------------------------------

exec {NOTHING}<> <(:) # a pipe that nobody writes to

# busywait SECONDS command...: repeat it until it succeeds, for at most so long
busywait() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		read -rt 0.05 -u "$NOTHING" || : # sleeps, and starts no program
	done
}

# now: milliseconds of a clock that only goes forward
now() {
	local up
	read -r up _ </proc/uptime
	echo "${up%.*}${up#*.}0"
}

# --- namespaces ------------------------------------------------------------

# new_ns VARIABLE: make a namespace with lo up, its name in VARIABLE
new_ns() {
	local name
	name=$(printf '%s-%04x%04x' "$1" $RANDOM $RANDOM)
	run ip netns add "$name"
	# Solicitations would be seen in captures.
	ip netns exec "$name" sh -c "
		cd /proc/sys/net/ipv6/conf/default
		echo 0 >accept_dad
		echo 0 >router_solicitations
		exec ip link set lo up"
	NAMESPACES+=("$name")
	printf -v "$1" '%s' "$name"
}

# ns NAMESPACE command...: run it there
ns() {
	local name=$1
	shift
	run ip netns exec "$name" "$@"
}

# ips NAMESPACE: run each line of the input as a command of ip. An emulated machine takes
# long to start a program, so that one ip for all lines is worth it.
ips() {
	local name=$1 lines

	mapfile -t lines
	[ -z "${VERBOSE:-}" ] ||
		printf '# + %s\n' "${lines[@]/#/ip -n $name }"
	printf '%s\n' "${lines[@]}" | ip -n "$name" -batch -
}

# background command...: it is ended with the test function
background() {
	"$@" &
	PIDS+=($!)
}

# ns_background NAMESPACE command...: likewise, in a namespace
ns_background() {
	ip netns exec "$@" &
	PIDS+=($!)
}

# ended PID: whether the process, a child of this shell, does not run any more
ended() {
	local stat
	read -r stat 2>/dev/null <"/proc/$1/stat" || return 0
	stat=${stat##*) }
	[ "${stat%% *}" = Z ]
}

# end_process PID: end a child of this shell. SIGTERM does not end each program: nhrpd of FRR 8.4
# sometimes waits for a lock of its own forever.
end_process() {
	kill "$1" 2>/dev/null || return
	busywait 10 ended "$1" || kill -9 "$1"
	wait "$1" 2>/dev/null
}

end_background() {
	local pid
	for pid in "${PIDS[@]+"${PIDS[@]}"}"; do
		end_process "$pid"
	done
	PIDS=()
}

cleanup() {
	local name
	end_background
	for name in "${NAMESPACES[@]+"${NAMESPACES[@]}"}"; do
		ip netns del "$name" 2>/dev/null
	done
	NAMESPACES=()
}

trap 'cleanup; rm -rf "$WORK"' EXIT

# shellcheck source=topology.sh
. "${BASH_SOURCE[0]%/*}/topology.sh"

# ping_ok NAMESPACE ADDRESS [ping options]: whether all of three packets are answered
ping_ok() {
	local name=$1 to=$2
	shift 2
	ns "$name" ping -q -c 3 -i 0.05 -W 2 "$@" "$to" |
		grep -q ' 0% packet loss'
}

# ping_fails NAMESPACE ADDRESS [ping options]: whether none of two packets is answered
ping_fails() {
	local name=$1 to=$2
	shift 2
	! ns "$name" ping -q -c 2 -i 0.05 -W 1 "$@" "$to"
}

# tcp_listening NAMESPACE PORT: whether somebody listens there
tcp_listening() {
	ip netns exec "$1" grep -q "$(printf ':%04X 0*:0000 0A' "$2")" \
		/proc/net/tcp /proc/net/tcp6
}

# bulk_tcp WHAT FROM TO ADDRESS: send $WORK/sent, which must arrive unchanged, from the namespace
# FROM to TO, where ADDRESS is for example TCP4:10.0.0.2
bulk_tcp() {
	ip netns exec "$3" socat -u "${4%%:*}-LISTEN:5001,reuseaddr" "CREATE:$WORK/received" &
	PIDS+=($!)
	busywait 5 tcp_listening "$3" 5001 || fail "$1: nobody listens"
	check "$1" ns "$2" socat -u "OPEN:$WORK/sent" "$4:5001"
	wait "${PIDS[-1]}"
	check "$1: the same bytes" cmp "$WORK/sent" "$WORK/received"
}

# --- counters --------------------------------------------------------------

# counter NAMESPACE DEVICE NAME: the value of a drop counter, from the kernel's own list
counter() {
	ip netns exec "$1" ethtool -S "$2" |
		awk -v name="$3:" '$1 == name { print $2 }'
}

# link_counter NAMESPACE DEVICE FIELD: the value of rx_packets, tx_errors, ...
link_counter() {
	ip netns exec "$1" cat "/sys/class/net/$2/statistics/$3"
}

# link_mtu NAMESPACE DEVICE: the MTU of the device
link_mtu() {
	ip -n "$1" -o link show "$2" | sed 's/.* mtu \([0-9]*\) .*/\1/'
}

# member NAME...: print the values that these members have in the first object of the input, which is
# what "gretool -j" or "ip -j" prints. A name may be a path, such as path_mtu.bytes. A
# start of jq takes 170 million instructions, so that tests use jq only if they need a filter.
# For a missing member, null is printed. If the input is empty, nothing is printed.
member() {
	local text rest name value values=()

	IFS= read -rd '' text
	[[ $text =~ [^[:space:]] ]] || return
	for name; do
		rest=${text//'": '/'":'}
		while [[ $name == *.* ]]; do
			value=${name%%.*}
			name=${name#*.}
			if [[ $rest != *"\"$value\":{"* ]]; then rest=; fi
			rest=${rest#*"\"$value\":{"}
		done
		value=null
		if [[ $rest =~ \"$name\":(\"([^\"]*)\"|[^][\",{}]+) ]]; then
			value=${BASH_REMATCH[2]:-${BASH_REMATCH[1]}}
		fi
		values+=("$value")
	done
	printf '%s\n' "${values[*]}"
}

# peer_is NAMESPACE STATE [TUNNEL]: whether that is the state of the peer of gre1
peer_is() {
	[ "$(gretool -n "$1" -j show "${3:-gre1}" | member peer)" = "$2" ]
}

# path_is BYTES [OPTION...]: whether mtu-probe has found that path MTU for gre1; the options
# are gretool's
path_is() {
	local bytes=$1
	shift
	[ "$(gretool "$@" -j show gre1 | member path_mtu.search path_mtu.bytes)" = "done $bytes" ]
}

# counts NAMESPACE DEVICE NAME N command...: the command must raise the counter by N
counts() {
	local name=$1 dev=$2 counter=$3 by=$4 before after
	shift 4
	before=$(counter "$name" "$dev" "$counter")
	"$@"
	after=$(counter "$name" "$dev" "$counter")
	check_eq "$counter of $dev" "$by" "$((after - before))"
}

# --- the module ------------------------------------------------------------

# module_reload: remove the module and load it again; the test is skipped if that would
# take away tunnels that are not ours
module_reload() {
	if [ -n "$(ip -o link show type grex)" ]; then
		skip "there are tunnels outside of the test"
		return 1
	fi
	check "rmmod" run rmmod grex
	check "modprobe" run modprobe grex
}

# --- captures --------------------------------------------------------------

# capture NAMESPACE DEVICE FILE [tcpdump words]: start a capture; it listens on return
capture() {
	local name=$1 dev=$2 file=$3
	shift 3
	# The log of an earlier capture would say that this one listens.
	rm -f "$file" "$file.log"
	# Immediate mode sets 64 kB aside for each packet: this is room for 256.
	ip netns exec "$name" tcpdump -q -n -U --immediate-mode -B 16384 -s 0 \
		-i "$dev" -w "$file" "$@" \
		2>"$file.log" &
	CAPTURE=$!
	PIDS+=("$CAPTURE")
	busywait 10 grep -qs 'listening on' "$file.log" ||
		fail "tcpdump: $(cat "$file.log")"
}

# capture_stop [FILE N]: end the capture, if given, after N packets have arrived in FILE
capture_stop() {
	if [ $# -eq 2 ]; then
		busywait 5 captured "$1" "$2" || fail "$1: fewer than $2 packets"
	fi
	kill -INT "$CAPTURE" 2>/dev/null
	wait "$CAPTURE" 2>/dev/null
}

captured() {
	[ "$(tcpdump -n -r "$1" 2>/dev/null | wc -l)" -ge "$2" ]
}

# fields FILE FIELD...: a line for each packet, as tshark decodes it, with a tab between
# the fields; a comma separates the values of the outer and the inner header
fields() {
	local file=$1 field args=()
	shift
	for field in "$@"; do
		args+=(-e "$field")
	done
	tshark -n -r "$file" -o ip.check_checksum:TRUE \
		-o udp.check_checksum:TRUE -T fields "${args[@]}" 2>/dev/null
}

# --- running ---------------------------------------------------------------

run_tests() {
	local test n=0 failed=0 setup=0 words
	read -rd '' -a words <<<"${ONLY:-$TESTS}"
	[ "$(id -u)" = 0 ] || skip_all "needs root"
	if ! modprobe "$MODULE" 2>/dev/null && [ ! -d "/sys/module/$MODULE" ]; then
		# The lab has built the module for this kernel.
		[ -n "${GREX_LAB:-}" ] || skip_all "$MODULE cannot be loaded"
		echo "Bail out! $MODULE cannot be loaded"
		exit 1
	fi
	printf 'TAP version 13\n1..%d\n' "${#words[@]}"
	RET=0
	if [ -n "${SETUP:-}" ]; then
		"$SETUP"
		setup=$RET
	fi
	for test in "${words[@]}"; do
		n=$((n + 1))
		RET=$setup
		SKIP=
		printf '# %s\n' "$test"
		[ -z "${GREX_LAB:-}" ] || printf 'grex-lab: %s: %s\n' "${0##*/}" "$test" >/dev/kmsg
		if declare -F "$test" >/dev/null; then
			"$test"
		else
			fail "there is no function $test"
		fi
		if [ -n "${SETUP:-}" ]; then end_background; else cleanup; fi
		# A test may have unloaded it.
		! beside || modprobe -a ip_gre ip6_gre
		if [ "$RET" != 0 ]; then
			printf 'not ok %d %s\n' "$n" "$test"
			failed=1
		elif [ -n "$SKIP" ]; then
			printf 'ok %d %s # SKIP %s\n' "$n" "$test" "$SKIP"
		else
			printf 'ok %d %s\n' "$n" "$test"
		fi
	done
	exit "$failed"
}
