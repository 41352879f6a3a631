#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What is sent, byte for byte, as tshark decodes it: the outer IPv4 header, the
# GRE header with every combination of key, checksum and sequence, IPv4 and IPv6
# inside, and payloads that are neither. encap.py sends and checks.

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	test_outer
	test_header
	test_checksum
	test_sequence
	test_inner
	test_multicast
	test_other
	test_raw_socket
	test_mark
"

# One capture and one tshark for all functions: it takes seconds to start.
# Each combination is a tunnel of its own, g0 to 192.0.2.10 and so on.
look_at() {
	local i names options file=$WORK/encap.pcap
	if [ -z "${HELPER:-}" ]; then
		setup_pair
		# The inner checksums shall be there in the capture.
		ns "$A" ethtool -K v0 tx off >/dev/null
		helper_run encap.py options
		mapfile -t options <"$HELPER"
		read -ra names <<<"${options[-1]}"
		unset 'options[-1]'
		for i in "${!options[@]}"; do
			run ip -n "$B" addr add "192.0.2.1$i/24" dev v0
			# shellcheck disable=SC2086 # words of options
			run gretool -n "$A" add "g$i" local 192.0.2.1 \
				remote "192.0.2.1$i" ${options[i]} multicast on \
				addr "10.0.$i.1/30" addr "fd00:1$i::1/64" up ||
				fail "add ${options[i]}"
		done
		capture "$B" v0 "$file" ip proto 47
		helper_run encap.py send "$A"
		capture_stop "$file" $((7 * ${#options[@]} + 4))
		fields "$file" "${names[@]}" >"$WORK/encap.fields"
		helper_run encap.py check "$WORK/encap.fields"
	fi
	helper_results "$1"
}

test_outer() { look_at outer; }
test_header() { look_at header; }
test_checksum() { look_at checksum; }
test_sequence() { look_at sequence; }
test_inner() { look_at inner; }
test_multicast() { look_at multicast; }
test_other() { look_at other; }

# Who sends by a packet socket may leave it to the packet which protocol it is.
test_raw_socket() {
	setup_pair
	run gretool -n "$A" add raw remote 192.0.2.2 key 99 up || fail "add"
	run gretool -n "$B" add raw remote 192.0.2.1 key 99 up || fail "add"
	check "send" ns "$A" python3 - <<-'END'
		import socket
		for packet in (bytes.fromhex("45000014000040004011") + bytes(10),
		               bytes.fromhex("6000000000003b40") + bytes(32)):
		    for protocol in (0, 3):
		        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		        s.sendto(packet, ("raw", protocol))
	END
	check "all are known" busywait 5 has_packets "$B" raw 4
	check_eq "unknown" 0 "$(counter "$B" raw rx_keepalive_unknown)"
}

# marked MARK: outer packets that netfilter saw with it, and forgets
marked() {
	ns "$A" nft reset counter t "m$1" | awk '$1 == "packets" { print $2 }'
}

# Netfilter sees the mark of the tunnel, or else that of the inner packet; the route
# is looked up with that of the tunnel alone.
test_mark() {
	setup_pair
	tunnel_pair
	ns "$A" nft "add table t; add counter t m5; add counter t m7
		add chain t o { type filter hook output priority 0; }
		add rule t o ip protocol gre meta mark 5 counter name m5
		add rule t o ip protocol gre meta mark 7 counter name m7" || fail "nft"
	run ip -n "$A" rule add fwmark 5 to 192.0.2.2 prohibit
	check "ping" ping_ok "$A" 10.0.0.2 -m 5
	check_eq "the mark of the inner packet" "3 0" "$(marked 5) $(marked 7)"
	run gretool -n "$A" set gre1 fwmark 7
	check "ping with a mark of the tunnel" ping_ok "$A" 10.0.0.2 -m 5
	check_eq "the mark of the tunnel" "0 3" "$(marked 5) $(marked 7)"
	run gretool -n "$A" set gre1 fwmark 5
	check_fails "a rule for the mark of the tunnel" ping_ok "$A" 10.0.0.2
}

has_packets() {
	[ "$(link_counter "$1" "$2" rx_packets)" = "$3" ]
}

run_tests
