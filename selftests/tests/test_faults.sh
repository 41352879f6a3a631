#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# No memory: each allocation of what a task does fails once, in turn, and at random
# those of packets that are received. Nothing is left half done, and what is lost is
# counted. The debug kernel injects the faults, and looks for what leaks.
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	in_turn
	relayed
	received
"

FAILSLAB=/sys/kernel/debug/failslab
if ! [ -w "$FAILSLAB/probability" ] || ! [ -w /proc/self/fail-nth ]; then
	skip_all "this kernel injects no faults"
fi
echo 0 >"$FAILSLAB/verbose"

# at_random PERCENT: of the allocations that cannot wait, those of packets for one
at_random() {
	echo Y >"$FAILSLAB/ignore-gfp-wait"
	echo 1 >"$FAILSLAB/interval"
	echo -1 >"$FAILSLAB/times"
	echo "$1" >"$FAILSLAB/probability"
}

in_turn() {
	local what
	setup_pair
	tunnel_pair key 5 csum
	run ip -n "$A" route add 192.0.2.2/32 dev v0 mtu 1400
	echo N >"$FAILSLAB/ignore-gfp-wait"
	for what in create change probe send fragments; do
		OUT=$("$PY/faults.py" "$A" "$what" 2>&1) || fail "$what: $OUT"
		printf '# %s: %s\n' "$what" "$OUT"
	done
	check "after" ping_ok "$A" 10.0.0.2
}

# What cannot be told for want of memory is counted as such.
relayed() {
	local told limited
	setup_routed
	run gretool -n "$H1" add gre1 local 198.51.100.2 remote 203.0.113.2 \
		ttl inherit addr 10.0.0.1/30 up || fail "add in H1"
	ns "$NET" sysctl -qw net.ipv4.icmp_ratelimit=0
	ns "$H1" ping -q -c 5 -i 0.05 -t 1 -W 0.2 10.0.0.2 >/dev/null
	check_eq "all are told" "5 0" "$(counter "$H1" gre1 icmp_time_exceeded_relayed) \
$(counter "$H1" gre1 icmp_time_exceeded_limited)"
	at_random 20
	ns "$H1" ping -q -c 200 -i 0.03 -t 1 -W 0.2 10.0.0.2 >/dev/null 2>&1
	at_random 0
	told=$(counter "$H1" gre1 icmp_time_exceeded_relayed)
	limited=$(counter "$H1" gre1 icmp_time_exceeded_limited)
	printf '# %s were told, %s were not\n' "$told" "$limited"
	[ "$limited" -gt 0 ] || fail "none is counted"
	[ "$told" -gt 5 ] || fail "none is told"
	[ $((told + limited)) -le 205 ] || fail "more than there were"
}

received() {
	setup_pair
	tunnel_pair key 5 csum keepalive 100ms 3 mtu-probe on mss auto
	at_random 30
	ns "$A" ping -q -c 300 -i 0.01 -s 1400 -W 0.2 10.0.0.2 >/dev/null 2>&1
	ns "$A" ping -q -c 300 -i 0.01 -s 4000 -W 0.2 fd00::2 >/dev/null 2>&1
	timeout 5 "$PY/bulk.py" 100000 "$A" "$B" 10.0.0.2 >/dev/null 2>&1
	at_random 0
	check "after" busywait 20 ping_ok "$A" 10.0.0.2
	check "TCP" "$PY/bulk.py" 300000 "$A" "$B" 10.0.0.2
}

run_tests
