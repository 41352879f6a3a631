#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The kind "gre" of grex in the place of ip_gre. The functions in COMPARED do the same with
# ip_gre and with grex, see lib/compare.sh. The topology is the pair of lib/topology.sh.
# limit: 300

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

COMPARED="
	fallback
	wire
	received
	received_by_gre0
	moved
	no_fallback
"
TESTS="$COMPARED
	unsupported
	grex_options
	change_keeps_grex_options
	tool
	refused_parameters
	beside_ip_gre
	removed
	installed
"

# shellcheck source=../lib/compare.sh
. "$(dirname "$0")/../lib/compare.sh"

TOPOLOGY=topology
topology() {
	setup_pair
	V0=$(ip netns exec "$A" cat /sys/class/net/v0/ifindex)
}

# try COMMAND...: report it, in $A
try() {
	report "$*" ip netns exec "$A" "$@" | sed "s/ link $V0 / link v0 /"
}

# shown DEVICE: how it is in $A
shown() { link_shown -n "$A" "$1"; }

# --- the same as with ip_gre -------------------------------------------------

fallback_with() {
	shown gre0
	try ip tunnel show
	try ip -s tunnel show gre0
	try ip link set gre0 type gre ttl 9
	try ip link del gre0
	try ip tunnel del gre0
	ip -n "$A" link set gre0 netns "$B" && echo "moved"
	try ip link set gre0 up
	try ip link add gre0 type gre remote 192.0.2.2
	shown gre0
	# Tunnels of grex can be renamed while they are up.
	try ip link set gre0 down
	try ip link set gre0 name elsewhere
	try ip link set elsewhere name gre0
}

# Print the outer header and the GRE header of what each tunnel sends for a ping.
wire_with() {
	local options mode

	capture "$B" v0 "$WORK/wire.pcap" proto 47
	while read -r mode options; do
		# shellcheck disable=SC2086 # words
		case $mode in
		link) ip -n "$A" link add gre1 type gre local 192.0.2.1 remote 192.0.2.2 $options ;;
		tunnel) ip -n "$A" tunnel add gre1 mode gre local 192.0.2.1 remote 192.0.2.2 $options ;;
		esac
		ips "$A" <<-END
			addr add 10.9.0.1/24 dev gre1
			addr add fd09::1/64 dev gre1 nodad
			link set gre1 addrgenmode none
			link set gre1 up
		END
		ns "$A" ping -q -c 1 -W 0.1 -t 17 -Q 0x28 -M "do" 10.9.0.2 >/dev/null
		ns "$A" ping -q -c 1 -W 0.1 -t 17 fd09::2 >/dev/null
		ip -n "$A" link del gre1
	done <<-END
		link
		link ttl 64
		link tos 0x10 key 5
		link tos inherit nopmtudisc csum
		link ttl 9 nopmtudisc ignore-df seq
		tunnel
		tunnel ttl 64 tos 7
		tunnel ttl 64 key 1.2.3.4 csum seq
		tunnel nopmtudisc ikey 1
	END
	capture_stop "$WORK/wire.pcap" 18
	# The kernel may report its IPv6 groups at any time.
	fields "$WORK/wire.pcap" ip.ttl ip.dsfield ip.flags ip.src ip.dst ip.len \
		gre.flags_and_version gre.key gre.sequence_number icmp.type icmpv6.type |
		grep -E '\s(8|128)\s*$'
}

received_with() {
	ip -n "$A" tunnel add gre1 mode gre local 192.0.2.1 remote 192.0.2.2 key 5
	ip -n "$B" tunnel add gre1 mode gre local 192.0.2.2 remote 192.0.2.1 key 5
	configure "$A" gre1 10.9.0.1/24 fd09::1/64
	configure "$B" gre1 10.9.0.2/24 fd09::2/64
	ping_ok "$A" 10.9.0.2 && echo "IPv4"
	ping_ok "$A" fd09::2 && echo "IPv6"
	ip -n "$A" tunnel change gre1 key 6
	ping_fails "$A" 10.9.0.2 >/dev/null && echo "another key"
	ip -n "$B" link set gre1 type gre key 6
	ping_ok "$A" 10.9.0.2 && echo "the same key again"
	ip -n "$B" tunnel del gre1
	ping_ok "$A" 10.9.0.2 || echo "deleted"
}

