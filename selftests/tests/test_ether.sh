#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tunnels that carry Ethernet. The topology is the pair of lib/topology.sh, with tap1 at both
# ends, over IPv4 or IPv6. bridged adds a bridge to each end, and a host behind it:
#
#    $H1 v0 172.16.0.1/24 --- lan0 $A br0 tap1 ===== tap1 br0 $B lan0 --- v0 172.16.0.2/24 $H2
#           fd16::1/64                                               fd16::2/64

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	carries
	gretap
	wire
	bulk
	vlan
	bridges
	bridge_vlan
	bridge_too_big
	bridge_mss
	bridge_dhcp
	bridge_autoconf
	bridge_loop
	bond
	routed_too_big
	mac_address
	keepalives
	both_payloads
	inner_keepalive
	learns
	files
	unload
"

# tap [OPTION...]: tap1 at both ends; ipv6 as first word is the underlay
tap() {
	local net=192.0.2.

	[ "${1:-}" != ipv6 ] || { net=2001:db8::; shift; }
	run gretool -n "$A" add tap1 ether local "${net}1" remote "${net}2" "$@" up || fail "add"
	run gretool -n "$B" add tap1 ether local "${net}2" remote "${net}1" "$@" up || fail "add"
}

addresses() {
	configure "$A" tap1 10.0.0.1/24 fd00::1/64
	configure "$B" tap1 10.0.0.2/24 fd00::2/64
}

no_tap() {
	run ip -n "$A" link del tap1
	run ip -n "$B" link del tap1
}

carries() {
	local options

	setup_pair
	while read -r options; do
		# shellcheck disable=SC2086 # words
		tap $options
		addresses
		check "IPv4 $options" ping_ok "$A" 10.0.0.2
		check "IPv6 $options" ping_ok "$A" fd00::2
		no_tap
	done <<-END

		key 5
		key 7 csum seq
		ttl inherit tos 0x20 df inherit
		ipv6
		ipv6 key 7 csum seq
		ipv6 ttl inherit df clear
	END
	cleanup
}

# The other end is a gretap of ip_gre, which is beside grex.
gretap() {
	local options

	setup_pair
	check "ip_gre" run modprobe ip_gre
	for options in "" "key 5" "key 7 csum seq"; do
		# shellcheck disable=SC2086 # words
		run gretool -n "$A" add tap1 ether local 192.0.2.1 remote 192.0.2.2 $options up
		# shellcheck disable=SC2086 # words
		run ip -n "$B" link add tap1 type gretap local 192.0.2.2 remote 192.0.2.1 $options
		addresses
		check "IPv4 $options" busywait 5 ping_ok "$A" 10.0.0.2
		check "IPv6 $options" ping_ok "$A" fd00::2
		check_eq "MTU $options" "$(link_mtu "$B" tap1)" "$(link_mtu "$A" tap1)"
		no_tap
	done
	# Beside ip_gre, keepalives reach the tunnel, too.
	tap keepalive 200ms 3
	check "the peer" busywait 5 peer_is "$A" up tap1
	no_tap
	check "without ip_gre" run rmmod ip_gre
	cleanup
}

wire() {
	setup_pair
	tap ttl inherit tos inherit key 9
	addresses
	run ip -n "$A" neigh replace 10.0.0.2 lladdr 02:00:00:00:00:02 dev tap1
	capture "$B" v0 "$WORK/wire.pcap" proto 47
	ns "$A" ping -q -c 1 -W 0.1 -t 17 -Q 0x28 10.0.0.2 >/dev/null
	capture_stop "$WORK/wire.pcap" 1
	check_eq "a frame in GRE" "17,17 0x28,0x28 0x2000 0x6558 9 02:00:00:00:00:02" \
		"$(fields "$WORK/wire.pcap" ip.ttl ip.dsfield gre.flags_and_version gre.proto \
			gre.key eth.dst | grep 02:00:00:00:00:02 | sed 's/0x0*9\t/9\t/; s/\t[0-9a-f:]*,/\t/; s/\t/ /g')"
	cleanup
}

