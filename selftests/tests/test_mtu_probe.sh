#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The path MTU is found without ICMP: probes of mtu-probe, in setup_routed
#
#    $LAN v0 --- lan0 $H1 v0 --- v1 $NET v2 --- v0 $H2
#                      \======== gre1 ========/
#
# where H2 does not take packets larger than its MTU, and nobody is told: a veth
# drops what is larger than the MTU of its other end.
# limit: 6000
# make check-debug: left out
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	finds
	finds_with_options
	finds_jumbo
	narrow_routes
	locked_route
	slow_and_lossy
	silent_peer
	falls_silent
	return_path
	icmp_lies
	icmp_is_right
	black_hole
	bulk_without_icmp
	device_follows
	device_follows_icmp
	ends_differ
	carrier_and_change
"

setup() {
	setup_routed
	add_lan LAN "$H1" 172.16.0
	icmp_unlimited "$H1" "$NET"
	# The veth lets super-packets pass, whatever their size: cut them before.
	ns "$NET" ethtool -K v2 tso off gso off tx-gre-segmentation off \
		tx-gre-csum-segmentation off
	run gretool -n "$H1" add gre1 local 198.51.100.2 remote 203.0.113.2 \
		addr 10.0.0.1/30 "$@" up || fail "add in H1"
	run gretool -n "$H2" add gre1 local 203.0.113.2 remote 198.51.100.2 \
		addr 10.0.0.2/30 up || fail "add in H2"
	run ip -n "$H2" route add 172.16.0.0/24 dev gre1
}

# path_mtu NAME...: what H1 says of the path MTU
path_mtu() {
	gretool -n "$H1" -j show gre1 | member "${@/#/path_mtu.}"
}

# path_line: the lines of H1 about the tunnel, for messages
path_line() { gretool -n "$H1" show gre1; }

# far_mtu BYTES: let packets of at most so many bytes reach H2, while NET knows nothing of
# it; a veth leaves room for a VLAN tag
far_mtu() {
	run ip -n "$H2" link set v0 mtu $(($1 - 4))
}

found() {
	[ "$(path_mtu search bytes source)" = "done $1 probes" ]
}

# search_finds BYTES: a search from the beginning must find this path MTU
search_finds() {
	local begin took
	run gretool -n "$H1" set gre1 mtu-probe off
	begin=$(now)
	run gretool -n "$H1" set gre1 mtu-probe on
	busywait 20 found "$1" || fail "path of $1: $(path_line)"
	took=$(($(now) - begin))
	printf '# path %s: %s probes in %s ms\n' "$1" "$(path_mtu sent)" "$took"
	[ "$took" -le 8000 ] || fail "it took too long"
}

finds() {
	local size
	setup
	check_eq "nothing is known" '1500 route null off' "$(path_mtu bytes source age_ms search)"
	for size in 1500 1499 1492 1480 1476 1473 1472 1420 1400 1372 1300 \
		1281 1280 1279 1006 577 576; do
		far_mtu "$size"
		search_finds "$size"
	done
	check_eq "the device's MTU stays" 1476 "$(link_mtu "$H1" gre1)"
	# Packets are held to it, to the byte.
	far_mtu 1400
	search_finds 1400
	check "1376 bytes" ping_ok "$LAN" 10.0.0.2 -M "do" -s 1348
	counts "$H1" gre1 tx_too_big 1 one_too_big
	# It is forgotten when mtu-probe is turned off.
	run gretool -n "$H1" set gre1 mtu-probe off
	check_eq "forgotten" '1500' "$(path_mtu bytes)"
}

one_too_big() {
	check_match "1377 bytes" "mtu = 1376" \
		"$(ns "$LAN" ping -c 1 -W 2 -M "do" -s 1349 10.0.0.2 2>&1)"
}

finds_with_options() {
	local end
	setup
	for end in "$H1" "$H2"; do
		run gretool -n "$end" set gre1 key 5 csum seq
	done
	for size in 1500 1400 1279; do
		far_mtu "$size"
		search_finds "$size"
	done
	# Outer packets without DF are fragmented to it: nobody else does it here.
	run gretool -n "$H1" set gre1 df clear
	search_finds 1279
	check "fragments" ping_ok "$LAN" 10.0.0.2 -M "do" -s 1400
	check "fragments of segments" transfer 30
	run gretool -n "$H1" set gre1 mtu-probe off
	check_fails "not found" ping_ok "$LAN" 10.0.0.2 -M "do" -s 1400
}

