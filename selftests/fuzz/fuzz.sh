#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# fuzz.sh [SECONDS]: run libFuzzer on each pure file for that long (default 30).

set -uo pipefail
cd "$(dirname "$0")" || exit

seconds=${1:-30}
out=../../.build/fuzz
status=0
mkdir -p "$out"

for target in fuzz_*.c; do
	name=${target%.c}
	# Pure files depend only on other pure files.
	pure=(../../module/header.c ../../module/"${name#fuzz_}".c)
	[ "$name" != fuzz_header ] || pure=(../../module/header.c)
	result=fail
	if clang -O1 -g -std=gnu11 -I../host/include -I../../module \
		-fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -o "$out/$name" "$target" "${pure[@]}" &&
		"$out/$name" -max_len=300 -max_total_time="$seconds" \
			-print_final_stats=1 -artifact_prefix="$out/" \
			>"$out/$name.log" 2>&1; then
		result=pass
	else
		status=1
		tail -n 40 "$out/$name.log"
	fi
	printf '%s %s: %s\n' "$result" "$name" \
		"$(sed -n 's/^stat::number_of_executed_units: */runs /p' "$out/$name.log")"
	[ -z "${GREX_TALLY:-}" ] || printf 'fuzz %s %s\n' "$result" "$name" >>"$GREX_TALLY"
done
exit "$status"
