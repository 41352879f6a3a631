#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The kinds "ip6gre" and "ip6gretap": the functions in COMPARED do the same with ip6_gre and with
# grex in its place, see lib/compare.sh. The topology is the pair of lib/topology.sh.
# limit: 300
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

COMPARED="
	options
	tap_options
	changes
	ip_tunnel
	wire
	inherits
	limits
	bridged
	fallback
"
TESTS="
	$COMPARED
	ip6gre0_receives
	unsupported
	gretool_too
	all_kinds
	beside_ip6_gre
"
KINDS=all
IN_TREE=ip6_gre

# shellcheck source=../lib/compare.sh
. "$(dirname "$0")/../lib/compare.sh"

MAC=02:00:00:00:00:0

# try COMMAND...: report it, in $A
try() { report "$*" ip netns exec "$A" "$@"; }

# shown DEVICE: how it is in $A. Without a local address, ip6_gre takes no device for point-to-point.
shown() {
	link_shown -n "$A" "$1" | sed -E '/local any/{ s/POINTOPOINT,//; s/ peer / brd /; }'
}

options_with() {
	local dev

	try ip link add g1 type ip6gre local 2001:db8::1 remote 2001:db8::2
	try ip link add g2 type ip6gre remote 2001:db8::3 ttl 9 tclass 0x10 key 7 icsum oseq dev v0 fwmark 9
	try ip link add g3 type ip6gre remote 2001:db8::4 encaplimit none flowlabel 0x12345
	try ip link add g4 type ip6gre remote 2001:db8::5 tclass inherit flowlabel inherit ttl 0 encaplimit 0
	try ip link add g5 mtu 1300 type ip6gre remote 2001:db8::6 encaplimit 255
	try ip link add g6 type ip6gre local 2001:db8::1
	try ip link add g7 type ip6gre local 2001:db8::1 remote 2001:db8::2
	try ip link add g7 type ip6gre local 2001:db8::1 remote 2001:db8::2 key 5
	for dev in 1 2 3 4 5 6 7; do shown "g$dev"; done
	try ip link del g1
	try ip link show g1
}

tap_options_with() {
	local dev

	try ip link add t1 address "${MAC}1" type ip6gretap local 2001:db8::1 remote 2001:db8::2
	try ip link add t2 address "${MAC}2" type ip6gretap remote 2001:db8::3 ttl 9 tclass 0x10 key 7 csum dev v0
	try ip link add t3 address "${MAC}3" type ip6gretap remote 2001:db8::4 encaplimit none
	try ip link add t4 address "${MAC}4" type ip6gretap
	try ip link add t5 address "${MAC}5" type ip6gretap remote ::
	try ip link add t5 address 01:00:00:00:00:05 type ip6gretap remote 2001:db8::5
	try ip link add t5 address "${MAC}5" type ip6gretap local 2001:db8::1 remote 2001:db8::2
	try ip link add t5 address "${MAC}5" mtu 1300 type ip6gretap remote 2001:db8::5
	for dev in 1 2 3 4 5; do shown "t$dev"; done
}

# A change resets the options that it does not give, also the mark.
changes_with() {
	try ip link add g1 type ip6gre local 2001:db8::1 remote 2001:db8::2 ttl 9 tclass 8 key 5 fwmark 3
	try ip link set g1 type ip6gre remote 2001:db8::3
	shown g1
	try ip link set g1 type ip6gre remote 2001:db8::3 key 8 csum seq flowlabel 5
	shown g1
	try ip link set g1 type ip6gretap remote 2001:db8::3
	# ip sends all options that it knows, so that a reset does not show.
	netlink_changes ip6gre g1 <<-END
		LOCAL=2001:db8::1 REMOTE=2001:db8::4
		LOCAL=2001:db8::1 REMOTE=2001:db8::4 TTL=9 FLOWINFO=0x01000000 OFLAGS=0x2000 OKEY=6
		LOCAL=2001:db8::1 REMOTE=2001:db8::4 TTL=7 FWMARK=4
		TTL=7
		LOCAL=2001:db8::1 REMOTE=2001:db8::4 ENCAP_LIMIT=3
		LOCAL=2001:db8::1 REMOTE=2001:db8::4 FLAGS=1
		LOCAL=2001:db8::1 REMOTE=2001:db8::4 FLAGS=6 FLOWINFO=0x01012345 ENCAP_LIMIT=9
		IKEY=5 IFLAGS=0x2000
	END
}

