#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What fits through a tunnel: the device's MTU follows the route to the remote, the path
# MTU is learned from ICMP, and a sender of larger packets is told so.
#
#    $LAN v0 172.16.0.2/24 --- 172.16.0.1 lan0 $H1 === gre1 === $H2
#
# where gre1 crosses the router of setup_routed.
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	from_device
	from_route_metric
	chosen_as_it_is
	from_link
	default_follows
	learned_path_ipv4
	learned_path_ipv6
	outer_without_df
	route_says
	mpls
	fragments_inside
	fragments_options
	fragments_outside
"

SETUP=setup
setup() {
	setup_pair
	setup_routed
	add_lan LAN "$H1" 172.16.0 fd16
	# Every error counts here, whatever came before it.
	icmp_unlimited "$H1"
	tunnel_routed key 7
	ips "$H2" <<-END
		route add 172.16.0.0/24 dev gre1
		route add fd16::/64 dev gre1
	END
}

# ping_says NAMESPACE REGEX ADDRESS [ping options]: send one packet; ping must print REGEX
ping_says() {
	local name=$1 regex=$2 to=$3 said
	shift 3
	said=$(ns "$name" ping -c 1 -W 1 "$@" "$to" 2>&1)
	check_match "ping $* $to" "$regex" "$said"
}

from_device() {
	run gretool -n "$A" add gre1 remote 192.0.2.2
	check_eq "underlay of 1500" 1476 "$(link_mtu "$A" gre1)"
	run gretool -n "$A" del gre1
	run ip -n "$A" link set v0 mtu 9000
	run ip -n "$B" link set v0 mtu 9000
	tunnel_pair
	check_eq "underlay of 9000" 8976 "$(link_mtu "$A" gre1)"
	check "ping of 8976 bytes" ping_ok "$A" 10.0.0.2 -M "do" -s 8948
	check "ping of 8977 bytes" ping_fails "$A" 10.0.0.2 -M "do" -s 8949
	run gretool -n "$A" add gre2 remote 192.0.2.2 key 1 csum seq
	check_eq "with all options" 8964 "$(link_mtu "$A" gre2)"
	run gretool -n "$A" del gre2
}

from_route_metric() {
	run ip -n "$A" route add 192.0.2.3/32 dev v0 mtu 1400
	run gretool -n "$A" add gre2 remote 192.0.2.3
	check_eq "metric of the route" 1376 "$(link_mtu "$A" gre2)"
	run gretool -n "$A" add gre3 remote 192.0.2.3 key 1
	check_eq "with a key" 1372 "$(link_mtu "$A" gre3)"
	run gretool -n "$A" add gre4 remote 192.0.2.3 key 2 mtu 1300
	check_eq "chosen by the operator" 1300 "$(link_mtu "$A" gre4)"
	gretool -n "$A" -batch - <<-END
		del gre2
		del gre3
		del gre4
	END
}

# An operator's choice stays, even if it is the MTU that the device has anyway.
chosen_as_it_is() {
	run gretool -n "$A" add gre2 remote 192.0.2.3
	run gretool -n "$A" set gre2 mtu 1476
	run gretool -n "$A" set gre2 key 1
	check_eq "it stays" 1476 "$(link_mtu "$A" gre2)"
	run gretool -n "$A" del gre2
}

from_link() {
	ips "$A" <<-END
		link add dummy0 mtu 2000 type dummy
		link set dummy0 up
	END
	run gretool -n "$A" add gre2 remote any dev dummy0
	check_eq "no remote, bound to dummy0" 1976 "$(link_mtu "$A" gre2)"
	run gretool -n "$A" add gre3 remote any
	check_eq "no remote, not bound" 1476 "$(link_mtu "$A" gre3)"
	run gretool -n "$A" add gre4 remote 203.0.113.1 dev dummy0
	check_eq "no route, bound to dummy0" 1976 "$(link_mtu "$A" gre4)"
	run gretool -n "$A" add gre5 remote 203.0.113.1
	check_eq "no route, not bound" 1476 "$(link_mtu "$A" gre5)"
	# A loopback has 65536, which is more than any IPv4 packet has.
	run gretool -n "$A" set gre2 dev lo
	check_eq "no remote, bound to lo" 65499 "$(link_mtu "$A" gre2)"
}

