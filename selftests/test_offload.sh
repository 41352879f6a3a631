#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Bulk TCP arrives intact, as super-packets where the underlay takes them, and
# as right segments where it does not.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

TESTS="
	plain
	key
	csum
	key_csum
	seq
	segments
	received_as_one
"

# bulk FROM TO ADDRESS BYTES: what is sent over TCP is what is received
bulk() {
	local from=$1 to=$2 address=$3 bytes=$4 receiver family=4

	[[ $address != *:* ]] || { family=6; address=[$address]; }
	head -c "$bytes" /dev/urandom >"$WORK/sent"
	rm -f "$WORK/received"
	ns_background "$to" timeout 60 socat -u -b 65536 \
		"TCP$family-LISTEN:5001,reuseaddr" "CREATE:$WORK/received"
	receiver=$!
	busywait 10 tcp_listening "$to" 5001 || fail "socat does not listen"
	ns "$from" timeout 60 socat -u -b 65536 "OPEN:$WORK/sent,rdonly" \
		"TCP$family:$address:5001" || fail "to $address: status $?"
	wait "$receiver"
	check "data at $address" cmp "$WORK/sent" "$WORK/received"
}

# watch NAMESPACE DEVICE NAME FILTER: count packets until "watched NAME"
watch() {
	capture "$1" "$2" "$WORK/$3" -s 64 -B 8192 "$4"
	declare -g "WATCH_$3=$CAPTURE"
}

watched() {
	local pid=WATCH_$1

	CAPTURE=${!pid}
	capture_stop
	tcpdump -n -r "$WORK/$1" 2>/dev/null | wc -l
}

# super_packets OPTION...: v4 and v6 bulk, and how it looked on the way
super_packets() {
	local wire inside

	setup_pair
	tunnel_pair "$@"
	# Larger than any packet of the wire: outer on the veth, inner on gre1.
	watch "$B" v0 wire "ip proto 47 and ip[2:2] > 3000"
	watch "$B" gre1 inside \
		"(ip and ip[2:2] > 3000) or (ip6 and ip6[4:2] > 3000)"
	bulk "$A" "$B" 10.0.0.2 1500000
	bulk "$B" "$A" fd00::1 500000
	wire=$(watched wire)
	inside=$(watched inside)
	[ "$wire" -ge 10 ] || fail "only $wire super-packets on the wire"
	[ "$inside" -ge 10 ] || fail "only $inside super-packets inside"
	check_eq "drops" "" "$(drops "$A"; drops "$B")"
}

# drops NAMESPACE: the counters of gre1 that are not 0
drops() {
	ip netns exec "$1" ethtool -S gre1 | awk '$1 ~ /:$/ && $2 > 0'
}

plain() {
	super_packets
}

key() {
	super_packets key 1.2.3.4
}

csum() {
	super_packets csum
}

key_csum() {
	super_packets key 4294967295 csum
}

# Each segment has its own number: nothing larger than the MTU on the wire.
seq() {
	setup_pair
	tunnel_pair seq
	watch "$B" v0 wire "ip proto 47 and ip[2:2] > 1500"
	capture "$B" v0 "$WORK/numbers" -s 64 -B 8192 \
		"ip proto 47 and src 192.0.2.1"
	bulk "$A" "$B" 10.0.0.2 1000000
	bulk "$A" "$B" fd00::2 300000
	capture_stop "$WORK/numbers" 903 # of 1448 and 1428 bytes
	check_eq "packets above 1500 bytes" 0 "$(watched wire)"
	check_match "the capture is whole" "0 packets dropped by kernel" \
		"$(tr '\n' ' ' <"$WORK/numbers.log")"
	tcpdump -n -r "$WORK/numbers" 2>/dev/null |
		sed -n 's/.*GREv0,[^:]* seq \([0-9]*\), length.*/\1/p' |
		sort -n >"$WORK/list"
	check_eq "packets with a number" \
		"$(tcpdump -n -r "$WORK/numbers" 2>/dev/null | wc -l)" \
		"$(wc -l <"$WORK/list")"
	check_eq "numbers used twice or never" "" "$(awk '
		NR == 1 && $1 > 20 || NR > 1 && $1 != last + 1 { print last, $1 }
		{ last = $1 }' "$WORK/list" | head -n 5)"
	# Two CPUs that send at once may overtake each other, now and then.
	check_eq "other drops" "" \
		"$({ drops "$A"; drops "$B"; } | grep -v rx_out_of_order)"
	[ "$(counter "$B" gre1 rx_out_of_order)" -lt 20 ] ||
		fail "out of order: $(counter "$B" gre1 rx_out_of_order)"
}

# Software segmentation, where the underlay can nothing: every checksum and
# length right, as tshark sees it.
segments() {
	local good

	setup_pair
	ns "$A" ethtool -K v0 tso off gso off tx off >"$WORK/ethtool" 2>&1 ||
		fail "ethtool: $(cat "$WORK/ethtool")"
	tunnel_pair
	watch "$B" v0 wire "ip proto 47 and ip[2:2] > 1500"
	capture "$B" v0 "$WORK/segments" -B 8192 \
		"ip proto 47 and src 192.0.2.1 and ip[2:2] > 1000"
	bulk "$A" "$B" 10.0.0.2 60000
	for end in "$A" "$B"; do
		run gretool -n "$end" set gre1 key 5 csum
	done
	bulk "$A" "$B" 10.0.0.2 60000
	bulk "$A" "$B" fd00::2 60000
	for end in "$A" "$B"; do
		run gretool -n "$end" set gre1 nokey seq
	done
	bulk "$A" "$B" 10.0.0.2 60000
	capture_stop "$WORK/segments" 168 # 42 of up to 1448 bytes, four times
	check_eq "packets above 1500 bytes" 0 "$(watched wire)"
	check_eq "drops" "" "$(drops "$A"; drops "$B")"

	tshark -n -r "$WORK/segments" -T fields -E occurrence=f \
		-o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE \
		-e gre.flags_and_version -e ip.checksum.status \
		-e gre.checksum.status -e tcp.checksum.status \
		2>"$WORK/tshark" | sort | uniq -c >"$WORK/checked"
	# flags, IP good, GRE good or absent, TCP good
	good=$(awk '($2 == "0x0000" && NF == 4 && $3 == 1 && $4 == 1) ||
		($2 ~ /0x[ab9]000/ && NF == 5 && $3 == 1 && $4 == 1 && $5 == 1)' \
		"$WORK/checked")
	check_eq "only good checksums" "$(cat "$WORK/checked")" "$good"
	check_eq "kinds of packets" "0x0000 0x9000 0xa000" \
		"$(awk '{ print $2 }' "$WORK/checked" | sort -u | xargs)"
}

# Single segments come in, super-packets are handed on (gro_cells).
received_as_one() {
	local inside

	setup_pair
	ns "$A" ethtool -K v0 tso off gso off >"$WORK/ethtool" 2>&1
	tunnel_pair key 5 csum
	watch "$B" v0 wire "ip proto 47 and ip[2:2] > 1500"
	watch "$B" gre1 inside "ip[2:2] > 2500"
	bulk "$A" "$B" 10.0.0.2 1500000
	check_eq "packets above 1500 bytes" 0 "$(watched wire)"
	inside=$(watched inside)
	[ "$inside" -ge 10 ] || fail "only $inside super-packets inside"
}

run_tests