# TCP in segments that leave the host as super-packets.
bulk() {
	local options to

	setup_pair
	head -c 500000 /dev/urandom >"$WORK/sent"
	for options in "" "key 5 csum" "ipv6"; do
		# shellcheck disable=SC2086 # words
		tap $options
		addresses
		for to in "TCP4:10.0.0.2" "TCP6:[fd00::2]"; do
			bulk_tcp "$to $options" "$A" "$B" "$to"
		done
		no_tap
	done
	cleanup
}

vlan() {
	local n

	setup_pair
	tap
	for n in "$A 1" "$B 2"; do
		# shellcheck disable=SC2086 # words
		set -- $n
		run ip -n "$1" link add link tap1 name tap1.10 type vlan id 10
		run ip -n "$1" link add link tap1.10 name tap1.10.20 type vlan id 20
		configure "$1" tap1.10 "10.0.10.$2/24"
		configure "$1" tap1.10.20 "10.0.20.$2/24" "fd20::$2/64"
	done
	check "a tag" ping_ok "$A" 10.0.10.2
	check "two tags" ping_ok "$A" 10.0.20.2
	check "two tags, IPv6" ping_ok "$A" fd20::2
	# A tag takes the room of four bytes, which the device does not know.
	check_match "full size" 'mtu *= *1458' \
		"$(ns "$A" ping -c 1 -W 1 -M "do" -s 1434 10.0.10.2 2>&1)"
	check "full size without DF" ping_ok "$A" 10.0.10.2 -s 1434 -M dont
	cleanup
}

bridged() {
	local n

	setup_pair
	new_ns H1
	new_ns H2
	tap "$@"
	for n in "$A $H1 1" "$B $H2 2"; do
		# shellcheck disable=SC2086 # words
		set -- $n
		veth "$2" v0 "$1" lan0
		configure "$2" v0 "172.16.0.$3/24" "fd16::$3/64"
		ips "$1" <<-END
			link add br0 type bridge forward_delay 0
			link set lan0 master br0 up
			link set tap1 master br0
			link set br0 up
		END
	done
}

bridges() {
	local underlay

	for underlay in "" ipv6; do
		# shellcheck disable=SC2086 # words
		bridged $underlay
		check "IPv4 $underlay" ping_ok "$H1" 172.16.0.2
		check "IPv6 $underlay" ping_ok "$H1" fd16::2
		check_eq "neighbours see their own addresses" \
			"$(ip netns exec "$H2" cat /sys/class/net/v0/address)" \
			"$(ip -n "$H1" neigh show 172.16.0.2 | sed 's/.*lladdr \([^ ]*\) .*/\1/')"
		cleanup
	done
}

bridge_vlan() {
	local n

	bridged
	if ! ip -n "$A" link set br0 type bridge vlan_filtering 1 2>/dev/null; then
		skip "the bridge of this kernel does not support VLANs"
		cleanup
		return
	fi
	for n in "$A $H1 1" "$B $H2 2"; do
		# shellcheck disable=SC2086 # words
		set -- $n
		run ip -n "$1" link set br0 type bridge vlan_filtering 1
		run bridge -n "$1" vlan add dev lan0 vid 10
		run bridge -n "$1" vlan add dev tap1 vid 10
		run ip -n "$2" link add link v0 name v0.10 type vlan id 10
		configure "$2" v0.10 "172.16.10.$3/24"
	done
	check "VLAN 10" ping_ok "$H1" 172.16.10.2
	check "no VLAN" ping_ok "$H1" 172.16.0.2
	run bridge -n "$B" vlan del dev tap1 vid 10
	check "another VLAN" ping_fails "$H1" 172.16.10.2
	cleanup
}

# The hosts have an MTU of 1500, and the tunnel one of 1462. The bridge cannot fragment, so the
# source is told, by a packet that seems to come from the other host.
bridge_too_big() {
	bridged
	run ip -n "$A" link set tap1 mtu 1500
	run ip -n "$B" link set tap1 mtu 1500
	check_match "IPv4" 'mtu *= *1462' \
		"$(ns "$H1" ping -c 1 -W 1 -M "do" -s 1472 172.16.0.2 2>&1)"
	check_eq "counted" 1 "$(counter "$A" tap1 tx_too_big)"
	check "IPv4 of that size" ping_ok "$H1" 172.16.0.2 -M "do" -s 1434
	check_match "IPv6" 'mtu[:= ]*1462' \
		"$(ns "$H1" ping -c 1 -W 1 -M "do" -s 1452 fd16::2 2>&1)"
	check "IPv6 of that size" ping_ok "$H1" fd16::2 -M "do" -s 1414
	forget_path_mtu "$H1"
	capture "$B" v0 "$WORK/outer.pcap" ip proto 47
	check "without DF" ping_ok "$H1" 172.16.0.2 -M dont -s 1472
	capture_stop "$WORK/outer.pcap" 12
	check_match "in outer fragments" '1' "$(fields "$WORK/outer.pcap" ip.flags.mf | sort -u | xargs)"
	cleanup
}

