#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Keepalives between two ends of grex, and how the rest of the system sees the state of
# the peer. The topology is that of setup_pair.
# underlay: IPv4 or IPv6

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	independent
	every_header
	told
	log_and_trace
	link_netns
	underlay_lost
	device_of_the_underlay_goes
	fair_queue
	clock_jumps
	change_under_fire
	delete_while_armed
"

QUICK=200ms

# peer NAMESPACE DEVICE: print the state of the peer: off, down, hold or up
peer() {
	gretool -n "$1" -j show "$2" | member peer
}

carrier() {
	ip -n "$1" -o link show "$2" | grep -q 'NO-CARRIER' && echo off || echo on
}

# await NAMESPACE DEVICE STATE SECONDS: wait until the peer has this state
await() {
	busywait "$4" peer_is "$1" "$3" "$2" ||
		fail "$2 in $1 is $(peer "$1" "$2"), not $3"
}

# Each end sends keepalives independently of the other, and answers whether it sends any
# or not.
independent() {
	setup_pair
	tunnel_pair
	run gretool -n "$A" set gre1 keepalive "$QUICK" 3
	await "$A" gre1 up 5
	check_eq "the other end does not ask" off "$(peer "$B" gre1)"
	run gretool -n "$B" set gre1 keepalive "$QUICK" 2
	await "$B" gre1 up 5
	run gretool -n "$B" set gre1 keepalive-reply off
	await "$A" gre1 down 5
	check_eq "carrier of the one" off "$(carrier "$A" gre1)"
	check_eq "the other is up" up "$(peer "$B" gre1)"
	check_eq "carrier of the other" on "$(carrier "$B" gre1)"
	run gretool -n "$B" set gre1 keepalive-reply on
	await "$A" gre1 up 5
	check "data flow" busywait 5 ping_ok "$A" 10.0.0.2
	# When one end goes down, the other one notices.
	ip -n "$B" link set gre1 down
	check_eq "a device that is down asks nobody" off "$(peer "$B" gre1)"
	await "$A" gre1 down 5
	ip -n "$B" link set gre1 up
	await "$A" gre1 up 10
	await "$B" gre1 up 10
	run gretool -n "$A" set gre1 keepalive off
	check_eq "carrier without keepalives" on "$(carrier "$A" gre1)"
}

# Keepalives are answered with every combination of GRE options.
every_header() {
	local options answered

	setup_pair
	tunnel_pair
	for options in "key 5" "ikey 1 okey 2" "csum" "seq" "key 7 csum seq" \
		"ttl inherit" "tos cs5" "df clear"; do
		# shellcheck disable=SC2086 # words
		run gretool -n "$A" set gre1 $options keepalive off || fail "set"
		case $options in
		"ikey 1 okey 2") options="ikey 2 okey 1" ;;
		esac
		# shellcheck disable=SC2086
		run gretool -n "$B" set gre1 $options || fail "set"
		answered=$(counter "$B" gre1 keepalive_answered)
		check "$options" gretool -n "$A" probe gre1 -c 3 -i 20ms
		check_eq "$options: answered" 3 \
			"$(($(counter "$B" gre1 keepalive_answered) - answered))"
		run gretool -n "$A" set gre1 nokey nocsum noseq
		run gretool -n "$B" set gre1 nokey nocsum noseq
	done
	run gretool -n "$A" set gre1 df set
	check_eq "none is dropped" 0 "$(link_counter "$A" gre1 rx_dropped)"
	check_fails "larger than the path" gretool -n "$A" probe gre1 -c 1 \
		-s "$((1501 - OUTER_LEN))"
	check "as large as the path" gretool -n "$A" probe gre1 -c 1 -s "$((1500 - OUTER_LEN))"
}

