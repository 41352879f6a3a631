#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# guest-run.sh LIMIT TEST...: run, in a guest, those of the test files that no other
# guest has taken, one after another. Each has one line, which run.sh formats: verdict,
# file, seconds of this guest's clock, and a summary. A file that needs more than LIMIT
# seconds says so in a line "# limit: SECONDS". GREX_SHARED is a folder in which each
# file that was taken has a folder of its name. TEST may be ROUND/FILE, if files run several
# times.
#
# A file fails by its status, by a "not ok", by its time limit, by what it leaves
# behind, or because the kernel complained while it ran. This script starts few programs,
# since each costs a tenth of a second on the debug kernel.

default_limit=$1
shift
here=$(dirname "$(realpath "$0")")
# shellcheck source=complaints.sh
. "$here/complaints.sh"
# shellcheck source=/dev/null
. /run/boot/boot.env
cd selftests/tests || exit # The working directory is the checkout.

# limit_of FILE: sets limit.
limit_of() {
	local line lines
	mapfile -t -n 30 lines <"$1"
	limit=$default_limit
	for line in "${lines[@]}"; do
		[[ $line =~ ^'# limit: '*([0-9]+) ]] || continue
		((BASH_REMATCH[1] <= limit)) || limit=${BASH_REMATCH[1]}
	done
}

# read_tap FILE: sets passed, skipped, bad, plan, skip_reason.
read_tap() {
	local line lines
	passed=0 skipped=0 bad=0 plan='' skip_reason=''
	mapfile -t lines <"$1"
	shopt -s nocasematch
	for line in "${lines[@]}"; do
		case $line in
		ok\ *'# skip'*) skipped=$((skipped + 1)) ;;
		ok\ *) passed=$((passed + 1)) ;;
		not\ ok\ *) bad=$((bad + 1)) ;;
		1..*) plan=${line#1..} plan=${plan%% *} ;;
		esac
		[[ ! $line =~ '# skip'(.*) ]] || skip_reason=${BASH_REMATCH[1]}
	done
	shopt -u nocasematch
}

# tenths: sets time to tenths of a second.
tenths() {
	local up
	read -r up _ </proc/uptime
	up=${up/./}
	time=$((10#$up / 10))
}

# The kernel patches its code when the first socket asks for time stamps, and when the
# last of these closes. tcpdump and ping do this all the time. Under QEMU with two CPUs,
# one of them sometimes hung in the patched jump. A ping that never sends nor ends keeps
# the code patched.
ip link set lo up
ping -q -i 86400 127.0.0.1 >/dev/null 2>&1 &

failed=0
log=/run/boot/log
for name; do
	mkdir "$GREX_SHARED/${name//\//.}" 2>/dev/null || continue
	name=${name##*/}
	tap=$GREX_RESULTS/$name.tap
	# If files are in memory, a write to the results folder waits for the host's
	# clock.
	[[ $LAB_ROOT != memory ]] || tap=/run/boot/tap
	echo "$name" >"$GREX_RESULTS/.lab/current"
	mark="grex-lab: $name begins"
	echo "$mark" >/dev/kmsg
	read -r tainted </proc/sys/kernel/tainted
	limit_of "$name"
	tenths
	begin=$time

	# A session of its own makes it possible to kill the processes that it leaves
	# behind.
	setsid --wait timeout -k 5 "$limit" "./$name" >"$tap" 2>&1 </dev/null
	status=$?

	tenths
	took=$((time - begin))
	took=$((took / 10)).$((took % 10))
	[[ $LAB_ROOT != memory ]] || cp "$tap" "$GREX_RESULTS/$name.tap"
	read_tap "$tap"
	reason=()
	case $status in
	0 | 4) ;;
	124 | 137) reason+=("time limit of $limit s") ;;
	*) reason+=("status $status") ;;
	esac
	((bad == 0)) || reason+=("$bad not ok")
	((status == 4)) || [[ ${plan:-none} == "$((passed + skipped + bad))" ]] ||
		reason+=("planned ${plan:-nothing}, ran $((passed + skipped + bad))")
	# Clean up, so that the next file does not fail because of this one.
	for ns in /run/netns/*; do
		[[ -e $ns ]] || continue
		reason+=("left netns ${ns##*/} behind")
		ip netns pids "${ns##*/}" 2>/dev/null | xargs -r kill -9 2>/dev/null
		ip netns del "${ns##*/}" 2>/dev/null
	done
	if [[ -d /sys/module/grex ]]; then
		while read -r _ link _; do
			link=${link%:}
			reason+=("left link ${link%@*} behind")
			ip link del "${link%@*}" 2>/dev/null
		done < <(ip -o link show type grex 2>/dev/null)
	fi
	# The file may have loaded them, and grex in their place.
	[[ ${GREX_DEMUX:-} == beside ]] || rmmod ip_gre ip6_gre 2>/dev/null
	[[ ! $(cat /sys/module/grex/parameters/kinds 2>/dev/null) ]] || rmmod grex
	read -r now </proc/sys/kernel/tainted
	kernel_log "$log"
	complaints "$log" "$mark" "$tainted" "$now" >/run/boot/complaints ||
		{ reason+=("the kernel complained"); cp /run/boot/complaints "$GREX_RESULTS/$name.kernel"; }

	if ((${#reason[@]})); then
		failed=1
		why=$(printf '; %s' "${reason[@]}")
		echo "${why:2}" >"$GREX_RESULTS/$name.failed"
		# A later run of the file does not overwrite this.
		cp "$tap" "$GREX_RESULTS/$name.failed.output"
		echo "FAIL $name $took ${why:2}"
		# The results folder has the complete output, in *.failed.output.
		tail -n 150 "$tap" | sed 's/^/     | /'
		[[ ! -f $GREX_RESULTS/$name.kernel ]] || sed 's/^/     kernel| /' "$GREX_RESULTS/$name.kernel"
	elif ((status == 4)); then
		echo "skip $name $took $skip_reason"
	elif ((skipped)); then
		echo "ok $name $took $passed passed, $skipped skipped"
	else
		echo "ok $name $took $passed passed"
	fi
done
rm -f "$GREX_RESULTS/.lab/current"
# Each complaint of the kernel so far has been attributed to a file.
echo "grex-lab: all files have run" >/dev/kmsg
: >"$GREX_RESULTS/.lab/reported"
exit "$failed"
