# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What a kernel's log may not say.  Sourced, in guests and by boot.sh.

COMPLAINT='WARNING: |BUG: |BUG at |Oops|KASAN:|UBSAN:|general protection|INFO: (possible|trying|task .* blocked|rcu)'
COMPLAINT+='|rcu.*(stall|detected)|possible (recursive|circular|irq lock)|inconsistent lock state|suspicious RCU|bad unlock balance'
COMPLAINT+='|held lock freed|sleeping function called|scheduling while atomic|unreferenced object'
COMPLAINT+='|refcount_t:|ODEBUG:|list_(add|del) corruption|ref_tracker: [^m]|unregister_netdevice: waiting|hw csum failure'
COMPLAINT+='|double.free|Unable to handle|leaked reference|is buggy'

# kernel_log FILE: write into FILE all that the kernel has said since it booted.
# dmesg leaves out what was there before "dmesg -C", which any test may run;
# /dev/kmsg does not. dd reads a record at a time, and ends where it would wait; it
# begins anew where the kernel has overwritten what was to come next.
kernel_log() {
	local said='Broken pipe'
	while [[ $said == *'Broken pipe'* ]]; do
		said=$(LC_ALL=C dd if=/dev/kmsg of="$1" bs=8k iflag=nonblock status=none 2>&1)
	done
	# "LEVEL,NUMBER,MICROSECONDS,FLAGS;TEXT" as dmesg has it, without what devices add.
	sed -i -e '/^ /d' -e 's/^[0-9]*,[0-9]*,\([0-9]*\),[^;]*;/000000\1] /' \
		-e 's/^0*\([0-9]\{1,\}\)\([0-9]\{6\}\)\] /[\1.\2] /' -e 's/\\x0a/\n/g' "$1"
	# 6.12 says it of its own nf_tables, when nft asks for what is not there.
	sed -i '/suspicious RCU usage/{N;N;N;/nf_tables_api\.c/s/.*suspicious RCU/nf_tables: RCU/}' "$1"
}

# complaints LOG MARK BEFORE AFTER: print what the kernel complained of in the
# file LOG after the line that contains MARK, and how its taint changed; status
# 1 if there is anything, or if the line is not there.
complaints() {
	local lines last tainted status=0
	# The usual case in one command, since some guests are slow.
	mapfile -t lines < <(grep -E -e "$COMPLAINT" -e "$2" "$1")
	last=${lines[*]: -1} # "" of none
	if [[ $last != *"$2"* ]]; then
		awk -v mark="$2" 'index($0, mark) { found = NR } { line[NR] = $0 }
			END { for (i = found + 1; i <= NR; i++) print line[i] }' "$1" |
			grep -E -A 14 -e "$COMPLAINT" | head -n 400
		[[ "${lines[*]}" == *"$2"* ]] || echo "the kernel's log has lost its line \"$2\""
		status=1
	fi
	# Out-of-tree, unsigned and KUnit are no defects.
	tainted=$(($4 & ~$3 & ~(1 << 12 | 1 << 13 | 1 << 18)))
	if ((tainted)); then
		echo "the kernel is tainted: $tainted (was $3, is $4)"
		status=1
	fi
	return "$status"
}
