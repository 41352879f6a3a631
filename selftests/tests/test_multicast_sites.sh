#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Scenario "multicast-sites": two sites have a tunnel between them, a daemon routes
# multicast from one LAN to the other, and TCP is made to fit. A file sets all of it up at
# "boot" and undoes it on the way down, once with what people have today, once with what
# grex has.
#
#  $LAN1 172.16.0.2 -- lan0 $R1 198.51.100.2 -- $NET -- 203.0.113.2 $R2 lan0 -- 172.17.0.2 $LAN2
#                        gre1 10.0.0.1/30 ============ gre1 10.0.0.2/30
#
# make check-debug: left out
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/frr.sh
. "$(dirname "$0")/../lib/frr.sh"

TESTS="
	smcroute_and_iptables
	pim_and_mss
"

GROUP=239.1.2.3

[ -e /proc/net/ip_mr_vif ] || skip_all "this kernel routes no multicast"

SETUP=setup
setup() {
	setup_routed
	R1=$H1
	R2=$H2
	add_lan LAN1 "$R1" 172.16.0
	add_lan LAN2 "$R2" 172.17.0
}

# boot WORDS: apply a file with these options, as /etc/gretool has it, at both routers
boot() {
	cat >"$WORK/r1.conf" <<-END
		[gre1]
		local 198.51.100.2
		remote 203.0.113.2
		ttl 255
		multicast on
		addr 10.0.0.1/30
		route 172.17.0.0/24 via 10.0.0.2
		$1
		up
	END
	sed 's/198\.51\.100\.2/_/; s/203\.0\.113\.2/198.51.100.2/; s/_/203.0.113.2/
		s/10\.0\.0\.2/_/; s/10\.0\.0\.1/10.0.0.2/; s/_/10.0.0.1/
		s/172\.17/172.16/' "$WORK/r1.conf" >"$WORK/r2.conf"
	check "apply at R1" gretool -n "$R1" apply "$WORK/r1.conf"
	check "apply at R2" gretool -n "$R2" apply "$WORK/r2.conf"
	check "from LAN to LAN" busywait 10 ping_ok "$LAN1" 172.17.0.2
}

# The way down.
shutdown() {
	local router
	end_background
	for router in "$R1" "$R2"; do
		check "down" gretool -n "$router" apply --prune /dev/null
		check_eq "tunnels" "" "$(gretool -n "$router" show)"
		check_eq "links" "" "$(ip -n "$router" -br link show type grex)"
		check_eq "routes" "" "$(ip -n "$router" route show | grep -E 'gre1|10\.0\.0')"
	done
}

send() {
	ns_background "$LAN1" "$PY/multicast.py" send "$GROUP" v0
}

# A receiver joins in LAN2, and the stream of LAN1 reaches it.
stream() {
	ns_background "$LAN2" "$PY/multicast.py" receive \
		"$GROUP" v0 40 >"$WORK/received"
	busywait 20 grep -q joined "$WORK/received" || fail "the receiver does not join"
	busywait 60 grep -q packets "$WORK/received" || fail "the stream does not cross"
	sed -n 's/^[0-9]/# &/p' "$WORK/received"
	check "who it comes from" grep -q '^40 packets from 172\.16\.0\.2 in ' \
		"$WORK/received"
}

# Nothing of the stream comes through the tunnel; the daemons' own packets do.
quiet() {
	! timeout 5 ip netns exec "$R2" tcpdump -n -i gre1 -c 3 \
		"udp and dst host $GROUP" >"$WORK/crosses" 2>&1
}

# mss_is BYTES: the other LAN must see this MSS in both directions of a connection
mss_is() {
	local capture
	capture "$LAN2" v0 "$WORK/syn" 'tcp[tcpflags] & tcp-syn != 0'
	ns_background "$LAN2" socat -u TCP4-LISTEN:5001,reuseaddr "CREATE:$WORK/got"
	busywait 10 tcp_listening "$LAN2" 5001 || fail "socat does not listen"
	head -c 200000 /dev/urandom >"$WORK/sent"
	check "TCP" timeout 20 ip netns exec "$LAN1" socat -u \
		"OPEN:$WORK/sent,rdonly" TCP4:172.17.0.2:5001
	capture_stop "$WORK/syn" 2
	capture=$(fields "$WORK/syn" tcp.flags.ack tcp.options.mss_val | sort -u)
	check_eq "MSS at LAN2: SYN as it came, SYN ACK as it went" \
		"$(printf '0\t%s\n1\t1460' "$1")" "$capture"
	check "what arrived" busywait 5 cmp "$WORK/sent" "$WORK/got"
}

# smcroute ROUTER FROM TO: route the group from one device to the other
smcroute() {
	cat >"$WORK/smcroute-$1.conf" <<-END
		phyint lan0 enable
		phyint gre1 enable
		mgroup from $2 group $GROUP
		mroute from $2 group $GROUP to $3
	END
	ns_background "$1" smcrouted -n -N -f "$WORK/smcroute-$1.conf" -i "$1" \
		-P "$WORK/smcroute-$1.pid" -u "$WORK/smcroute-$1.sock" \
		>"$WORK/smcroute-$1.log" 2>&1
	busywait 10 test -e "$WORK/smcroute-$1.pid" ||
		fail "smcroute: $(cat "$WORK/smcroute-$1.log")"
}

clamp() {
	ns "$1" iptables -t mangle "$2" FORWARD -p tcp --tcp-flags SYN,RST SYN \
		-j TCPMSS --clamp-mss-to-pmtu
}

smcroute_and_iptables() {
	boot ""
	clamp "$R1" -A
	clamp "$R2" -A
	smcroute "$R1" lan0 gre1
	smcroute "$R2" gre1 lan0
	send
	stream
	# The routes are fixed, no matter who has joined.
	check_fails "the stream goes on" quiet
	mss_is 1436
	clamp "$R1" -D
	clamp "$R2" -D
	shutdown
}

# pim ROUTER: the rendezvous point is R1
pim() {
	frr "$1" pimd <<-END
		ip pim rp 10.0.0.1 239.0.0.0/8
		interface gre1
		 ip pim
		 ip pim hello 1
		!
		interface lan0
		 ip pim
		 ip igmp
		!
	END
}

neighbour() {
	vtysh_in "$1" "show ip pim neighbor json" | jq -e '.gre1 | length == 1' >/dev/null
}

pim_and_mss() {
	boot "mss auto"
	pim "$R1"
	pim "$R2"
	check "neighbours" busywait 40 neighbour "$R1"
	check "neighbours" busywait 40 neighbour "$R2"
	# Nobody has joined, and nothing of the stream crosses.
	send
	check "no stream without a receiver" quiet
	stream
	mss_is 1436
	shutdown
}

run_tests
