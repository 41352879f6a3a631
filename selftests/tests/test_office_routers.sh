#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Scenario "office-routers": two routers that masquerade onto the tunnel between
# them, with point-to-point addresses, a key and keepalives at both ends.
#
#  $LAN1 172.16.0.2 -- 172.16.0.1 $R1 198.51.100.2 -- $NET -- 203.0.113.2 $R2 172.17.0.1 -- 172.17.0.2 $LAN2
#                                 gre1 10.0.0.1 peer 10.0.0.2  gre1
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

modprobe -q nf_tables 2>/dev/null || [ -d /proc/sys/net/netfilter ] ||
	skip_all "this kernel has no nftables"

TESTS="
	masqueraded
	icmp_through_nat
	wrong_key
	one_end_goes
	the_way_goes
"

SETUP=setup
setup() {
	setup_routed
	R1=$H1
	R2=$H2
	add_lan LAN1 "$R1" 172.16.0
	add_lan LAN2 "$R2" 172.17.0
	office "$R1" 16 198.51.100.2 203.0.113.2 1 2
	office "$R2" 17 203.0.113.2 198.51.100.2 2 1
	check "both are up" busywait 20 both_up
}

# office ROUTER NET LOCAL REMOTE N OTHER: the tunnel and the rules of one router
office() {
	run gretool -n "$1" add gre1 local "$3" remote "$4" key 1234 \
		keepalive 200ms 3 addr "10.0.0.$5/32" peer "10.0.0.$6" up ||
		fail "add"
	# People have such rules on a router. There are no sets among them, since nf_tables
	# of 6.12 complains about its own use of RCU then, on the debug kernel.
	ip -n "$1" route add "172.$((33 - $2)).0.0/24" dev gre1
	ns "$1" nft -f - <<-END || fail "nft"
		table ip nat {
			chain post {
				type nat hook postrouting priority srcnat;
				oifname "gre1" masquerade
			}
		}
		table ip filter {
			chain in {
				type filter hook input priority filter; policy drop;
				ct state established accept
				ct state related accept
				iif lo accept
				ip protocol gre accept
				ip protocol icmp accept
			}
			chain forward {
				type filter hook forward priority filter; policy drop;
				ct state established accept
				ct state related accept
				iifname "lan0" accept
				iifname "gre1" oifname "lan0" accept
			}
		}
	END
}

both_up() {
	peer_is "$R1" up && peer_is "$R2" up
}

masqueraded() {
	capture "$LAN2" v0 "$WORK/inside" icmp
	check "from LAN to LAN" busywait 10 ping_ok "$LAN1" 172.17.0.2
	capture_stop "$WORK/inside" 2
	check_eq "who it comes from" 10.0.0.1 \
		"$(fields "$WORK/inside" ip.src icmp.type | awk '$2 == 8 { print $1 }' | sort -u)"
	check "the other way" ping_ok "$LAN2" 172.16.0.2
	tcp
}

tcp() {
	local listener

	timeout 30 ip netns exec "$LAN2" socat -u \
		TCP4-LISTEN:5001,reuseaddr "CREATE:$WORK/received" &
	listener=$!
	PIDS+=("$listener")
	check "socat listens" busywait 10 tcp_listening "$LAN2" 5001
	head -c 300000 /dev/urandom >"$WORK/sent"
	check "TCP" timeout 30 ip netns exec "$LAN1" socat -u \
		"OPEN:$WORK/sent,rdonly" TCP4:172.17.0.2:5001
	wait "$listener"
	check "what arrived" cmp "$WORK/sent" "$WORK/received"
}

# conntrack knows which host inside it was. An error of a router of the underlay about the
# outer packet goes to that host, since NAT is undone for the error as well.
icmp_through_nat() {
	check "ping" ping_ok "$LAN1" 172.17.0.2
	check_match "conntrack" \
		'src=172.16.0.2 dst=172.17.0.2 .*src=172.17.0.2 dst=10.0.0.1 ' \
		"$(ns "$R1" conntrack -L -p icmp 2>/dev/null)"
	ip -n "$NET" link set v2 mtu 1400
	check_match "the first one that is too big" 'mtu = 1372' \
		"$(ns "$LAN1" ping -c 1 -W 2 -M "do" -s 1400 172.17.0.2 2>&1)"
	ip -n "$NET" link set v2 mtu 1500
	ip -n "$LAN1" route flush cache
	ip -n "$R1" route flush cache
}

# Packets are dropped and counted, and the ends lose each other.
wrong_key() {
	local dropped

	dropped=$(counter "$R2" gre1 rx_wrong_key)
	run gretool -n "$R1" set gre1 key 4321
	check "R1 loses R2" busywait 10 peer_is "$R1" down
	check "R2 loses R1" busywait 10 peer_is "$R2" down
	[ "$(counter "$R2" gre1 rx_wrong_key)" -gt "$dropped" ] ||
		fail "R2 has counted no wrong key"
	run gretool -n "$R1" set gre1 key 1234
	check "both are back" busywait 30 both_up
	check "data flow" busywait 10 ping_ok "$LAN1" 172.17.0.2
}

# One end goes down: the other follows, and comes back with it.
one_end_goes() {
	ip -n "$R2" link set gre1 down
	check "R1 follows" busywait 5 peer_is "$R1" down
	check_match "without carrier" "NO-CARRIER" \
		"$(ip -n "$R1" -o link show gre1)"
	ip -n "$R2" link set gre1 up
	ip -n "$R2" route replace 172.16.0.0/24 dev gre1
	check "both are back" busywait 30 both_up
	check "data flow" busywait 10 ping_ok "$LAN1" 172.17.0.2
}

the_way_goes() {
	ip -n "$NET" link set v2 down
	check "R1 loses R2" busywait 5 peer_is "$R1" down
	check "R2 loses R1" busywait 5 peer_is "$R2" down
	ip -n "$NET" link set v2 up
	check "both are back" busywait 40 both_up
	check "data flow" busywait 10 ping_ok "$LAN1" 172.17.0.2
}

run_tests
