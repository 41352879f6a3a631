#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# An attacker forges keepalives and sequence numbers of the peer, but does not see its
# packets. The topology is that of setup_pair; the attacker sends from $B, with its
# address, to $A.

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	carrier_stays
	flaps_while_heard
	full_queue
	full_queue_below
	answers_stay_on_the_link
	number_far_ahead
	peer_begins_anew
	short_intervals
	too_far_away
	keepalive_secret
"

# forge KIND [COUNT RATE KEY]: send forged packets, see attack.py
forge() {
	run "$PY/attack.py" "$B" - 192.0.2.1 192.0.2.2 "$@" >/dev/null
}

peer() {
	gretool -n "$1" -j show gre1 | member peer
}

flaps() {
	gretool -n "$1" -j -s show gre1 | member stats.keepalives.flaps
}

# A answers forged requests in the name of B, and still answers those of B itself.
carrier_stays() {
	local answered
	setup_pair
	tunnel_pair
	run gretool -n "$B" set gre1 keepalive 200ms 3
	check "up" busywait 10 peer_is "$B" up
	answered=$(counter "$A" gre1 keepalive_answered)
	forge request 5000 1000
	check_eq "peer" up "$(peer "$B")"
	check_eq "flaps" 0 "$(flaps "$B")"
	answered=$(($(counter "$A" gre1 keepalive_answered) - answered))
	[ "$answered" -ge 5000 ] || fail "$answered answers"
	check_eq "limited" 0 "$(counter "$A" gre1 rx_keepalive_limited)"
}

# busywait calls this all the time, so that it starts one program only.
carrier_is() {
	case $(ip -n "$A" -o link show gre1) in
	*LOWER_UP*) [ "$1" = true ] ;;
	*) [ "$1" = false ] ;;
	esac
}

# back_after: print how many tenths of a second the carrier of A takes to come back after
# B answers again
back_after() {
	local begin
	run gretool -n "$B" set gre1 keepalive-reply off
	check "down" busywait 10 carrier_is false
	run gretool -n "$B" set gre1 keepalive-reply on
	begin=$(now)
	check "up again" busywait 100 carrier_is true
	echo $((($(now) - begin) / 100))
}

# The answers of B get lost again and again, while B sends data. The carrier comes back
# with the first answer each time. Only changes that B makes itself are damped.
flaps_while_heard() {
	local took
	setup_pair
	tunnel_pair
	run gretool -n "$A" set gre1 keepalive 200ms 3
	check "up" busywait 10 carrier_is true
	ns_background "$B" ping -q -i 0.1 10.0.0.1 >/dev/null
	for _ in 1 2 3 4 5; do
		took=$(back_after)
		printf '# back after 0.%s s\n' "$took"
		[ "$took" -le 4 ] || fail "it was punished"
	done
	end_background
	for _ in 1 2 3 4 5; do took=$(back_after); done
	printf '# without a sign of B: back after %s tenths\n' "$took"
	[ "$took" -ge 30 ] || fail "it was not damped"
}

# sent_path: print the path MTU, and how A knows it
sent_path() {
	gretool -n "$A" -j show gre1 | member path_mtu.source path_mtu.bytes
}

probes_say() { [ "$(sent_path)" = "probes $1" ]; }

# A queue of this machine is full, for all packets or for large ones. Such a loss says
# nothing about the peer or the path. A loss in a filter does.
full_queue() {
	setup_pair
	tunnel_pair
	run gretool -n "$A" set gre1 keepalive 200ms 5 mtu-probe on
	check "up" busywait 10 carrier_is true
	check "path" busywait 20 probes_say 1500
	run tc -n "$A" qdisc add dev v0 root bfifo limit 400
	sleep 20
	check_eq "path, no room for large ones" "probes 1500" "$(sent_path)"
	check_eq "carrier then" true "$(gretool -n "$A" -j show gre1 | member carrier)"
	run tc -n "$A" qdisc replace dev v0 root pfifo limit 0
	sleep 1.6
	check_eq "carrier, no room at all" true "$(gretool -n "$A" -j show gre1 | member carrier)"
	[ "$(counter "$A" gre1 tx_underlay)" -ge 6 ] || fail "the queue was not full"
	check "down in the end" busywait 3 carrier_is false
	run tc -n "$A" qdisc del dev v0 root
	check "up after that" busywait 10 carrier_is true
	run ip netns exec "$A" nft "add table t; add chain t o { type filter hook output priority 0; }; add rule t o ip protocol gre drop"
	check "down, filtered" busywait 5 carrier_is false
	run ip netns exec "$A" nft "delete table t"
	check "up again" busywait 10 carrier_is true
}

# The full queue is that of the device below a VLAN.
full_queue_below() {
	local name
	setup_pair
	for name in "$A" "$B"; do
		run ip -n "$name" link add link v0 name v0.5 type vlan id 5
		run ip -n "$name" link set v0.5 up
	done
	run ip -n "$A" addr add 198.51.100.1/24 dev v0.5
	run ip -n "$B" addr add 198.51.100.2/24 dev v0.5
	run gretool -n "$A" add gre1 local 198.51.100.1 remote 198.51.100.2 keepalive 200ms 5 up
	run gretool -n "$B" add gre1 local 198.51.100.2 remote 198.51.100.1 up
	check "up" busywait 10 carrier_is true
	run tc -n "$A" qdisc replace dev v0 root pfifo limit 0
	sleep 1.6
	check_eq "carrier, no room below" true "$(gretool -n "$A" -j show gre1 | member carrier)"
	check "down in the end" busywait 3 carrier_is false
}

