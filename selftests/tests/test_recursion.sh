#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The route to the remote leads back into the tunnel. grex drops and counts the packets
# and logs it once, and the tunnel works again when the route is corrected.
# underlay: IPv4 or IPv6

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

REMOTE=$(outer 192.0.2.2)
TO_REMOTE=$(outer_prefix 192.0.2.2/32)
TO_OTHER=$(outer_prefix 192.0.2.3/32)
TO_SUBNET=$(outer_prefix 192.0.2.0/25)

TESTS="
	route_into_itself
	two_into_each_other
	logged_once
	many_senders
	super_packets
	nested
	nested_in_fou
	log_limit
"

SETUP=setup
setup() {
	setup_pair
	tunnel_pair
}

# loop_warnings: print the number of lines in the log about a routing loop
loop_warnings() {
	dmesg | grep -c "leads back into this tunnel"
}

route_into_itself() {
	check "before" ping_ok "$A" 10.0.0.2
	run ip -n "$A" route add "$TO_REMOTE" dev gre1
	counts "$A" gre1 tx_recursion 2 check "IPv4 in a loop" \
		ping_fails "$A" 10.0.0.2 -W 0.2
	counts "$A" gre1 tx_recursion 2 check "IPv6 in a loop" \
		ping_fails "$A" fd00::2 -W 0.2
	counts "$A" gre1 tx_recursion 2 check "the remote itself" \
		ping_fails "$A" "$REMOTE" -W 0.2
	# An operator routes the subnet of the remote into the tunnel by mistake.
	run ip -n "$A" route del "$TO_REMOTE" dev gre1
	run ip -n "$A" route add "$TO_SUBNET" dev gre1
	counts "$A" gre1 tx_recursion 2 check "a subnet in a loop" \
		ping_fails "$A" 10.0.0.2 -W 0.2
	check_eq "ip -s link tells too" 8 "$(link_counter "$A" gre1 collisions)"
	run ip -n "$A" route del "$TO_SUBNET" dev gre1
	counts "$A" gre1 tx_recursion 0 check "after" ping_ok "$A" 10.0.0.2
}

two_into_each_other() {
	local before flood

	run gretool -n "$A" add gre2 local "$(outer 192.0.2.1)" remote "$(outer 192.0.2.3)" \
		addr 10.0.1.1/30 up
	run ip -n "$A" route add "$TO_REMOTE" dev gre2
	run ip -n "$A" route add "$TO_OTHER" dev gre1
	# The tunnel that a packet enters twice drops it.
	counts "$A" gre1 tx_recursion 2 check "first" \
		ping_fails "$A" 10.0.0.2 -W 0.2
	counts "$A" gre2 tx_recursion 2 check "second" \
		ping_fails "$A" 10.0.1.2 -W 0.2
	# Several CPUs send into both tunnels at once.
	before=$(counter "$A" gre1 tx_recursion)
	ns_background "$A" ping -q -c 500 -l 500 -W 0.1 10.0.1.2 >"$WORK/flood"
	flood=$!
	ns "$A" ping -q -c 500 -l 500 -W 0.1 10.0.0.2 >"$WORK/flood"
	wait "$flood"
	check_eq "in the first" 500 \
		"$(($(counter "$A" gre1 tx_recursion) - before))"
	check_eq "in the second" 502 "$(counter "$A" gre2 tx_recursion)"

	run ip -n "$A" route del "$TO_REMOTE" dev gre2
	check "after" ping_ok "$A" 10.0.0.2
	run gretool -n "$A" del gre2
	run ip -n "$A" route del "$TO_OTHER" dev gre1
}

logged_once() {
	local before

	run gretool -n "$A" set gre1 ttl 4
	run ip -n "$A" route add "$TO_REMOTE" dev gre1
	before=$(loop_warnings)
	check "in a loop" ping_fails "$A" 10.0.0.2 -W 0.2
	check_eq "warnings" "$((before + 1))" "$(loop_warnings)"
	check_match "name of the tunnel" "gre1: the route to the remote leads" \
		"$(dmesg | grep "leads back into this tunnel" | tail -n 1)"
	check "once more" ping_fails "$A" 10.0.0.2 -W 0.2
	check_eq "warnings later" "$((before + 1))" "$(loop_warnings)"
	# A change of the configuration allows another warning.
	run gretool -n "$A" set gre1 ttl 5
	check "after a change" ping_fails "$A" 10.0.0.2 -W 0.2
	check_eq "warnings after a change" "$((before + 2))" "$(loop_warnings)"
	run ip -n "$A" route del "$TO_REMOTE" dev gre1
}

# Many tasks send at once and preempt one another meanwhile (PREEMPT_RT). That is no loop.
many_senders() {
	cat >"$WORK/senders.py" <<-'END'
		import os, socket
		for sender in range(32):
		    if not os.fork():
		        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		        for _ in range(500):
		            s.sendto(bytes(40), ("10.0.0.2", 9))
		        os._exit(0)
		for sender in range(32):
		    os.wait()
	END
	counts "$A" gre1 tx_recursion 0 ns "$A" python3 "$WORK/senders.py"
	# The queue of the veth holds a thousand packets.
	check "they got there" test "$(($(link_counter "$A" gre1 tx_packets) + \
		$(counter "$A" gre1 tx_underlay)))" -ge 16000
}

