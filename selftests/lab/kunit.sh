#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# kunit.sh [-k NAME]: run the KUnit suites inside grex.ko on kernel NAME (6.1); one line
# a suite. Debian's kernels have no KUnit: there, module/tests/run.c runs them.

set -euo pipefail
. "$(dirname "$0")/common.sh"

name=6.1
while (($#)); do
	case $1 in
	-k) name=$2; shift 2 ;;
	*) say "usage: kunit.sh [-k NAME]"; exit 2 ;;
	esac
done

module=$("$LAB/build.sh" "$name" GREX_KUNIT=y W=1) || { tally "kunit-$name" fail "build for $name"; exit 1; }
results=$CHECKOUT/.build/results/kunit-$name
rm -rf "$results"
status=0
# shellcheck disable=SC2016 # expanded in the guest
setpriv --pdeathsig TERM "$LAB/boot.sh" -k "$name" -t 300 -o "$results" --no-module --module "$module" --append "kunit.enable=1" -- \
	'modprobe grex; status=$?; echo 1 2>/dev/null >/sys/module/grex/parameters/kunit; dmesg -t >"$GREX_RESULTS/kunit.log"; exit $status' || status=$?

# The line "    ok 3 case" belongs to "    # Subtest: suite". Deeper lines are parameters
# of a case.
passed=0 failed=0 skipped=0 suites=0 suite=
while IFS= read -r line; do
	text=${line#"${line%%[![:space:]]*}"}
	title=${text#not }
	title=${title#ok }
	title=${title#* }
	case $line in
	'    # Subtest: '*) suite=${line#*Subtest: } ;;
	'    ok '*'# SKIP'*) skipped=$((skipped + 1)); tally "kunit-$name" skip "$suite: $title" ;;
	'    ok '*) passed=$((passed + 1)); tally "kunit-$name" pass "$suite: $title" ;;
	'    not ok '*) failed=$((failed + 1)); tally "kunit-$name" fail "$suite: $title"; say "FAIL $suite: $title" ;;
	'ok '[0-9]*' '*) suites=$((suites + 1)); echo "ok   $title" ;;
	'not ok '[0-9]*' '*) suites=$((suites + 1)); echo "FAIL $title" ;;
	esac
done < <(cat "$results/kunit.log" 2>/dev/null)

if ((failed)); then grep -vE '^ *(ok|KTAP|1\.\.|# Subtest|# module)' "$results/kunit.log" | tail -n 60 >&2; fi
expected=$(grep -l '^kunit_test_suite' "$CHECKOUT"/module/tests/*_kunit.c | wc -l)
if ((suites != expected)); then
	say "$suites of $expected KUnit suites ran"
	tally "kunit-$name" fail "$suites of $expected suites ran"
	failed=$((failed + 1))
elif ((status && failed == 0)); then
	tally "kunit-$name" fail "the boot ended with status $status"
	failed=$((failed + 1))
fi
echo "KUnit on $name: $suites suites, $passed passed, $failed failed, $skipped skipped"
((failed == 0))