# gre0 takes what no other tunnel takes, with any key, if it is up.
received_by_gre0_with() {
	local options=

	ip -n "$B" link set gre0 up
	for options in "" "key 5" "key 6 seq"; do
		# shellcheck disable=SC2086 # words
		ip -n "$A" link add gre1 type gre local 192.0.2.1 remote 192.0.2.2 $options
		configure "$A" gre1 10.9.0.1/24
		ns "$A" ping -q -c 3 -i 0.05 -W 0.1 10.9.0.2 >/dev/null
		echo "$options: $(link_counter "$B" gre0 rx_packets)"
		ip -n "$A" link del gre1
	done
	ip -n "$B" link add gre1 type gre local 192.0.2.2 remote 192.0.2.1 key 5
	ip -n "$B" link set gre1 up
	ip -n "$A" link add gre1 type gre local 192.0.2.1 remote 192.0.2.2 key 5
	configure "$A" gre1 10.9.0.1/24
	ns "$A" ping -q -c 3 -i 0.05 -W 0.1 10.9.0.2 >/dev/null
	echo "gre1: $(link_counter "$B" gre1 rx_packets) $(link_counter "$B" gre0 rx_packets)"
	ip -n "$B" link set gre1 down
	ns "$A" ping -q -c 3 -i 0.05 -W 0.1 10.9.0.2 >/dev/null
	echo "gre1 down: $(link_counter "$B" gre0 rx_packets)"
	ip -n "$B" link set gre0 down
	ip -n "$B" link del gre1
	capture "$A" v0 "$WORK/icmp.pcap" icmp
	ns "$A" ping -q -c 1 -W 0.1 10.9.0.2 >/dev/null
	capture_stop "$WORK/icmp.pcap" 1
	fields "$WORK/icmp.pcap" icmp.type icmp.code
}

# A tunnel stays in its underlay when its device moves.
moved_with() {
	new_ns C
	ip -n "$A" tunnel add gre1 mode gre local 192.0.2.1 remote 192.0.2.2
	ip -n "$B" tunnel add gre1 mode gre local 192.0.2.2 remote 192.0.2.1
	ip -n "$A" link set gre1 netns "$C"
	configure "$C" gre1 10.9.0.1/24
	configure "$B" gre1 10.9.0.2/24
	ping_ok "$C" 10.9.0.2 && echo "ping"
	try ip tunnel add gre1 mode gre local 192.0.2.1 remote 192.0.2.2
	ip -n "$C" tunnel show gre1
	ip -n "$C" tunnel change gre1 local 192.0.2.1 remote 192.0.2.2 ttl 9
	ip -n "$C" tunnel show gre1
	ip -n "$C" tunnel add gre2 mode gre local 192.0.2.1 remote 192.0.2.2
	ip -n "$C" -br link show type gre | grep -c gre
	ip netns del "$A"
	busywait 5 gone_from "$C" gre1 && echo "gone"
	new_ns A
}

gone_from() { ! ip -n "$1" link show "$2"; }

no_fallback_with() {
	local before value

	before=$(sysctl -n net.core.fb_tunnels_only_for_init_net)
	for value in 1 2; do
		echo "> $value"
		run sysctl -qw "net.core.fb_tunnels_only_for_init_net=$value"
		new_ns A
		try ip -br link show type gre
		try ip tunnel add gre1 mode gre local 192.0.2.1 remote 192.0.2.2
		try ip link add gre1 type gre
		try ip tunnel add gre2 mode gre local 192.0.2.1 remote 192.0.2.2
		try ip tunnel show
		try ip tunnel del gre1
	done
	run sysctl -qw "net.core.fb_tunnels_only_for_init_net=$before"
}

