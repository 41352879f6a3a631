#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Two hosts have the internet between them and a tunnel with TTL 255. The test looks at a
# ping as the internet sees it.

. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	full_size_ping
	outer_packet
"

SETUP=setup
setup() {
	setup_routed
	run gretool -n "$H1" add gre1 local 198.51.100.2 remote 203.0.113.2 \
		ttl 255 addr 10.0.0.1/30 up || fail "add in H1"
	run gretool -n "$H2" add gre1 local 203.0.113.2 remote 198.51.100.2 \
		ttl 255 addr 10.0.0.2/30 up || fail "add in H2"
}

full_size_ping() {
	check_eq "MTU in H1" 1476 "$(link_mtu "$H1" gre1)"
	check_eq "MTU in H2" 1476 "$(link_mtu "$H2" gre1)"
	check "ping" ping_ok "$H1" 10.0.0.2
	check "ping back" ping_ok "$H2" 10.0.0.1
	# 1448 bytes of data and 28 bytes of headers are exactly the MTU.
	check "ping of 1476 bytes" ping_ok "$H1" 10.0.0.2 -M "do" -s 1448
	check "ping of 1477 bytes" ping_fails "$H1" 10.0.0.2 -M "do" -s 1449
}

# field NAME EXPECTED: the next field of the request in $WORK/near must have this value
field() {
	check_eq "$1" "$2" "$(cut -f "$column" <<<"$decoded")"
	column=$((column + 1))
}

outer_packet() {
	local decoded column=1 near

	capture "$NET" v1 "$WORK/near" ip proto 47
	near=$CAPTURE
	capture "$NET" v2 "$WORK/far" ip proto 47
	ns "$H1" ping -q -c 1 -W 2 -s 56 10.0.0.2 >"$WORK/ping" ||
		fail "ping: $(cat "$WORK/ping")"
	capture_stop "$WORK/far" 2
	CAPTURE=$near
	capture_stop "$WORK/near" 2

	decoded=$(tshark -n -r "$WORK/near" -T fields -E occurrence=f \
		-o ip.check_checksum:TRUE \
		-e ip.version -e ip.hdr_len -e ip.dsfield -e ip.len \
		-e ip.flags.rb -e ip.flags.df -e ip.flags.mf \
		-e ip.frag_offset -e ip.ttl -e ip.proto -e ip.checksum.status \
		-e ip.src -e ip.dst -e gre.flags_and_version -e gre.proto \
		2>"$WORK/tshark" | head -n 1)
	[ -n "$decoded" ] || fail "tshark: $(cat "$WORK/tshark")"
	field version 4
	field "header length" 20
	field "TOS" 0x00
	field "total length" 108 # 20 outer, 4 GRE, 20 inner, 8 ICMP, 56 data
	field "reserved flag" 0
	field "DF" 1
	field "MF" 0
	field "fragment offset" 0
	field "TTL" 255
	field "protocol" 47
	field "header checksum good" 1
	field "source" 198.51.100.2
	field "destination" 203.0.113.2
	field "GRE flags and version" 0x0000
	field "GRE protocol" 0x0800

	# The router has decremented the TTL of the same packet; the inner packet is
	# unchanged.
	check_match "packet behind the router" \
		"ttl 254, .* \[DF\], proto GRE \(47\), length 108" \
		"$(tcpdump -n -v -r "$WORK/far" 2>/dev/null | head -n 1)"
	check_match "inner packet" \
		"IP 10.0.0.1 > 10.0.0.2: ICMP echo request, .*, length 64" \
		"$(tcpdump -n -r "$WORK/far" 2>/dev/null | head -n 1)"
}

run_tests
