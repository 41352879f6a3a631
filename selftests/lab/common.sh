# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# All scripts of the lab source this for paths, messages and locks.

# The PATH of users on Debian does not include the folder of depmod, modprobe and dkms.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

LAB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck disable=SC2034 # used by those who source this
CHECKOUT=${GREX_SRC:-$(cd "$LAB/../.." && pwd -P)}
GREX_CACHE=${GREX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/grex}
mkdir -p "$GREX_CACHE/lock" "$GREX_CACHE/run" "$GREX_CACHE/kernels"
GREX_CACHE=$(cd "$GREX_CACHE" && pwd -P)
ME=$(basename "$0")
export GREX_CACHE

say() { printf '%s\n' "$*" >&2; }
die() { say "$ME: $*"; exit 1; }

# tally STAGE pass|fail|skip NAME: add a line for the summary of all stages.
tally() {
	[[ -z ${GREX_TALLY:-} ]] || printf '%s %s %s\n' "$1" "$2" "$3" >>"$GREX_TALLY"
}

# now: print milliseconds of a monotonic clock.
now() { local up; read -r up _ </proc/uptime; echo "${up/./}0"; }

# seconds MILLISECONDS: print 1234 as 1.2
seconds() { printf '%d.%d' "$(($1 / 1000))" "$(($1 % 1000 / 100))"; }

# flock runs in the background, since bash handles a signal only between commands. The
# lock belongs to the open file, and not to the process.
lock_slowly() {
	flock "$1" &
	wait $!
}

# hold NAME: take a lock, and keep it until the script ends.
hold() {
	local fd
	exec {fd}>"$GREX_CACHE/lock/$1"
	flock -n "$fd" && return
	say "$ME: waiting for another $1"
	lock_slowly "$fd"
}

# hold_heavy: allow only one boot at a time, since time-outs in a guest assume an idle
# machine.
hold_heavy() {
	[[ ${GREX_NOLOCK:-} == 1 ]] && return
	exec {HEAVY}>"$GREX_CACHE/heavy.lock"
	flock -n "$HEAVY" && return
	flock -w 1 "$HEAVY" && return
	say "$ME: waiting for another boot to end"
	lock_slowly "$HEAVY"
}

# long LABEL COMMAND...: run a long command with its output in a log, and show that it is
# alive. If LONG_STEPS is the number of lines like " CC " that it prints, show its
# progress, too.
long() {
	local label=$1 start log pid status=0 note tick=0 took steps
	shift
	start=$(now)
	log=$(mktemp "$GREX_CACHE/run/log.XXXXXX")
	"$@" >"$log" 2>&1 &
	pid=$!
	LONG_PID=$pid
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.5 || :
		tick=$((tick + 1))
		[[ -t 2 ]] || ((tick % 60 == 0)) || continue
		took=$(($(now) - start))
		note="$label, $(seconds "$took") s"
		steps=0
		((!LONG_STEPS)) || steps=$(grep -cE "^$LONG_STEP" "$log" || :)
		# A build may take steps that were not foreseen.
		((steps < LONG_STEPS)) || steps=$((LONG_STEPS ? LONG_STEPS - 1 : 0))
		((!steps)) || note+=", $((steps * 100 / LONG_STEPS)) % done, about $(((LONG_STEPS - steps) * (took / 1000) / steps)) s left"
		if [[ -t 2 ]]; then printf '\r\033[K%s' "$note" >&2; else say "... $note"; fi
	done
	wait "$pid" || status=$?
	LONG_PID=
	[[ ! -t 2 ]] || printf '\r\033[K' >&2
	if ((status)); then
		say "$label failed ($status); the end of its output:"
		tail -n 40 "$log" >&2
	else
		say "$label: $(seconds $(($(now) - start))) s"
	fi
	rm -f "$log"
	return "$status"
}
LONG_STEPS=0 LONG_STEP='  (CC|AS|HOSTCC) '
# shellcheck disable=SC2034 # read by cleanups
LONG_PID=