finds_jumbo() {
	local dev
	setup
	near_link_mtu 9000
	run ip -n "$NET" link set v2 mtu 9000
	for size in 9000 8999 4000 1500; do
		far_mtu "$size"
		search_finds "$size"
	done
}

# A route may have less than what every link takes (RFC 791): nothing is probed then.
narrow_routes() {
	local size sent
	setup
	for size in 1 23 68 72 80 88 575; do
		run ip -n "$H1" route replace default via 198.51.100.1 \
			mtu "$size"
		run gretool -n "$H1" set gre1 mtu-probe off
		run gretool -n "$H1" set gre1 mtu-probe on mtu auto
		sent=$(path_mtu sent)
		sleep 0.4
		check_eq "$size: nothing is tried" "off $sent" \
			"$(path_mtu search sent)"
		run gretool -n "$H1" set gre1 key 1 csum seq
		run gretool -n "$H1" set gre1 nokey nocsum noseq
	done
	for size in 576 577; do
		run ip -n "$H1" route replace default via 198.51.100.1 \
			mtu "$size"
		search_finds "$size"
	done
	# The search is running.
	run ip -n "$H1" route replace default via 198.51.100.1 mtu 100
	busywait 20 search_is off || fail "still $(path_line)"
	run ip -n "$H1" route replace default via 198.51.100.1
	busywait 20 found 1500 || fail "not found: $(path_line)"
}

# Round trips take 2 s, and 30 % of them are lost. The search is slower, but it does not
# take a lost probe for a size that does not pass, nor such a size for a lost probe. It took
# 500 to 1500 s, since the more small probes are lost, the more often a size is tried.
slow_and_lossy() {
	local begin bytes least=1500
	setup
	run tc -n "$NET" qdisc add dev v2 root netem delay 1s loss 30% limit 10000
	run tc -n "$NET" qdisc add dev v1 root netem delay 1s limit 10000
	far_mtu 1400
	begin=$(now)
	run gretool -n "$H1" set gre1 mtu-probe on
	while ! found 1400; do
		bytes=$(path_mtu bytes)
		[ "$bytes" -ge "$least" ] || least=$bytes
		[ $(($(now) - begin)) -lt 5000000 ] || break
		sleep 10
	done
	found 1400 || fail "not found: $(path_line)"
	printf '# found after %s ms, %s probes, at least %s bytes meanwhile\n' \
		$(($(now) - begin)) "$(path_mtu sent)" "$least"
	[ "$least" -ge 1280 ] || fail "it was $least for some time"
}

search_is() {
	[ "$(path_mtu search)" = "$1" ]
}

# No packet would have DF on such a route otherwise, and all of them would pass.
locked_route() {
	setup
	run ip -n "$H1" route replace default via 198.51.100.1 mtu lock 1450
	far_mtu 1400
	search_finds 1400
	capture "$NET" v1 "$WORK/locked" "ip proto 47 and greater 1390"
	check "1376 bytes" ping_ok "$LAN" 10.0.0.2 -M "do" -s 1348
	capture_stop "$WORK/locked" 1
	check_match "with DF outside" 'flags \[DF\]' "$(tcpdump -nvr \
		"$WORK/locked" 'src 198.51.100.2' 2>/dev/null | head -n 1)"
	counts "$H1" gre1 tx_too_big 1 one_too_big
}

silent_peer() {
	setup
	run gretool -n "$H2" set gre1 keepalive-reply off
	run gretool -n "$H1" set gre1 mtu-probe on
	busywait 15 asked_often || fail "only $(path_mtu sent) probes"
	check_eq "nothing is concluded" 'base 1500 route' \
		"$(path_mtu search bytes source)"
	# Only ICMP is left to learn from.
	far_link_mtu 1400
	ns "$LAN" ping -c 1 -W 1 -M "do" -s 1448 10.0.0.2 >/dev/null
	check_eq "ICMP is believed" '1400 icmp' \
		"$(path_mtu bytes source)"
	check_match "for some time" '^[0-9]+$' "$(path_mtu age_ms)"
	# The peer answers again. Probes of the path are 8 s or more apart by now, so that
	# another probe tells sooner.
	run gretool -n "$H2" set gre1 keepalive-reply on
	run gretool -n "$H1" probe gre1 -c 1
	busywait 5 found 1400 || fail "not found: $(path_line)"
}

