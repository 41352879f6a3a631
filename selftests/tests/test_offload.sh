#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Bulk TCP arrives intact, as super-packets if the underlay takes them, and as correct
# segments if it does not.
# underlay: IPv4 or IPv6

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/tracing.sh
. "$(dirname "$0")/../lib/tracing.sh"

TESTS="
	super_packets
	sequence_numbers
	segments
	left_to_the_device
	udp_forwarded
	udp_gro_socket
	waits_for_gro
"

# Parts of a filter: the length of an outer packet, what that does not include, and the first and
# the second word of the GRE header
if [ "${GREX_UNDERLAY:-}" = ipv6 ]; then
	LENGTH="ip6[4:2]" HEADER=40 GRE_FLAGS="ip6[40:2]" GRE_PROTOCOL="ip6[42:2]"
else
	LENGTH="ip[2:2]" HEADER=0 GRE_FLAGS="ip[20:2]" GRE_PROTOCOL="ip[22:2]"
fi

# larger BYTES: a filter for outer packets that are larger
larger() {
	echo "$LENGTH > $(($1 - HEADER))"
}

# The flags in the GRE header tell which of these options a packet had.
declare -A FLAGS=(
	["nokey nocsum noseq"]=0x0000
	["key 1.2.3.4 nocsum noseq"]=0x2000
	["nokey csum noseq"]=0x8000
	["key 4294967295 csum noseq"]=0xa000
)

# both OPTION...: change the tunnel at both ends
both() {
	run gretool -n "$A" set gre1 "$@" || fail "set $* in A"
	run gretool -n "$B" set gre1 "$@" || fail "set $* in B"
}

# bulk BYTES [FROM TO ADDRESS]...: the bytes that TCP receives must be those that were sent
bulk() {
	check "bulk" "$PY/bulk.py" "$@"
}

# watch NAMESPACE DEVICE NAME FILTER: keep packet headers until "watched"
watch() {
	capture "$1" "$2" "$WORK/$3" -s 64 -B 8192 "$4"
}

# in_capture NAME [FILTER]: how many packets it has
in_capture() {
	tcpdump -n -r "$WORK/$1" "${2:-}" 2>/dev/null | wc -l
}

# drops NAMESPACE: the counters of gre1 that are not 0
drops() {
	ip netns exec "$1" ethtool -S gre1 | awk '$1 ~ /:$/ && $2 > 0'
}

super_packets() {
	local options proto seen wire

	setup_pair
	tunnel_pair
	# These are larger than any packet of the wire: outer on the veth, inner on gre1.
	# A slow machine paces TCP down to super-packets of two segments.
	watch "$B" v0 wire "$OUTER_FILTER and $(larger 1600)"
	wire=$CAPTURE
	watch "$B" gre1 inside \
		"(ip and ip[2:2] > 1600) or (ip6 and ip6[4:2] > 1600)"
	for options in "${!FLAGS[@]}"; do
		# shellcheck disable=SC2086 # words
		both $options
		bulk 800000 "$A" "$B" 10.0.0.2 "$B" "$A" fd00::1
	done
	capture_stop
	CAPTURE=$wire
	capture_stop
	for options in "${!FLAGS[@]}"; do
		for proto in 0x0800 0x86dd; do
			seen=$(in_capture wire \
				"$GRE_FLAGS = ${FLAGS[$options]} and $GRE_PROTOCOL = $proto")
			[ "$seen" -ge 5 ] ||
				fail "$options: $seen super-packets of $proto"
		done
	done
	[ "$(in_capture inside ip)" -ge 20 ] || fail "no IPv4 on gre1"
	[ "$(in_capture inside ip6)" -ge 20 ] || fail "no IPv6 on gre1"
	check_eq "drops" "" "$(drops "$A"; drops "$B")"
}

