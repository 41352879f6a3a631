#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh [-k NAME] [-j SHARDS] [--kmemleak] [TEST...]: run selftests on a lab kernel.
#
# Without TEST: all of selftests/test_*.sh in one boot, then all pair_*.sh, each
# on two guests.  A pair file says on which kernels in a line "# pair: A B",
# where "test" means the kernel of -k; without it: test and 6.1.
# Results: .build/results/NAME/*.tap and dmesg.
# GREX_TEST_LIMIT: seconds for a test file (240; four times that on debug); a
# file that needs more says so in a line "# limit: SECONDS".

set -euo pipefail
. "$(dirname "$0")/common.sh"

usage() { sed -n '3,/^$/s/^# \{0,1\}//p' "$0" >&2; exit 2; }

name=6.1 shards=1 kmemleak=()
while (($#)); do
	case $1 in
	-k) name=$2; shift 2 ;;
	-j) shards=$2; shift 2 ;;
	--kmemleak) kmemleak=(--kmemleak); shift ;;
	-*) usage ;;
	*) break ;;
	esac
done
slower=1
[[ $name != debug ]] || slower=4
((${#kmemleak[@]} == 0)) || slower=8
limit=$((${GREX_TEST_LIMIT:-240} * slower))

singles=() pairs=()
if (($#)); then
	for file; do
		file=$(basename "$file")
		[[ -f $CHECKOUT/selftests/$file ]] || file=test_$file
		[[ -f $CHECKOUT/selftests/$file ]] || file=$file.sh
		[[ -f $CHECKOUT/selftests/$file ]] || die "no such test: $file"
		case $file in pair_*) pairs+=("$file") ;; *) singles+=("$file") ;; esac
	done
else
	for file in "$CHECKOUT"/selftests/test_*.sh; do [[ ! -f $file ]] || singles+=("$(basename "$file")"); done
	for file in "$CHECKOUT"/selftests/pair_*.sh; do [[ ! -f $file ]] || pairs+=("$(basename "$file")"); done
fi
# The longest that a file asks for itself: guest-run.sh.
patience=$limit
for file in "${singles[@]}" "${pairs[@]}"; do
	own=$(sed -n 's/^# limit: *\([0-9]\{1,\}\).*/\1/p;30q' "$CHECKOUT/selftests/$file")
	if ((${own:-0} * slower > patience)); then patience=$((own * slower)); fi
done
((${#singles[@]} + ${#pairs[@]})) || die "there are no tests in $CHECKOUT/selftests"

stage=selftests-$name
((${#kmemleak[@]} == 0)) || stage+=-kmemleak
"$LAB/build.sh" "$name" >/dev/null || { tally "$stage" fail "build for $name"; exit 1; }
# What needs this machine and not the guest: the file finds out how it went.
unready=()
for file in "${singles[@]}"; do
	before=$(sed -n 's/^# before the boot: *//p' "$CHECKOUT/selftests/$file")
	[[ -z $before ]] || (cd "$CHECKOUT/selftests" && "$before" "$name") || unready+=("$file")
done
results=$CHECKOUT/.build/results/$name
exec {lock}>"$CHECKOUT/.build/$name/.running"
flock -n "$lock" || { say "run.sh: waiting for another run on $name"; flock "$lock"; }
rm -rf "$results"
mkdir -p "$results"
known=$CHECKOUT/.build/results/durations-$name
touch "$known"
begin=$(now)
boots=()
finish() { ((${#boots[@]} == 0)) || kill "${boots[@]}" 2>/dev/null || :; }
trap finish EXIT
trap 'exit 130' INT TERM HUP

# shard NUMBER TEST...: boot until each file has run: a file that brings the
# guest down is blamed, and the rest runs in the next boot.
shard() {
	local folder=$results/boot$1 status current vm
	shift
	local todo=("$@")
	while ((${#todo[@]})); do
		mkdir -p "$folder/.lab"
		rm -f "$folder"/.lab/*
		status=0
		"$LAB/boot.sh" -k "$name" -o "$folder" --quiet "${kmemleak[@]}" --beat $((patience + 90)) \
			-t $((300 + patience * ${#todo[@]})) -- "$LAB/guest-run.sh" "$limit" "$slower" "${todo[@]}" 2>"$folder/said" &
		vm=$!
		trap 'kill "$vm" 2>/dev/null' EXIT
		trap 'exit 130' INT TERM HUP
		wait "$vm" || status=$?
		trap - EXIT
		mv "$folder"/*.tap "$folder"/*.failed "$folder"/*.kernel "$results/" 2>/dev/null || :
		cat "$folder/dmesg" "$folder/console.log" >>"$results/dmesg" 2>/dev/null || :
		if [[ -f $folder/.lab/reported ]]; then
			# Leaks and the like show only at the end.
			if ((status == 121)); then
				cat "$folder/said"
				echo "the kernel complained at the end" >"$results/(end of the run).failed"
			fi
			return
		fi
		cat "$folder/said"
		current=$(cat "$folder/.lab/current" 2>/dev/null || :)
		if [[ -z $current ]]; then
			printf 'FAIL the guest did not get to run tests (status %s)\n' "$status"
			echo "guest: status $status" >"$results/(boot).failed"
			return
		fi
		case $status in
		120) why="the kernel died" ;;
		124) why="the guest hung" ;;
		*) why="the guest ended, status $status" ;;
		esac
		printf 'FAIL %-40s           %s\n' "$current" "$why"
		tail -n 100 "$results/$current.tap" 2>/dev/null | sed 's/^/     | /' || :
		echo "$why" >"$results/$current.failed"
		while ((${#todo[@]})) && [[ ${todo[0]} != "$current" ]]; do todo=("${todo[@]:1}"); done
		todo=("${todo[@]:1}")
	done
}

if ((${#singles[@]})); then
	((shards <= ${#singles[@]})) || shards=${#singles[@]}
	if ((shards == 1)); then
		shard 0 "${singles[@]}"
	else
		# The longest first, each to the shard that has least to do.
		[[ $name == uml ]] || hold_heavy
		export GREX_NOLOCK=1
		for ((i = 0; i < shards; i++)); do
			mapfile -t share < <(printf '%s\n' "${singles[@]}" | awk -v known="$known" -v shards="$shards" -v mine="$i" '
				BEGIN { while ((getline < known) > 0) took[$1] = $2 }
				{ print ($1 in took ? took[$1] : 5), $1 }' | sort -k 1,1nr -k 2 | awk -v shards="$shards" -v mine="$i" '
				{ best = 0; for (s = 1; s < shards; s++) if (load[s] < load[best]) best = s
				  load[best] += $1 + 0.1; if (best == mine) print $2 }')
			shard "$i" "${share[@]}" &
			boots+=($!)
		done
		for pid in "${boots[@]}"; do wait "$pid" || :; done
		boots=()
	fi
	cat "$results"/boot*/durations "$known" 2>/dev/null | awk '!seen[$1]++' >"$known.new" && mv "$known.new" "$known"
fi

for file in "${pairs[@]}"; do
	read -r a b < <(sed -n 's/^# pair: *//p' "$CHECKOUT/selftests/$file"; echo test 6.1)
	[[ $a != test ]] || a=$name
	[[ $b != test ]] || b=$name
	for kernel in "$a" "$b"; do
		[[ -f $CHECKOUT/.build/$kernel/grex.ko ]] || "$LAB/build.sh" "$kernel" >/dev/null
	done
	start=$(now)
	status=0
	"$LAB/pair.sh" -t $((patience + 60)) -k "$a" -k2 "$b" -o "$results/$file" \
		-- "selftests/$file" a -- "selftests/$file" b >"$results/$file.output" 2>&1 || status=$?
	# Each end prints its own results; the file's are all of them.
	sed -n 's/^[ab]| //p' "$results/$file.output" | grep -E '^(not )?ok ' >"$results/$file.tap" || :
	bad=$(grep -c '^not ok ' "$results/$file.tap" || :)
	took=$(seconds $(($(now) - start)))
	if ((status == 4)); then
		printf 'skip %-40s %6s s\n' "$file" "$took"
	elif ((status == 0 && bad == 0)) && [[ -s $results/$file.tap ]]; then
		printf 'ok   %-40s %6s s  %d passed (%s and %s)\n' "$file" "$took" "$(grep -c '^ok ' "$results/$file.tap")" "$a" "$b"
	else
		echo "status $status, $bad not ok" >"$results/$file.failed"
		printf 'FAIL %-40s %6s s  status %d, %d not ok (%s and %s)\n' "$file" "$took" "$status" "$bad" "$a" "$b"
		tail -n 200 "$results/$file.output" | sed 's/^/     | /'
	fi
done

# --- totals -------------------------------------------------------------------

passed=0 failed=0 skipped=0
count() {
	case $1 in
	pass) passed=$((passed + 1)) ;;
	fail) failed=$((failed + 1)) ;;
	skip) skipped=$((skipped + 1)) ;;
	esac
	tally "$stage" "$1" "$2"
}
for file in "${singles[@]}" "${pairs[@]}"; do
	seen=0 bad=0
	while IFS= read -r line; do
		text=${line#not }
		text=${text#ok }
		text=${text#* }
		seen=1
		shopt -s nocasematch
		case $line in
		not\ ok*) count fail "$file: ${text#- }"; bad=1 ;;
		*'# skip'*) count skip "$file: ${text#- }" ;;
		*) count pass "$file: ${text#- }" ;;
		esac
		shopt -u nocasematch
	done < <(grep -E '^(not )?ok ' "$results/$file.tap" 2>/dev/null)
	[[ " ${unready[*]} " != *" $file "* ]] || count fail "$file: what it needs before the boot"
	if [[ -f $results/$file.failed ]]; then
		((bad)) || count fail "$file: $(<"$results/$file.failed")"
	elif ((!seen)); then
		# A skip says so; nothing at all means that it never ran.
		if grep -qs '^1\.\.0 # SKIP' "$results/$file.tap"; then
			count skip "$file"
		else
			count fail "$file: did not run"
		fi
	fi
done
for file in "$results"/\(*.failed; do
	[[ ! -f $file ]] || count fail "$(basename "${file%.failed}"): $(<"$file")"
done
echo "selftests on $name: $passed passed, $failed failed, $skipped skipped, $(seconds $(($(now) - begin))) s"
((failed == 0 && passed > 0))