ip_tunnel_with() {
	try ip -6 tunnel add g1 mode ip6gre local 2001:db8::1 remote 2001:db8::2
	try ip -6 tunnel add g2 mode ip6gre remote 2001:db8::3 hoplimit 9 tclass 0x10 flowlabel 0x123 key 7 csum seq
	try ip -6 tunnel add g3 mode ip6gre local 2001:db8::1 remote 2001:db8::4 encaplimit none dev v0
	try ip -6 tunnel add g4 mode ip6gre local 2001:db8::1 remote 2001:db8::2
	try ip -6 tunnel add g1 mode ip6gre local 2001:db8::1 remote 2001:db8::9
	try ip -6 tunnel add "" mode ip6gre local 2001:db8::1 remote 2001:db8::9
	for dev in 1 2 3; do try ip -6 tunnel show "g$dev"; done
	try ip -6 tunnel change g1 mode ip6gre local 2001:db8::1 remote 2001:db8::5 hoplimit 7
	try ip -6 tunnel show g1
	shown g1
	try ip -6 tunnel change g1 mode ip6gre local 2001:db8::1 remote 2001:db8::4 dev v0
	try ip -6 tunnel change ip6gre0 mode ip6gre local 2001:db8::1 remote 2001:db8::4 dev v0 hoplimit 3
	try ip -6 tunnel change ip6gre0 mode ip6gre hoplimit 3 seq
	try ip -6 tunnel show g3
	try ip -6 tunnel show ip6gre0
	try ip -6 tunnel change g8 mode ip6gre local 2001:db8::1 remote 2001:db8::8
	try ip -6 tunnel del g1 mode ip6gre
	try ip -6 tunnel del ip6gre0 mode ip6gre local 2001:db8::1 remote 2001:db8::4 dev v0
	try ip -6 tunnel del ip6gre0
	try ip -6 tunnel del g8
	try ip -6 tunnel show ip6gre0
	printf '# devices\n'
	ip -n "$A" -o link show type ip6gre | sed -E 's/^[0-9]+: ([a-z0-9]+)@.*/\1/' | sort
}

# pair KIND [OPTIONS]: g1 at both ends
pair() {
	local end kind=$1 address

	shift
	for end in "$A 1 2" "$B 2 1"; do
		read -r ns near far <<<"$end"
		[ "$kind" = ip6gre ] && address= || address="address $MAC$near"
		ips "$ns" <<-END
			link add g1 $address type $kind local 2001:db8::$near remote 2001:db8::$far $*
			addr add 10.9.0.$near/24 dev g1
			addr add fd09::$near/64 dev g1 nodad
			link set g1 up
		END
	done
}

# outer FILE: print the fields of the outer header and of the GRE header of each echo request in
# the capture, without computed flow labels
outer() {
	fields "$1" ipv6.src ipv6.hlim ipv6.tclass ipv6.plen ipv6.nxt ipv6.opt.tel gre.proto gre.key \
		icmp.type icmpv6.type | awk -F '\t' '$9 == 8 || $10 == 128'
}

wire_with() {
	local options

	for options in "ip6gre" "ip6gre encaplimit none" "ip6gre ttl 9 tclass 0x48 key 5 csum" "ip6gretap" \
		"ip6gretap encaplimit none key 7"; do
		# shellcheck disable=SC2086 # words
		pair $options
		capture "$B" v0 "$WORK/wire.pcap" ip6 and src 2001:db8::1 and not icmp6
		check "ping" ns "$A" ping -q -c 1 -Q 0x20 -t 33 10.9.0.2
		check "ping" ns "$A" ping -q -c 1 -Q 0x20 -t 33 fd09::2
		capture_stop "$WORK/wire.pcap" 2
		echo "# $options"
		outer "$WORK/wire.pcap"
		ip -n "$A" link del g1
		ip -n "$B" link del g1
	done
}