mtu_is() {
	[ "$(link_mtu "$1" "$2")" = "$3" ]
}

# follows DEVICE BYTES WHAT: the MTU must become that within some seconds
follows() {
	busywait 10 mtu_is "$A" "$1" "$2" ||
		fail "$3: $1 has $(link_mtu "$A" "$1"), not $2"
}

# The MTU follows the route and the link until the operator sets one.
default_follows() {
	ips "$A" <<-END
		link set v0 mtu 1500
		link add dummy1 mtu 2000 type dummy
		link set dummy1 up
	END
	run ip -n "$B" link set v0 mtu 1500
	run ip -n "$A" route add 203.0.113.6/32 via 192.0.2.2
	run gretool -n "$A" add gre6 remote 203.0.113.6 addr fd06::1/64 up
	run gretool -n "$A" add gre7 remote 192.0.2.7 up mtu 1400
	run gretool -n "$A" add gre8 remote any dev dummy1
	check_eq "at first" 1476 "$(link_mtu "$A" gre6)"
	run ip -n "$A" link set v0 mtu 1450
	follows gre6 1426 "the link"
	run ip -n "$A" link set dummy1 mtu 1900
	follows gre8 1876 "the link alone"
	run ip -n "$A" route replace 203.0.113.6/32 via 192.0.2.2 mtu 1350
	follows gre6 1326 "the route"
	run ip -n "$A" route replace 203.0.113.6/32 via 192.0.2.2 mtu 1290
	follows gre6 1280 "as far as IPv6 allows"
	run ip -n "$A" route del 203.0.113.6/32
	run ip -n "$A" link set dummy1 mtu 1800
	follows gre8 1776 "the link alone"
	check_eq "without a route it stays" 1280 "$(link_mtu "$A" gre6)"
	check_match "and has IPv6 still" fd06 "$(ip -n "$A" -6 addr show gre6)"
	check_eq "what was chosen stays" 1400 "$(link_mtu "$A" gre7)"
	run ip -n "$A" route add 203.0.113.6/32 via 192.0.2.2
	follows gre6 1426 "the route again"
	run ip -n "$A" link set v0 mtu 9000
	run ip -n "$B" link set v0 mtu 9000
	run ip -n "$A" route del 203.0.113.6/32
	gretool -n "$A" -batch - <<-END
		del gre6
		del gre7
		del gre8
	END
}

# NET tells H1 that the first packet was too big, and H1 tells its source
# (test_path_mtu.sh). H1 tells every later sender what it has learned.
learned_path_ipv4() {
	far_link_mtu 1400
	ping_says "$LAN" "Frag needed and DF set \(mtu = 1372\)" \
		10.0.0.2 -M "do" -s 1372
	run ip -n "$LAN" route flush cache
	counts "$H1" gre1 tx_too_big 1 ping_says "$LAN" \
		"From 172.16.0.1 .*Frag needed and DF set \(mtu = 1372\)" \
		10.0.0.2 -M "do" -s 1372
	check "1372 bytes" ping_ok "$LAN" 10.0.0.2 -M "do" -s 1344
	check "from H1 itself too" ping_ok "$H1" 10.0.0.2 -M "do" -s 1344
	check_eq "the device's MTU stays" 1472 "$(link_mtu "$H1" gre1)"
	forget
}

learned_path_ipv6() {
	far_link_mtu 1400
	ping_says "$LAN" "Packet too big: mtu=1372" fd00::2 -M "do" -s 1372
	run ip -6 -n "$LAN" route flush cache
	counts "$H1" gre1 tx_too_big 1 ping_says "$LAN" \
		"From fd16::1 .*Packet too big: mtu=1372" \
		fd00::2 -M "do" -s 1372
	check "1372 bytes" ping_ok "$LAN" fd00::2 -M "do" -s 1324
	check "from H1 itself too" ping_ok "$H1" fd00::2 -M "do" -s 1324
	forget
}