# There are four tries; after the third nobody counts on an answer.
asked_often() {
	[ "$(path_mtu sent)" -ge 8 ]
}

# The peer has stopped answering: what it has said is over when ICMP says otherwise.
falls_silent() {
	setup mtu-probe on
	busywait 20 found 1500 || fail "not found"
	run gretool -n "$H2" set gre1 keepalive-reply off
	busywait 40 believes 1400 || fail "still $(path_line)"
	run gretool -n "$H2" set gre1 keepalive-reply on
	busywait 20 found 1500 || fail "not found again: $(path_line)"
}

# As long as the peer answers, ICMP does nothing.
believes() {
	frag_needed "$1"
	[ "$(path_mtu bytes source)" = "$1 icmp" ]
}

# The answers come over another link, whose MTU is smaller.
return_path() {
	setup
	run ip link add v3 netns "$NET" type veth peer name v3 netns "$H1"
	for link in "$NET v3" "$H1 v3"; do
		run ip -n "${link% *}" link set "${link#* }" up mtu 1300
	done
	run ip -n "$H1" addr add 192.0.2.9/32 dev v3
	run ip -n "$NET" route add 198.51.100.2/32 dev v3 src 198.51.100.1
	ns "$NET" sh -c "ip neigh replace 198.51.100.2 dev v3 lladdr $(
		ip -n "$H1" -j link show v3 | member address)"
	ns "$H1" sysctl -qw net.ipv4.conf.all.rp_filter=0 \
		net.ipv4.conf.v3.rp_filter=0
	# The answers have no outer headers.
	search_finds 1324
}

# frag_needed MTU [echo]: NET sends this error about a packet of the tunnel
frag_needed() {
	"$PY/frag_needed.py" "$H1" "$NET" "$@"
}

icmp_lies() {
	setup mtu-probe on
	busywait 20 found 1500 || fail "not found"
	counts "$H1" gre1 icmp_frag_needed_claimed 3 three_lies
	busywait 5 confirmed || fail "not confirmed"
	check_eq "it stays" '1500 probes' "$(path_mtu bytes source)"
	# And nobody else is told.
	check "1476 bytes" ping_ok "$LAN" 10.0.0.2 -M "do" -s 1448
	check_eq "nothing relayed" 0 \
		"$(counter "$H1" gre1 icmp_frag_needed_relayed)"
	check_eq "the route has learned nothing" "" \
		"$(ip -n "$H1" route get 203.0.113.2 | grep -o 'mtu [0-9]*')"
	# Errors about other packets teach the route.
	frag_needed 600 echo
	check_eq "the route is deceived" "mtu 600" \
		"$(ip -n "$H1" route get 203.0.113.2 | grep -o 'mtu [0-9]*')"
	busywait 5 confirmed || fail "not confirmed"
	check_eq "the tunnel is not" '1500 probes' \
		"$(path_mtu bytes source)"
	check "1476 bytes again" ping_ok "$LAN" 10.0.0.2 -M "do" -s 1448
	run ip -n "$H1" route flush cache
	# The tunnel learns from it if no probes are answered.
	run gretool -n "$H1" set gre1 mtu-probe off
	frag_needed 1000
	check_eq "without, it is believed" '1000 icmp' \
		"$(path_mtu bytes source)"
}

three_lies() {
	local mtu
	for mtu in 1000 68 1451; do
		frag_needed "$mtu"
	done
}

confirmed() {
	[ "$(path_mtu age_ms)" -lt 1000 ]
}

# NET tells the truth, and the probes find it at once.
icmp_is_right() {
	local begin
	setup mtu-probe on
	busywait 20 found 1500 || fail "not found"
	far_link_mtu 1437
	begin=$(now)
	ns "$LAN" ping -c 1 -W 1 -M "do" -s 1448 10.0.0.2 >/dev/null
	busywait 20 found 1437 || fail "not found"
	printf '# found %s ms after the ICMP error\n' "$(($(now) - begin))"
}

