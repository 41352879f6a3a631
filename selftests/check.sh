#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# check.sh STAGE...: run stages of the tests, then print one summary line over
# all of them. Stages: static host deb kunit selftests rest system packages debug
# debug-rest leaks kernels plant fuzz.
#
# An emulated machine takes a second where User Mode Linux takes a tenth. So that
# "make check" stays short, the stage "selftests" runs those files that say
# "# make check: on UML" there, and the others on Debian's 6.1, but not those that
# say "# make check: left out", which the debug kernel runs as well; the stage
# "rest" runs on 6.1 what "selftests" has not. Likewise a debug kernel, which takes
# four times as long, has little to say about gretool: the stage "debug" leaves out
# those files that say "# make check-debug: left out", and "debug-rest" runs them.
# All other stages run all files.
# Every test of every stage writes one line into the file $GREX_TALLY.

set -uo pipefail
cd "$(dirname "$0")/.." || exit

LAB=selftests/lab
OTHER_KERNELS="5.10 6.12 7.2"

mkdir -p .build
GREX_TALLY=$(mktemp "$PWD/.build/tally.XXXXXX")
export GREX_TALLY
trap 'rm -f "$GREX_TALLY"' EXIT

setup() { "$LAB/deps.sh" build lab check && make -s tool; }

# marked, unmarked REGEX: the test files that have such a line, and those that do not
marked() { grep -lxE "# ($1)" selftests/{test,pair}_*.sh; }
unmarked() { grep -LxE "# ($1)" selftests/{test,pair}_*.sh; }
ON_UML="make check: on UML"
NOT_HERE="make check: left out"
NOT_ON_DEBUG="make check-debug: left out"

failures() { grep -c '^[^ ]* fail ' "$GREX_TALLY"; }

# A stage that ends badly without a failed test of its own is one.
stage() {
	local name=$1 begin=$SECONDS failed
	shift
	printf '\n=== %s\n' "$name"
	failed=$(failures)
	if ! "$@" && [ "$failed" = "$(failures)" ]; then
		printf '%s fail %s\n' "$name" "the stage itself" >>"$GREX_TALLY"
	fi
	printf '=== %s: %d s\n' "$name" "$((SECONDS - begin))"
}

stage setup setup
for word; do
	case $word in
	static) stage static selftests/static.sh ;;
	host) stage host selftests/host.sh ;;
	deb) stage deb selftests/deb.sh ;;
	packages) stage packages selftests/packages.sh ;;
	kunit) stage kunit "$LAB/kunit.sh" -k uml ;;
	selftests)
		mapfile -t files < <(unmarked "$ON_UML|$NOT_HERE")
		stage selftests "$LAB/run.sh" -k 6.1 -j 2 "${files[@]}"
		mapfile -t files < <(marked "$ON_UML")
		stage selftests-uml "$LAB/run.sh" -k uml -j 4 "${files[@]}"
		;;
	rest)
		mapfile -t files < <(marked "$ON_UML|$NOT_HERE")
		stage selftests-rest "$LAB/run.sh" -k 6.1 -j 2 "${files[@]}"
		;;
	system) stage system selftests/system.sh ;;
	debug)
		stage kunit-debug "$LAB/kunit.sh" -k debug
		mapfile -t files < <(unmarked "$NOT_ON_DEBUG")
		stage selftests-debug "$LAB/run.sh" -k debug -j 2 "${files[@]}"
		;;
	debug-rest)
		mapfile -t files < <(marked "$NOT_ON_DEBUG")
		stage selftests-debug-rest "$LAB/run.sh" -k debug -j 2 "${files[@]}"
		;;
	leaks)
		stage kmemleak "$LAB/run.sh" -k debug --kmemleak \
			test_teardown.sh test_netns.sh test_change.sh test_netlink.sh
		;;
	kernels)
		for kernel in $OTHER_KERNELS; do
			stage "selftests-$kernel" "$LAB/run.sh" -k "$kernel" -j 2
		done
		;;
	plant)
		stage plant-debug "$LAB/plant.sh" -k debug
		stage plant-6.1 "$LAB/plant.sh" -k 6.1
		;;
	fuzz) stage fuzz selftests/fuzz/fuzz.sh 120 ;;
	*)
		printf 'check.sh: no stage %s\n' "$word" >&2
		exit 2
		;;
	esac
done

passed=$(grep -c '^[^ ]* pass ' "$GREX_TALLY")
failed=$(failures)
skipped=$(grep -c '^[^ ]* skip ' "$GREX_TALLY")
echo
if [ "$failed" -gt 0 ]; then
	echo "Failed:"
	sed -n 's/^\([^ ]*\) fail \(.*\)/  \1: \2/p' "$GREX_TALLY"
fi
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
