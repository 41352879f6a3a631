#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# again.sh COUNT [-k KERNEL] [-j GUESTS] [TEST...]: run test files COUNT times (pair files
# once) beside four busy loops, and print how often each of them failed. The options and TEST are
# those of lab/run.sh; without TEST, again.sh takes the files of "make check". The
# clock of a guest does not depend on the load of this machine, so a file that fails
# once is at fault.

set -uo pipefail
cd "$(dirname "$0")/.." || exit

count=$1
shift
options=()
while [[ ${1-} == -[jk] ]]; do
	options+=("$1" "$2")
	shift 2
done
files=("$@")
[ $# -gt 0 ] || mapfile -t files < <(grep -LxF "# make check: left out" selftests/tests/{test_*.{sh,py},pair_*.sh})
log=$PWD/.build/again
loops=()
mkdir -p .build
trap 'kill "${loops[@]}" 2>/dev/null' EXIT
trap 'exit 130' INT TERM HUP
for _ in 1 2 3 4; do
	(while :; do :; done) &
	loops+=($!)
done

selftests/lab/run.sh --times "$count" "${options[@]}" "${files[@]}" 2>&1 | tee "$log"

# A line of run.sh: verdict, file, seconds here, those of its clock, what it says.
awk '/^(ok|FAIL|skip) +(test|pair)_/ {
		if (!($2 in runs)) order[++n] = $2
		runs[$2]++
		failed[$2] += $1 == "FAIL"
		clock = substr($5, 2) + 0
		if (!($2 in least) || clock < least[$2]) least[$2] = clock
		if (clock > most[$2]) most[$2] = clock
	}
	END {
		printf "%-32s %5s %7s  %s\n", "file", "runs", "failed", "seconds of its clock"
		for (i = 1; i <= n; i++) {
			f = order[i]
			printf "%-32s %5d %7d  %.1f to %.1f\n", f, runs[f], failed[f], least[f], most[f]
			bad += failed[f]
		}
		exit bad > 0 || !n
	}' "$log"