# TTL, traffic class and flow label are those of the inner packet.
inherits_with() {
	pair ip6gre ttl 0 tclass inherit flowlabel inherit
	capture "$B" v0 "$WORK/inherits.pcap" ip6 and src 2001:db8::1 and not icmp6
	check "IPv4" ns "$A" ping -q -c 1 -Q 0x20 -t 33 10.9.0.2
	check "IPv6" ns "$A" ping -q -c 1 -Q 0x28 -t 34 -F 0xabcde fd09::2
	capture_stop "$WORK/inherits.pcap" 2
	outer "$WORK/inherits.pcap"
	fields "$WORK/inherits.pcap" ipv6.flow icmpv6.type | awk '$2 == 128 { print $1 }'
}

# The limit of a nested tunnel is lowered by the outer one, and at 0 the source is told.
limits_with() {
	pair ip6gre encaplimit 9
	ip -n "$A" link add g2 type ip6gre local fd09::1 remote fd09::2 encaplimit 2
	ip -n "$B" link add g2 type ip6gre local fd09::2 remote fd09::1 encaplimit 2
	ip -n "$A" addr add 10.8.0.1/24 dev g2
	ip -n "$B" addr add 10.8.0.2/24 dev g2
	ip -n "$A" link set g2 up
	ip -n "$B" link set g2 up
	capture "$B" v0 "$WORK/limits.pcap" ip6 and src 2001:db8::1 and not icmp6
	check "ping" ns "$A" ping -q -c 1 10.8.0.2
	capture_stop "$WORK/limits.pcap" 1
	fields "$WORK/limits.pcap" ipv6.opt.tel icmp.type | awk '$2 == 8'
	ip -n "$A" link set g2 type ip6gre local fd09::1 remote fd09::2 encaplimit 0
	capture "$A" lo "$WORK/told.pcap" icmp6
	ns "$A" ping -q -c 1 -W 0.1 10.8.0.2 >/dev/null
	capture_stop "$WORK/told.pcap" 1
	fields "$WORK/told.pcap" icmpv6.type icmpv6.code icmpv6.pointer
	link_counter "$A" g1 tx_errors
}

# Two bridges with a VLAN between them
bridged_with() {
	pair ip6gretap
	bridge_both g1
}

# ip6gre0 receives the packets of no tunnel while it is up.
fallback_with() {
	local before

	try ip link del ip6gre0
	try ip link set ip6gre0 type ip6gre remote 2001:db8::2
	shown ip6gre0
	ip -n "$B" link add g1 type ip6gre local 2001:db8::2 remote 2001:db8::1 key 99
	ip -n "$B" addr add 10.9.0.2/24 dev g1
	ip -n "$B" link set g1 up
	try ip link set ip6gre0 up
	sleep 2
	before=$(link_counter "$A" ip6gre0 rx_packets)
	ns "$B" ping -q -c 3 -i 0.05 -W 0.1 10.9.0.1 >/dev/null
	echo "received $(($(link_counter "$A" ip6gre0 rx_packets) - before))"
}

# Both modules print the same number, which must not be 0.
ip6gre0_receives() { check_eq "packets" "received 3" "$(tail -n 1 "$WORK/fallback.grex")"; }

# What ip6_gre has and grex does not have is refused by a sentence.
unsupported() {
	setup_pair
	check_match "dscp inherit" "RCV_DSCP_COPY" \
		"$(ip -n "$A" link add g1 type ip6gre remote 2001:db8::2 dscp inherit 2>&1)"
	check_match "fwmark inherit" "USE_ORIG_FWMARK" \
		"$(ip -n "$A" link add g1 type ip6gre remote 2001:db8::2 fwmark inherit 2>&1)"
	check_match "multicast" "must be unicast" \
		"$(ip -n "$A" link add g1 type ip6gre remote ff02::9 dev v0 2>&1)"
	check_match "ip -6 tunnel" "Operation not supported" \
		"$(ip -n "$A" -6 tunnel add g1 mode ip6gre remote ff02::9 dev v0 2>&1)"
	run ip -n "$A" link add g1 type ip6gre remote 2001:db8::2
	check_eq "IPv4" EINVAL "$(echo g1 REMOTE=192.0.2.1 |
		ip netns exec "$A" python3 -S "$PY/gre_change.py" ip6gre)"
	cleanup
}

