# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What a kernel's log may not say.  Sourced, in guests and by boot.sh.

COMPLAINT='WARNING: |BUG: |BUG at |Oops|KASAN:|UBSAN:|general protection|INFO: (possible|trying|task .* blocked|rcu)'
COMPLAINT+='|rcu.*(stall|detected)|possible (recursive|circular|irq lock)|inconsistent lock state|suspicious RCU|bad unlock balance'
COMPLAINT+='|held lock freed|sleeping function called|scheduling while atomic|unreferenced object'
COMPLAINT+='|refcount_t:|ODEBUG:|list_(add|del) corruption|ref_tracker|unregister_netdevice: waiting|hw csum failure'
COMPLAINT+='|double.free|Unable to handle|leaked reference|is buggy'

# complaints LOG MARK BEFORE AFTER: print what the kernel complained of in the
# file LOG after the line that contains MARK, and how its taint changed; status
# 1 if there is anything.
complaints() {
	local lines last tainted status=0
	# The usual case in one command, since some guests are slow.
	mapfile -t lines < <(grep -E -e "$COMPLAINT" -e "$2" "$1")
	last=${lines[-1]:-}
	if [[ $last != *"$2"* ]]; then
		awk -v mark="$2" 'index($0, mark) { found = NR } { line[NR] = $0 }
			END { for (i = found + 1; i <= NR; i++) print line[i] }' "$1" |
			grep -E -A 14 -e "$COMPLAINT" | head -n 400
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
