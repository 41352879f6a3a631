#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tunnels over IPv6: what they carry, what is on the wire, and ICMPv6 errors. The topologies are
# those of lib/ipv6.sh.

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/ipv6.sh
. "$(dirname "$0")/../lib/ipv6.sh"

TESTS="
	carries
	bulk
	wire
	flow_label
	mtu
	path_mtu_learned
	forged_errors
	redirects
	unreachable
	hop_limit
	keepalives
	path_mtu_probed
	unload
"

carries() {
	local options

	setup_pair
	while read -r options; do
		# shellcheck disable=SC2086 # words
		tunnel_ipv6 $options
		check "IPv4 $options" ping_ok "$A" 10.0.0.2
		check "IPv6 $options" ping_ok "$A" fd00::2
		check_eq "shown" "local 2001:db8::1 remote 2001:db8::2" \
			"$(gretool -n "$A" show gre1 | grep -o 'local [^ ]* remote [^ ]*')"
		run ip -n "$A" link del gre1
		run ip -n "$B" link del gre1
	done <<-END

		key 5
		csum
		seq
		key 7 csum seq
		ttl inherit tos 0x20
		df clear
		dev v0
	END
	cleanup
}

# TCP in segments that leave the host as super-packets.
bulk() {
	local options

	setup_pair
	head -c 500000 /dev/urandom >"$WORK/sent"
	for options in "" "key 5 csum" "df clear" "df inherit"; do
		# shellcheck disable=SC2086 # words
		tunnel_ipv6 $options
		for to in "TCP4:10.0.0.2" "TCP6:[fd00::2]"; do
			bulk_tcp "$to $options" "$A" "$B" "$to"
		done
		run ip -n "$A" link del gre1
		run ip -n "$B" link del gre1
	done
	cleanup
}

# The headers as tshark decodes them: traffic class, hop limit, flags, key and payload.
wire() {
	local options

	setup_pair
	capture "$B" v0 "$WORK/wire.pcap" ip6 proto 47
	while read -r options; do
		# shellcheck disable=SC2086 # words
		run gretool -n "$A" add gre1 local 2001:db8::1 remote 2001:db8::2 $options \
			addr 10.0.0.1/30 up
		ns "$A" ping -q -c 1 -W 0.1 -t 17 -Q 0x28 10.0.0.2 >/dev/null
		run ip -n "$A" link del gre1
	done <<-END
		multicast off
		ttl inherit tos 0x10
		key 9 csum seq
	END
	capture_stop "$WORK/wire.pcap" 3
	check_eq "packets" "$(printf '%s\n' \
		"2001:db8::1 2001:db8::2 64 0x28 47 88 0x0000 0x0800" \
		"2001:db8::1 2001:db8::2 17 0x10 47 88 0x0000 0x0800" \
		"2001:db8::1 2001:db8::2 64 0x28 47 100 0xb000 0x0800 9 0")" \
		"$(fields "$WORK/wire.pcap" ipv6.src ipv6.dst ipv6.hlim ipv6.tclass \
			ipv6.nxt ipv6.plen gre.flags_and_version gre.proto gre.key \
			gre.sequence_number | sed 's/\t/ /g; s/ *$//; s/0x0*\([0-9a-f]\{2\}\) 47/0x\1 47/;
				s/ 0x0*9/ 9/')"
	cleanup
}

# Routers spread flows by the label. All packets of a flow have the same, which is never 0.
flow_label() {
	local labels

	setup_pair
	tunnel_ipv6
	run ip -n "$A" addr add 10.1.0.1/24 dev gre1
	capture "$B" v0 "$WORK/labels.pcap" ip6 proto 47 and src 2001:db8::1
	for _ in {1..2}; do
		for to in {10..13}; do
			ns "$A" ping -q -c 1 -W 0.1 "10.1.0.$to" >/dev/null
			ns "$A" ping -q -c 1 -W 0.1 "fd00::$to" >/dev/null
			ns "$A" bash -c "echo >/dev/udp/10.1.0.$to/9 2>/dev/null"
			ns "$A" socat - "UDP6:[fd00::$to]:9,sourceport=9" <<<x
			ns "$A" socat - "UDP4:10.1.0.$to:9,sourceport=9" <<<x
		done
	done
	capture_stop "$WORK/labels.pcap" 40
	labels=$(fields "$WORK/labels.pcap" ipv6.flow ip.dst ipv6.dst udp.srcport |
		sed 's/,0x[^\t]*//' | awk -F '\t' '$4 == "" || $4 == 9' | grep -v ff02 | sort -u)
	check_eq "flows" 16 "$(cut -f 2- <<<"$labels" | sort -u | wc -l)"
	check_eq "labels" 16 "$(cut -f 1 <<<"$labels" | sort -u | wc -l)"
	check_eq "one for each flow" 16 "$(wc -l <<<"$labels")"
	check_eq "none" "" "$(grep -E '^0x0+\b' <<<"$labels")"
	cleanup
}