# A answers requests from the other end of the link, but not from hosts behind it.
answers_stay_on_the_link() {
	setup_pair
	tunnel_pair
	run ip -n "$A" route add 172.17.0.0/16 dev gre1
	check "it works before" ping_ok "$A" 10.0.0.2
	counts "$A" gre1 keepalive_answered 1 forge inside
	check "it works after" ping_ok "$A" 10.0.0.2
}

# received N: print how many of N pings from B to A are answered
received() {
	ns "$B" ping -q -c "$1" -i 0.05 -W 1 10.0.0.1 |
		sed -n 's/.* \([0-9]*\) received.*/\1/p'
}

number_far_ahead() {
	local got
	setup_pair
	tunnel_pair seq
	check "it works before" ping_ok "$B" 10.0.0.1
	counts "$A" gre1 rx_out_of_order 1 forge seq 0 0 2000000000
	check_eq "nothing is lost" 20 "$(received 20)"
	# A forged number that could follow lost packets is accepted.
	counts "$A" gre1 rx_out_of_order 0 forge seq 0 0 30000
	got=$(received 20)
	printf '# %s of 20 pings after it\n' "$got"
	[ "$got" -ge 16 ] || fail "$got of 20 pings answered"
	check_eq "then nothing is lost" 20 "$(received 20)"
}

peer_begins_anew() {
	local got
	setup_pair
	tunnel_pair seq
	check_eq "before" 50 "$(received 50)"
	run gretool -n "$B" del gre1
	run gretool -n "$B" add gre1 local 192.0.2.2 remote 192.0.2.1 seq \
		addr 10.0.0.2/30 up || fail "add"
	# A drops packets whose numbers look old, until it accepts the new sequence of B.
	got=$(received 20)
	printf '# %s of 20 pings after it\n' "$got"
	[ "$got" -ge 15 ] || fail "$got of 20 pings answered"
	check_eq "then nothing is lost" 20 "$(received 20)"
	# When the device goes down and up, the sequence begins anew at once.
	run gretool -n "$B" del gre1
	run gretool -n "$B" add gre1 local 192.0.2.2 remote 192.0.2.1 seq \
		addr 10.0.0.2/30 up || fail "add"
	run ip -n "$A" link set gre1 down
	run ip -n "$A" link set gre1 up
	check_eq "after down and up" 20 "$(received 20)"
	# The same happens when keepalives see the peer come back.
	run gretool -n "$A" set gre1 keepalive 200ms 2
	check "up" busywait 10 peer_is "$A" up
	run gretool -n "$B" del gre1
	check "down" busywait 10 peer_is "$A" down
	run gretool -n "$B" add gre1 local 192.0.2.2 remote 192.0.2.1 seq \
		addr 10.0.0.2/30 up || fail "add"
	check "up again" busywait 10 peer_is "$A" up
	check_eq "after it was away" 20 "$(received 20)"
}

# A user in a namespace of his own cannot make the host spend time on short intervals.
short_intervals() {
	local said
	said=$(unshare -Urn "$(command -v gretool)" add gre1 remote 192.0.2.2 \
		keepalive 500ms 3 2>&1) && fail "it was taken"
	check_match "says why" "CAP_NET_ADMIN" "$said"
	check "1 s" unshare -Urn "$(command -v gretool)" add gre1 \
		remote 192.0.2.2 keepalive 1s 3
}

# The forged packets have crossed a router and lost some TTL. ttl-min of 255 drops them,
# as B is next door.
too_far_away() {
	setup_pair
	tunnel_pair ttl 255
	run gretool -n "$A" set gre1 ttl-min 255 keepalive 200ms 3
	check "up" busywait 10 carrier_is true
	check "it works before" ping_ok "$B" 10.0.0.1
	counts "$A" gre1 rx_ttl 100 counts "$A" gre1 keepalive_answered 0 forge request 100 1000
	check "it works after" ping_ok "$B" 10.0.0.1
	run gretool -n "$B" set gre1 ttl 254
	counts "$A" gre1 rx_ttl 2 check "B is too far away" ping_fails "$B" 10.0.0.1 -W 0.2
	run gretool -n "$A" set gre1 ttl-min 254
	check "near enough" ping_ok "$B" 10.0.0.1
}

peer_claims() { gretool -n "$A" -j -s show gre1 | jq -c '[.. | objects | select(has("verified")) | .verified]'; }

# With a secret, only B can make keepalives that A answers.
keepalive_secret() {
	local secret=000102030405060708090a0b0c0d0e0f
	setup_pair
	tunnel_pair
	run gretool -n "$A" set gre1 keepalive 200ms 3 keepalive-secret "$secret"
	run gretool -n "$B" set gre1 keepalive 200ms 3
	check "A is answered without" busywait 10 carrier_is true
	check "B is not" busywait 10 peer_is "$B" down
	check_eq "what B says" "[]" "$(peer_claims)"
	run gretool -n "$B" set gre1 keepalive-secret "$secret"
	check "B is" busywait 10 peer_is "$B" up
	check_eq "what B says" "[true]" "$(peer_claims)"
	counts "$A" gre1 rx_keepalive_unproved 100 forge request 100 1000
	check_eq "A" true "$(gretool -n "$A" -j show gre1 | member carrier)"
	check_eq "B" up "$(peer "$B")"
	run gretool -n "$B" set gre1 keepalive-secret "${secret/0f/0e}"
	check "another secret" busywait 10 peer_is "$B" down
	run gretool -n "$A" set gre1 keepalive-secret off
	check "none is wanted" busywait 10 peer_is "$B" up
	check_eq "what B says" "[false]" "$(peer_claims)"
}

run_tests
