#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# guest-run.sh LIMIT SLOWER TEST...: in a guest: run test files one after another;
# one line each.  A file that needs more than LIMIT seconds says so in a line
# "# limit: SECONDS" (times SLOWER, which is what this kernel costs).  A file fails by its status, by a "not ok", by its time limit, or
# because the kernel complained while it ran.

default_limit=$1 slower=$2
shift 2
here=$(dirname "$(realpath "$0")")
cd selftests || exit # of the checkout

failed=0
for file; do
	name=$(basename "$file")
	tap=$GREX_RESULTS/$name.tap
	echo "$name" >"$GREX_RESULTS/.lab/current"
	mark="grex-lab: $name begins"
	echo "$mark" >/dev/kmsg
	read -r begin _ </proc/uptime

	own=$(sed -n 's/^# limit: *\([0-9]\{1,\}\).*/\1/p;30q' "$name")
	limit=$((${own:-0} * slower > default_limit ? own * slower : default_limit))
	# A session of its own, so that what it leaves running can be ended.
	setsid --wait timeout -k 5 "$limit" "./$name" >"$tap" 2>&1 </dev/null
	status=$?

	read -r end _ </proc/uptime
	reason=()
	case $status in
	0 | 4) ;;
	124 | 137) reason+=("time limit of $limit s") ;;
	*) reason+=("status $status") ;;
	esac
	passed=$(grep -c '^ok ' "$tap")
	skipped=$(grep -ci '^ok .*# SKIP' "$tap")
	bad=$(grep -c '^not ok ' "$tap")
	plan=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$tap" | tail -n 1)
	((bad == 0)) || reason+=("$bad not ok")
	((status == 4)) || [[ ${plan:-none} == "$((passed + bad))" ]] ||
		reason+=("planned ${plan:-nothing}, ran $((passed + bad))")
	if ! "$here/complaints.sh" "$mark" >"$GREX_RESULTS/$name.kernel"; then
		reason+=("the kernel complained")
	else
		rm -f "$GREX_RESULTS/$name.kernel"
	fi
	# The next file shall not pay for this one.
	for ns in $(ip netns list 2>/dev/null | cut -d ' ' -f 1); do
		reason+=("left netns $ns behind")
		ip netns pids "$ns" 2>/dev/null | xargs -r kill -9 2>/dev/null
		ip netns del "$ns" 2>/dev/null
	done
	for link in $(ip -o link show type grex 2>/dev/null | sed 's/^[0-9]*: \([^:@]*\).*/\1/'); do
		reason+=("left link $link behind")
		ip link del "$link" 2>/dev/null
	done

	took=$(awk -v a="$begin" -v b="$end" 'BEGIN { printf "%.1f", b - a }')
	echo "$name $took" >>"$GREX_RESULTS/durations"
	if ((${#reason[@]})); then
		failed=1
		why=$(printf '; %s' "${reason[@]}")
		echo "${why:2}" >"$GREX_RESULTS/$name.failed"
		printf 'FAIL %-40s %6s s  %s\n' "$name" "$took" "${why:2}"
		sed 's/^/     | /' "$tap"
		[[ ! -f $GREX_RESULTS/$name.kernel ]] || sed 's/^/     kernel| /' "$GREX_RESULTS/$name.kernel"
	elif ((status == 4)); then
		printf 'skip %-40s %6s s  %s\n' "$name" "$took" "$(sed -n 's/.*# SKIP *\(.*\)/(\1)/ip' "$tap" | head -n 1)"
	else
		printf 'ok   %-40s %6s s  %d passed%s\n' "$name" "$took" "$((passed - skipped))" \
			"$( ((skipped)) && echo ", $skipped skipped")"
	fi
done
rm -f "$GREX_RESULTS/.lab/current"
# Complaints were laid at a file's door already.
echo reported >"$GREX_RESULTS/.lab/reported"
exit "$failed"