# transfer SECONDS [BYTES]: whether a transfer from the LAN ends within that time
transfer() {
	timeout "$1" "$PY/bulk.py" "${2:-100000}" "$LAN" "$H2" 10.0.0.2
}

# The path shrinks during a transfer.
black_hole() {
	local begin took
	setup mtu-probe on
	busywait 20 found 1500 || fail "not found"
	# It is as slow as a real line, so that it lasts longer than the search.
	run tc -n "$LAN" qdisc add dev v0 root tbf rate 8mbit burst 20k latency 100ms
	background transfer 60 12000000 >"$WORK/transfer" 2>&1
	busywait 10 tcp_established "$H2" || fail "no connection"
	begin=$(now)
	far_mtu 1400
	busywait 20 found 1400 || fail "not found: $(path_line)"
	took=$(($(now) - begin))
	printf '# found %s ms after the path had shrunk\n' "$took"
	[ "$took" -le 15000 ] || fail "it took too long"
	wait "${PIDS[-1]}" || fail "the transfer: $(cat "$WORK/transfer")"
	printf '# the transfer was done %s ms after\n' "$(($(now) - begin))"
	unset 'PIDS[-1]'
}

tcp_established() {
	ip netns exec "$1" ss -Htn state established | grep -q .
}

bulk_without_icmp() {
	setup
	far_mtu 1300
	check_fails "without, it stalls" transfer 3
	run gretool -n "$H1" set gre1 mtu-probe on
	busywait 20 found 1300 || fail "not found"
	check "mtu-probe alone" transfer 30
	run gretool -n "$H1" set gre1 mss auto
	ns "$LAN" ip route flush cache
	check "and with mss auto" transfer 30
}

device_mtu_is() {
	[ "$(link_mtu "$H1" gre1)" = "$1" ]
}

device_follows() {
	setup mtu auto mtu-probe on
	busywait 20 found 1500 || fail "not found"
	check "1476 from the start" device_mtu_is 1476
	ns_background "$H1" ip monitor link dev gre1 >"$WORK/monitor"
	ns_background "$H1" gretool -j monitor >"$WORK/events"
	far_mtu 1400
	run gretool -n "$H1" set gre1 mtu-probe off
	run gretool -n "$H1" set gre1 mtu-probe on
	busywait 20 found 1400 || fail "not found"
	busywait 10 device_mtu_is 1376 || fail "$(link_mtu "$H1" gre1), not 1376"
	busywait 5 grep -q 'mtu 1376' "$WORK/monitor" ||
		fail "not announced: $(cat "$WORK/monitor")"
	check_match "shown" ' mtu auto' "$(gretool -n "$H1" show gre1)"
	check_match "the number too" ' mtu 1376$' \
		"$(gretool -n "$H1" -d show gre1 | sed -n 2p)"
	# The device has IPv6, which needs 1280.
	far_mtu 1290
	run gretool -n "$H1" set gre1 mtu-probe off
	run gretool -n "$H1" set gre1 mtu-probe on
	busywait 20 found 1290 || fail "not found"
	busywait 10 device_mtu_is 1280 || fail "$(link_mtu "$H1" gre1), not 1280"
	# Probes are sure, so that the MTU rises at once.
	far_mtu 1480
	run gretool -n "$H1" set gre1 mtu-probe off
	run gretool -n "$H1" set gre1 mtu-probe on
	busywait 20 found 1480 || fail "not found"
	busywait 10 device_mtu_is 1456 || fail "$(link_mtu "$H1" gre1), not 1456"
	busywait 5 grep -q '"mtu":1456' "$WORK/events" || fail "no event: $(tail -n 3 "$WORK/events")"
	check_eq "it follows, in all events" true \
		"$(jq -s 'length > 3 and all(.tunnel.mtu_auto)' "$WORK/events")"
	# The operator's choice prevails.
	run ip -n "$H1" link set gre1 mtu 1333
	check_match "shown" ' mtu 1333' "$(gretool -n "$H1" show gre1)"
	run gretool -n "$H1" set gre1 mtu auto
	busywait 10 device_mtu_is 1456 || fail "$(link_mtu "$H1" gre1), not 1456"
	run gretool -n "$H1" set gre1 mtu 1400 ttl 9
	check_match "shown" ' mtu 1400' "$(gretool -n "$H1" show gre1)"
	check_eq "set" 1400 "$(link_mtu "$H1" gre1)"
}