# Each segment has a number of its own, so that nothing on the wire exceeds the MTU.
sequence_numbers() {
	setup_pair
	tunnel_pair seq
	watch "$B" v0 numbers "$OUTER_FILTER and src $(outer 192.0.2.1)"
	bulk 500000 "$A" "$B" 10.0.0.2 "$A" "$B" fd00::2
	capture_stop "$WORK/numbers" 697 # of 1448 and 1428 bytes at most
	check_eq "packets above 1500 bytes" 0 \
		"$(in_capture numbers "$(larger 1500)")"
	check_match "the capture is whole" "0 packets dropped by kernel" \
		"$(tr '\n' ' ' <"$WORK/numbers.log")"
	tcpdump -n -r "$WORK/numbers" 2>/dev/null |
		sed -n 's/.*GREv0,[^:]* seq \([0-9]*\), length.*/\1/p' |
		sort -n >"$WORK/list"
	check_eq "packets with a number" "$(in_capture numbers)" \
		"$(wc -l <"$WORK/list")"
	check_eq "numbers used twice or never" "" "$(awk '
		NR == 1 && $1 > 20 || NR > 1 && $1 != last + 1 { print last, $1 }
		{ last = $1 }' "$WORK/list" | head -n 5)"
	# Two CPUs that send at once may overtake each other, now and then.
	check_eq "other drops" "" \
		"$({ drops "$A"; drops "$B"; } | grep -v rx_out_of_order)"
	# An emulated CPU may stand still between the two for milliseconds.
	[ "$(counter "$B" gre1 rx_out_of_order)" -lt \
		$(($(in_capture numbers) / 10)) ] ||
		fail "out of order: $(counter "$B" gre1 rx_out_of_order)"
}

# If the underlay has no offloads, software cuts the segments, and tshark finds every
# checksum correct. The receiver merges them again (gro_cells).
segments() {
	local inner_ipv6 wire

	setup_pair
	ns "$A" ethtool -K v0 tso off gso off tx off >"$WORK/ethtool" 2>&1 ||
		fail "ethtool: $(cat "$WORK/ethtool")"
	tunnel_pair
	capture "$B" v0 "$WORK/segments" -B 8192 \
		"$OUTER_FILTER and src $(outer 192.0.2.1) and $(larger 1000)"
	wire=$CAPTURE
	watch "$B" gre1 inside "ip[2:2] > 2500"
	bulk 100000 "$A" "$B" 10.0.0.2
	both key 4294967295 csum
	bulk 100000 "$A" "$B" 10.0.0.2
	both nokey csum seq
	bulk 100000 "$A" "$B" 10.0.0.2 "$A" "$B" fd00::2
	capture_stop
	CAPTURE=$wire
	capture_stop "$WORK/segments" 280 # of up to 1448 bytes
	check_eq "packets above 1500 bytes" 0 \
		"$(in_capture segments "$(larger 1500)")"
	[ "$(in_capture inside)" -ge 5 ] || fail "no super-packets on gre1"
	check_eq "drops" "" "$({ drops "$A"; drops "$B"; } |
		grep -v rx_out_of_order)"

	tshark -n -r "$WORK/segments" -T fields -E occurrence=f \
		-o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE \
		-e gre.flags_and_version -e gre.proto -e ip.checksum.status \
		-e tcp.checksum.status -e gre.checksum.status \
		2>"$WORK/tshark" | sort | uniq -c >"$WORK/checked"
	# The first header of IPv4 is the outer one, or an inner one.
	[ "${GREX_UNDERLAY:-}" = ipv6 ] && inner_ipv6="1 1" || inner_ipv6="1 1 1"
	check_eq "kinds of packets, and only good checksums" \
		"0x0000 0x0800 1 1
0x9000 0x0800 1 1 1
0x9000 0x86dd $inner_ipv6
0xa000 0x0800 1 1 1" "$(awk '{ $1 = ""; print substr($0, 2) }' "$WORK/checked")"
}

# A checksum is left to the device of the underlay if that can compute it, as ip_gre does,
# unless it is known at no cost: then it is there already.
left_to_the_device() {
	local has
	setup_pair
	tunnel_pair key 5 csum
	for has in on off; do
		ns "$A" ethtool -K v0 tx "$has" >/dev/null 2>&1
		capture "$B" v0 "$WORK/sums" "$OUTER_FILTER and src $(outer 192.0.2.1)"
		check "ping, tx $has" ping_ok "$A" 10.0.0.2
		check "fragments, tx $has" ping_ok "$A" 10.0.0.2 -s 4000
		bulk 1000 "$A" "$B" 10.0.0.2
		capture_stop "$WORK/sums" 10
		tshark -n -r "$WORK/sums" -Y 'frame.len > 100' -T fields -E occurrence=l \
			-e ip.proto -e gre.checksum -e gre.checksum.status 2>/dev/null |
			sort -u >"$WORK/sums.$has"
	done
	# Before 5.12 the kernel gave any packet to a device that sums TCP alone.
	[[ $(uname -r) == 5.10.* ]] || check_eq "left to the device" "1 0x0000" \
		"$(awk '$1 == 1 { print $1, $2 }' "$WORK/sums.on" | sort -u)"
	check_eq "known" "" "$(awk '$1 == 6 && $2 == "0x0000"' "$WORK/sums.on")"
	check_eq "summed by the core, and right" "1 1,6 1" \
		"$(awk '{ print $1, $3 }' "$WORK/sums.off" | sort -u | paste -sd ,)"
	check_eq "drops" "" "$(drops "$A"; drops "$B")"
}