# ip monitor and gretool monitor report each change once.
told() {
	local ip_monitor gretool_monitor

	setup_pair
	tunnel_pair keepalive "$QUICK" 2
	await "$A" gre1 up 5
	gretool -n "$A" monitor >"$WORK/gretool" &
	gretool_monitor=$!
	ip -n "$A" -o monitor link >"$WORK/ip" &
	ip_monitor=$!
	PIDS+=("$gretool_monitor" "$ip_monitor")
	read -rt 0.5 -u "$NOTHING" || :
	run gretool -n "$B" set gre1 keepalive-reply off
	await "$A" gre1 down 5
	run gretool -n "$B" set gre1 keepalive-reply on
	await "$A" gre1 up 5
	check "gretool monitor" busywait 5 grep -q carrier-on "$WORK/gretool"
	kill "$gretool_monitor" "$ip_monitor"
	check_eq "events" "carrier-off gre1
carrier-on gre1" "$(cut -d ' ' -f 2- "$WORK/gretool")"
	check_eq "messages without carrier" 1 \
		"$(grep -c 'gre1.*NO-CARRIER' "$WORK/ip")"
	check_eq "messages" 2 "$(grep -c gre1 "$WORK/ip")"
	check_match "show -s" "peer up for [0-9.]* s flaps 1 keepalives [0-9]+ sent" \
		"$(gretool -n "$A" -s show gre1)"
	check_match "top" "gre1 +up +[0-9.]+ +[0-9.]+ +[0-9]+/[0-9]+ +1 " \
		"$(gretool -n "$A" top -c 1)"
}

log_and_trace() {
	local tracing=/sys/kernel/tracing lines

	setup_pair
	[ -d "$tracing/events" ] || mount -t tracefs none "$tracing" 2>/dev/null
	lines=$(dmesg | grep -c 'gre1: keepalive:')
	if [ -d "$tracing/events/grex" ]; then
		echo >"$tracing/trace"
		echo 1 >"$tracing/events/grex/grex_keepalive/enable"
	fi
	# All namespaces share a limit of 10 messages in 5 s (net.core.message_burst).
	sleep 5.1
	tunnel_pair keepalive "$QUICK" 2
	await "$A" gre1 up 5
	await "$B" gre1 up 5
	run gretool -n "$A" set gre1 keepalive off
	run gretool -n "$B" set gre1 keepalive off
	# Both ends have come up once.
	check_eq "lines in the log" 2 \
		"$(($(dmesg | grep -c 'gre1: keepalive:') - lines))"
	if [ -d "$tracing/events/grex" ]; then
		echo 0 >"$tracing/events/grex/grex_keepalive/enable"
		check_eq "events" 2 "$(grep -c \
			'dev=gre1 .*old=down state=up misses=0 flaps=0' \
			"$tracing/trace")"
		check_eq "the end of it" 2 "$(grep -c 'old=up state=off' \
			"$tracing/trace")"
		echo >"$tracing/trace"
	else
		echo "# no tracing in this kernel"
	fi
}

# The device is in one namespace, and the underlay in another.
link_netns() {
	setup_pair
	new_ns C
	run gretool -n "$C" add gre1 link-netns "$A" local "$(outer 192.0.2.1)" \
		remote "$(outer 192.0.2.2)" keepalive "$QUICK" 2 addr 10.0.0.1/30 up ||
		fail "add"
	run gretool -n "$B" add gre1 local "$(outer 192.0.2.2)" remote "$(outer 192.0.2.1)" \
		keepalive "$QUICK" 2 addr 10.0.0.2/30 up || fail "add"
	await "$C" gre1 up 5
	await "$B" gre1 up 5
	check "data flow" busywait 5 ping_ok "$C" 10.0.0.2
	# The kernel takes a device down when it moves to another namespace.
	run ip -n "$C" link set gre1 netns "$A"
	check_eq "after a move" off "$(peer "$A" gre1)"
	ip -n "$A" link set gre1 up
	await "$A" gre1 up 5
}

underlay_lost() {
	local since now

	setup_pair
	# By default, IPv6 addresses are lost with the link.
	ns "$A" sysctl -qw net.ipv6.conf.v0.keep_addr_on_down=1
	tunnel_pair keepalive "$QUICK" 2
	await "$A" gre1 up 5
	ip -n "$A" link set v0 down
	await "$A" gre1 down 5
	now=$(counter "$A" gre1 tx_no_route)
	since=$now
	check "it goes on asking" busywait 5 \
		sh -c "[ \$(ip netns exec $A ethtool -S gre1 |
			awk '/ tx_no_route:/ { print \$2 }') -gt $since ]"
	ip -n "$A" link set v0 up
	await "$A" gre1 up 10
	check "data flow" busywait 5 ping_ok "$A" 10.0.0.2
}

