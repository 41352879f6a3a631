#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Ends whose options differ reject each other's packets, and the remote's own subnet may
# be routed through the tunnel. The rest of the scenario "translucent" is in
# test_traceroute.sh, test_path_mtu.sh and test_ipsec.sh. The topology is in path.sh.

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/path.sh
. "$(dirname "$0")/../lib/path.sh"

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
	ips "$GW" <<-END
		route add default via 100.64.0.2 table 100
		rule add fwmark 1 lookup 100 pref 100
	END
	run gretool -n "$GW" set gre1 fwmark 1
	run ip -n "$GW" route replace 100.64.5.0/30 dev gre1
}

without_remote_inside() {
	run gretool -n "$GW" set gre1 fwmark 0
	ips "$GW" <<-END
		route replace 100.64.5.0/30 via 100.64.0.2
		rule del pref 100
		route flush table 100
	END
}

remote_subnet_inside() {
	with_remote_inside
	check "the remote itself, inside" ping_ok "$LAN" 100.64.5.2
	check "what is behind" ping_ok "$LAN" 172.16.1.2
	check_eq "taken for a loop" 0 "$(counter "$GW" gre1 tx_recursion)"
	capture "$GW" right "$WORK/marked" "icmp"
	ns "$LAN" ping -q -c 2 -i 0.05 100.64.5.2 >/dev/null
	capture_stop
	check_eq "in the clear" 0 "$(tcpdump -n -r "$WORK/marked" 2>/dev/null | wc -l)"
}

# The path MTU of the marked route is learned and used.
remote_subnet_path_mtu() {
	path_link_mtu 3 1300
	path_forget
	check_match "the first packet is answered" \
		'From 172.16.0.1 .*Frag needed .*mtu = 1272' \
		"$(ns "$LAN" ping -c 1 -W 2 -M "do" -s 1372 172.16.1.2 2>&1)"
	run ip -n "$LAN" route flush cache
	counts "$GW" gre1 icmp_frag_needed_relayed 0 check_match "and the next, by GW" \
		'From 172.16.0.1 .*Frag needed .*mtu = 1272' \
		"$(ns "$LAN" ping -c 1 -W 2 -M "do" -s 1372 172.16.1.2 2>&1)"
	check "what fits" ping_ok "$LAN" 172.16.1.2 -M "do" -s 1244
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