# --- what only grex has ------------------------------------------------------

# What ip_gre has and grex has not yet is refused by a sentence.
unsupported() {
	local said

	setup_pair
	said=$(ip -n "$A" link add gre1 type gre external 2>&1)
	check_match "external" 'grex has no IFLA_GRE_COLLECT_METADATA' "$said"
	said=$(ip -n "$A" link add gre1 type gre remote 192.0.2.2 encap fou \
		encap-sport auto encap-dport 5555 2>&1)
	check_match "FOU" 'grex has no IFLA_GRE_ENCAP_TYPE' "$said"
	said=$(ip -n "$A" link add gre1 type gre local 192.0.2.1 remote 224.1.1.1 2>&1)
	check_match "a multicast remote" 'must be unicast' "$said"
	dmesg -C
	said=$(ip -n "$A" tunnel add gre1 mode gre local 192.0.2.1 remote 224.1.1.1 2>&1)
	check_match "ip tunnel add" 'Operation not supported' "$said"
	check_match "the log" 'gre0: local and remote of a tunnel must be unicast' "$(dmesg)"
	run ip -n "$A" tunnel add gre1 mode gre local 192.0.2.1 remote 192.0.2.2
	said=$(ip -n "$A" tunnel change gre1 remote 224.1.1.1 2>&1)
	check_match "ip tunnel change" 'Operation not supported' "$said"
	check_match "the log" 'gre1: local and remote of a tunnel must be unicast' "$(dmesg)"
	# ip_gre accepts this, and loses all packets.
	said=$(ip -n "$A" tunnel change gre1 remote 192.0.2.2 dev gre1 2>&1)
	check_match "its own device" 'No such device' "$said"
	# Each namespace has its own limit of lines.
	dmesg -C
	for _ in {1..40}; do
		ip -n "$A" tunnel change gre1 remote 224.1.1.1 2>/dev/null
	done
	[ "$(dmesg | grep -c unicast)" -lt 10 ] || fail "the log: no limit"
	cleanup
}

# All that grex adds works on a tunnel that "ip tunnel" has made.
grex_options() {
	setup_pair
	run ip -n "$A" tunnel add gre1 mode gre local 192.0.2.1 remote 192.0.2.2 key 5
	run ip -n "$B" link add gre1 type gre local 192.0.2.2 remote 192.0.2.1 key 5
	configure "$A" gre1 10.9.0.1/24
	configure "$B" gre1 10.9.0.2/24
	check "keepalives" gretool -n "$A" set gre1 keepalive 200ms 3
	check "the peer" busywait 5 peer_is "$A" up
	run ip -n "$B" link set gre1 down
	check "no carrier" busywait 5 peer_is "$A" down
	check_match "no carrier" 'NO-CARRIER' "$(ip -n "$A" link show gre1)"
	run ip -n "$B" link set gre1 up
	check "the peer again" busywait 5 peer_is "$A" up
	check "ping" ping_ok "$A" 10.9.0.2
	check "mtu-probe" gretool -n "$A" set gre1 mtu-probe on
	check "path MTU" busywait 10 path_is 1500 -n "$A"
	check "counters" ip netns exec "$A" ethtool -S gre1
	cleanup
}