# The tunnel lowers the MSS that bridged connections offer.
bridge_mss() {
	bridged mss auto
	capture "$H2" v0 "$WORK/mss.pcap" tcp
	ns "$H1" socat - TCP:172.16.0.2:9 </dev/null 2>/dev/null
	ns "$H1" socat - "TCP:[fd16::2]:9" </dev/null 2>/dev/null
	capture_stop "$WORK/mss.pcap" 4
	check_eq "MSS" "1402 1422" "$(fields "$WORK/mss.pcap" tcp.options.mss_val |
		grep . | sort -u | xargs)"
	cleanup
}

# A host behind one end gets its address from a server behind the other.
bridge_dhcp() {
	bridged
	run ip -n "$H1" addr flush dev v0
	cat >"$WORK/udhcpd.conf" <<-END
		start 172.16.0.100
		end 172.16.0.100
		interface v0
		lease_file $WORK/leases
		option subnet 255.255.255.0
	END
	touch "$WORK/leases"
	ip netns exec "$H2" busybox udhcpd -f "$WORK/udhcpd.conf" >/dev/null 2>&1 &
	PIDS+=($!)
	cat >"$WORK/script" <<-'END'
		#!/bin/sh
		[ "$1" != bound ] || ip addr add "$ip/24" dev "$interface"
	END
	chmod +x "$WORK/script"
	check "a lease" ns "$H1" timeout 20 busybox udhcpc -i v0 -n -q -t 5 -T 1 -s "$WORK/script"
	check_match "the address" '172.16.0.100/24' "$(ip -n "$H1" -o addr show dev v0)"
	check "ping" ping_ok "$H1" 172.16.0.2
	cleanup
}

# A router advertisement reaches the hosts behind the other end.
bridge_autoconf() {
	bridged
	ns "$H1" sysctl -qw net.ipv6.conf.v0.accept_ra=2
	ns "$H2" python3 -S "$PY/advertise.py" v0 fd99::
	check "an address" busywait 5 has_prefix fd99
	cleanup
}

has_prefix() { ip -n "$H1" -6 addr show dev v0 | grep -q "$1:"; }

# STP blocks the second of two tunnels between the same bridges.
bridge_loop() {
	local n before after

	bridged
	for n in "$A 1 2" "$B 2 1"; do
		# shellcheck disable=SC2086 # words
		set -- $n
		run ip -n "$1" link set br0 type bridge stp_state 1
		run gretool -n "$1" add tap2 ether local "192.0.2.$2" remote "192.0.2.$3" key 2
		run ip -n "$1" link set tap2 master br0 up
	done
	check "one is blocked" busywait 60 blocked_ports
	check "the hosts" busywait 60 ping_ok "$H1" 172.16.0.2
	before=$(link_counter "$A" tap1 tx_packets)
	sleep 10
	after=$(link_counter "$A" tap1 tx_packets)
	[ "$((after - before))" -lt 100 ] || fail "$((after - before)) packets in 10 s"
	cleanup
}

blocked_ports() {
	[ "$( (bridge -n "$A" link; bridge -n "$B" link) | grep -c 'state blocking')" = 1 ]
}

bond() {
	local n

	setup_pair
	if ! ip -n "$A" link add bond9 type bond 2>/dev/null; then
		skip "this kernel has no bonds"
		cleanup
		return
	fi
	tap
	for n in "$A 1 2" "$B 2 1"; do
		# shellcheck disable=SC2086 # words
		set -- $n
		run gretool -n "$1" add tap2 ether local "2001:db8::$2" remote "2001:db8::$3" \
			keepalive 200ms 3
		run ip -n "$1" link set tap1 down
		ips "$1" <<-END
			link add bond0 type bond mode active-backup miimon 100
			link set tap1 master bond0
			link set tap2 master bond0
		END
		run gretool -n "$1" set tap1 keepalive 200ms 3
		configure "$1" bond0 "10.0.0.$2/24"
	done
	check "both" busywait 10 ping_ok "$A" 10.0.0.2
	run ip -n "$B" link set tap1 down
	check "the other one" busywait 20 ping_ok "$A" 10.0.0.2
	check_eq "active" tap2 "$(ip netns exec "$A" cat /sys/class/net/bond0/bonding/active_slave)"
	cleanup
}

