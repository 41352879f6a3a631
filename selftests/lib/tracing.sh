# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Tracepoints of the kernel. Test files source this after lib.sh.

TRACING=/sys/kernel/tracing
[ -d "$TRACING/events" ] || mount -t tracefs none "$TRACING" 2>/dev/null

# trace_event EVENT command...: what it says meanwhile, in $WORK/trace
trace_event() {
	local enable=$TRACING/events/${1/:/\/}/enable
	shift
	echo >"$TRACING/trace"
	echo 1 >"$enable"
	"$@"
	echo 0 >"$enable"
	cp "$TRACING/trace" "$WORK/trace"
	echo >"$TRACING/trace"
}