# forget: drop what has been learned so far
forget() {
	forget_path_mtu "$H1" "$LAN"
}

outer_without_df() {
	far_link_mtu 1400
	run gretool -n "$H1" set gre1 df clear
	run gretool -n "$H2" set gre1 df clear
	counts "$H1" gre1 tx_too_big 0 check "IPv4 with DF" \
		ping_ok "$LAN" 10.0.0.2 -M "do" -s 1444
	counts "$H1" gre1 tx_too_big 0 check "IPv6" \
		ping_ok "$LAN" fd00::2 -M "do" -s 1424
	run gretool -n "$H1" set gre1 df set
	run gretool -n "$H2" set gre1 df set
}

# The operator's MTU is more than the route takes: the path has nothing to teach.
route_says() {
	far_link_mtu 1500
	run gretool -n "$H1" set gre1 mtu 1472
	run ip -n "$H1" route add 203.0.113.2/32 via 198.51.100.1 mtu 1400
	counts "$H1" gre1 tx_too_big 1 ping_says "$LAN" \
		"From 172.16.0.1 .*Frag needed and DF set \(mtu = 1372\)" \
		10.0.0.2 -M "do" -s 1345
	counts "$H1" gre1 tx_too_big 1 ping_says "$LAN" \
		"From fd16::1 .*Packet too big: mtu=1372" \
		fd00::2 -M "do" -s 1325
	counts "$H1" gre1 tx_too_big 0 \
		check "1372 bytes fit" ping_ok "$LAN" 10.0.0.2 -M "do" -s 1344

	# The source allows fragments.
	counts "$H1" gre1 tx_too_big 0 check "1472 bytes without DF" \
		ping_ok "$LAN" 10.0.0.2 -M dont -s 1444
	check "3000 bytes without DF" ping_ok "$LAN" 10.0.0.2 -M dont -s 2972

	# Less than 1280 bytes are left, and IPv6 passes all the same (RFC 7676 3.2).
	run ip -n "$H1" route change 203.0.113.2/32 via 198.51.100.1 mtu 1290
	forget
	ping_says "$LAN" "From fd16::1 .*Packet too big: mtu=1280" \
		fd00::2 -M "do" -s 1300
	check "1280 bytes of IPv6" ping_ok "$LAN" fd00::2 -M "do" -s 1232
}

# A packet that gets its labels here is treated like the packet without them. A packet that
# comes with labels is dropped, since nobody can be told (RFC 4023 5.1).
mpls() {
	modprobe -aq mpls_router mpls_iptunnel || { skip "no MPLS"; return; }
	ns "$H2" sysctl -qw net.mpls.platform_labels=1000 net.mpls.conf.gre1.input=1
	run ip -n "$H2" addr add 10.99.0.1/32 dev lo
	run ip -n "$H2" addr add fd99::1/128 dev lo
	run ip -n "$H2" -f mpls route add 100 dev lo
	run ip -n "$H1" route add 10.99.0.0/24 encap mpls 100 via inet 10.0.0.2
	run ip -n "$H1" route add fd99::/64 encap mpls 100 via inet6 fd00::2
	far_link_mtu 1500
	run gretool -n "$H1" set gre1 mtu 1472
	run ip -n "$H1" route replace 203.0.113.2/32 via 198.51.100.1 mtu 1400
	forget
	check "IPv4 that fits" ping_ok "$LAN" 10.99.0.1 -M "do" -s 1340
	counts "$H1" gre1 tx_too_big 1 ping_says "$LAN" \
		"From 172.16.0.1 .*Frag needed and DF set \(mtu = 1368\)" \
		10.99.0.1 -M "do" -s 1341
	check "IPv6 that fits" ping_ok "$LAN" fd99::1 -M "do" -s 1320
	counts "$H1" gre1 tx_too_big 1 ping_says "$LAN" \
		"From fd16::1 .*Packet too big: mtu=1368" fd99::1 -M "do" -s 1321
	ns "$H1" ping -c 1 -W 1 -M "do" -s 1400 10.99.0.1 >/dev/null 2>&1
	check "a local sender, to the byte" ping_ok "$H1" 10.99.0.1 -M "do" -s 1340
	counts "$H1" gre1 tx_too_big 0 check "IPv4 without DF" \
		ping_ok "$LAN" 10.99.0.1 -M dont -s 1440
	counts "$H1" gre1 tx_too_big 1 labelled 1400
	counts "$H1" gre1 tx_too_big 0 labelled 1372
	run gretool -n "$H1" set gre1 df clear
	counts "$H1" gre1 tx_too_big 0 labelled 1400
	run gretool -n "$H1" set gre1 df set
}

