#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Keepalives on the wire: the far end is made byte by byte, as each vendor is, and
# as somebody who means harm.
#
#   $A 192.0.2.1 ====== $B
#   tunnels 1 to 7       no tunnel, only a wire
#
# Tunnel I has the remote 192.0.2.1I, and 10.I.0.1/30 inside.
# limit: 400

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	documented_bytes
	answered
	refused
	limited
	probe
	start
	lossy
	reordered
	duplicates
	silent
	damped
	forged
	replayed
	late
	icmp
	storm
	by_hand
"

SETUP=setup
setup() {
	local i

	setup_pair
	# The checksums shall be there on the wire.
	ns "$A" ethtool -K v0 tx off >/dev/null
	gretool -n "$A" -batch - <<-END || fail "add"
		add plain local 192.0.2.1 remote 192.0.2.11 addr 10.1.0.1/30 up
		add keyed local 192.0.2.1 remote 192.0.2.12 key 5 addr 10.2.0.1/30 up
		add full local 192.0.2.1 remote 192.0.2.13 key 6 csum seq up
		add ways local 192.0.2.1 remote 192.0.2.14 ikey 7 okey 8 up
		add quiet local 192.0.2.1 remote 192.0.2.15 keepalive-reply off up
		add anyone local 192.0.2.1 remote any key 9 up
		add inherit local 192.0.2.1 remote 192.0.2.17 ttl inherit up
	END
	for i in 1 2 3 4 5 6 7; do
		# Nobody has these addresses, so nobody answers to them.
		echo "neigh add 192.0.2.1$i lladdr 02:00:00:00:00:0$i dev v0"
	done | ips "$A"
	ns "$B" ip link set v0 promisc on
	helper_run keepalive.py "$A" "$B"
	sed -n 's/^# /# /p' "$HELPER"
}

# Each group of the helper is a test.
for group in $TESTS; do
	eval "$group() { helper_results $group; }"
done

run_tests
