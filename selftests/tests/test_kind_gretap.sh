#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The kind "gretap": the functions do the same with ip_gre and with grex in its place, see
# lib/compare.sh. The topology is the pair of lib/topology.sh.
# limit: 300
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

COMPARED="
	options
	changes
	wire
	inherits
	bridged
	fallback
"
TESTS="
	$COMPARED
	gretap0_receives
	both_kinds
	gretool_too
"
KINDS=gre,gretap

# shellcheck source=../lib/compare.sh
. "$(dirname "$0")/../lib/compare.sh"

MAC=02:00:00:00:00:0

# try COMMAND...: report it, in $A
try() { report "$*" ip netns exec "$A" "$@"; }

shown() { link_shown -n "$A" "$1"; }

options_with() {
	local dev

	try ip link add tap1 address "${MAC}1" type gretap local 192.0.2.1 remote 192.0.2.2
	try ip link add tap2 address "${MAC}2" type gretap remote 192.0.2.3 ttl 9 tos 0x10 key 7 icsum oseq \
		dev v0 fwmark 9
	try ip link add tap3 address "${MAC}3" type gretap local 192.0.2.1 remote 192.0.2.4 nopmtudisc
	try ip link add tap4 address "${MAC}4" type gretap remote 192.0.2.5 nopmtudisc ignore-df
	try ip link add tap5 address "${MAC}5" mtu 1300 type gretap remote 192.0.2.6 tos inherit
	try ip link add tap6 address "${MAC}6" type gretap
	try ip link add tap7 address "${MAC}7" type gretap local 192.0.2.1 remote 192.0.2.2
	try ip link add tap7 address "${MAC}7" type gretap remote 0.0.0.0
	try ip link add tap7 address 01:00:00:00:00:07 type gretap remote 192.0.2.7
	try ip link add tap7 address "${MAC}7" type gretap local 192.0.2.1 remote 192.0.2.2 key 5
	for dev in 1 2 3 4 5 6 7; do shown "tap$dev"; done
	try ip link del tap1
	try ip link show tap1
}

# A change resets the options that it does not give, as with gre.
changes_with() {
	try ip link add tap1 address "${MAC}1" type gretap local 192.0.2.1 remote 192.0.2.2 ttl 9 tos 8 key 5
	try ip link set tap1 type gretap remote 192.0.2.3
	shown tap1
	try ip link set tap1 type gretap remote 192.0.2.3 key 8 csum seq nopmtudisc
	shown tap1
	try ip link set tap1 address "${MAC}9"
	try ip link set tap1 type gretap remote 192.0.2.3 ttl 7
	shown tap1
	try ip link set tap1 type gre remote 192.0.2.3
	# ip sends all options that it knows, so that a reset does not show.
	netlink_changes gretap tap1 <<-END
		REMOTE=192.0.2.4
		REMOTE=192.0.2.4 TTL=9 TOS=8 OFLAGS=0x2000 OKEY=6 PMTUDISC=0
		TTL=7
		LOCAL=192.0.2.1 REMOTE=192.0.2.4 PMTUDISC=0
		REMOTE=0.0.0.0
	END
}

# pair: tap1 at both ends, with $OPTIONS
pair() {
	local end

	for end in "$A 1 2" "$B 2 1"; do
		# shellcheck disable=SC2086 # words
		set -- $end
		ips "$1" <<-END
			link add tap1 address $MAC$2 type gretap local 192.0.2.$2 remote 192.0.2.$3 ${OPTIONS:-}
			addr add 10.9.0.$2/24 dev tap1
			link set tap1 up
		END
	done
}

# outer FILE: print the fields of the outer header and of the GRE header of each echo request in
# the capture
outer() {
	fields "$1" ip.src ip.ttl ip.dsfield ip.flags.df ip.len gre.proto gre.key icmp.type |
		awk -F '\t' '$8 == 8'
}

