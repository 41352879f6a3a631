#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Ends whose options differ reject each other's packets, and the remote's own subnet may
# be routed through the tunnel. The rest of the scenario "translucent" is in
# test_traceroute.sh, test_path_mtu.sh and test_ipsec.sh. The topology is in path.sh.
# underlay: IPv4 or IPv6

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/path.sh
. "$(dirname "$0")/../lib/path.sh"

# The remote, its subnet, and the router of GW; CLEAR is the filter for pings outside of the tunnel.
REMOTE=$(outer 100.64.5.2)
ROUTER=$(outer 100.64.0.2)
if [ "${GREX_UNDERLAY:-}" = ipv6 ]; then
	FAMILY=-6 SUBNET=2001:db8:64:5::/64 CLEAR="icmp6 and ip6[40] == 128"
else
	FAMILY=-4 SUBNET=100.64.5.0/30 CLEAR="icmp"
fi
INNER=$((1300 - OUTER_LEN - 4)) # bytes of the largest inner packet that a link of 1300 carries

TESTS="
	symmetric
	another_key
	key_and_none
	checksum_one_way
	sequence_one_way
	ttl_is_no_matter
	remote_subnet_inside
	remote_subnet_path_mtu
	remote_subnet_without_mark
"

SETUP=setup
setup() {
	setup_path
	tunnel_path key 5
}

# ends GW-OPTIONS -- FAR-OPTIONS: change the options of both ends
ends() {
	local one=()
	while [ "$1" != -- ]; do
		one+=("$1")
		shift
	done
	shift
	run gretool -n "$GW" set gre1 "${one[@]}" || fail "set ${one[*]}"
	run gretool -n "$FAR" set gre1 "$@" || fail "set $*"
}

# rejected COUNTER: FAR must count what LAN sends to SITE as dropped for this reason
rejected() {
	counts "$FAR" gre1 "$1" 2 check "nothing gets through" \
		ping_fails "$LAN" 172.16.1.2
}

symmetric() {
	check "IPv4" ping_ok "$LAN" 172.16.1.2
	check "IPv6" ping_ok "$LAN" fd17::2
}

another_key() {
	ends key 5 -- key 6
	rejected rx_wrong_key
	ends key 5 -- key 5
}

key_and_none() {
	ends nokey -- key 5
	rejected rx_wrong_key
	ends key 5 -- nokey
	rejected rx_wrong_key
	ends key 0 -- nokey
	rejected rx_wrong_key
	ends key 5 -- key 5
}

checksum_one_way() {
	ends nocsum -- icsum
	rejected rx_no_csum
	# A checksum that was not asked for is verified (RFC 2784 section 2.1).
	ends ocsum -- noicsum
	check "unasked" ping_ok "$LAN" 172.16.1.2
	ends noocsum -- nocsum
}

sequence_one_way() {
	ends noseq -- iseq
	rejected rx_no_seq
	ends noseq -- noseq
}

# The two ends may have different TTL options.
ttl_is_no_matter() {
	ends ttl inherit decap-ttl copy -- ttl 64 decap-ttl keep
	check "IPv4" ping_ok "$LAN" 172.16.1.2
	ends ttl 64 decap-ttl keep -- ttl 64
}

# The link of SITE has the remote's address in its subnet. All of 100.64.5.0/30 goes
# through the tunnel, except for the outer packets, which are marked.
with_remote_inside() {
	run ip -n "$GW" "$FAMILY" route add default via "$ROUTER" table 100
	run ip -n "$GW" "$FAMILY" rule add fwmark 1 lookup 100 pref 100
	run gretool -n "$GW" set gre1 fwmark 1
	run ip -n "$GW" "$FAMILY" route replace "$SUBNET" dev gre1
}

without_remote_inside() {
	run gretool -n "$GW" set gre1 fwmark 0
	run ip -n "$GW" "$FAMILY" route del "$SUBNET" dev gre1
	run ip -n "$GW" "$FAMILY" route replace "$SUBNET" via "$ROUTER"
	run ip -n "$GW" "$FAMILY" rule del pref 100
	run ip -n "$GW" "$FAMILY" route flush table 100
}

remote_subnet_inside() {
	with_remote_inside
	check "the remote itself, inside" ping_ok "$LAN" "$REMOTE"
	check "what is behind" ping_ok "$LAN" 172.16.1.2
	check_eq "taken for a loop" 0 "$(counter "$GW" gre1 tx_recursion)"
	capture "$GW" right "$WORK/marked" "$CLEAR"
	ns "$LAN" ping -q -c 2 -i 0.05 "$REMOTE" >/dev/null
	capture_stop
	check_eq "in the clear" 0 "$(tcpdump -n -r "$WORK/marked" 2>/dev/null | wc -l)"
}

# The path MTU of the marked route is learned and used.
remote_subnet_path_mtu() {
	path_link_mtu 3 1300
	path_forget
	check_match "the first packet is answered" \
		"From 172.16.0.1 .*Frag needed .*mtu = $INNER" \
		"$(ns "$LAN" ping -c 1 -W 2 -M "do" -s 1372 172.16.1.2 2>&1)"
	run ip -n "$LAN" route flush cache
	counts "$GW" gre1 icmp_frag_needed_relayed 0 check_match "and the next, by GW" \
		"From 172.16.0.1 .*Frag needed .*mtu = $INNER" \
		"$(ns "$LAN" ping -c 1 -W 2 -M "do" -s 1372 172.16.1.2 2>&1)"
	check "what fits" ping_ok "$LAN" 172.16.1.2 -M "do" -s $((INNER - 28))
	path_link_mtu 3 1500
	path_forget
}

# Without a mark, the outer packets are routed like the inner ones, and grex breaks the
# loop.
remote_subnet_without_mark() {
	local begin=$SECONDS
	run gretool -n "$GW" set gre1 fwmark 0
	counts "$GW" gre1 tx_recursion 2 check "nothing gets through" \
		ping_fails "$LAN" 172.16.1.2
	[ $((SECONDS - begin)) -lt 20 ] ||
		fail "it took $((SECONDS - begin)) s"
	without_remote_inside
	check "without it" busywait 5 ping_ok "$LAN" 172.16.1.2
}

run_tests
