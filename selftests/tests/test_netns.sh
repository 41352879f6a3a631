#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The device in one namespace, the underlay in another: made there or moved
# there, kept apart, and taken down in any order under traffic.
#
#    $IN gre1 10.0.0.1 . . . underlay $A v0 === v0 $B gre1 10.0.0.2
#
# underlay: IPv4 or IPv6

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	created_elsewhere
	moved
	both_go
	module_removed
"

# elsewhere create|move: the topology above
elsewhere() {
	local near far

	near=$(outer 192.0.2.1)
	far=$(outer 192.0.2.2)
	setup_pair
	new_ns IN
	run gretool -n "$B" add gre1 local "$far" remote "$near" \
		addr 10.0.0.2/30 addr fd00::2/64 up || fail "add in B"
	if [ "$1" = create ]; then
		run gretool -n "$IN" add gre1 link-netns "$A" local "$near" \
			remote "$far" || fail "add with link-netns"
	else
		run gretool -n "$A" add gre1 local "$near" remote "$far" ||
			fail "add in A"
		run ip -n "$A" link set gre1 netns "$IN"
	fi
	run gretool -n "$IN" set gre1 addr 10.0.0.1/30 addr fd00::1/64 up ||
		fail "set in IN"
}

traffic_flows() {
	check "IPv4 from IN" ping_ok "$IN" 10.0.0.2
	check "IPv6 from B" ping_ok "$B" fd00::1
}

exists() {
	ip -n "$1" link show gre1
}

gone() {
	! exists "$1"
}

# count_mark NAMESPACE HOOK MATCH: count packets with mark 7
count_mark() {
	ip netns exec "$1" nft -f - <<-NFT
		table inet marks {
			chain count {
				type filter hook $2 priority 0
				$3 mark 7 counter
				$3 counter
			}
		}
	NFT
}

# marked NAMESPACE: packets with mark 7, packets
marked() {
	ip netns exec "$1" nft list chain inet marks count |
		sed -n 's/.*packets \([0-9]*\) .*/\1/p' | xargs
}

# flood NAMESPACE ADDRESS: until the end of the test
flood() {
	ip netns exec "$1" ping -q -f "$2" >"$WORK/flood" 2>&1 &
	PIDS+=($!)
}

# receives NAMESPACE: gre1 there gets the flood
receives() {
	[ "$(link_counter "$1" gre1 rx_packets)" -gt 100 ]
}

created_elsewhere() {
	elsewhere create
	traffic_flows
	check_eq "MTU from the route in A" "$((1500 - OUTER_LEN))" "$(link_mtu "$IN" gre1)"
	check "not in A" gone "$A"
	check_match "show" "link-netns $A|link-netnsid 0" \
		"$(gretool -n "$IN" show gre1)"
	# A change looks up its route, and its duplicates, in A too.
	run gretool -n "$A" add gre2 remote "$(outer 192.0.2.2)" key 2
	check_fails "the match of a tunnel in A" \
		gretool -n "$IN" set gre1 local any key 2
	run ip -n "$A" route add "$(outer_prefix 192.0.2.2/32)" dev v0 mtu 1400
	run gretool -n "$IN" set gre1 key 3
	check_eq "MTU after a change" "$((1400 - OUTER_LEN - 4))" "$(link_mtu "$IN" gre1)"
	run gretool -n "$B" set gre1 key 3
	traffic_flows
	marks_stay

	# Without link-netns, the underlay is where the device is, whoever made it.
	run ip -n "$A" link add plain netns "$IN" type grex
	check_eq "link-netnsid of one without" "" \
		"$(ip -n "$IN" -d link show plain | grep -o "link-netns[^ ]*")"
	run ip -n "$IN" link del plain

	# The underlay goes first.
	flood "$IN" 10.0.0.2
	busywait 10 receives "$IN" || fail "no traffic"
	run ip netns del "$A"
	check "the tunnel is gone from IN" busywait 20 gone "$IN"
}

# A mark in IN means nothing in A, and the reverse.
marks_stay() {
	if ! count_mark "$A" output "meta l4proto gre" 2>"$WORK/nft"; then
		echo "# not checked: marks, $(tail -n 1 "$WORK/nft")"
		return
	fi
	check "ping with a mark" ping_ok "$IN" 10.0.0.2 -m 7
	check_eq "marked of sent outer packets" "0 3" "$(marked "$A")"
	ip netns exec "$A" nft -f - <<-NFT
		table inet mangle {
			chain pre {
				type filter hook prerouting priority -150
				meta l4proto gre mark set 7
			}
		}
	NFT
	count_mark "$IN" input "ip protocol icmp"
	check "ping from B" ping_ok "$B" 10.0.0.1
	check_eq "marked of received inner packets" "0 3" "$(marked "$IN")"
}

moved() {
	elsewhere move
	traffic_flows
	check "no more in A" gone "$A"
	check_match "show" "link-netns $A|link-netnsid 0" \
		"$(gretool -n "$IN" show gre1)"
	check_fails "its match is taken in A" \
		gretool -n "$A" add gre2 local "$(outer 192.0.2.1)" remote "$(outer 192.0.2.2)"

	# The device goes first: its match is free as soon as it is gone.
	flood "$B" 10.0.0.1
	busywait 10 receives "$IN" || fail "no traffic"
	run ip netns del "$IN"
	check "the same in A" busywait 20 gretool -n "$A" add gre1 \
		local "$(outer 192.0.2.1)" remote "$(outer 192.0.2.2)" addr 10.0.0.1/30 up
	check "ping from A" ping_ok "$A" 10.0.0.2
	check_fails "show in A" grep -q link-netns \
		<<<"$(gretool -n "$A" show gre1)"

	# Within one namespace a mark is for rules to see.
	if count_mark "$A" output "meta l4proto gre" 2>"$WORK/nft"; then
		end_background
		check "ping with a mark from A" ping_ok "$A" 10.0.0.2 -m 7
		check_match "marked, same namespace" "^3 " "$(marked "$A")"
	fi
}

both_go() {
	local how

	for how in create move; do
		elsewhere "$how"
		flood "$B" 10.0.0.1
		busywait 10 receives "$IN" || fail "no traffic"
		ip netns del "$A" &
		ip netns del "$IN" &
		wait "$!"
		cleanup
	done
}

# What the tests above have left would hold the module, or appear in the log.
module_removed() {
	local complaints

	complaints=$(dmesg | grep -c "unregister_netdevice: waiting")
	elsewhere create
	flood "$B" 10.0.0.1
	busywait 10 receives "$IN" || fail "no traffic"
	run ip netns del "$IN"
	run ip netns del "$A"
	cleanup
	module_reload || return
	check_eq "complaints of the kernel" "$complaints" \
		"$(dmesg | grep -c "unregister_netdevice: waiting")"
}

run_tests