# A packet that is routed into the tunnel is answered as in one with layer-3 payload.
routed_too_big() {
	setup_pair
	tap mtu 1500
	addresses
	add_lan H1 "$A" 172.16.1 fd17
	run ip -n "$B" route add 172.16.1.0/24 via 10.0.0.1
	run ip -n "$B" route add fd17::/64 via fd00::1
	run ip -n "$H1" route add default via 172.16.1.1
	check "before" ping_ok "$H1" 10.0.0.2
	check_match "IPv4" 'mtu *= *1462' \
		"$(ns "$H1" ping -c 1 -W 1 -M "do" -s 1472 10.0.0.2 2>&1)"
	check_match "IPv6" 'mtu[:= ]*1462' \
		"$(ns "$H1" ping -c 1 -W 1 -M "do" -s 1452 fd00::2 2>&1)"
	check "without DF" ping_ok "$H1" 10.0.0.2 -M dont -s 1472
	cleanup
}

mac_address() {
	setup_pair
	tap
	addresses
	check "before" ping_ok "$A" 10.0.0.2
	[ "$(address "$A")" != "$(address "$B")" ] || fail "both have the same address"
	check "another one while it is up" ip -n "$A" link set tap1 address 02:00:00:00:00:09
	run ip -n "$B" neigh flush dev tap1
	check "ping" ping_ok "$A" 10.0.0.2
	check_fails "multicast" ip -n "$A" link set tap1 address 03:00:00:00:00:09
	check "in the request" ip -n "$A" link add tap2 address 02:00:00:00:00:0a type grextap
	check_eq "it is used" 02:00:00:00:00:0a "$(address "$A" tap2)"
	check_fails "too short" ip -n "$A" link add tap3 address 192.0.2.1 type grextap
	cleanup
}

address() { ip netns exec "$1" cat "/sys/class/net/${2:-tap1}/address"; }

keepalives() {
	local underlay

	for underlay in "" ipv6; do
		# shellcheck disable=SC2086 # words
		bridged $underlay
		run gretool -n "$A" set tap1 keepalive 200ms 3 mtu-probe on
		check "the peer $underlay" busywait 5 peer_is "$A" up tap1
		run ip -n "$B" link set tap1 down
		check "no peer $underlay" busywait 5 peer_is "$A" down tap1
		check_match "no carrier" 'NO-CARRIER' "$(ip -n "$A" link show tap1)"
		run ip -n "$B" link set tap1 up
		check "the peer again $underlay" busywait 5 peer_is "$A" up tap1
		check "ping $underlay" busywait 5 ping_ok "$H1" 172.16.0.2
		cleanup
	done
}

# Tunnels with different payloads between the same ends need different keys, because they would
# receive the same keepalives.
both_payloads() {
	setup_pair
	tap key 5 keepalive 200ms 3
	tunnel_pair
	configure "$A" tap1 10.1.0.1/24
	configure "$B" tap1 10.1.0.2/24
	check "Ethernet" ping_ok "$A" 10.1.0.2
	check "layer 3" ping_ok "$A" 10.0.0.2
	check "keepalives of frames" busywait 5 peer_is "$A" up tap1
	check_match "the same key" 'Another tunnel' "$(gretool -n "$A" add tap2 ether \
		local 192.0.2.1 remote 192.0.2.2 2>&1)"
	check_match "after a change" 'Another tunnel' "$(gretool -n "$A" set gre1 key 5 2>&1)"
	# What the peer sends the wrong way is counted.
	run ip -n "$B" link del gre1
	run gretool -n "$B" set tap1 nokey keepalive off
	counts "$B" tap1 rx_protocol 2 ping_fails "$A" 10.0.0.2
	run ip -n "$B" link del tap1
	run gretool -n "$B" add gre1 local 192.0.2.2 remote 192.0.2.1 key 5 up
	run gretool -n "$A" set tap1 keepalive off
	send_frames
	[ "$(counter "$B" gre1 rx_protocol)" -ge 2 ] || fail "frames are not counted"
	cleanup
}

