# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Find complaints in a kernel's log. Guests and boot.sh source this.

COMPLAINT='WARNING: |BUG: |BUG at |Oops|KASAN:|UBSAN:|general protection|INFO: (possible|trying|task .* blocked|rcu)'
COMPLAINT+='|rcu.*(stall|detected)|possible (recursive|circular|irq lock)|inconsistent lock state|suspicious RCU|bad unlock balance'
COMPLAINT+='|held lock freed|sleeping function called|scheduling while atomic|unreferenced object'
COMPLAINT+='|refcount_t:|ODEBUG:|list_(add|del) corruption|ref_tracker: [^m]|unregister_netdevice: waiting|hw csum failure'
COMPLAINT+='|double.free|Unable to handle|leaked reference|is buggy'

# kernel_log FILE: write all messages since the boot to FILE. dmesg would leave out those
# before "dmesg -C", which any test may run; /dev/kmsg does not. dd reads one record at a
# time, and ends when there are no more. It starts again if the kernel has overwritten the
# next record.
kernel_log() {
	local said='Broken pipe'
	while [[ $said == *'Broken pipe'* ]]; do
		said=$(LC_ALL=C dd if=/dev/kmsg of="$1" bs=8k iflag=nonblock status=none 2>&1)
	done
	# Print "LEVEL,NUMBER,MICROSECONDS,FLAGS;TEXT" like dmesg, without the lines about
	# devices.
	sed -i -e '/^ /d' -e 's/^[0-9]*,[0-9]*,\([0-9]*\),[^;]*;/000000\1] /' \
		-e 's/^0*\([0-9]\{1,\}\)\([0-9]\{6\}\)\] /[\1.\2] /' -e 's/\\x0a/\n/g' "$1"
	# Linux 6.12 logs this about its own nf_tables when nft asks for an object that
	# does not exist.
	sed -i '/suspicious RCU usage/{N;N;N;/nf_tables_api\.c/s/.*suspicious RCU/nf_tables: RCU/}' "$1"
}

# complaints LOG MARK BEFORE AFTER: print the kernel's complaints after the line of LOG
# that contains MARK, and the change of the taint from BEFORE to AFTER. The status is 1 if
# there are any, or if the line is missing.
complaints() {
	local lines last tainted status=0
	# One command handles the usual case, since some guests are slow.
	mapfile -t lines < <(grep -E -e "$COMPLAINT" -e "$2" "$1")
	last=${lines[*]: -1} # "" if there is none
	if [[ $last != *"$2"* ]]; then
		awk -v mark="$2" 'index($0, mark) { found = NR } { line[NR] = $0 }
			END { for (i = found + 1; i <= NR; i++) print line[i] }' "$1" |
			grep -E -A 14 -e "$COMPLAINT" | head -n 400
		[[ "${lines[*]}" == *"$2"* ]] || echo "the kernel's log has lost its line \"$2\""
		status=1
	fi
	# The taints of out-of-tree modules, unsigned modules and KUnit are expected.
	tainted=$(($4 & ~$3 & ~(1 << 12 | 1 << 13 | 1 << 18)))
	if ((tainted)); then
		echo "the kernel is tainted: $tainted (was $3, is $4)"
		status=1
	fi
	return "$status"
}
