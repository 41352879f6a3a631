#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tunnels over IPv6. The topologies are the pair of lib/topology.sh, where both hosts also
# have an IPv6 address on their link, and two hosts with a router between them:
#
#    $H1 v0 2001:db8:1::2 --- 2001:db8:1::1 v1 $NET v2 2001:db8:2::1 --- v0 2001:db8:2::2 $H2

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	carries
	bulk
	wire
	flow_label
	mtu
	mtu_follows
	source_and_device
	link_local
	outer_fragments
	path_mtu_learned
	forged_errors
	chosen_labels
	encap_limit
	limit_of_inner
	unreachable
	hop_limit
	keepalives
	path_mtu_probed
	without_remote
	families
	apply
	beside_ip6_gre
	unload
"

# tunnel_ipv6 [OPTIONS]
tunnel_ipv6() {
	gre1_between "$A" 2001:db8::1 "$B" 2001:db8::2 "$@"
}

setup_routed_ipv6() {
	new_ns H1
	new_ns NET
	new_ns H2
	veth "$H1" v0 "$NET" v1
	veth "$H2" v0 "$NET" v2
	configure "$H1" v0 2001:db8:1::2/64 via 2001:db8:1::1
	configure "$NET" v1 2001:db8:1::1/64
	configure "$NET" v2 2001:db8:2::1/64
	configure "$H2" v0 2001:db8:2::2/64 via 2001:db8:2::1
	ns "$NET" sysctl -qw net.ipv6.conf.all.forwarding=1
	icmp_unlimited "$NET" "$H1"
	# A new device may not hear solicitations yet.
	check "the router" busywait 5 ping_ok "$H1" 2001:db8:1::1
	check "the other host" busywait 5 ping_ok "$H1" 2001:db8:2::2
	gre1_between "$H1" 2001:db8:1::2 "$H2" 2001:db8:2::2 "$@"
}

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

# The default MTU follows the link and the routes.
mtu_follows() {
	setup_pair
	tunnel_ipv6
	run ip -n "$A" link set v0 mtu 1400
	check "the link" busywait 10 device_mtu_is "$A" 1356
	run ip -n "$A" link set v0 mtu 1500
	check "the link again" busywait 10 device_mtu_is "$A" 1456
	run ip -n "$A" route add 2001:db8::2/128 dev v0 mtu 1300
	check "a route" busywait 10 device_mtu_is "$A" 1280
	run ip -n "$A" route del 2001:db8::2/128 dev v0
	check "without it" busywait 10 device_mtu_is "$A" 1456
	cleanup
}

# Packets are sent from an address of this machine, and by the device that was chosen.
source_and_device() {
	setup_pair
	tunnel_ipv6
	check "before" ping_ok "$A" 10.0.0.2
	run ip -n "$A" addr del 2001:db8::1/64 dev v0
	run ip -n "$A" addr add 2001:db8::9/64 dev v0 nodad
	counts "$A" gre1 tx_no_route 2 ping_fails "$A" 10.0.0.2
	run gretool -n "$A" set gre1 local 2001:db8::9
	run gretool -n "$B" set gre1 remote 2001:db8::9
	check "another address" ping_ok "$A" 10.0.0.2
	run ip -n "$A" link add out0 up type dummy
	run gretool -n "$A" set gre1 dev out0
	counts "$A" gre1 tx_no_route 2 ping_fails "$A" 10.0.0.2
	run gretool -n "$A" set gre1 dev v0
	check "the right device" ping_ok "$A" 10.0.0.2
	check_match "link-local" 'needs IFLA_GRE_LINK' \
		"$(gretool -n "$A" add gre2 remote fe80::1 2>&1)"
	check "with its device" gretool -n "$A" add gre2 remote fe80::1 dev v0
	cleanup
}

link_local_of() {
	ip -j -n "$1" -6 addr show dev gre1 |
		jq -r '.[0].addr_info[] | select(.scope == "link").local'
}