device_of_the_underlay_goes() {
	setup_pair
	tunnel_pair keepalive "$QUICK" 2 dev v0
	await "$A" gre1 up 5
	await "$B" gre1 up 5
	ip -n "$A" link del v0
	await "$A" gre1 down 5
	await "$B" gre1 down 5
	check_eq "the tunnel stays" off "$(carrier "$A" gre1)"
}

# Received packets have a time stamp once somebody asks for it. The qdisc fq would take it
# for the time at which the answer is to be sent.
fair_queue() {
	setup_pair
	tunnel_pair
	if ! tc -n "$B" qdisc replace dev v0 root fq 2>/dev/null; then
		skip "this kernel has no fq"
		return
	fi
	capture "$B" v0 "$WORK/fq" "$OUTER_FILTER"
	check "answers" gretool -n "$A" probe gre1 -c 3 -i 100ms
	capture_stop "$WORK/fq" 6
	check_eq "none is dropped" 0 "$(counter "$B" gre1 tx_underlay)"
	check_eq "all are answered" 3 "$(gretool -n "$A" -j -s show gre1 |
		member stats.probes.answered)"
}

clock_jumps() {
	local flaps

	if [ -z "${GREX_LAB:-}" ]; then
		skip "would set the clock of the machine"
		return
	fi
	setup_pair
	tunnel_pair keepalive "$QUICK" 2
	await "$A" gre1 up 5
	date -qs "+1 day" >/dev/null 2>&1 || date -s "+1 day" >/dev/null
	read -rt 1 -u "$NOTHING" || :
	date -s "-1 day" >/dev/null
	read -rt 1 -u "$NOTHING" || :
	check_eq "the peer" up "$(peer "$A" gre1)"
	flaps=$(gretool -n "$A" -j -s show gre1 | member stats.keepalives.flaps)
	check_eq "flaps" 0 "$flaps"
}

# Options change as fast as possible, and the keepalives work in the end.
change_under_fire() {
	local i words

	setup_pair
	tunnel_pair keepalive 100ms 3
	for i in 1 2 3 4 5 6; do
		for words in "keepalive 100ms 1" "keepalive off" "key $i" \
			"keepalive 1h" "keepalive 200ms 255" "ttl $i" \
			"fwmark $i" "keepalive-reply off" "nokey" "down" \
			"keepalive-reply on" "up" "csum" "nocsum"; do
			echo "set gre1 $words"
		done
	done >"$WORK/fire"
	gretool -n "$B" -batch "$WORK/fire" &
	PIDS+=($!)
	check "changes" gretool -n "$A" -batch "$WORK/fire"
	wait "$!"
	run gretool -n "$A" set gre1 keepalive "$QUICK" 3 fwmark 0
	run gretool -n "$B" set gre1 keepalive "$QUICK" 3 fwmark 0
	await "$A" gre1 up 20
	await "$B" gre1 up 20
	check "data flow" busywait 5 ping_ok "$A" 10.0.0.2
}

# The tunnel, its namespace or the module goes while timers are armed.
delete_while_armed() {
	local i

	setup_pair
	for i in 1 2 3 4 5 6 7 8; do
		echo "add t$i local $(outer 192.0.2.1) remote $(outer "192.0.2.1$i")" \
			"keepalive 100ms up"
	done >"$WORK/add"
	run gretool -n "$A" -batch "$WORK/add" || fail "add"
	sed 's/^add \([^ ]*\).*/del \1/' "$WORK/add" >"$WORK/del"
	run gretool -n "$A" -batch "$WORK/del" || fail "del"
	run gretool -n "$A" -batch "$WORK/add" || fail "add again"
	run ip netns del "$A"
	NAMESPACES=("$B")
	check_eq "nothing is left" "" "$(gretool -n "$B" show)"
}

run_tests
