#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# check.sh [--from STAGE] STAGE...: run stages of the tests, then print one summary
# line over all of them. Stages: static host deb kunit selftests rest ipv6 beside system
# packages debug debug-some debug-rest leaks kernels plant fuzz. --from leaves out the stages
# before STAGE, so that one can go on where an earlier run has stopped.
#
# The stage "selftests" leaves out the files that say "# make check: left out", so that
# "make check" stays short; the stage "rest" runs them. A debug kernel takes four times
# as long and has little to say about gretool: the stage "debug" leaves out the files
# that say "# make check-debug: left out", and "debug-rest" runs them. "debug-some" has
# a time limit: it takes the files that the last change concerns, then those that the
# debug kernel has not run for the longest time. All other stages run all files.
#
# Stages without a guest run beside those with guests, whose clocks do not mind; the
# output of such a stage is shown when it ends. Every test of every stage writes one
# line into the file $GREX_TALLY.

set -uo pipefail
cd "$(dirname "$0")/.." || exit

LAB=selftests/lab
TESTS=(selftests/tests/test_*.{sh,py} selftests/tests/pair_*.sh)
OTHER_KERNELS="5.10 6.12 7.2"
DEBUG_SECONDS=540 # of debug-some, whose last files may take some more

from=
if [ "${1:-}" = --from ]; then
	from=$2
	shift 2
fi
mkdir -p .build
GREX_TALLY=$(mktemp "$PWD/.build/tally.XXXXXX")
export GREX_TALLY

trap 'rm -f "$GREX_TALLY"*' EXIT

# setup STAGE...: install packages once, before anything runs
setup() {
	local groups=(build) word
	for word; do
		case $word in
		static) groups+=(lab check) ;;
		fuzz) groups+=(lab check guest) ;;
		host | deb) groups+=(check deb) ;;
		packages) groups+=(lab deb) ;;
		*) groups+=(lab guest) ;;
		esac
	done
	"$LAB/deps.sh" "${groups[@]}" && make -s -j "$(nproc)" tool
}

# --- which files ------------------------------------------------------------------

# marked TEXT, unmarked TEXT: the test files that have such a line, or do not have it
marked() { grep -lxF "# $1" "${TESTS[@]}"; }
unmarked() { grep -LxF "# $1" "${TESTS[@]}"; }
NOT_HERE="make check: left out"
NOT_ON_DEBUG="make check-debug: left out"

# changed: the files that the last change has touched, since it left the branch that it
# comes from, or in the last day of commits
changed() {
	local base
	base=$(git merge-base HEAD '@{upstream}' 2>/dev/null)
	if [ -z "$base" ] || [ "$base" = "$(git rev-parse HEAD 2>/dev/null)" ]; then
		base=$(git log -1 --format=%ct 2>/dev/null)
		base=$(git rev-list -1 --before="$((base - 86400))" HEAD 2>/dev/null)
	fi
	git diff --name-only "${base:-HEAD}" 2>/dev/null
}

# concerned: the test files that the last change concerns: those that it touches, those
# that use what it touches in lib/, and those whose name has a word that goes with a file
# of the module
concerned() {
	local path word
	changed | while IFS= read -r path; do
		case $path in
		selftests/tests/*) [ ! -f "$path" ] || echo "$path" ;;
		selftests/lib/*)
			word=${path##*/}
			grep -lE "/$word\>|(from|import) ${word%.py}\>" "${TESTS[@]}"
			;;
		module/*.c | module/*.h)
			word=$(basename "$path")
			case ${word%.*} in
			rx | header | deliver) word='decap|refusal|precedence|offload|recursion' ;;
			tx | encap | fragment | route) word='encap|offload|recursion|ttl_tos' ;;
			icmp | relay | translate | embedded | sent_log) word='icmp|traceroute|path_mtu' ;;
			pmtu | probe | plpmtud* | auto_mtu) word='mtu' ;;
			mss | clamp) word='mss' ;;
			nbma) word='multipoint' ;;
			keepalive* | responder | histogram) word='keepalive' ;;
			device | rtnl | tunnel) word='change|netlink|teardown' ;;
			ipv4 | ipv6 | outer | addr) word='ipv6_|encap|decap' ;;
			ether) word='ether|kind_gretap' ;;
			kinds | ioctl | ip6gre) word='kind_|netlink' ;;
			demux | beside*) word='demux|ip_gre|icmp_relay' ;;
			netns | table | main) word='netns|precedence|teardown' ;;
			*) word='counters|change' ;;
			esac
			printf '%s\n' "${TESTS[@]}" | grep -E "$word"
			;;
		esac
	done | awk '!seen[$0]++'
}

# in_turn FILE...: the files, those first that the debug kernel has not run for the longest
# time
in_turn() {
	local file turn=${GREX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/grex}/turn/debug
	for file; do
		printf '%s %s\n' "$(stat -c %Y "$turn/${file##*/}" 2>/dev/null || echo 0)" "$file"
	done | sort -k 1,1n -k 2 | cut -d ' ' -f 2
}

# --- stages -----------------------------------------------------------------------

failures() { grep -c '^[^ ]* fail ' "$1"; }

# stage NAME command...: run it; a stage that ends badly without a failed test of its own
# counts as one
stage() {
	local name=$1 begin=$SECONDS all=$GREX_TALLY own
	shift
	own=$(mktemp "$all.XXXXXX")
	printf '\n=== %s\n' "$name"
	if ! GREX_TALLY=$own "$@" && [ "$(failures "$own")" = 0 ]; then
		printf '%s fail %s\n' "$name" "the stage itself" >>"$own"
	fi
	printf '=== %s: %d s\n' "$name" "$((SECONDS - begin))"
	printf '%s stage %d\n' "$name" "$((SECONDS - begin))" >>"$own"
	cat "$own" >>"$all"
	rm -f "$own"
}