# Routing protocols need different link-local addresses at both ends, although the outer addresses
# have a prefix in common.
link_local() {
	local far near

	setup_pair
	tunnel_ipv6
	near=$(link_local_of "$A")
	far=$(link_local_of "$B")
	check_match "one" '^fe80::' "$near"
	check_fails "the same at both ends" test "$near" = "$far"
	check "to the other end" ping_ok "$A" "$far%gre1"
	run ip -n "$A" link del gre1
	run gretool -n "$A" add gre1 local 2001:db8::1 remote 2001:db8::2 up
	check_eq "created again" "$near" "$(link_local_of "$A")"
	cleanup
}

# A packet that may not be fragmented itself is fragmented outside, if df clear asks for it.
outer_fragments() {
	setup_pair
	tunnel_ipv6 df clear mtu 3000
	capture "$B" v0 "$WORK/outer.pcap" ip6 proto 44
	check "IPv4" ping_ok "$A" 10.0.0.2 -M "do" -s 2000
	check "IPv6" ping_ok "$A" fd00::2 -M "do" -s 2000
	capture_stop "$WORK/outer.pcap" 12
	# The length of a fragment is a multiple of 8.
	check_eq "of 1496 bytes at most" 1496 "$(fields "$WORK/outer.pcap" frame.len |
		sort -n | tail -n 1 | awk '{ print $1 - 14 }')"
	cleanup
}

path_mtu() {
	gretool -n "$H1" -j show gre1 | member path_mtu.source path_mtu.bytes
}

path_mtu_is() { [ "$(path_mtu)" = "$1" ]; }
device_mtu_is() { [ "$(link_mtu "$1" gre1)" = "$2" ]; }
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

# The tunnel sends the flow label that the operator has chosen. Such a label does not authenticate
# ICMPv6 errors.
chosen_labels() {
	local label

	setup_routed_ipv6
	capture "$NET" v1 "$WORK/chosen.pcap" ip6 proto 47 and src 2001:db8:1::2
	run gretool -n "$H1" set gre1 flowlabel 0x12345
	check "fixed" ns "$H1" ping -q -c 1 10.0.0.2
	run gretool -n "$H1" set gre1 flowlabel inherit
	check "inherited" ns "$H1" ping -q -c 1 -F 0xabcde fd00::2
	check "nothing to inherit" ns "$H1" ping -q -c 1 10.0.0.2
	capture_stop "$WORK/chosen.pcap" 3
	# The last one is computed.
	check_match "labels" "^0x012345 0x0abcde 0x0[0-9a-f]*[1-9a-f]" "$(fields "$WORK/chosen.pcap" \
		ipv6.flow icmp.type icmpv6.type |
		awk -F '\t' '$2 == 8 || $3 == 128 { sub(",.*", "", $1); print $1 }' | xargs)"
	counts "$H1" gre1 icmp_frag_needed_refused 1 forge 0 1300
	run gretool -n "$H1" set gre1 flowlabel 0x12345
	counts "$H1" gre1 icmp_frag_needed_refused 1 forge $((0x12345)) 1300
	check_eq "not believed" "route 1500" "$(path_mtu)"
	# Refused errors do not count as guesses. Therefore a true error is still accepted afterwards.
	for _ in {1..30}; do forge $((0x12345)) 1300; done
	run gretool -n "$H1" set gre1 flowlabel auto
	label=$(label_of_ping)
	forge $((label)) 1300
	check "another tunnel" busywait 5 path_mtu_is "icmp 1300"
	check_match "over IPv4" 'flowlabel refused: .*without IPv6 addresses' \
		"$(gretool -n "$H1" add gre2 remote 192.0.2.2 flowlabel 7 2>&1)"
	cleanup
}

