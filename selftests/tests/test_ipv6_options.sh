#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The options of tunnels over IPv6: addresses, device, flow label, encapsulation limit, MTU, and the
# file of tunnels. The topologies are those of lib/ipv6.sh.
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/ipv6.sh
. "$(dirname "$0")/../lib/ipv6.sh"

TESTS="
	mtu_follows
	source_and_device
	link_local
	outer_fragments
	chosen_labels
	encap_limit
	limit_of_inner
	without_remote
	families
	apply
"

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
	# The kernel puts the fragment header behind the option.
	run gretool -n "$H1" set gre1 encaplimit 4 keepalive off
	check "fragments again" ping_ok "$H1" fd00::2 -s 1232
	run ip -n "$NET" link set v2 down
	check_match "an error about a fragment" 'Address unreachable' \
		"$(ns "$H1" ping -c 1 -W 1 -s 1232 fd00::2)"
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

run_tests