# A TCP stream gets into the loop and out of it again.
super_packets() {
	local before

	before=$(counter "$A" gre1 tx_recursion)
	ns_background "$B" socat -u TCP-LISTEN:5001 "CREATE:$WORK/received"
	busywait 10 tcp_listening "$B" 5001 || fail "socat does not listen"
	head -c 1000000 /dev/urandom >"$WORK/sent"
	mkfifo "$WORK/stream"
	ns_background "$A" socat -u "OPEN:$WORK/stream,rdonly" TCP:10.0.0.2:5001
	exec 7>"$WORK/stream"
	head -c 500000 "$WORK/sent" >&7
	# Wait for all bytes: a stuck stream would leave bytes in the pipe, and the test
	# would hang.
	busywait 10 has_received 500000 || fail "it does not arrive"
	run ip -n "$A" route add "$TO_REMOTE" dev gre1
	tail -c +500001 "$WORK/sent" | head -c 50000 >&7
	busywait 10 loops "$before" || fail "no packet of the stream in the loop"
	run ip -n "$A" route del "$TO_REMOTE" dev gre1
	tail -c +550001 "$WORK/sent" >&7
	exec 7>&-
	check "all arrives" busywait 20 cmp "$WORK/sent" "$WORK/received"
}

has_received() {
	[ "$(stat -c %s "$WORK/received")" = "$1" ]
}

# Each tunnel sends through the one before. At most five may be nested.
nested() {
	local i remote=$REMOTE

	for i in 1 2 3 4 5 6; do
		run gretool -n "$A" add "in$i" remote "$remote" key "$i" mtu 1300 \
			addr "10.50.$i.1/30" addr "fd50:$i::1/64" up
		remote=10.50.$i.2
		[ "${GREX_UNDERLAY:-}" != ipv6 ] || remote=fd50:$i::2
	done
	counts "$A" in1 tx_recursion 0 check "five" \
		ping_fails "$A" 10.50.5.2 -W 0.2
	check "went out" test "$(link_counter "$A" in1 tx_packets)" -gt 0
	counts "$A" in1 tx_recursion 2 check "six" \
		ping_fails "$A" 10.50.6.2 -W 0.2
}

# A packet for gre1 carries a thousand others in FOU for gre2, each in the one before. Each is
# handed over while the one around it is, and this must not use up the stack. UDP to an
# address that only NAT makes local does not wait for GRO.
nested_in_fou() {
	! beside || { skip "the kernel has no hook behind FOU"; return; }
	[ "${GREX_UNDERLAY:-}" != ipv6 ] || { skip "FOU is over IPv4 here"; return; }
	modprobe fou || { skip "no FOU in this kernel"; return; }
	run ip -n "$A" link set v0 mtu 65000
	run ip -n "$B" link set v0 mtu 65000
	run ip -n "$A" fou add port 5555 ipproto 47
	run ip -n "$A" addr add 10.99.0.1/32 dev lo
	ns "$A" nft -f - <<-END || fail "no NAT"
		table ip nat {
			chain prerouting {
				type nat hook prerouting priority dstnat
				ip daddr 10.97.0.1 dnat to 10.99.0.1
			}
		}
	END
	run gretool -n "$A" add gre2 local 10.99.0.1 remote 10.98.0.1 up
	"$PY/nested.py" "$B" 1000
	check "each level" busywait 10 received_by_gre2 1000
}

received_by_gre2() { [ "$(link_counter "$A" gre2 rx_packets)" = "$1" ]; }

loops() {
	[ "$(counter "$A" gre1 tx_recursion)" -gt "$1" ]
}

# loops_in NAMESPACE COUNT: make this many tunnels that loop and log one warning each
loops_in() {
	local i
	ips "$1" <<-END
		link add d0 type dummy
		addr add $(outer 192.0.2.1)/24 dev d0
		link set d0 up
	END
	for ((i = 1; i <= $2; i++)); do
		run gretool -n "$1" add "x$i" remote "$(outer "192.0.2.1$i")" \
			addr "10.0.$i.1/30" up
		run ip -n "$1" route add "$(outer_prefix "192.0.2.1$i/32")" dev "x$i"
		check "in a loop" ping_fails "$1" "10.0.$i.2" -c 1 -W 0.1
	done
}

# A namespace that has used up its share of the log does not silence another one.
log_limit() {
	local before
	new_ns C
	new_ns D
	# Earlier warnings have used some of the limit for all namespaces.
	sleep 6
	before=$(loop_warnings)
	loops_in "$C" 12
	check_eq "its share" 5 "$(($(loop_warnings) - before))"
	loops_in "$D" 1
	check_eq "another one's" 6 "$(($(loop_warnings) - before))"
	sleep 6
	run gretool -n "$C" set x12 ttl 9
	check "in a loop" ping_fails "$C" 10.0.12.2 -c 1 -W 0.1
	check_eq "after some seconds" 7 "$(($(loop_warnings) - before))"
}

run_tests
