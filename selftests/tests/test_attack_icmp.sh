#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A host anywhere can do nothing to a tunnel with ICMP errors from its own address. It
# knows the outer addresses, the key, and who talks to whom inside, but does not see the
# tunnel's packets. Each attack is shown to arrive, and the tunnel works before and after
# it.
#
#    $LAN v0 172.16.0.2 --- lan0 $H1 v0 --- v1 $NET v2 --- v0 $H2
#                                198.51.100.2  v3       203.0.113.2
#                                              |
#                                  198.18.0.2 v0 $X

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/path.sh
. "$(dirname "$0")/../lib/path.sh"

TESTS="
	path_mtu
	mtu_auto
	invented_packets
	guessed_ids
	true_errors
	hops_under_flood
	many_on_one_pair
	quoted_too_far
"

H1_OUTER=198.51.100.2
H2_OUTER=203.0.113.2

# setup_attacker ROUTER: make $X, which reaches the underlay through the router
setup_attacker() {
	new_ns X
	veth "$X" v0 "$1" v3
	configure "$1" v3 198.18.0.1/24
	configure "$X" v0 198.18.0.2/24 via 198.18.0.1
}

setup_attack() {
	setup_routed
	add_lan LAN "$H1" 172.16.0
	setup_attacker "$NET"
	run gretool -n "$H1" add gre1 local "$H1_OUTER" remote "$H2_OUTER" key 5 \
		"$@" addr 10.0.0.1/30 up || fail "add in H1"
	run gretool -n "$H2" add gre1 local "$H2_OUTER" remote "$H1_OUTER" key 5 \
		addr 10.0.0.2/30 up || fail "add in H2"
	run ip -n "$H2" route add 172.16.0.0/24 dev gre1
	check "it works before" works
}

# attack KIND [COUNT RATE]: see attack.py
attack() {
	run "$PY/attack.py" "$X" 198.18.0.2 "$H1_OUTER" "$H2_OUTER" "$@" >"$WORK/took"
}

# works: whether packets as large as the path takes pass in one piece
works() { ping_ok "$LAN" 10.0.0.2 -M "do" -s 1444; }

path() {
	gretool -n "$H1" -j show gre1 |
		member path_mtu.source path_mtu.bytes
}

# outer_bytes: the length and DF of one large packet on the underlay
outer_bytes() {
	local file=$WORK/outer.pcap
	capture "$NET" v1 "$file" ip proto 47 and src "$H1_OUTER"
	ns "$LAN" ping -q -c 1 -W 1 -M "do" -s 1444 10.0.0.2 >/dev/null
	capture_stop "$file" 1
	tcpdump -nv -r "$file" 2>/dev/null |
		sed -n 's/.*flags \[\([^]]*\)\].* length \([0-9]*\)).*/\2 \1/p' | head -n 1
}

# The kernel's route cache believes it; the tunnel does not.
path_mtu() {
	setup_attack
	attack frag_needed
	check_match "what the kernel has learned" "mtu (lock )?552" \
		"$(ip -n "$H1" route get "$H2_OUTER")"
	check_eq "path of the tunnel" "route 1500" "$(path)"
	check_eq "a large packet outside" "1500 DF" "$(outer_bytes)"
	check "it works after" works
	run gretool -n "$H1" set gre1 df clear
	check_eq "and without DF" "1500 none" "$(outer_bytes)"
	check "it works then, too" works
}

mtu_auto() {
	setup_attack mtu auto
	busywait 60 test "$(link_mtu "$H1" gre1)" = 1472 ||
		fail "MTU $(link_mtu "$H1" gre1)"
	attack frag_needed
	sleep 90
	check_eq "MTU of the device" 1472 "$(link_mtu "$H1" gre1)"
	check "it works after" works
}

# refused: how many errors about gre1, of all kinds, were not believed
refused() {
	ip netns exec "$H1" ethtool -S gre1 |
		awk '$1 ~ /^icmp_.*_(refused|limited):/ { sum += $2 } END { print sum }'
}

# No error gets inside, where it would seem to come from the gateway itself.
invented_packets() {
	local before
	setup_attack
	before=$(refused)
	capture "$LAN" v0 "$WORK/lan.pcap" icmp
	attack invented
	check "it works after" works
	capture_stop "$WORK/lan.pcap" 6
	check_eq "errors that the gateway got" 24 "$(($(refused) - before))"
	check_eq "errors inside" 0 \
		"$(tcpdump -n -r "$WORK/lan.pcap" 2>/dev/null | grep -vc 'ICMP echo')"
	check_eq "path of the tunnel" "route 1500" "$(path)"
}

