#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# complaints.sh [MARK]: in a guest: what the kernel has complained of since MARK
# was written to its log; status 1 if anything.

mark=${1:-grex-lab: start}
pattern='WARNING: |BUG: |BUG at |Oops|KASAN:|UBSAN:|general protection|INFO: (possible|trying|task .* blocked|rcu)'
pattern+='|rcu.*(stall|detected)|possible (recursive|circular|irq lock)|inconsistent lock state|suspicious RCU|bad unlock balance'
pattern+='|held lock freed|sleeping function called|scheduling while atomic|unreferenced object|kmemleak: [0-9]+ new'
pattern+='|refcount_t:|ODEBUG:|list_(add|del) corruption|ref_tracker|unregister_netdevice: waiting|hw csum failure'
pattern+='|double.free|Unable to handle|unhandled signal|leaked reference|is buggy'
# The chain of a report's [module] lines is worth more than the headline alone.
found=$(dmesg | awk -v mark="$mark" 'index($0, mark) { on = 1; next } on' | grep -E -A 14 -e "$pattern" | head -n 400)

# Out-of-tree, unsigned and KUnit are no defects.
harmless=$((1 << 12 | 1 << 13 | 1 << 18))
before=$(cat /run/boot/tainted 2>/dev/null || echo 0)
after=$(cat /proc/sys/kernel/tainted)
tainted=$((after & ~before & ~harmless))

[[ -z $found ]] || printf '%s\n' "$found"
((tainted == 0)) || echo "the kernel is tainted: $tainted (was $before, is $after)"
[[ -z $found ]] && ((tainted == 0))
