# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Programs of bpftrace. Test files source this after lib.sh.

# bpftrace reads the kernel's own description of its types where no headers are;
# those of the lab are half of what it expects.
bpftrace_runs() {
	[ -r /sys/kernel/btf/vmlinux ] || { skip "no BTF in this kernel"; return 1; }
	[ -z "${GREX_LAB:-}" ] || rm -f "/lib/modules/$(uname -r)/build"
	mountpoint -q /sys/kernel/debug || mount -t debugfs none /sys/kernel/debug
	bpftrace -e 'tracepoint:net:net_dev_start_xmit { @ = args->len; } BEGIN { exit(); }' \
		>"$WORK/bpftrace" 2>&1 || { skip "$(tail -n 1 "$WORK/bpftrace")"; return 1; }
}

# bpftrace_begin PROGRAM: run it until bpftrace_end; $WORK/bpftrace has what it prints
bpftrace_begin() {
	bpftrace -e "$1" >"$WORK/bpftrace" 2>&1 &
	BPFTRACE=$!
	PIDS+=("$BPFTRACE")
	busywait 60 grep -q ^Attaching "$WORK/bpftrace" || fail "$1: $(cat "$WORK/bpftrace")"
	busywait 20 attached || fail "$1: is not attached"
}

# The first signal asks it to print, if it comes while it waits; a second one would end it
# at once.
bpftrace_end() {
	busywait 20 waits || fail "bpftrace is busy"
	kill -INT "$BPFTRACE"
	wait "$BPFTRACE" || fail "bpftrace: exit status $?"
}

# It has a perf event for each processor, then one for the probe.
attached() {
	(($(find "/proc/$BPFTRACE/fd" -lname 'anon_inode:\[perf_event\]' | wc -l) > $(nproc)))
}

waits() { grep -q poll "/proc/$BPFTRACE/wchan"; }
