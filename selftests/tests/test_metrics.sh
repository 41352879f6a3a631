#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "gretool metrics" prints OpenMetrics that an independent parser takes, and that says the
# same as "gretool -j -s show". A file that it writes is complete at any moment.
# make check-debug: left out
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	test_valid
	test_values
	test_histogram
	test_peer_lost
	test_no_tunnel
	test_names
	test_many
	test_file
	test_file_is_never_half
"

/usr/bin/python3 -c 'import prometheus_client.openmetrics.parser' 2>/dev/null ||
	skip_all "python3-prometheus-client is not installed"

# look: put what gretool says in $A now into $WORK/metrics and $WORK/tunnels
look() {
	gretool -n "$A" -j -s show >"$WORK/tunnels" || fail "show"
	gretool -n "$A" metrics >"$WORK/metrics" || fail "metrics"
}

# These tunnels have much to report, and nothing changes any more. They serve all functions.
setup() {
	[ ! -f "$WORK/metrics" ] || return 0
	setup_pair
	tunnel_pair keepalive 100ms 3
	busywait 10 peer_is_up || fail "the peer is not up"
	check "ping" ping_ok "$A" 10.0.0.2
	gretool -n "$A" probe gre1 -c 2 -i 20ms >/dev/null
	# A wrong key makes drops.
	gretool -n "$A" set gre1 ikey 5
	ping_fails "$A" 10.0.0.2 || fail "answers with the wrong key"
	gretool -n "$A" set gre1 keepalive off
	gretool -n "$B" set gre1 keepalive off
	gretool -n "$A" add bare remote any
	gretool -n "$A" add probing remote 192.0.2.9 mtu-probe on mtu auto
	look
}
SETUP=setup

peer_is_up() {
	gretool -n "$A" metrics |
		grep -qx 'grex_peer_state{device="gre1",state="up"} 1'
}

peer_is_lost() {
	gretool -n "$A" metrics |
		grep -qx 'grex_peer_flaps_total{device="lost"} 1'
}

# metric SAMPLE: the value of a sample
metric() {
	awk -v sample="$1" '$1 == sample { print $2 }' "$WORK/metrics"
}

test_valid() {
	check "valid" "$PY/metrics.py" valid "$WORK/metrics" "$WORK/tunnels"
	check_eq "the last line" "# EOF" "$(tail -n 1 "$WORK/metrics")"
}

test_values() {
	check "values" "$PY/metrics.py" values "$WORK/metrics" "$WORK/tunnels"
	# Some values are not 0.
	check_match "keys" '^[1-9]' \
		"$(metric 'grex_rx_wrong_key_total{device="gre1"}')"
	check_match "keepalives" '^[1-9]' \
		"$(metric 'grex_keepalive_replies_total{device="gre1"}')"
	check_eq "path MTU" 1500 "$(metric 'grex_path_mtu_bytes{device="gre1"}')"
	check_eq "remote any has none" "" \
		"$(metric 'grex_path_mtu_bytes{device="bare"}')"
}

test_histogram() {
	check "histogram" "$PY/metrics.py" histogram "$WORK/metrics" "$WORK/tunnels"
	check_match "there are answers" '^[1-9]' \
		"$(metric 'grex_keepalive_rtt_seconds_count{device="gre1"}')"
	check_match "they took some time" '^0\.0*[1-9]' \
		"$(metric 'grex_keepalive_rtt_seconds_sum{device="gre1"}')"
}

test_peer_lost() {
	gretool -n "$A" add lost local 192.0.2.1 remote 192.0.2.2 key 77 up
	gretool -n "$B" add lost local 192.0.2.2 remote 192.0.2.1 key 77 up
	gretool -n "$A" set lost keepalive 100ms 2
	gretool -n "$B" del lost
	busywait 10 peer_is_lost || fail "the peer is not lost"
	look
	check_eq "state" 1 "$(metric 'grex_peer_state{device="lost",state="down"}')"
	check_eq "carrier" 0 "$(metric 'grex_carrier{device="lost"}')"
	check_eq "up" 1 "$(metric 'grex_up{device="lost"}')"
	check_match "loss" '^(0\.[0-9]*[1-9]|1\.0)$' \
		"$(metric 'grex_keepalive_loss_ratio{device="lost"}')"
	gretool -n "$A" del lost
}

test_no_tunnel() {
	gretool -n "$B" del gre1
	gretool -n "$B" metrics >"$WORK/empty" || fail "metrics"
	echo '[]' >"$WORK/none"
	check "valid" "$PY/metrics.py" valid "$WORK/empty" "$WORK/none"
	check "values" "$PY/metrics.py" values "$WORK/empty" "$WORK/none"
}

# The kernel takes nearly any name for a device.
test_names() {
	new_ns ODD
	gretool -n "$ODD" add 'a"b\c{}' remote 192.0.2.2
	gretool -n "$ODD" add $'\xc3\xa9\xff' remote 192.0.2.3
	gretool -n "$ODD" metrics >"$WORK/odd" || fail "metrics"
	gretool -n "$ODD" -j -s show >"$WORK/odd.json"
	check "valid" "$PY/metrics.py" valid "$WORK/odd" "$WORK/odd.json"
	check "values" "$PY/metrics.py" values "$WORK/odd" "$WORK/odd.json"
}

test_many() {
	new_ns MANY
	seq 300 | sed 's/.*/add t& remote 192.0.2.2 key &/' |
		gretool -n "$MANY" -batch -
	gretool -n "$MANY" metrics >"$WORK/many" || fail "metrics"
	check_eq "each has its line" 300 \
		"$(grep -c '^grex_carrier{' "$WORK/many")"
	check "valid" /usr/bin/python3 -c '
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
list(text_string_to_metric_families(open(sys.argv[1]).read()))' "$WORK/many"
}

test_file() {
	local file=$WORK/grex.prom
	(umask 022 && gretool -n "$A" metrics "$file") || fail "metrics FILE"
	check_eq "for all to read" 644 "$(stat -c %a "$file")"
	check_eq "the same" "$(gretool -n "$A" metrics | grep -v _age_)" \
		"$(grep -v _age_ "$file")"
	check_eq "nothing beside it" grex.prom \
		"$(cd "$WORK" && find . -name '*grex.prom*' -printf '%f\n')"
	check_fails "no folder" gretool metrics "$WORK/nowhere/grex.prom"
	check_eq "nothing on the output" "" "$(gretool -n "$A" metrics "$file")"
}

# It is read while it is written again and again.
test_file_is_never_half() {
	local file=$WORK/half.prom i
	gretool -n "$A" metrics "$file"
	(for i in {1..100}; do gretool -n "$A" metrics "$file" || exit; done) &
	i=0
	while kill -0 $! 2>/dev/null; do
		i=$((i + 1))
		[ "$(tail -n 1 "$file")" = "# EOF" ] || fail "half a file"
	done
	wait $! || fail "metrics FILE"
	[ "$i" -gt 3 ] || fail "looked $i times only"
}

run_tests
