# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Sourced by every script of the lab: places, messages, locks.

# A user's PATH on Debian leaves out depmod, modprobe and dkms.
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

# tally STAGE pass|fail|skip NAME: one line for whoever sums up all stages.
tally() {
	[[ -z ${GREX_TALLY:-} ]] || printf '%s %s %s\n' "$1" "$2" "$3" >>"$GREX_TALLY"
}

# now: milliseconds of some clock that only goes forward.
now() { local up; read -r up _ </proc/uptime; echo "${up/./}0"; }

# seconds MILLISECONDS: 1234 -> 1.2
seconds() { printf '%d.%d' "$(($1 / 1000))" "$(($1 % 1000 / 100))"; }

# In the background, since bash hears a signal only between commands; the lock
# is the open file's, not the process's.
lock_slowly() {
	flock "$1" &
	wait $!
}

# hold NAME: wait for and keep a lock until the script ends.
hold() {
	local fd
	exec {fd}>"$GREX_CACHE/lock/$1"
	flock -n "$fd" && return
	say "$ME: waiting for another $1"
	lock_slowly "$fd"
}

# hold_heavy: one boot at a time: a guest's time-outs assume a machine of its own.
hold_heavy() {
	[[ ${GREX_NOLOCK:-} == 1 ]] && return
	exec {HEAVY}>"$GREX_CACHE/heavy.lock"
	flock -n "$HEAVY" && return
	flock -w 1 "$HEAVY" && return
	say "$ME: waiting for another boot to end"
	lock_slowly "$HEAVY"
}

# long LABEL COMMAND...: run what takes long, its output in a log; show that it is alive, and
# with LONG_STEPS, the number of lines like " CC " that it will print, how far it is.
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