# The additional options of grex work on links of these kinds.
gretool_too() {
	setup_pair
	pair ip6gre
	check "keepalives" gretool -n "$A" set g1 keepalive 200ms 3
	check "the peer" busywait 5 peer_is "$A" up g1
	check_eq "show" "g1 local 2001:db8::1 remote 2001:db8::2 tos 0x00 encaplimit 4 keepalive 200ms 3 mtu 1448" \
		"$(gretool -n "$A" show g1 | head -n 1 | sed 's/ multicast.*//; s/ addr.*//')"
	check "ttl" gretool -n "$A" set g1 ttl 9
	check "flowlabel" gretool -n "$A" set g1 flowlabel 7
	check "encaplimit" gretool -n "$A" set g1 encaplimit none
	check "ip sees it" test -n "$(ip -n "$A" -d -o link show g1 |
		grep 'ip6gre remote 2001:db8::2 local 2001:db8::1 hoplimit 9 encaplimit none tclass 0x00 flowlabel 0x00007')"
	check_eq "what was not changed" "keepalive 200ms 3" "$(gretool -n "$A" show g1 | grep -o 'keepalive 200ms 3')"
	run ip -n "$A" link add g2 type ip6gre key 3
	check "without addresses" gretool -n "$A" set g2 ttl 8
	check_match "that too" "^g2 remote :: key 3 ttl 8 " "$(gretool -n "$A" show g2)"
	# "ip -6 tunnel" keeps what it has no words for, and cannot take the remote from keepalives.
	check "df and mark" gretool -n "$A" set g1 df clear fwmark 5
	check "ip -6 tunnel" ip -n "$A" -6 tunnel change g1 mode ip6gre local 2001:db8::1 \
		remote 2001:db8::2 hoplimit 8
	check_match "kept" "^g1 .* ttl 8 .*df clear keepalive 200ms 3" "$(gretool -n "$A" show g1)"
	check_fails "no remote" ip -n "$A" -6 tunnel change g1 mode ip6gre local 2001:db8::1 remote ::
	check_match "the same still" "^g1 local 2001:db8::1 remote 2001:db8::2 " "$(gretool -n "$A" show g1)"
	run ip -n "$A" link add t1 type ip6gretap remote 2001:db8::3
	check "Ethernet" gretool -n "$A" set t1 mtu-probe on ttl 7
	check_match "that too" "^t1 ether remote 2001:db8::3 ttl 7 " "$(gretool -n "$A" show t1)"
	check_match "the kind stays" " ip6gretap " "$(ip -n "$A" -d -o link show t1)"
	cleanup
}

# The kinds of ip_gre exist, too.
all_kinds() {
	local kind n=0

	setup_pair
	for kind in gre gretap ip6gre ip6gretap; do
		case $kind in
		ip6*) far=2001:db8::2 ;;
		*) far=192.0.2.2 ;;
		esac
		n=$((n + 1))
		check "$kind" ip -n "$A" link add "x$n" type "$kind" remote "$far" key "$n"
	done
	check_eq "the devices of no tunnel" "gre0 gretap0 ip6gre0" "$(ip -n "$A" -o link show |
		sed -nE 's/^[0-9]+: ([a-z0-9]+0)@.*/\1/p' | grep gre | sort | xargs)"
	cleanup
}

beside_ip6_gre() {
	# modprobe takes its error for that of a module which is loaded already.
	modprobe ip6_gre
	check_fails "ip6_gre beside it" test -d /sys/module/ip6_gre
	run rmmod grex
	dmesg -C
	check "ip6_gre" run modprobe ip6_gre
	check_fails "kinds=all beside ip6_gre" modprobe grex kinds=all
	check_match "the log" 'kind ip6gre belongs to ip6_gre.*rmmod ip6_gre' "$(dmesg)"
	check_eq "no kind is left" "" "$(ip link show type grex 2>&1)"
	check "without ip6_gre" run rmmod ip6_gre
	check "grex again" run modprobe grex kinds=all
}

run_tests