# Without probes, the MTU follows what the underlay has learned, or its device.
device_follows_icmp() {
	local begin took
	setup mtu auto mtu-probe off
	far_link_mtu 1400
	# It follows at once, not when it looks next.
	sleep 1.5
	begin=$(now)
	ns "$LAN" ping -c 1 -W 1 -M "do" -s 1448 10.0.0.2 >/dev/null
	busywait 10 device_mtu_is 1376 || fail "$(link_mtu "$H1" gre1), not 1376"
	took=$(($(now) - begin))
	printf '# followed %s ms after the ICMP error\n' "$took"
	[ "$took" -le 400 ] || fail "it took $took ms"
	# The MTU does not rise at once when the route forgets.
	run ip -n "$H1" route flush cache
	run gretool -n "$H1" set gre1 ttl 9
	check_eq "hysteresis" 1376 "$(link_mtu "$H1" gre1)"
	run ip -n "$H1" link set v0 mtu 1350
	busywait 10 device_mtu_is 1326 || fail "$(link_mtu "$H1" gre1), not 1326"
}

ends_differ() {
	setup mtu-probe on mtu 1300
	run gretool -n "$H2" set gre1 mtu-probe on
	busywait 20 knows_peer || fail "nothing heard"
	check_match "device" "the ends differ: mtu 1300 here, 1476 at the peer, " \
		"$(gretool -n "$H1" -d show gre1)"
	check_match "the other end" "the ends differ: mtu 1476 here, 1300 at the peer, " \
		"$(gretool -n "$H2" -d show gre1)"
	run gretool -n "$H1" set gre1 mtu 1476
	busywait 20 agree || fail "$(gretool -n "$H1" -d show gre1)"
	# What is known of one peer does not hold for another.
	run gretool -n "$H1" set gre1 remote 203.0.113.9
	check_eq "another peer" '[null,null]' "$(gretool -n "$H1" -j show gre1 |
		jq -c '.[0] | [.peer_mtu, .last_rx_ms]')"
}

knows_peer() {
	[ "$(gretool -n "$H1" -j show gre1 | member peer_mtu.device peer_mtu.path)" = "1476 1500" ] &&
		[ "$(gretool -n "$H2" -j show gre1 | member peer_mtu.device peer_mtu.path)" = "1300 1500" ]
}

agree() {
	! gretool -n "$H2" -d show gre1 | grep -q differ &&
		[ "$(gretool -n "$H2" -j show gre1 |
			member peer_mtu.device)" = 1476 ]
}

# After down and up, or with another remote, the search begins again; without a route it
# waits.
carrier_and_change() {
	local i
	setup mtu-probe on mtu auto mss auto keepalive 200ms 2
	busywait 20 found 1500 || fail "not found"
	run ip -n "$H1" link set gre1 down
	check_eq "down, nothing is known" 'off route' \
		"$(path_mtu search source)"
	far_mtu 1400
	run ip -n "$H1" link set gre1 up
	busywait 20 found 1400 || fail "not found after down and up"
	run gretool -n "$H1" set gre1 key 3
	run gretool -n "$H2" set gre1 key 3
	busywait 20 found 1400 || fail "not found with another key"
	run ip -n "$H1" route del default
	check_eq "no route" null "$(path_mtu bytes)"
	run ip -n "$H1" route add default via 198.51.100.1
	busywait 20 found 1400 || fail "not found with a route again"
	for ((i = 0; i < 20; i++)); do
		gretool -n "$H1" set gre1 mtu-probe off
		gretool -n "$H1" set gre1 mtu-probe on mtu auto
		ip -n "$H1" link set gre1 down
		ip -n "$H1" link set gre1 up mtu $((1300 + i))
	done
	busywait 20 found 1400 || fail "not found after changes"
	# The work of the search is in flight.
	run gretool -n "$H1" set gre1 mtu-probe off
	run gretool -n "$H1" set gre1 mtu-probe on mtu auto
	run gretool -n "$H1" del gre1
}

run_tests