# labelled BYTES: let H1 send a packet that seems to have come with a label
labelled() {
	ns "$H1" python3 - "$1" <<-'END'
		import socket, sys
		s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
		packet = b"\0\x06\x41\x40" + b"E" + bytes(int(sys.argv[1]) - 5)
		s.sendto(packet, ("gre1", 0x8847))
	END
}

# pieces FILE: DF, MF and offset of the outer and of the inner header, and the length of the
# outer packet, for each piece of the echo requests in it, in the order of their offsets
pieces() {
	tshark -n -r "$1" -o ip.defragment:FALSE -T fields -e ip.flags.df \
		-e ip.flags.mf -e ip.frag_offset -e ip.len 2>/dev/null |
		sort -u -t "$(printf '\t')" -k 3
}

# big_ping NAMESPACE: send one packet of 1472 bytes that may be fragmented, the first that
# is too big, and print the pieces that leave H1
big_ping() {
	forget
	capture "$H1" v0 "$WORK/pcap" ip proto 47 and src 198.51.100.2
	ping_says "$1" " 0% packet loss" 10.0.0.2 -M dont -s 1444
	capture_stop "$WORK/pcap" 2
	pieces "$WORK/pcap"
}

# A packet that may be fragmented is, before it is encapsulated (RFC 7588 3.2, RFC 4459
# 3.3).
fragments_inside() {
	far_link_mtu 1500
	run gretool -n "$H1" set gre1 mtu 1472
	ip -n "$H1" route replace 203.0.113.2/32 via 198.51.100.1 mtu 1400
	for from in "$LAN" "$H1"; do
		check_eq "pieces" "$(printf '1,0\t0,1\t0,0\t1400,1372
1,0\t0,0\t0,169\t148,120')" "$(big_ping "$from")"
	done
	# This TCP does without path MTU discovery and sends super-packets.
	run ip -n "$LAN" route replace default via 172.16.0.1 mtu lock 1500
	check "bulk TCP without DF" "$PY/bulk.py" 300000 "$LAN" "$H2" 10.0.0.2
	run ip -n "$LAN" route replace default via 172.16.0.1
}

# The option that records a route (7) is in the first piece alone (RFC 791 3.1); the kernel
# fills its place in the others with option 1.
fragments_options() {
	forget
	capture "$H1" v0 "$WORK/pcap" ip proto 47 and src 198.51.100.2
	ping_says "$LAN" " 0% packet loss" 10.0.0.2 -M dont -s 1404 -R
	capture_stop "$WORK/pcap" 2
	check_eq "pieces" "$(printf '0\t7\n164\t1')" \
		"$(tshark -n -r "$WORK/pcap" -o ip.defragment:FALSE -T fields \
			-E occurrence=l -e ip.frag_offset -e ip.opt.type \
			2>/dev/null | sort -u)"
}

# The underlay may fragment if the outer packet has no DF.
fragments_outside() {
	local option
	for option in inherit clear; do
		run gretool -n "$H1" set gre1 df "$option"
		check_match "pieces, $option" "$(printf '^0,0\t1,0\t0,0\t')" \
			"$(big_ping "$LAN")"
	done
	run gretool -n "$H1" set gre1 df set
}

run_tests