run_stage() {
	local files kernel
	case $1 in
	static) stage static selftests/stages/static.sh ;;
	host) stage host selftests/stages/host.sh ;;
	deb) stage deb selftests/stages/deb.sh ;;
	packages) stage packages selftests/stages/packages.sh ;;
	kunit) stage kunit "$LAB/kunit.sh" ;;
	selftests)
		mapfile -t files < <(unmarked "$NOT_HERE")
		stage selftests "$LAB/run.sh" -k 6.1 "${files[@]}"
		;;
	rest)
		mapfile -t files < <(marked "$NOT_HERE")
		stage selftests-rest "$LAB/run.sh" -k 6.1 "${files[@]}"
		;;
	ipv6) stage selftests-ipv6 "$LAB/run.sh" -k 6.1 --ipv6 ;;
	beside)
		stage selftests-beside "$LAB/run.sh" -k 6.1 --beside
		stage selftests-beside-ipv6 "$LAB/run.sh" -k 6.1 --beside --ipv6
		;;
	system) stage system selftests/stages/system.sh ;;
	debug)
		stage kunit-debug "$LAB/kunit.sh" -k debug
		mapfile -t files < <(unmarked "$NOT_ON_DEBUG")
		stage selftests-debug "$LAB/run.sh" -k debug "${files[@]}"
		;;
	debug-some)
		local begin=$SECONDS
		stage kunit-debug "$LAB/kunit.sh" -k debug
		mapfile -t files < <({
			concerned
			in_turn "${TESTS[@]}"
		} | awk '!seen[$0]++')
		stage selftests-debug "$LAB/run.sh" -k debug --within "$((DEBUG_SECONDS - SECONDS + begin))" "${files[@]}"
		;;
	debug-rest)
		mapfile -t files < <(marked "$NOT_ON_DEBUG")
		stage selftests-debug-rest "$LAB/run.sh" -k debug "${files[@]}"
		;;
	leaks)
		stage kmemleak "$LAB/run.sh" -k debug --kmemleak \
			test_teardown.sh test_netns.sh test_change.sh test_netlink.py
		;;
	kernels)
		stage no-ipv6 selftests/stages/no_ipv6.sh
		for kernel in $OTHER_KERNELS; do
			stage "selftests-$kernel" "$LAB/run.sh" -k "$kernel"
		done
		# Here tasks preempt one another in the middle of sending.
		stage "selftests-7.2-rt" "$LAB/run.sh" -k 7.2-rt test_recursion.sh test_encap.py \
			test_decap.py test_keepalive.sh test_change.sh test_teardown.sh
		;;
	plant)
		stage plant-debug "$LAB/plant.sh" -k debug
		stage plant-6.1 "$LAB/plant.sh" -k 6.1
		;;
	fuzz)
		stage fuzz selftests/fuzz/fuzz.sh 120
		# This takes ten minutes at most.
		stage packets selftests/fuzz/packets.sh 120000 "$(date +%s)"
		;;
	*)
		printf 'check.sh: no stage %s\n' "$1" >&2
		exit 2
		;;
	esac
}

stages=()
for word; do
	[ -z "$from" ] || [ "$word" = "$from" ] || continue
	from=
	stages+=("$word")
done
if [ ${#stages[@]} = 0 ]; then
	printf 'check.sh: no stage %s\n' "$from" >&2
	exit 2
fi
stage setup setup "${stages[@]}"
beside=() guests=()
for word in "${stages[@]}"; do
	case $word in
	host | static | deb) beside+=("$word") ;;
	*) guests+=("$word") ;;
	esac
done
{
	for word in "${beside[@]}"; do
		run_stage "$word" >"$GREX_TALLY.said" 2>&1 </dev/null
		cat "$GREX_TALLY.said"
	done
	# The stage kunit finds its module ready then. It reports what is wrong.
	[[ " ${guests[*]} " != *" kunit "* ]] || "$LAB/build.sh" 6.1 GREX_KUNIT=y W=1 >/dev/null 2>&1 || :
} &
lane=$!
# The other lane would not hear of a signal to this one.
trap 'kill "$lane" 2>/dev/null; exit 130' INT TERM HUP
for word in "${guests[@]}"; do
	run_stage "$word"
done
wait "$lane" || printf 'check fail %s\n' "the stages ${beside[*]}: status $?" >>"$GREX_TALLY"

# --- the sum ----------------------------------------------------------------------

passed=$(grep -c '^[^ ]* pass ' "$GREX_TALLY")
failed=$(failures "$GREX_TALLY")
skipped=$(grep -c '^[^ ]* skip ' "$GREX_TALLY")
echo
echo "Seconds of each stage:"
sed -n 's/^\([^ ]*\) stage \([0-9]*\)$/  \2 \1/p' "$GREX_TALLY"
echo "The slowest ten:"
sed -n 's/^\([^ ]*\) time \([0-9.]*\) \(.*\)/  \2 s \3, \1/p' "$GREX_TALLY" |
	sort -k 1,1nr | head -n 10
if [ "$failed" -gt 0 ]; then
	echo "Failed:"
	sed -n 's/^\([^ ]*\) fail \(.*\)/  \1: \2/p' "$GREX_TALLY"
fi
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