change_keeps_grex_options() {
	setup_pair
	run ip -n "$A" tunnel add gre1 mode gre local 192.0.2.1 remote 192.0.2.2 ttl 9
	run gretool -n "$A" set gre1 keepalive 10 4 mss auto
	check_match "gretool set keeps the rest" 'ttl 9 ' "$(shown gre1)"
	run ip -n "$A" tunnel change gre1 ttl 8
	run ip -n "$A" link set gre1 type gre tos 8
	check_eq "ip keeps the options of grex" \
		"gre1 local 192.0.2.1 remote 192.0.2.2 ttl 8 tos 0x08 keepalive 10 4 mss auto" \
		"$(gretool -n "$A" show gre1 | sed 's/ mtu 1476//')"
	run gretool -n "$A" set gre1 ttl 7
	check_eq "gretool keeps them all" \
		"gre1 local 192.0.2.1 remote 192.0.2.2 ttl 7 tos 0x08 keepalive 10 4 mss auto" \
		"$(gretool -n "$A" show gre1 | sed 's/ mtu 1476//')"
	cleanup
}

# gretool treats links of both kinds alike, and leaves gre0 alone.
tool() {
	setup_pair
	run ip -n "$A" tunnel add gre1 mode gre local 192.0.2.1 remote 192.0.2.2
	check_fails "the same ends" gretool -n "$A" add gre2 local 192.0.2.1 remote 192.0.2.2
	run gretool -n "$A" add gre2 local 192.0.2.1 remote 192.0.2.3 ttl 9
	check_eq "show" "gre1 gre2" "$(gretool -n "$A" -j show | jq -r '[.[].ifname] | join(" ")')"
	check_eq "metrics" "gre1 gre2" "$(gretool -n "$A" metrics |
		sed -n 's/^grex_up{device="\([^"]*\)".*/\1/p' | xargs)"
	check_eq "save" "[gre1] [gre2]" "$(gretool -n "$A" save | grep '^\[' | xargs)"
	check_match "gre0" 'gre0: does not belong to grex' "$(gretool -n "$A" set gre0 ttl 9 2>&1)"
	check_fails "del gre0" gretool -n "$A" del gre0
	check_match "check" 'gre1' "$(gretool -n "$A" check 2>&1)"

	cat >"$WORK/apply.conf" <<-END
		[gre1]
		local 192.0.2.1 remote 192.0.2.2 key 5 ttl inherit keepalive 10 3
	END
	run gretool -n "$A" apply --prune "$WORK/apply.conf" >/dev/null || fail "apply"
	check_eq "apply" "gre1" "$(gretool -n "$A" -j show | jq -r '.[].ifname')"
	check_eq "nothing is left to do" "" "$(gretool -n "$A" apply --dry-run --prune \
		"$WORK/apply.conf")"
	check_match "in place" 'gre remote 192.0.2.2 local 192.0.2.1 ttl inherit tos inherit ikey' \
		"$(shown gre1)"
	run gretool -n "$A" set gre1 nokey mss auto
	run ip -n "$B" link add gre1 type gre local 192.0.2.2 remote 192.0.2.1
	configure "$A" gre1 10.9.0.1/24
	configure "$B" gre1 10.9.0.2/24
	check "probe" gretool -n "$A" probe gre1 -c 2 -i 50ms
	run gretool -n "$A" monitor >"$WORK/monitor" &
	PIDS+=($!)
	busywait 5 monitored up || fail "monitor hears nothing"
	run gretool -n "$A" del gre1
	busywait 5 monitored deleted || fail "monitor: $(cat "$WORK/monitor")"
	check_eq "gre0 is left" gre0 "$(ip -n "$A" -br link show type gre | sed 's/@.*//')"
	cleanup
}

# monitored WORD: whether monitor tells of gre1; what it is asked for goes up and down
monitored() {
	[ "$1" != up ] || ip -n "$A" link set gre1 down
	[ "$1" != up ] || ip -n "$A" link set gre1 up
	grep -q "$1 gre1" "$WORK/monitor"
}