# A router merges datagrams and forwards them (rx-udp-gro-forwarding). They are the same
# behind it, whether the sender cuts them or something that sends for it.
udp_forwarded() {
	local cut options
	setup_pair
	tunnel_pair
	add_lan FAR "$B" 172.16.0
	run ip -n "$A" route add 172.16.0.0/24 dev gre1
	ns "$B" ethtool -K v0 gro on rx-udp-gro-forwarding on
	ns "$B" ethtool -K gre1 rx-udp-gro-forwarding on
	for cut in on off; do
		ns "$A" ethtool -K v0 tso "$cut" gso "$cut" tx "$cut" \
			tx-udp-segmentation "$cut" >/dev/null 2>&1
		for options in "nokey nocsum" "key 5 csum"; do
			# shellcheck disable=SC2086 # words
			both $options
			check_eq "$options, segmentation $cut" "2000 datagrams, 0 damaged" \
				"$("$PY/datagrams.py" "$A" "$FAR" 172.16.0.2)"
		done
	done
	check_eq "drops" "" "$(drops "$A"; drops "$B")"
}

# A socket can ask for merged datagrams. netem hands them over together.
udp_gro_socket() {
	local address count most

	setup_pair
	tunnel_pair
	run tc -n "$B" qdisc add dev v0 root netem slot 200ms
	for address in 10.0.0.1 fd00::1; do
		read -r count most < <("$PY/udp_gro.py" "$B" "$A" "$address")
		check_eq "$address: datagrams" 20 "$count"
		check "$address: $most bytes at once" test "$most" -ge 2500
	done
}

# gro_packets command...: how many packets GRO gets from gre1 meanwhile
gro_packets() {
	trace_event net:napi_gro_receive_entry "$@"
	grep -c 'dev=gre1 ' "$WORK/trace"
}

# TCP has no server, so that each of the packets to $A is a SYN.
ask_tcp() { ns "$B" socat -u /dev/null "TCP:$1:4747,connect-timeout=1" 2>/dev/null; }
ask_udp() { ns "$B" sh -c "echo | socat -u - UDP:$1:4747"; }
ask_icmp() { ping_ok "$B" "$1"; }

# Only TCP waits for GRO, and UDP if a socket or the device asks for it. Kernels that do not
# say whether there is such a socket let UDP to this machine and over IPv6 wait. On
# PREEMPT_RT, all packets do.
waits_for_gro() {
	local name

	[ -d "$TRACING/events/net" ] || { skip "no tracing in this kernel"; return; }
	! grep -q PREEMPT_RT /proc/version || { skip "all packets wait"; return; }
	setup_pair
	tunnel_pair
	check "TCP" test "$(gro_packets ask_tcp 10.0.0.1)" -ge 1
	check "TCP over IPv6" test "$(gro_packets ask_tcp '[fd00::1]')" -ge 1
	check_eq "ICMP" 0 "$(gro_packets ask_icmp 10.0.0.1)"
	check_eq "ICMPv6" 0 "$(gro_packets ask_icmp fd00::1)"
	run ip -n "$B" route add 10.200.0.0/16 dev gre1
	check_eq "UDP that is not for A" 0 "$(gro_packets ask_udp 10.200.0.1)"
	# Linux 5.10 has no such feature.
	if ip netns exec "$A" ethtool -K gre1 rx-udp-gro-forwarding on 2>/dev/null; then
		check "UDP that the device forwards merged" \
			test "$(gro_packets ask_udp 10.200.0.1)" -ge 1
	fi
	# The answers of A come out of a device of the same name.
	for name in "$A" "$B"; do run ip netns exec "$name" ethtool -K gre1 gro off; done
	check_eq "without GRO" 0 "$(gro_packets ask_tcp 10.0.0.1)"
}

run_tests