# With an encapsulation limit, an option of 8 bytes is in front of the GRE header. Errors about
# such packets are believed, and segments have it, too.
encap_limit() {
	setup_routed_ipv6 encaplimit 4
	check_eq "the MTU" 1448 "$(link_mtu "$H1" gre1)"
	capture "$NET" v1 "$WORK/limit.pcap" ip6 proto 60 and src 2001:db8:1::2
	check "IPv4" ping_ok "$H1" 10.0.0.2
	check "IPv6" ping_ok "$H1" fd00::2
	capture_stop "$WORK/limit.pcap" 2
	check_eq "the option" "4 0x0800 8 4 0x86dd 128" "$(fields "$WORK/limit.pcap" \
		ipv6.opt.tel gre.proto icmp.type icmpv6.type | awk '$3 == 8 || $3 == 128' |
		sort -u | xargs)"
	head -c 300000 /dev/urandom >"$WORK/sent"
	bulk_tcp "super-packets" "$H1" "$H2" "TCP4:10.0.0.2"
	bulk_tcp "super-packets of IPv6" "$H1" "$H2" "TCP6:[fd00::2]"
	check "the largest packet" ping_ok "$H1" 10.0.0.2 -M "do" -s 1420
	run ip -n "$NET" link set v2 mtu 1300
	run ip -n "$H2" link set v0 mtu 1300
	ns "$H1" ping -c 1 -W 1 -M "do" -s 1400 10.0.0.2 >"$WORK/said" 2>&1
	check_match "too big" 'mtu *= *1248' "$(cat "$WORK/said")"
	check_eq "learned" "icmp 1300" "$(path_mtu)"
	check "a fragment for each part" ping_ok "$H1" fd00::2 -M "do" -s 1232
	run gretool -n "$H1" set gre1 encaplimit none keepalive 100ms
	check_eq "the MTU without it" 1456 "$(link_mtu "$H1" gre1)"
	check "one end is enough" busywait 5 peer_is "$H1" up
	check_match "over IPv4" 'encaplimit refused: .*without IPv6 addresses' \
		"$(gretool -n "$H1" add gre2 remote 192.0.2.2 encaplimit 7 2>&1)"
	cleanup
}

# The limit of a packet that has passed a tunnel is lowered by each further one (RFC 2473 4.1.1).
limit_of_inner() {
	setup_routed_ipv6 encaplimit 9
	run gretool -n "$H1" add gre2 local fd00::1 remote fd00::2 encaplimit 2 addr 10.1.0.1/30 up
	run gretool -n "$H2" add gre2 local fd00::2 remote fd00::1 addr 10.1.0.2/30 up
	capture "$NET" v1 "$WORK/limit.pcap" ip6 proto 60 and src 2001:db8:1::2
	check "two tunnels" ping_ok "$H1" 10.1.0.2
	check "one tunnel" ping_ok "$H1" 10.0.0.2
	capture_stop "$WORK/limit.pcap" 2
	check_eq "outer and inner limit" "1,2 9" "$(fields "$WORK/limit.pcap" ipv6.opt.tel icmp.type |
		awk '$2 == 8 { print $1 }' | sort -u | xargs)"
	run gretool -n "$H1" set gre2 encaplimit 0
	capture "$H1" lo "$WORK/told.pcap" icmp6
	counts "$H1" gre1 tx_encap_limit 2 ping_fails "$H1" 10.1.0.2
	capture_stop "$WORK/told.pcap" 1
	# Behind 40 bytes of IPv6 and 2 of the header are type and length of the option.
	check_eq "parameter problem" "4 0 44" "$(fields "$WORK/told.pcap" \
		icmpv6.type icmpv6.code icmpv6.pointer | head -n 1 | xargs)"
	# A tunnel without a limit does not look at that of inner packets.
	run gretool -n "$H1" set gre1 encaplimit none
	check "no limit, no refusal" ping_ok "$H1" 10.1.0.2
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

# forge LABEL MTU: a packet too big about a packet of gre1 with this flow label
forge() {
	ip netns exec "$NET" python3 "$PY/forged_ptb.py" 2001:db8:1::2 2001:db8:2::2 "$@"
}