mtu() {
	setup_pair
	tunnel_ipv6
	check_eq "of the device" 1456 "$(link_mtu "$A" gre1)"
	check "IPv4" ping_ok "$A" 10.0.0.2 -M "do" -s 1428
	check "IPv6" ping_ok "$A" fd00::2 -M "do" -s 1408
	run ip -n "$A" link set gre1 mtu 9000
	forget_path_mtu "$A"
	capture "$B" v0 "$WORK/mtu.pcap" ip6 proto 47 or ip6 proto 44
	check_match "IPv4" 'mtu *= *1456' "$(ns "$A" ping -c 1 -W 1 -M "do" -s 1429 10.0.0.2 2>&1)"
	check_match "IPv6" 'mtu[:= ]*1456' "$(ns "$A" ping -c 1 -W 1 -M "do" -s 1409 fd00::2 2>&1)"
	check "IPv4 in fragments" ping_ok "$A" 10.0.0.2 -M dont -s 4000
	capture_stop "$WORK/mtu.pcap" 9
	check_eq "no outer fragments" 0 "$(fields "$WORK/mtu.pcap" ipv6.nxt | grep -c 44)"
	check_eq "with key and csum" 1448 "$(gretool -n "$A" set gre1 mtu default key 5 csum &&
		link_mtu "$A" gre1)"
	cleanup
}

received_some() { [ "$(link_counter "$B" gre1 rx_packets)" -gt 20 ]; }

# A packet too big of the underlay reaches the inner source, and the tunnel learns from it.
path_mtu_learned() {
	setup_routed_ipv6
	run ip -n "$NET" link set v2 mtu 1300
	run ip -n "$H2" link set v0 mtu 1300
	check_eq "before" "route 1500" "$(path_mtu)"
	ns "$H1" ping -c 1 -W 1 -M "do" -s 1400 10.0.0.2 >"$WORK/said" 2>&1
	check_match "IPv4" 'mtu *= *1256' "$(cat "$WORK/said")"
	check_eq "learned" "icmp 1300" "$(path_mtu)"
	check_eq "relayed" 1 "$(counter "$H1" gre1 icmp_frag_needed_relayed)"
	check "IPv4 of that size" ping_ok "$H1" 10.0.0.2 -M "do" -s 1228
	forget_path_mtu "$H1"
	ns "$H1" ping -c 1 -W 1 -M "do" -s 1400 fd00::2 >"$WORK/said" 2>&1
	check_match "IPv6" 'mtu[:= ]*1280' "$(cat "$WORK/said")"
	# IPv6 needs 1280 bytes, which this path carries in two outer packets.
	check "IPv6 of 1280 bytes" ping_ok "$H1" fd00::2 -M "do" -s 1232
	cleanup
}

# redirect LABEL ROUTER [fragment]: from NET, about a packet of gre1 with this flow label
redirect() {
	ip netns exec "$NET" python3 "$PY/forged_ptb.py" 2001:db8:1::2 2001:db8:2::2 "$1" "$2" v1 \
		fe80::2:2 "${@:3}"
}

goes_by() {
	ip -n "$H1" route get 2001:db8:2::2 | grep -q " via $1 "
}

# A redirect is believed if it is about a packet of the tunnel, and comes from the router to which
# that packet went (RFC 4861 8.1).
redirects() {
	local label
	setup_routed_ipv6
	ip -n "$NET" addr add fe80::1/64 dev v1 nodad
	ip -n "$NET" addr add fe80::99/64 dev v1 nodad
	run ip -n "$H1" route replace default via fe80::1 dev v0
	label=$(label_of_ping)
	redirect 0 fe80::1
	redirect $((label ^ 1)) fe80::1
	check "with a wrong label" goes_by fe80::1
	redirect $((label)) fe80::99
	check "from another router" goes_by fe80::1
	# The kernel discards fragments, also if there is only one (RFC 6980).
	redirect $((label)) fe80::1 fragment
	check "in a fragment" goes_by fe80::1
	redirect $((label)) fe80::1
	check "from the router" goes_by fe80::2:2
	cleanup
}