refused_parameters() {
	check "without grex" run rmmod grex
	dmesg -C
	check_fails "kinds=gretap" modprobe grex kinds=gretap
	check_match "the log" 'grex: kinds=gretap is not known: it may be gre, or gre,gretap, or all' \
		"$(dmesg)"
	check_fails "kinds=gre,gre" modprobe grex kinds=gre,gre
	check "kinds=" modprobe grex kinds=
	check_eq "no gre0" "" "$(ip -br link show type gre)"
	check_eq "read only" 444 "$(stat -c %a /sys/module/grex/parameters/kinds)"
	check "rmmod" run rmmod grex
	check "kinds=gre" run modprobe grex kinds=gre
	check_eq "parameter" gre "$(cat /sys/module/grex/parameters/kinds)"
}

# Whoever comes first has the kind.
beside_ip_gre() {
	check_fails "ip_gre beside it" modprobe ip_gre
	check_eq "it is not there" "grex" "$(loaded)"
	check_eq "grex has not given way" "auto native" \
		"$(cat /sys/module/grex/parameters/demux)"
	check_fails "without a word" grep -q "gets IP protocol 47" <(dmesg)
	check "without grex" run rmmod grex
	check "ip_gre" run modprobe ip_gre
	dmesg -C
	check_fails "kinds=gre beside ip_gre" modprobe grex kinds=gre
	check_match "the log" 'rmmod ip_gre' "$(dmesg)"
	check_eq "gre0 is that of ip_gre" "gre0" "$(ip -o link show type gre | sed -E 's/^[0-9]+: ([a-z0-9]+)@.*/\1/')"
	check "without ip_gre" run rmmod ip_gre
	check "grex again" run modprobe grex kinds=gre
}

# Without the module, nothing of it is left in any namespace.
removed() {
	setup_pair
	run ip -n "$A" tunnel add gre1 mode gre local 192.0.2.1 remote 192.0.2.2
	run ip -n "$A" link set gre0 up
	run ip -n "$B" link add gre1 type gre local 192.0.2.2 remote 192.0.2.1
	run ip -n "$B" link set gre1 netns "$A" name gre2
	check "rmmod" run rmmod grex
	check_eq "A" "" "$(ip -n "$A" -br link show type gre)"
	check_eq "B" "" "$(ip -n "$B" -br link show type gre)"
	check "grex without the kind" run modprobe grex
	check_eq "no gre0" "" "$(ip -n "$A" -br link show type gre)"
	cleanup
}

# loaded: which of the two modules are
loaded() { lsmod | awk '$1 == "grex" || $1 == "ip_gre" { print $1 }'; }

# The file of the package grex-gre makes the kernel load grex. Without it, all is as before.
installed() {
	[ -n "${GREX_LAB:-}" ] || { skip "only in the lab: it is about this machine"; return; }
	setup_pair
	check "rmmod" run rmmod grex
	mkdir -p /run/modprobe.d
	cp "$(dirname "$0")/../../tools/dist/grex-gre.modprobe" /run/modprobe.d/grex-gre.conf
	run ip -n "$A" tunnel add gre1 mode gre local 192.0.2.1 remote 192.0.2.2
	check_eq "ip tunnel" "grex all" \
		"$(loaded) $(cat /sys/module/grex/parameters/kinds)"
	check "rmmod" run rmmod grex
	run ip -n "$A" link add gre1 type gre local 192.0.2.1 remote 192.0.2.2
	check_eq "ip link" "grex" "$(loaded)"
	check "rmmod" run rmmod grex
	check "modprobe ip_gre" run modprobe ip_gre
	check_eq "modprobe ip_gre" "grex all" \
		"$(loaded) $(cat /sys/module/grex/parameters/kinds)"
	check "modprobe ip_gre again" run modprobe ip_gre
	check "rmmod" run rmmod grex
	rm /run/modprobe.d/grex-gre.conf
	run ip -n "$A" tunnel add gre1 mode gre local 192.0.2.1 remote 192.0.2.2
	check_eq "without the file" "ip_gre" "$(loaded)"
	run rmmod ip_gre
	check "grex again" run modprobe grex
	cleanup
}

run_tests
