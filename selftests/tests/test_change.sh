#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Options are changed while packets flow. Each change takes effect, a refused change has
# no effect, and a packet is sent with the old or the new configuration, never with a
# mixture.
# underlay: IPv4 or IPv6

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

# The outer addresses, and PREFIX as the length of their prefix; TOS and TTL as tcpdump calls these
# fields. M is the MTU of the tunnel if the route has 1400.
LOCAL=$(outer 192.0.2.1) PEER=$(outer 192.0.2.2)
OTHER_PEER=$(outer 192.0.2.3) OTHER_LOCAL=$(outer 192.0.2.11)
if [ "${GREX_UNDERLAY:-}" = ipv6 ]; then
	TOS=class TTL=hlim PREFIX=64 HOST=128 FAMILY=-6
else
	TOS=tos TTL=ttl PREFIX=24 HOST=32 FAMILY=-4
fi
M=$((1400 - OUTER_LEN))

TESTS="
	sent
	received
	mtu
	mtu_stays
	refused
	atomic
"

# stream NAMESPACE ADDRESS [ping options]: ping until the end of the test
stream() {
	local name=$1 to=$2

	shift 2
	ip netns exec "$name" ping -q -i 0.02 "$@" "$to" >"$WORK/stream" 2>&1 &
	PIDS+=($!)
}

# becomes REGEX OPTION...: after the change of A, the packets on v0 must match
becomes() {
	local regex=$1

	shift
	run gretool -n "$A" set gre1 "$@" || fail "set $*"
	IFS= read -rd '' -u "$SEEN" || : # drop earlier packets
	TEXT=
	busywait 5 seen "$regex" || fail "after $*: no /$regex/ in ${TEXT:0:300}"
}

# tcpdump -v prints two lines for a packet: the outer header with GRE, and the inner
# header.
seen() {
	local more

	IFS= read -rd '' -u "$SEEN" more || :
	TEXT+=${more//$'\n'/}
	[[ $TEXT =~ $1 ]]
}

# grows NAMESPACE DEVICE FIELD: this drop counter or field of the device must grow
grows() {
	local before

	before=$(value "$@")
	busywait 5 more "$before" "$@" || fail "$3 of $2 does not grow"
}

value() {
	case $3 in
	tx_packets | rx_packets) link_counter "$@" ;;
	*) counter "$@" ;;
	esac
}

more() {
	[ "$(value "$2" "$3" "$4")" -gt "$1" ]
}

sent() {
	local ip="$LOCAL > $PEER" flags

	setup_pair
	configure "$A" v0 "$OTHER_LOCAL/$PREFIX"
	run ip -n "$A" link add dummy0 type dummy
	configure "$A" dummy0 "$(outer 198.51.100.1)/$PREFIX"
	run ip -n "$A" "$FAMILY" route add default dev dummy0 table 100
	run ip -n "$A" "$FAMILY" rule add fwmark 7 table 100
	# IPv6 does not assume that every address is on the link of a device.
	run ip -n "$A" route add "$(outer 192.0.2.0)/$PREFIX" dev dummy0 metric 5000
	tunnel_pair
	ip netns exec "$A" tcpdump -l -n -v -i v0 --immediate-mode \
		"$OUTER_FILTER and not src $PEER" >"$WORK/seen" 2>"$WORK/log" &
	PIDS+=($!)
	busywait 10 grep -q "listening on" "$WORK/log"
	exec {SEEN}<"$WORK/seen"
	stream "$A" 10.0.0.2 -t 33 -Q 0x28 -M "do"

	becomes "$TTL 10," ttl 10
	becomes "$TTL 33,[^)]*GRE" ttl inherit
	becomes "$TOS 0x48," tos 0x48
	becomes "$TOS 0x28,[^)]*GRE" tos inherit
	if [ "$FAMILY" = -4 ]; then
		becomes "flags \[none\], proto GRE" df clear
		becomes "flags \[DF\], proto GRE" df inherit
		becomes "flags \[none\], proto GRE" df clear
		becomes "flags \[DF\], proto GRE" df set
	fi
	flags="GREv0, Flags"
	becomes "$ip: $flags \[key present\], key=0x5, " key 5
	becomes "$ip: $flags \[key present\], key=0x6, " okey 6
	becomes "$ip: $flags \[checksum present, key present\], .*key=0x6, " csum
	becomes "$ip: $flags \[checksum present, key present, sequence# present\], .*seq [0-9]+, " seq
	becomes "$ip: $flags \[checksum present\], " nokey noseq
	becomes "$ip: $flags \[none\], length" nocsum
	becomes "$OTHER_LOCAL > $PEER: GRE" local "$OTHER_LOCAL"
	becomes "$PEER: GRE" local any
	run ip -n "$A" neigh add "$OTHER_PEER" dev v0 lladdr 02:00:00:00:00:03
	becomes "$OTHER_PEER: GRE" remote "$OTHER_PEER"
	becomes "$ip: GRE" local "$LOCAL" remote "$PEER"

	# These options select the route of the outer packet.
	run gretool -n "$A" set gre1 fwmark 7
	grows "$A" dummy0 tx_packets
	becomes "$ip: GRE" fwmark 0
	run gretool -n "$A" set gre1 dev dummy0
	grows "$A" dummy0 tx_packets
	becomes "$ip: GRE" nodev

	# After 26 changes, the configuration is again what it was.
	check "ping" ping_ok "$A" 10.0.0.2
}

