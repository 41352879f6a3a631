#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tunnels are deleted while packets flow through them: one by one, with their underlay,
# with a namespace, or with the module. Many tunnels are made and deleted.
# underlay: IPv4 or IPv6

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

LINK=24 # prefix length
[ "${GREX_UNDERLAY:-}" != ipv6 ] || LINK=64

TESTS="
	tunnel
	refused_names
	underlay
	namespace
	module
	a_thousand
"

# floods: send in both directions until the end of the test
floods() {
	ip netns exec "$B" ping -q -f 10.0.0.1 >"$WORK/flood" 2>&1 &
	PIDS+=($!)
	ip netns exec "$B" bash -c 'exec 3>/dev/udp/10.0.0.1/9
		while :; do echo -n flood >&3; done 2>/dev/null' &
	PIDS+=($!)
}

receives() {
	[ "$(link_counter "$1" gre1 rx_packets)" -gt 50 ]
}

# The kernel refuses these names late, when the device is partly registered, and an index
# that is taken after the device was set up.
refused_names() {
	local name

	setup_pair
	for name in all default; do
		check_fails "$name" gretool -n "$A" add "$name" remote "$(outer 192.0.2.2)"
		check_fails "no link $name" ip -n "$A" link show "$name"
	done
	check_fails "index 1" ip -n "$A" link add gre1 index 1 type grex
	# The refused devices leave nothing behind that would get in the way.
	tunnel_pair
	check "ping" ping_ok "$A" 10.0.0.2
	check "delete the namespace" ip netns del "$A"
}

tunnel() {
	local i

	setup_pair
	tunnel_pair
	floods
	busywait 10 receives "$A" || fail "no traffic"
	for ((i = 0; i < 30; i++)); do
		echo "del gre1"
		echo "add gre1 local $(outer 192.0.2.1) remote $(outer 192.0.2.2) addr 10.0.0.1/30 up"
	done >"$WORK/batch"
	check "delete and add" gretool -n "$A" -batch "$WORK/batch"
	busywait 10 receives "$A" || fail "no traffic after it"
	# Both ends are deleted at once, including the sender's.
	run gretool -n "$A" del gre1 &
	run gretool -n "$B" del gre1
	wait "$!"
	check_eq "tunnels left" "" "$(gretool -n "$A" show; gretool -n "$B" show)"
}

underlay() {
	local i

	setup_pair
	tunnel_pair
	run gretool -n "$A" set gre1 dev v0
	floods
	busywait 10 receives "$A" || fail "no traffic"
	for i in 1 2; do
		# A leaked reference would block this.
		check "delete the underlay" timeout 10 ip -n "$A" link del v0
		check_match "the tunnel stays" "gre1 .*remote $(outer 192.0.2.2)" \
			"$(gretool -n "$A" show gre1)"
		run ip link add v0 netns "$A" type veth \
			peer name v0 netns "$B"
		configure "$A" v0 "$(outer 192.0.2.1)/$LINK"
		configure "$B" v0 "$(outer 192.0.2.2)/$LINK"
		run gretool -n "$A" set gre1 dev v0
		check "it works again, time $i" \
			busywait 10 ping_ok "$A" 10.0.0.2
	done
}

namespace() {
	local i here there
	here=$(outer 192.0.3.1)
	there=$(outer 192.0.3.2)

	setup_pair
	for i in 1 2; do
		new_ns C
		run ip link add v1 netns "$B" type veth \
			peer name v0 netns "$C"
		configure "$B" v1 "$there/$LINK"
		configure "$C" v0 "$here/$LINK"
		run gretool -n "$B" add gre1 local "$there" remote "$here" \
			addr 10.0.0.2/30 up || fail "add in B"
		run gretool -n "$C" add gre1 local "$here" remote "$there" \
			addr 10.0.0.1/30 up || fail "add in C"
		floods
		busywait 10 receives "$C" || fail "no traffic, time $i"
		check "delete the namespace" ip netns del "$C"
		# The namespace's end of the underlay is deleted, and with it our end.
		check "all of it is gone, time $i" busywait 20 no_v1
		run gretool -n "$B" del gre1
	done
}

no_v1() {
	! ip -n "$B" link show v1
}

module() {
	local i

	for i in 1 2; do
		setup_pair
		tunnel_pair key 1 csum seq
		floods
		busywait 10 receives "$A" || fail "no traffic"
		module_reload || return
		check_eq "tunnels left, time $i" "" \
			"$(gretool -n "$A" show; gretool -n "$B" show)"
		check "a new one" gretool -n "$A" add gre1 \
			local "$(outer 192.0.2.1)" remote "$(outer 192.0.2.2)" key 1
		cleanup
	done
}

# in_time WHAT command...: the command must succeed within a time limit
in_time() {
	local what=$1 begin=$SECONDS limit=10

	shift
	# An emulated machine and a debug kernel are slower.
	case ${GREX_LAB:-} in
	"") ;;
	debug) limit=200 ;;
	*) limit=60 ;;
	esac
	check "$what" "$@"
	begin=$((SECONDS - begin))
	echo "# $what: $begin s"
	[ "$begin" -le "$limit" ] || fail "$what took $begin s"
}

a_thousand() {
	local i here prefix=10.
	here=$(outer 192.0.2.1)
	[ "${GREX_UNDERLAY:-}" != ipv6 ] || prefix=2001:db8:10::10.

	setup_pair
	for ((i = 0; i < 1000; i++)); do
		echo "add t$i local $here" \
			"remote $prefix$((i / 250)).0.$((i % 250 + 1)) key $i"
	done >"$WORK/add"
	sed 's/^add \(t[0-9]*\) .*/del \1/' "$WORK/add" >"$WORK/del"

	in_time "add 1000" gretool -n "$A" -batch "$WORK/add"
	check_eq "tunnels" 1000 "$(gretool -n "$A" show | wc -l)"
	in_time "delete 800" gretool -n "$A" -batch - <<<"$(tail -n 800 "$WORK/del")"
	check_eq "tunnels left" 200 "$(gretool -n "$A" show | wc -l)"

	# The remaining tunnels are deleted at once with their namespace.
	check "delete the namespace" ip netns del "$A"
	check "the other end of its underlay is gone" busywait 30 no_v0
}

no_v0() {
	! ip -n "$B" link show v0
}

run_tests