# label_of_ping: the flow label with which gre1 sends a ping from 10.0.0.1 to 10.0.0.2
label_of_ping() {
	capture "$NET" v1 "$WORK/label.pcap" ip6 proto 47 and src 2001:db8:1::2
	check "a ping" ping_ok "$H1" 10.0.0.2
	capture_stop "$WORK/label.pcap" 3
	fields "$WORK/label.pcap" ipv6.flow ip.dst | awk '$2 == "10.0.0.2" { print $1; exit }'
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

# A tunnel without a remote receives from everybody, and has nobody to send to.
without_remote() {
	setup_pair
	run gretool -n "$A" add gre1 local 2001:db8::1 remote 2001:db8::2 key 5 addr 10.0.0.1/30 up
	run gretool -n "$B" add gre1 local 2001:db8::2 remote any key 5 addr 10.0.0.2/30 up
	run gretool -n "$B" add gre2 local 2001:db8::2 remote 2001:db8::3 key 5 up
	ping_fails "$A" 10.0.0.2 >/dev/null
	check_eq "received" 2 "$(link_counter "$B" gre1 rx_packets)"
	check_eq "not sent" 2 "$(counter "$B" gre1 tx_no_remote)"
	counts "$A" gre1 rx_wrong_key 0 ping_fails "$A" 10.0.0.2
	run gretool -n "$B" set gre1 key 6
	counts "$B" gre1 rx_wrong_key 2 ping_fails "$A" 10.0.0.2
	cleanup
}

# The two addresses have one family, and a tunnel keeps it.
families() {
	setup_pair
	tunnel_ipv6
	check_match "another family" 'a tunnel keeps the family' \
		"$(gretool -n "$A" set gre1 local any remote 192.0.2.2 2>&1)"
	check_match "one of them" 'a tunnel keeps the family' \
		"$(gretool -n "$A" set gre1 remote 192.0.2.2 2>&1)"
	check_match "as it was" 'remote 2001:db8::2 ' "$(gretool -n "$A" show gre1)"
	check "another remote" gretool -n "$A" set gre1 remote 2001:db8::3
	check_match "multicast" 'is a multicast address' \
		"$(gretool -n "$A" add gre2 remote ff02::1 2>&1)"
	check_match "both" 'addresses of one family' \
		"$(gretool -n "$A" add gre2 local 192.0.2.1 remote 2001:db8::2 2>&1)"
	# The same bytes in the other family are another tunnel.
	check "IPv6" gretool -n "$A" add gre2 remote c000:202::
	check "IPv4" gretool -n "$A" add gre3 remote 192.0.2.2
	check_fails "twice" gretool -n "$A" add gre4 remote c000:202::
	check_match "an ioctl" 'Operation not supported' "$(ip -n "$A" tunnel show gre2 2>&1)"
	cleanup
}

apply() {
	setup_pair
	cat >"$WORK/apply.conf" <<-END
		[gre1]
		local 2001:db8::1 remote 2001:db8::2 key 5 keepalive 10 3
		addr 10.0.0.1/30 up
	END
	check "apply" gretool -n "$A" apply "$WORK/apply.conf"
	check_eq "nothing is left to do" "" "$(gretool -n "$A" apply --dry-run "$WORK/apply.conf")"
	gretool -n "$A" save >"$WORK/save.conf"
	check_match "save" 'remote 2001:db8::2' "$(cat "$WORK/save.conf")"
	sed -i 's/2001:db8::/192.0.2./g' "$WORK/apply.conf"
	check_match "another family" 'made again: the family' \
		"$(gretool -n "$A" apply --dry-run "$WORK/apply.conf")"
	check "apply" gretool -n "$A" apply "$WORK/apply.conf"
	check_match "IPv4" 'remote 192.0.2.2' "$(gretool -n "$A" show gre1)"
	cleanup
}

# ip6_gre can be loaded as long as no tunnel has an IPv6 underlay.
beside_ip6_gre() {
	setup_pair
	run gretool -n "$A" add gre1 remote 192.0.2.2
	check "ip6_gre" run modprobe ip6_gre
	dmesg -C
	check_fails "a tunnel over IPv6" gretool -n "$A" add gre2 remote 2001:db8::2
	check_match "the log" 'rmmod ip6_gre' "$(dmesg)"
	check "without ip6_gre" run rmmod ip6_gre
	check "a tunnel over IPv6" gretool -n "$A" add gre2 remote 2001:db8::2
	dmesg -C
	check_fails "ip6_gre" modprobe ip6_gre
	check_match "the log" 'ip6_gre cannot be loaded' "$(dmesg)"
	run ip -n "$A" link del gre2
	check "ip6_gre again" run modprobe ip6_gre
	run rmmod ip6_gre
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