received() {
	setup_pair
	tunnel_pair
	stream "$A" 10.0.0.2
	run gretool -n "$B" set gre1 ikey 9
	grows "$B" gre1 rx_wrong_key
	run gretool -n "$B" set gre1 icsum noikey
	grows "$B" gre1 rx_no_csum
	run gretool -n "$B" set gre1 iseq noicsum
	grows "$B" gre1 rx_no_seq
	run gretool -n "$B" set gre1 noiseq
	grows "$B" gre1 rx_packets
	run gretool -n "$B" set gre1 remote "$OTHER_PEER"
	grows "$B" gre1 netns_rx_no_tunnel
	run gretool -n "$B" set gre1 remote any
	grows "$B" gre1 rx_packets
	run gretool -n "$B" set gre1 local "$(outer 192.0.2.22)"
	grows "$B" gre1 netns_rx_no_tunnel
	run gretool -n "$B" set gre1 local any
	grows "$B" gre1 rx_packets
	# A tunnel that is bound to another device than that of the packets still receives
	# them, if no other tunnel fits better.
	run gretool -n "$B" set gre1 dev lo
	grows "$B" gre1 rx_packets
	run gretool -n "$B" set gre1 dev v0
	grows "$B" gre1 rx_packets
	run gretool -n "$B" set gre1 local "$PEER" remote "$LOCAL" nodev
	check "ping" ping_ok "$A" 10.0.0.2
}

# mtu_is EXPECTED OPTION...: the MTU must be this after the change
mtu_is() {
	local expected=$1

	shift
	run gretool -n "$A" set gre1 "$@"
	check_eq "MTU after $*" "$expected" "$(link_mtu "$A" gre1)"
}

mtu() {
	setup_pair
	run ip -n "$A" route add "$PEER/$HOST" dev v0 mtu 1400
	tunnel_pair
	check_eq "MTU" "$M" "$(link_mtu "$A" gre1)"
	mtu_is $((M - 4)) key 1
	mtu_is $((M - 8)) ocsum
	mtu_is $((M - 12)) oseq
	mtu_is $((M - 12)) icsum iseq
	mtu_is $((M - 4)) nocsum noseq
	mtu_is "$M" nokey
	mtu_is $((M + 100)) remote "$OTHER_PEER"
	mtu_is "$M" remote "$PEER"
	run gretool -n "$B" set gre1 key 1
	mtu_is $((M - 4)) key 1
	check "the largest packet" ping_ok "$A" 10.0.0.2 -M "do" -s $((M - 4 - 28))
	# An MTU that the operator has set stays, whatever the overhead is.
	mtu_is 1200 mtu 1200
	mtu_is 1200 csum
	mtu_is 1200 nokey remote "$OTHER_PEER"
	mtu_is 1100 seq mtu 1100
}

# Options without influence on the overhead keep the MTU, and no change disables IPv6.
mtu_stays() {
	setup_pair
	run ip -n "$A" route add "$PEER/$HOST" dev v0 mtu 1400
	tunnel_pair
	run ip -n "$A" route del "$PEER/$HOST" dev v0
	mtu_is "$M" ttl 65
	run ip -n "$A" route add unreachable "$PEER/$HOST"
	mtu_is $((M - 4)) key 1
	mtu_is "$M" nokey
	run ip -n "$A" route del unreachable "$PEER/$HOST"
	run ip -n "$A" link set v0 mtu 1300
	mtu_is "$M" ttl 66
	mtu_is "$M" keepalive-secret 000102030405060708090a0b0c0d0e0f
	mtu_is "$M" icsum iseq keepalive 1s 3
	mtu_is "$M" noicsum noiseq keepalive off keepalive-secret off
	mtu_is 1280 key 1
	mtu_is 1280 nokey
	check_match "IPv6" "inet6 fd00::1/64" "$(ip -n "$A" -6 addr show dev gre1)"
}