unreachable() {
	setup_routed_ipv6
	check "before" ping_ok "$H1" 10.0.0.2
	run ip -n "$NET" link set v2 down
	check_match "IPv4" 'Destination Host Unreachable' \
		"$(ns "$H1" ping -c 1 -W 1 10.0.0.2)"
	check_match "IPv6" 'Address unreachable' "$(ns "$H1" ping -c 1 -W 1 fd00::2)"
	check_eq "relayed" 2 "$(counter "$H1" gre1 icmp_unreachable_relayed)"
	cleanup
}

# With the hop limit of the inner packet, a traceroute shows the routers of the underlay.
hop_limit() {
	setup_routed_ipv6 ttl inherit icmp-source hop
	check_match "IPv6: the router" 'From 2001:db8:1::1 .*[Tt]ime exceeded' \
		"$(ns "$H1" ping -c 1 -W 1 -t 1 fd00::2)"
	check_match "IPv4: a router without address" 'From 192.0.0.8 .*[Tt]ime .*exceeded' \
		"$(ns "$H1" ping -c 1 -W 1 -t 1 10.0.0.2)"
	run gretool -n "$H1" set gre1 icmp-source self
	check_match "IPv6: this host" 'From fd00::1 .*[Tt]ime exceeded' \
		"$(ns "$H1" ping -c 1 -W 1 -t 1 fd00::2)"
	check_eq "relayed" 3 "$(counter "$H1" gre1 icmp_time_exceeded_relayed)"
	check "two hops are enough" ping_ok "$H1" fd00::2 -t 2
	cleanup
}

# Only the flow label of a packet that was sent proves that an error is about one.
forged_errors() {
	local label

	setup_routed_ipv6
	label=$(label_of_ping)
	counts "$H1" gre1 icmp_frag_needed_refused 1 forge $((label ^ 1)) 1300
	counts "$H1" gre1 icmp_frag_needed_refused 1 forge 0 1300
	check_eq "not believed" "route 1500" "$(path_mtu)"
	# A router with a smaller MTU than the protocol allows is not believed either.
	counts "$H1" gre1 icmp_frag_needed_relayed 0 forge $((label)) 1279
	check_eq "not believed" "route 1500" "$(path_mtu)"
	forge $((label)) 1300
	check "the label of the flow" busywait 5 path_mtu_is "icmp 1300"
	cleanup
}

keepalives() {
	setup_pair
	tunnel_ipv6 key 5 keepalive-secret 00112233445566778899aabbccddeeff
	check "on" gretool -n "$A" set gre1 keepalive 200ms 3
	check "the peer" busywait 5 peer_is "$A" up
	run ip -n "$B" link set gre1 down
	check "no peer" busywait 5 peer_is "$A" down
	check_match "no carrier" 'NO-CARRIER' "$(ip -n "$A" link show gre1)"
	run ip -n "$B" link set gre1 up
	check "the peer again" busywait 5 peer_is "$A" up
	run gretool -n "$B" set gre1 keepalive-secret off
	run gretool -n "$B" set gre1 keepalive-secret ffeeddccbbaa99887766554433221100
	check "another secret" busywait 5 peer_is "$A" down
	run gretool -n "$A" set gre1 keepalive-secret off
	run gretool -n "$B" set gre1 keepalive-secret off
	check "without a secret" busywait 5 peer_is "$A" up
	check "probe" gretool -n "$A" probe gre1 -c 2 -i 50ms
	check "probe of 1456 bytes" gretool -n "$A" probe gre1 -c 1 -s 1448
	check_fails "probe of 1449 bytes" gretool -n "$A" probe gre1 -c 1 -s 1453
	cleanup
}

# Probes find a path MTU that no error tells.
path_mtu_probed() {
	setup_routed_ipv6
	ns "$NET" nft -f - <<-END
		table ip6 silent {
			chain output {
				type filter hook output priority 0
				icmpv6 type packet-too-big drop
			}
		}
	END
	run ip -n "$NET" link set v2 mtu 1400
	run ip -n "$H2" link set v0 mtu 1400
	check "on" gretool -n "$H1" set gre1 mtu auto
	check "found" busywait 20 path_is 1400 -n "$H1"
	check "the device follows" busywait 10 device_mtu_is "$H1" 1356
	cleanup
}

unload() {
	setup_pair
	tunnel_ipv6
	ns "$A" ping -q -f -c 100000 10.0.0.2 >/dev/null 2>&1 &
	PIDS+=($!)
	busywait 5 received_some || fail "nothing is received"
	check "rmmod" run rmmod grex
	check "modprobe" run modprobe grex
	cleanup
}

run_tests