send_frames() {
	run ip -n "$A" neigh replace 10.1.0.9 lladdr 02:00:00:00:00:09 dev tap1
	ping_fails "$A" 10.1.0.9 >/dev/null
}

# A keepalive to an inner address is not answered, because the answer would be a frame.
inner_keepalive() {
	setup_pair
	tap
	addresses
	ns "$B" python3 "$PY/forged_keepalive.py" 192.0.2.2 192.0.2.1 10.0.0.1 10.0.0.2
	check "it is counted" busywait 5 refused_one
	check_eq "it is not answered" 0 "$(counter "$A" tap1 keepalive_answered)"
	cleanup
}

refused_one() { [ "$(counter "$A" tap1 rx_protocol)" = 1 ]; }

# The tunnel learns its path MTU from an error about a frame, and from probes.
learns() {
	setup_routed
	run gretool -n "$H1" add tap1 ether local 198.51.100.2 remote 203.0.113.2 up
	run gretool -n "$H2" add tap1 ether local 203.0.113.2 remote 198.51.100.2 up
	configure "$H1" tap1 10.0.0.1/24
	configure "$H2" tap1 10.0.0.2/24
	far_link_mtu 1400
	check_fails "too big" ping_ok "$H1" 10.0.0.2 -M "do" -s 1430
	check_eq "learned" "icmp 1400" "$(gretool -n "$H1" -j show tap1 |
		member path_mtu.source path_mtu.bytes)"
	check "that size" ping_ok "$H1" 10.0.0.2 -M "do" -s $((1400 - 38 - 28))
	check "probes" gretool -n "$H1" set tap1 mtu auto
	check "the device follows" busywait 20 tap_mtu_is 1362
	cleanup
}

tap_mtu_is() { [ "$(link_mtu "$H1" tap1)" = "$1" ]; }

files() {
	setup_pair
	cat >"$WORK/apply.conf" <<-END
		[tap1]
		ether local 192.0.2.1 remote 192.0.2.2 key 5 up
	END
	check "apply" gretool -n "$A" apply "$WORK/apply.conf"
	check_eq "nothing is left to do" "" "$(gretool -n "$A" apply --dry-run "$WORK/apply.conf")"
	gretool -n "$A" save >"$WORK/save.conf"
	check_match "save" 'ether local 192.0.2.1' "$(tr '\n' ' ' <"$WORK/save.conf")"
	check_eq "JSON" "true" "$(gretool -n "$A" -j show tap1 | member ether)"
	check_match "check" 'tap1' "$(gretool -n "$A" check tap1)"
	check_fails "set" gretool -n "$A" set tap1 ether
	sed -i 's/ether //' "$WORK/apply.conf"
	check_match "without it" 'made again: ether' \
		"$(gretool -n "$A" apply --dry-run "$WORK/apply.conf")"
	check "apply" gretool -n "$A" apply "$WORK/apply.conf"
	check_match "layer 3" 'link/gre ' "$(ip -n "$A" link show tap1)"
	check_match "a TTL that is copied" 'no effect on an Ethernet payload' \
		"$(gretool -n "$A" add tap2 ether remote 192.0.2.9 decap-ttl copy 2>&1)"
	check_match "errors that are relayed" 'sources of Ethernet frames' \
		"$(gretool -n "$A" add tap2 ether remote 192.0.2.9 icmp-source hop 2>&1)"
	check_match "to the kind gre" 'carries Ethernet' "$(gretool -n "$A" add tap3 ether \
		remote 192.0.2.7 2>&1; gretool -n "$A" migrate tap3 --back 2>&1)"
	cleanup
}

unload() {
	bridged
	ns "$H1" ping -q -f -c 100000 172.16.0.2 >/dev/null 2>&1 &
	PIDS+=($!)
	busywait 5 received_some || fail "nothing is received"
	check "rmmod" run rmmod grex
	check "modprobe" run modprobe grex
	cleanup
}

received_some() { [ "$(link_counter "$B" tap1 rx_packets)" -gt 20 ]; }

run_tests