# tunnels: print all settings and states, except for lines that contain an age
tunnels() {
	gretool -n "$A" -d show | grep -v '^ .* ago$'
}

# Print what a packet is: the outer TOS, TTL and, of IPv4, DF, the key and the flags. A line that
# is not one of these is printed as it is. sed would need seconds for so many.
# shellcheck disable=SC2016 # variables of awk
COMBINATION='
	function between(before, after, text) {
		text = substr($0, index($0, before) + length(before))
		return substr(text, 1, index(text, after) - 1)
	}
	!/^ [0-9.:]+ IP6? \((tos|class) 0x[0-9a-f]+, .*(ttl|hlim) [0-9]+, .* GRE .*GREv0, Flags \[[^]]*\].* key=0x[0-9a-f]*, .* 10\.0\.0\.1\.[0-9]+ > 10\.0\.0\.2\.9: UDP, length 7$/ {
		print
		next
	}
	{
		print between("(" tos " ", ","), between(", " ttl " ", ","),
			tos == "tos" ? between("flags [", "]") : "-",
			between(" key=", ","), between("GREv0, Flags [", "]")
	}'

# refused_change SAYS OPTION...: the status must be 1 with the kernel's message, and
# nothing may change
refused_change() {
	local says=$1 before said status

	shift
	before=$(tunnels)
	said=$(gretool -n "$A" set gre1 "$@" 2>&1)
	status=$?
	check_eq "status of $*" 1 "$status"
	check_match "$*" "$says" "$said"
	check_eq "tunnels after $*" "$before" "$(tunnels)"
}

refused() {
	local stream

	setup_pair
	tunnel_pair key 1
	run gretool -n "$A" add gre2 local "$LOCAL" remote "$OTHER_PEER" key 1
	ip netns exec "$A" ping -i 0.02 10.0.0.2 >"$WORK/replies" &
	stream=$!
	PIDS+=("$stream")
	busywait 5 grep -q "icmp_seq=5 " "$WORK/replies" || fail "no stream"

	refused_change "Another tunnel of this namespace has the same" \
		remote "$OTHER_PEER" ttl 99 okey 5 csum tos 4 df clear
	refused_change "Another tunnel of this namespace has the same" \
		remote "$OTHER_PEER" ttl 99 mtu 1000
	run gretool -n "$A" set gre2 remote any local any nokey
	refused_change "Another tunnel of this namespace has the same" \
		remote any local any nokey fwmark 5 tos inherit

	kill -INT "$stream"
	wait "$stream"
	check_match "stream" " 0% packet loss" "$(cat "$WORK/replies")"
}

# Two configurations that differ in everything alternate.
atomic() {
	local flips=1500 sender set=DF clear=none

	# The header of IPv6 has no such flag.
	[ "$FAMILY" = -4 ] || { set=-; clear=-; }

	setup_pair
	tunnel_pair
	capture "$B" v0 "$WORK/flips" -s 120 -B 16384 \
		"$OUTER_FILTER and src $LOCAL"
	# A loop of the shell sends faster than ping.
	ip netns exec "$A" bash -c 'exec 3>/dev/udp/10.0.0.2/9
		while :; do echo -n mixture >&3; done 2>/dev/null' &
	sender=$!
	PIDS+=("$sender")
	for ((i = 0; i < flips / 2; i++)); do
		echo "set gre1 ttl 10 tos 0x20 key 1 csum noseq df set"
		echo "set gre1 ttl 20 tos 0x40 key 2 nocsum seq df clear"
	done >"$WORK/batch"
	check "batch" gretool -n "$A" -batch "$WORK/batch"
	kill "$sender"
	capture_stop

	# tcpdump -v prints several lines for a packet, and the first begins with the
	# time. Packets with no flags were sent before the first change.
	tcpdump -n -v -r "$WORK/flips" 2>/dev/null |
		awk '/^[0-9]/ && NR > 1 { print line; line = "" }
			{ line = line " " $0 } END { print line }' |
		grep -v "Flags \[none\]" | awk -v tos="$TOS" -v ttl="$TTL" "$COMBINATION" | sort | uniq -c >"$WORK/kinds"
	check_eq "combinations" \
		"0x20 10 $set 0x1 checksum present, key present
0x40 20 $clear 0x2 key present, sequence# present" \
		"$(sed 's/^ *[0-9]* //' "$WORK/kinds" | head -n 5)"
	[ "$(awk '$1 >= 50' "$WORK/kinds" | wc -l)" = 2 ] ||
		fail "too few to tell: $(head -n 5 "$WORK/kinds")"
	[ -z "${VERBOSE:-}" ] || sed 's/^/# /' "$WORK/kinds"
}

run_tests
