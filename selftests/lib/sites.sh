# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Two routers with a LAN each, and what crosses the tunnel between them: a multicast stream
# and TCP. Test files source this after lib.sh.
#
#  $LAN1 172.16.0.2 -- lan0 $R1 198.51.100.2 -- $NET -- 203.0.113.2 $R2 lan0 -- 172.17.0.2 $LAN2

GROUP=239.1.2.3

setup_sites() {
	setup_routed
	R1=$H1
	R2=$H2
	add_lan LAN1 "$R1" 172.16.0
	add_lan LAN2 "$R2" 172.17.0
}

# send: start a stream from LAN1 to the group
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
