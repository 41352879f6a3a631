#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh [-k NAME] [-j GUESTS] [--beside] [--ipv6] [--kmemleak] [--within SECONDS] [--times N]
# [TEST...]: run selftests on a lab kernel, with --beside where ip_gre and ip6_gre are loaded before
# grex, with --ipv6 over IPv6 (lib/topology.sh).
#
# TEST is a file of selftests/tests or its word: test_encap.py or encap. Without TEST,
# all files run, or with --ipv6 those with a line "# underlay: IPv4 or IPv6". GUESTS (2) guests
# with virtual time, each on one processor, share them (boot.sh --virtual). A file that needs
# real time, two processors or all files of this machine says so in a line "# real time: WHY",
# and runs after the others in a guest that has these.
# The pair files come last, each on two guests of its own. A line "# pair: A B" says on
# which kernels, where "test" means the kernel of -k; without it: test and 6.1.
# With --times each file but the pair files runs so often, and has failed if it has once.
# With --within no file begins later than that, the files run in the order in which they
# are given, and run.sh names those that it leaves out.
# Each file has a line when it ends, with the seconds here and those of the guest's clock.
# The results are in .build/results/NAME/*.tap and dmesg.
# GREX_TEST_LIMIT is how many seconds of the guest's clock a test file has (240); a file
# that needs more says so in a line "# limit: SECONDS".

set -euo pipefail
. "$(dirname "$0")/common.sh"
TESTS=$CHECKOUT/selftests/tests

usage() { sed -n '3,/^$/s/^# \{0,1\}//p' "$0" >&2; exit 2; }

name=6.1 guests=2 kmemleak=() within='' times=1
while (($#)); do
	case $1 in
	-k) name=$2; shift 2 ;;
	-j) guests=$2; shift 2 ;;
	--within) within=$2; shift 2 ;;
	--times) times=$2; shift 2 ;;
	--beside) export GREX_DEMUX=beside; shift ;;
	--ipv6) export GREX_UNDERLAY=ipv6; shift ;;
	--kmemleak) kmemleak=(--kmemleak); shift ;;
	-*) usage ;;
	*) break ;;
	esac
done
limit=${GREX_TEST_LIMIT:-240}
called=$(now)

singles=() pairs=()
if (($#)); then
	for file; do
		stem=$(basename "${file%.??}")
		for found in {,test_}"$stem".{sh,py}; do [[ ! -f $TESTS/$found ]] || break; done
		[[ -f $TESTS/$found ]] || die "no such test: $file"
		case $found in pair_*) pairs+=("$found") ;; *) singles+=("$found") ;; esac
	done
else
	for file in "$TESTS"/test_*.{sh,py}; do [[ ! -f $file ]] || singles+=("$(basename "$file")"); done
	for file in "$TESTS"/pair_*.sh; do [[ ! -f $file ]] || pairs+=("$(basename "$file")"); done
	if [[ ${GREX_UNDERLAY:-} == ipv6 ]]; then
		mapfile -t singles < <(cd "$TESTS" && grep -lx "# underlay: IPv4 or IPv6" "${singles[@]}")
		pairs=()
	fi
fi
# The longest limit that a file asks for; guest-run.sh applies it.
patience=$limit
for file in "${singles[@]}" "${pairs[@]}"; do
	own=$(sed -n 's/^# limit: *\([0-9]\{1,\}\).*/\1/p;30q' "$TESTS/$file")
	if ((${own:-0} > patience)); then patience=$own; fi