# connects: whether six connections through the tunnel succeed
connects() {
	local i
	for i in 0 1 2 3 4 5; do
		ns "$LAN" socat -u /dev/null \
			"TCP:10.0.0.2:5001,sourceport=$((40000 + i)),reuseaddr,connect-timeout=3" ||
			return
		sleep 0.5
	done
}

# The attacker knows all of the flow but the ID of the outer packet.
guessed_ids() {
	local limited
	setup_attack
	ns_background "$H2" socat -u TCP-LISTEN:5001,fork,reuseaddr /dev/null
	busywait 5 tcp_listening "$H2" 5001 || fail "nobody listens"
	check "connections before" connects
	sleep 70 # the sockets are to be gone
	background attack guess 5000 1000
	check "connections meanwhile" connects
	wait "${PIDS[-1]}"
	unset 'PIDS[-1]'
	limited=$(counter "$H1" gre1 icmp_unreachable_limited)
	printf '# %s of 5000 guesses were looked at\n' "$((5000 - limited))"
	[ $((5000 - limited)) -le 30 ] || fail "too many"
	[ "$limited" -gt 0 ] || fail "no guess arrived"
	check_eq "relayed" 0 "$(counter "$H1" gre1 icmp_unreachable_relayed)"
	check "it works after" works
}

# A proved error is believed while somebody else lies: a frag needed and an unreachable of
# the router, from the first packet on.
true_errors() {
	setup_attack
	background attack guess 3000 300
	far_link_mtu 1400
	check_match "the first packet is answered" "Frag needed .*mtu *= *1372" \
		"$(ns "$LAN" ping -c 1 -W 2 -M "do" -s 1444 10.0.0.2 2>&1)"
	check_eq "path of the tunnel" "icmp 1400" "$(path)"
	run ip -n "$NET" route add unreachable "$H2_OUTER/32"
	check_match "unreachable" "Destination Host Unreachable" \
		"$(ns "$LAN" ping -c 1 -W 2 -s 56 10.0.0.2 2>&1)"
	run ip -n "$NET" route del unreachable "$H2_OUTER/32"
}

# 300 errors a second do not take the place of those of the routers.
hops_under_flood() {
	setup_path
	tunnel_path ttl inherit icmp-source hop key 5
	setup_attacker "${ROUTERS[3]}"
	run ip -n "${ROUTERS[1]}" route add 198.18.0.0/24 via 100.64.1.2
	run ip -n "${ROUTERS[2]}" route add 198.18.0.0/24 via 100.64.2.2
	H1_OUTER=100.64.0.1 H2_OUTER=100.64.5.2 background attack exceeded 2000 300
	sleep 1
	check_eq "hops" "172.16.0.1 100.64.0.2 100.64.1.2 100.64.2.2 100.64.3.2 100.64.4.2 172.16.1.2" \
		"$(trace "$LAN" 172.16.1.2 |
			tr "\n" " " | sed "s, $,,")"
	limited=$(counter "$GW" gre1 icmp_time_exceeded_limited)
	[ "$limited" -gt 100 ] || fail "the flood did not arrive: $limited"
}

# error_cost: how many ms 500 errors about the tunnel with key 1 take
error_cost() {
	attack exceeded 500 0 1
	cat "$WORK/took"
}

# The number of tunnels does not matter: one is found by its key.
many_on_one_pair() {
	local i one many
	setup_attack
	run gretool -n "$H1" add many1 local "$H1_OUTER" remote "$H2_OUTER" key 1 up
	error_cost >/dev/null
	one=$(error_cost)
	for ((i = 1000; i < 2000; i++)); do
		echo "add many$i local $H1_OUTER remote $H2_OUTER key $i"
	done | gretool -n "$H1" -batch - || fail "add"
	many=$(error_cost)
	printf '# 500 errors: %s ms with 2 tunnels, %s ms with 1002\n' "$one" "$many"
	[ "$many" -le $((one * 3 / 2 + 2)) ] || fail "it depends on their number"
	check_match "they arrived" "^[1-9]" \
		"$(counter "$H1" many1 icmp_time_exceeded_limited)"
	check "it works after" works
}

# The fourth router says that a packet is too large. If the peer is known to be next door,
# none of its packets gets as far as that router.
quoted_too_far() {
	setup_path
	tunnel_path ttl 255
	run ip -n "${ROUTERS[4]}" link set right mtu 1400
	run gretool -n "$GW" set gre1 ttl-min 254
	counts "$GW" gre1 icmp_frag_needed_refused 1 \
		ns "$LAN" ping -q -c 1 -W 0.5 -M "do" -s 1420 172.16.1.2 >/dev/null
	run gretool -n "$GW" set gre1 ttl-min 250
	check_match "near enough" "Frag needed .*mtu *= *1376" \
		"$(ns "$LAN" ping -c 1 -W 2 -M "do" -s 1420 172.16.1.2 2>&1)"
}

run_tests