wire_with() {
	local OPTIONS

	for OPTIONS in "" "ttl 9 tos 0x48 key 5 csum nopmtudisc"; do
		pair
		capture "$B" v0 "$WORK/wire.pcap" ip proto 47 and src 192.0.2.1
		check "ping" ns "$A" ping -q -c 1 -Q 0x20 -t 33 10.9.0.2
		capture_stop "$WORK/wire.pcap" 2
		outer "$WORK/wire.pcap"
		ip -n "$A" link del tap1
		ip -n "$B" link del tap1
	done
}

# TTL and TOS are those of the packet in the frame.
inherits_with() {
	local OPTIONS="tos inherit"

	pair
	capture "$B" v0 "$WORK/inherits.pcap" ip proto 47 and src 192.0.2.1
	check "ping" ns "$A" ping -q -c 1 -Q 0x20 -t 33 -M "do" 10.9.0.2
	capture_stop "$WORK/inherits.pcap" 2
	outer "$WORK/inherits.pcap"
}

# Two bridges with VLANs between them
bridged_with() {
	pair
	bridge_both tap1
}

# gretap0 receives the frames of no tunnel while it is up.
fallback_with() {
	local before

	try ip link del gretap0
	try ip link set gretap0 type gretap remote 192.0.2.2
	ip -n "$A" -d -o link show gretap0 | link_filter | sed 's/alias.*//'
	ip -n "$B" link add tap1 address "${MAC}2" type gretap local 192.0.2.2 remote 192.0.2.1 key 99
	ip -n "$B" link set tap1 up
	try ip link set gretap0 address "${MAC}1" up
	run ip -n "$B" neigh add 10.9.0.1 lladdr "${MAC}1" dev tap1
	run ip -n "$B" addr add 10.9.0.2/24 dev tap1
	sleep 2
	before=$(link_counter "$A" gretap0 rx_packets)
	ns "$B" ping -q -c 3 -i 0.05 -W 0.1 10.9.0.1 >/dev/null
	echo "received $(($(link_counter "$A" gretap0 rx_packets) - before))"
}

# Both modules print the same number, which must not be 0.
gretap0_receives() { check_eq "packets" "received 3" "$(tail -n 1 "$WORK/fallback.grex")"; }

# Both kinds between the same ends need different keys.
both_kinds() {
	setup_pair
	pair
	check_match "the same key" "Another tunnel" "$(ip -n "$A" link add gre1 type gre \
		local 192.0.2.1 remote 192.0.2.2 2>&1)"
	check "another key" ip -n "$A" link add gre1 type gre local 192.0.2.1 remote 192.0.2.2 key 1
	check "Ethernet" ping_ok "$A" 10.9.0.2
	cleanup
}

# The additional options of grex work on a link of the kind gretap.
gretool_too() {
	setup_pair
	pair
	check "keepalives" gretool -n "$A" set tap1 keepalive 200ms 3
	check "the peer" busywait 5 peer_is "$A" up tap1
	check_eq "show" "tap1 ether local 192.0.2.1 remote 192.0.2.2 ttl inherit tos 0x00 keepalive 200ms 3 mtu 1462" \
		"$(gretool -n "$A" show tap1 | head -n 1 | sed 's/ multicast.*//; s/ addr.*//')"
	run ip -n "$B" link set tap1 down
	check "no peer" busywait 5 peer_is "$A" down tap1
	check "mtu-probe" gretool -n "$A" set tap1 mtu-probe on keepalive off
	check "ttl" gretool -n "$A" set tap1 ttl 9
	run ip -n "$A" link add tap2 type gretap local 192.0.2.1 key 8
	check "without a remote" gretool -n "$A" set tap2 ttl 8
	check_match "that too" "tap2 ether local 192.0.2.1 remote any key 8 ttl 8 " \
		"$(gretool -n "$A" show tap2)"
	check_match "the kind stays" " gretap " "$(ip -n "$A" -d -o link show tap1)"
	cleanup
}

run_tests