done
# A guest that says nothing for so long hangs: a second of its clock may be ten here, and
# more if many guests share this machine.
beat=$((within ? 600 : (3 * patience + 90) * (guests > 2 ? guests : 2) / 2))
((${#singles[@]} + ${#pairs[@]})) || die "there are no tests in $TESTS"

stage=selftests-$name
[[ ${GREX_DEMUX:-} != beside ]] || stage+=-beside
[[ ${GREX_UNDERLAY:-} != ipv6 ]] || stage+=-ipv6
((${#kmemleak[@]} == 0)) || stage+=-kmemleak
"$LAB/build.sh" "$name" >/dev/null || { tally "$stage" fail "build for $name"; exit 1; }
make -s -j "$(nproc)" -C "$CHECKOUT" tool >&2 || { tally "$stage" fail "build of gretool"; exit 1; }
# Some files need preparation on this machine. They check themselves if it has succeeded.
unready=()
for file in "${singles[@]}"; do
	before=$(sed -n 's/^# before the boot: *//p' "$TESTS/$file")
	[[ -z $before ]] || (cd "$CHECKOUT/selftests" && "$before" "$name") || unready+=("$file")
done
results=$CHECKOUT/.build/results/$name
exec {lock}>"$CHECKOUT/.build/$name/.running"
flock -n "$lock" || { say "run.sh: waiting for another run on $name"; flock "$lock"; }
rm -rf "$results"
mkdir -p "$results" "$GREX_CACHE/turn/$name"
known=$CHECKOUT/.build/results/durations-$name
touch "$known"
begin=$(now)
boots=()
closer=
finish() {
	((${#boots[@]} == 0)) || kill "${boots[@]}" 2>/dev/null || :
	[[ ! $closer ]] || kill "$closer" 2>/dev/null || :
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# line VERDICT FILE SECONDS GUEST_SECONDS WORDS...: print the result of a file, and add
# its time to the tally
line() {
	printf '%-4s %-32s %6s s (%s)  %s\n' "$1" "$2" "$3" "$4" "${*:5}"
	[[ -z ${GREX_TALLY:-} ]] || printf '%s time %s %s\n' "$stage" "$3" "$2" >>"$GREX_TALLY"
	[[ $1 != FAIL ]] || printf '     to run it alone: make test T=%s K=%s\n' "$2" "$name"
}

# lines: print what a guest says, with the seconds that each file took here
lines() {
	local text word file took rest start
	start=$(now)
	while IFS= read -r text; do
		case $text in
		'ok '* | 'skip '* | 'FAIL '*)
			read -r word file took rest <<<"$text"
			line "$word" "$file" "$(seconds $(($(now) - start)))" "$took" "$rest"
			echo "$file $(($(now) - start))" >>"$results/durations"
			start=$(now)
			;;
		*) printf '%s\n' "$text" ;;
		esac
	done
}

# guest NUMBER QUEUE BOOT_OPTIONS TEST...: boot until each file of the queue has been taken: a
# file that brings the guest down is blamed, and the next boot goes on.
guest() {
	local folder=$results/boot$1 queue=$2 options=$3 status current vm why said reader
	shift 3
	while :; do
		mkdir -p "$folder/.lab"
		rm -f "$folder"/.lab/*
		status=0
		exec {said}> >(lines)
		reader=$!
		# shellcheck disable=SC2086 # words of options
		"$LAB/boot.sh" -k "$name" -o "$folder" --quiet --share "$queue" $options "${kmemleak[@]}" --beat "$beat" \
			-t $((5400 * times)) -- "$LAB/guest-run.sh" "$limit" "$@" >&"$said" 2>"$folder/said" {said}>&- &
		vm=$!
		trap 'kill "$vm" 2>/dev/null' EXIT
		trap 'exit 130' INT TERM HUP
		wait "$vm" || status=$?
		trap - EXIT
		exec {said}>&-
		wait "$reader" 2>/dev/null || :
		mv "$folder"/*.tap "$folder"/*.output "$folder"/*.failed "$folder"/*.kernel "$results/" 2>/dev/null || :
		cat "$folder/dmesg" "$folder/console.log" >>"$results/dmesg" 2>/dev/null || :
		if [[ -f $folder/.lab/reported ]]; then
			# kmemleak reports leaks only at the end.
			if ((status == 121)); then
				cat "$folder/said"
				echo "the kernel complained at the end" >"$results/(end of the run).failed"
			elif ((status > 1)); then
				cat "$folder/said"
				echo "the guest ended with status $status after its last file" >"$results/(end of the run).failed"
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
		line FAIL "$current" - - "$why"
		# If files are in memory, the output is lost. The kernel's log names the
		# function that was running.
		tail -n 100 "$results/$current.tap" 2>/dev/null | sed 's/^/     | /' || :
		tail -n 40 "$folder/console.log" 2>/dev/null | sed 's/^/     kernel| /' || :
		echo "$why" >"$results/$current.failed"
	done
}

# share GUESTS BOOT_OPTIONS TEST...: so many guests run the files, those first that took longest.
share() {
	local count=$1 options=$2 queue i
	shift 2
	(($#)) || return 0
	if is_over; then
		printf '%s\n' "$@" >>"$results/left-out"
		return
	fi
	queue=$(mktemp -d "$GREX_CACHE/run/queue.XXXXXX")
	files=("$@")
	[[ $within ]] || mapfile -t files < <(printf '%s\n' "$@" | awk -v known="$known" '
		BEGIN { while ((getline < known) > 0) took[$1] = $2 }
		{ print ($1 in took ? took[$1] : 1), $1 }' | sort -k 1,1nr -k 2 | cut -d ' ' -f 2)
	# Each guest takes the file of a round that no other has taken.
	if ((times > 1)); then mapfile -t files < <(for ((i = 1; i <= times; i++)); do printf "$i/%s\n" "${files[@]}"; done); fi
	((count <= ${#files[@]})) || count=${#files[@]}
	boots=()
	if [[ $within ]]; then
		close_queue "$queue" "${files[@]}" {lock}>&- &
		closer=$!
	fi
	for ((i = 0; i < count; i++)); do
		guest "$i" "$queue" "$options" "${files[@]}" &
		boots+=($!)
	done
	for pid in "${boots[@]}"; do wait "$pid" || :; done
	boots=()
	if [[ $closer ]]; then
		kill "$closer" 2>/dev/null || :
		wait "$closer" 2>/dev/null || :
		closer=
	fi
	rm -rf "$queue"
}

# is_over: tell whether the time of --within has passed
is_over() { [[ $within ]] && (($(now) - called >= within * 1000)); }

# close_queue QUEUE TEST...: when the time is over, take what no guest has taken.
close_queue() {
	local queue=$1 file
	shift
	until is_over; do
		sleep 1
		[[ -d $queue ]] || return 0
	done
	for file; do
		if mkdir "$queue/${file//\//.}" 2>/dev/null; then echo "$file" >>"$results/left-out"; fi
	done
}

virtual=() real=()
for file in "${singles[@]}"; do
	if grep -q '^# real time: ' "$TESTS/$file"; then real+=("$file"); else virtual+=("$file"); fi
done
share "$guests" --virtual "${virtual[@]}"
share 1 "" "${real[@]}"
if [[ -f $results/durations ]]; then
	cat "$results/durations" "$known" | awk '!seen[$1]++' >"$known.new" && mv "$known.new" "$known"
fi

for file in "${pairs[@]}"; do
	if is_over; then
		echo "$file" >>"$results/left-out"
		continue
	fi
	read -r a b < <(sed -n 's/^# pair: *//p' "$TESTS/$file"; echo test 6.1)
	[[ $a != test ]] || a=$name
	[[ $b != test ]] || b=$name
	for kernel in "$a" "$b"; do
		[[ -f $CHECKOUT/.build/$kernel/grex.ko ]] || "$LAB/build.sh" "$kernel" >/dev/null
	done
	start=$(now)
	status=0
	"$LAB/pair.sh" -t $((patience + 60)) -k "$a" -k2 "$b" -o "$results/$file" \
		-- "selftests/tests/$file" a -- "selftests/tests/$file" b >"$results/$file.output" 2>&1 || status=$?
	# The two ends print different results, and the file has the results of both.
	sed -n 's/^[ab]| //p' "$results/$file.output" | grep -E '^(not )?ok ' >"$results/$file.tap" || :
	bad=$(grep -c '^not ok ' "$results/$file.tap" || :)
	took=$(seconds $(($(now) - start)))
	if ((status == 4)); then
		line skip "$file" "$took" -
	elif ((status == 0 && bad == 0)) && [[ -s $results/$file.tap ]]; then
		line ok "$file" "$took" - "$(grep -c '^ok ' "$results/$file.tap") passed, $a and $b"
	else
		echo "status $status, $bad not ok" >"$results/$file.failed"
		line FAIL "$file" "$took" - "status $status, $bad not ok, $a and $b"
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
if [[ -f $results/left-out ]]; then
	mapfile -t left <"$results/left-out"
	printf 'left out, as %d s were over: %s\n' "$within" "${left[*]}"
fi
for file in "${singles[@]}" "${pairs[@]}"; do
	if grep -qsxF "$file" "$results/left-out"; then continue; fi
	# check.sh first runs the tests that a kernel has not run for the longest time.
	: >"$GREX_CACHE/turn/$name/$file"
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
		# A skipped file says so. If there is no result at all, the file did not
		# run.
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
