#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A link in the middle of the path has a small MTU, which neither gateway sees. The sender
# of the first packet that is too big gets an error, whether it is a host behind the
# gateway or the gateway itself, and TCP gets through. The topology is in path.sh; link 3
# has the small MTU.
# limit: 400
# underlay: IPv4 or IPv6
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/path.sh
. "$(dirname "$0")/../lib/path.sh"

# An error of ICMPv6 embeds all that fits into 1280 bytes (RFC 4443 section 3).
SHORT_QUOTES="first_packet_short_quote tcp_short_quotes"
[ "${GREX_UNDERLAY:-}" != ipv6 ] || SHORT_QUOTES=

TESTS="
	first_packet
	$SHORT_QUOTES
	first_packet_from_the_box
	sockets_of_the_box
	without_df
	relay_off_learns
	shrinks_and_grows
	tcp_full_quotes
	tcp_super_packets
"

INNER=$((1300 - OUTER_LEN - 4)) # bytes of the largest inner packet that link 3 carries

SETUP=setup
setup() {
	setup_path
	path_link_mtu 3 1300
	tunnel_path key 7
	# Rate limits would drop some of the errors that are counted.
	ns "$GW" sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
}

# check_first WHAT FROM: the first packet of each family must be answered with an error
check_first() {
	path_forget
	check_eq "IPv4 $1" "1 $INNER" "$(lost_until_told "$2" 172.16.1.2 1400)"
	# IPv6 does not work with less than 1280 bytes (RFC 8200 section 5).
	path_forget
	check_eq "IPv6 $1" "1 1280" "$(lost_until_told "$2" fd17::2 1400)"
	check "IPv4 that fits $1" ping_ok "$2" 172.16.1.2 -M "do" -s $((INNER - 28))
	other_end_learns "$2" fd17::2 1232
	check "IPv6 that is fragmented outside $1" \
		ping_ok "$2" fd17::2 -M "do" -s 1232
}

# other_end_learns FROM TO SIZE: send one packet that may be fragmented. The answer is too
# big as well, and may be fragmented too: the first answer is lost, and its sender gets no
# error.
other_end_learns() {
	ns "$1" ping -q -c 1 -W 1 -M dont -s "$3" "$2" >/dev/null
}

first_packet() {
	capture "$LAN" v0 "$WORK/first" "icmp[0] == 3 or icmp6[0] == 2 or icmp[0] == 8 or icmp6[0] == 128"
	check_first "of a host" "$LAN"
	capture_stop
	# In each family there is one packet that is too large, its error, and then none.
	check_eq "IPv4 requests of 1400 bytes on the wire" 1 \
		"$(fields "$WORK/first" ip.len icmp.type | grep -c '^1400	8$')"
	check_eq "IPv6 requests of 1400 bytes on the wire" 1 \
		"$(fields "$WORK/first" ipv6.plen icmpv6.type | grep -c '^1360	128$')"
	check_eq "errors" 2 "$(fields "$WORK/first" icmp.type icmpv6.type |
		grep -cE '^3,|^	2,')"
}

first_packet_short_quote() {
	short_quotes
	check_first "of a host" "$LAN"
	full_quotes
}

first_packet_from_the_box() {
	check_first "of the box" "$GW"
}

sockets_of_the_box() {
	path_forget
	check "IPv4 too big" "$PY/sockets.py" "$GW" 172.16.1.2 EMSGSIZE 1400
	check "IPv6 too big" "$PY/sockets.py" "$GW" fd17::2 EMSGSIZE 1400
	run ip -n "${ROUTERS[4]}" route add unreachable "$(outer_prefix 100.64.5.2/32)"
	check "IPv4 unreachable" "$PY/sockets.py" "$GW" 172.16.1.2 EHOSTUNREACH 100
	check "IPv6 unreachable" "$PY/sockets.py" "$GW" fd17::2 EHOSTUNREACH 100
	run ip -n "${ROUTERS[4]}" route del unreachable "$(outer_prefix 100.64.5.2/32)"
	path_forget
}

# The first packet is lost. The outer packets of the others are fragmented.
without_df() {
	path_forget
	counts "$GW" gre1 icmp_frag_needed_relayed 0 \
		other_end_learns "$LAN" 172.16.1.2 1372
	other_end_learns "$LAN" 172.16.1.2 1372
	check "1400 bytes without DF" ping_ok "$LAN" 172.16.1.2 -M dont -s 1372
	check "3000 bytes without DF" ping_ok "$LAN" 172.16.1.2 -M dont -s 2972
}

# With icmp-relay off, the gateway itself answers the next packet.
relay_off_learns() {
	path_forget
	run gretool -n "$GW" set gre1 icmp-relay off
	check_eq "IPv4" "2 $INNER" "$(lost_until_told "$LAN" 172.16.1.2 1400)"
	path_forget
	check_eq "IPv6" "2 1280" "$(lost_until_told "$LAN" fd17::2 1400)"
	run gretool -n "$GW" set gre1 icmp-relay on
}

# mtu_expires SECONDS: set how long GW and LAN remember a path MTU
mtu_expires() {
	local end

	for end in "$GW" "$LAN"; do
		ns "$end" sysctl -qw net.ipv6.route.mtu_expires="$1"
		ns "$end" sysctl -qw net.ipv4.route.mtu_expires="$1" \
			2>/dev/null || return
	done
}

# The kernel forgets a path MTU after the time of the sysctl (600 s by default). The
# module cannot read this time on Linux 5.10, which has one for all namespaces.
shrinks_and_grows() {
	local has_sysctl=1

	mtu_expires 10 || has_sysctl=
	check_first "smaller" "$LAN"
	path_link_mtu 3 1500
	[ -n "$has_sysctl" ] || path_forget
	check "IPv4 grows back" busywait 30 \
		ping_ok "$LAN" 172.16.1.2 -M "do" -s $((INNER + 200 - 28))
	check "IPv6 grows back" busywait 30 \
		ping_ok "$LAN" fd17::2 -M "do" -s $((INNER + 200 - 48))
	path_link_mtu 3 1300
	check_first "smaller again" "$LAN"
	[ -z "$has_sysctl" ] || mtu_expires 600
}

tcp() {
	path_forget
	check "bulk, $1" "$PY/bulk.py" 1000000 "$LAN" "$SITE" 172.16.1.2 \
		"$LAN" "$SITE" fd17::2 "$GW" "$SITE" 172.16.1.2 \
		"$GW" "$SITE" fd17::2
}

tcp_full_quotes() {
	tcp "full quotes"
}

tcp_short_quotes() {
	short_quotes
	tcp "8 bytes quoted"
	full_quotes
}

# Super-packets cross the gateway whole, but their segments are too big for the path.
tcp_super_packets() {
	ns "$LAN" ethtool -K v0 tso off gso on >/dev/null
	ns "$GW" ethtool -K lan0 gro on >/dev/null
	tcp "merged by GRO"
	run gretool -n "$GW" set gre1 oseq
	run gretool -n "$FAR" set gre1 iseq
	tcp "split before encapsulation"
	run gretool -n "$GW" set gre1 nooseq
	run gretool -n "$FAR" set gre1 noiseq
}

run_tests
