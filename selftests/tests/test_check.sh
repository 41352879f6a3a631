#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# gretool check finds each planted fault and no other, and the command that it prints
# corrects the fault. Filters are in test_check_filter.sh.
# limit: 600
# make check-debug: left out
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/check.sh
. "$(dirname "$0")/../lib/check.sh"

TESTS="
	healthy
	nothing_wrong
	json
	down
	waits_for_dev
	not_as_in_files
	names_are_quoted
	no_address
	no_inner_route
	local_missing
	remote_is_local
	underlay_down
	underlay_carrier
	no_route
	no_route_by_mark
	route_by_protocol
	route_loop
	loop_of_two
	gateway_silent
	mtu
	mtu_learned
	no_pmtu_disc
	mss
	mss_way_back
	probed
	ends_differ
	one_way
	rp_filter
	rp_filter_default_route
	underlay_rp_filter
	health_check
	forwarding
	forwarding_of_the_tunnel
	forwarding6
	keepalive_off
	peer_down
	peer_does_not_answer
	peer_flaps
	routes_stay
	wrong_key
	low_ttl
	no_csum
	no_seq
	another_secret
	old_drops
	other_namespace
	namespace_without_name
	unprivileged
	mode_beside
"

# Both ends send keepalives, before and after data has passed in both directions.
healthy() {
	setup_pair
	tunnel_pair keepalive 200ms 3
	check "A is up" busywait 10 peer_is "$A" up
	check "B is up" busywait 10 peer_is "$B" up
	finds "A" "" "$A" gre1
	finds "B" "" "$B" gre1
	check "ping" ping_ok "$A" 10.0.0.2
	check "ping -6" ping_ok "$A" fd00::2
	finds "A, later" "" "$A" gre1
	finds "B, later" "" "$B" gre1
	finds "any" "" "$A"
}

# Not even a note appears. IPv6 sends packets as soon as an interface is up, when the
# other end may still be down.
nothing_wrong() {
	# check has a note about ip_gre.
	! beside || rmmod ip_gre
	setup_pair
	ns "$A" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
	ns "$B" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
	run gretool -n "$B" add gre1 remote 192.0.2.1 addr 10.0.0.2/30 up
	run gretool -n "$A" add gre1 remote 192.0.2.2 addr 10.0.0.1/30 \
		keepalive 200ms 3 mtu-probe on up
	check "A is up" busywait 10 peer_is "$A" up
	check "the path is found" busywait 20 path_is 1500 -n "$A"
	check_eq "text" "gre1: nothing wrong" "$(gretool -n "$A" check gre1)"
	check_eq "all" "gre1: nothing wrong" "$(gretool -n "$A" check)"
	check_eq "JSON" '[{"schema":1,"ifname":"gre1","findings":[]}]' \
		"$(gretool -n "$A" check -j)"
}

json() {
	new_ns A
	check_eq "no tunnels" "[]" "$(gretool -n "$A" check -j)"
	check_eq "no tunnels" "there are no tunnels" "$(gretool -n "$A" check)"
	run gretool -n "$A" add g1 remote 192.0.2.2
	run gretool -n "$A" add g2 local 192.0.2.1 remote any up
	run gretool -n "$A" add g3 remote 192.0.2.3 mtu 1400
	examine "$A"
	check_eq "exit status" 3 "$STATUS"
	check_eq "tunnels" "g1 g2 g3" "$(jq -r 'map(.ifname) | join(" ")' "$WORK/check")"
	check_eq "members" '["findings","ifname","schema"]' \
		"$(jq -c 'map(keys[]) | unique' "$WORK/check")"
	check_eq "members of findings" '["fix","id","severity","text"]' \
		"$(jq -c '[.[].findings[] | keys[]] | unique' "$WORK/check")"
	check_eq "types" true "$(jq 'all(.[].findings[];
		(.id | test("^[a-z][a-z0-9_]*$")) and
		(.severity | test("^(problem|warning|note)$")) and
		(.text | length > 10) and
		(.fix == null or (.fix | length > 3)))' "$WORK/check")"
	check_eq "each id once" true \
		"$(jq 'all(.[].findings; map(.id) | length == (unique | length))' "$WORK/check")"
	check_eq "pretty" "$(jq -c . "$WORK/check")" \
		"$(gretool -n "$A" check -p | jq -c .)"
	# The text output contains the same as JSON.
	check_eq "lines" "$(jq -r '.[] | .ifname as $n | .findings[] |
		"\($n): \(.severity): \(.text) [\(.id)]",
		(.fix | values | "    " + .)' "$WORK/check")" \
		"$(gretool -n "$A" check)"
	gretool -n "$A" check nothing 2>/dev/null
	check_eq "no such interface" 1 $?
	gretool -n "$A" check lo 2>/dev/null
	check_eq "not a tunnel" 1 $?
}

down() {
	setup_pair
	tunnel_pair
	ip -n "$A" link set gre1 down
	finds "down" "problem down" "$A" gre1
	mend down "$A" gre1
	finds "up" "" "$A" gre1
}

# with_files COMMAND...: run the command in the first network namespace, with the files of
# $WORK/etc in /etc/gretool
# shellcheck disable=SC2016 # for the other shell
with_files() {
	unshare -m bash -ec 'mkdir -p /etc/gretool
		mount --bind "$0" /etc/gretool; "$@"' "$WORK/etc" "$@"
}

examine_files() {
	with_files gretool check -j "$@" >"$WORK/check" 2>"$WORK/errors"
}

waits_for_dev() {
	mkdir -p "$WORK/etc"
	printf '[gdoc1]\nremote 192.0.2.2 dev gdoc9 addr 10.0.0.1/30 up\n' \
		>"$WORK/etc/a.conf"
	with_files gretool apply >/dev/null 2>&1
	examine_files gdoc1
	check_eq "it waits" "problem dev_missing" "$(wrong)"
	check_match "for what" "/a.conf says dev gdoc9" "$(said '.[0].text')"
	run ip link add gdoc9 type veth peer name gdoc8
	run ip link set gdoc9 up
	run ip link set gdoc8 up
	run ip addr add 192.0.2.1/24 dev gdoc9
	check "it is there" run with_files gretool apply
	examine_files gdoc1
	check_eq "it is there" "" "$(wrong)"
	run ip link del gdoc9
	examine_files gdoc1
	check_eq "it is gone" "problem dev_missing" "$(wrong)"
	rm "$WORK/etc/a.conf"
	examine_files gdoc1
	check_eq "it is gone, and in no file" "problem dev_missing" "$(wrong)"
	run gretool del gdoc1
}

not_as_in_files() {
	new_ns A
	mkdir -p "$WORK/etc"
	cat >"$WORK/etc/a.conf" <<-END
		[gdoc1]
		remote 192.0.2.2 mtu 1400 addr 10.0.0.1/30 up
		[gdoc2]
		remote 192.0.2.3
	END
	examine_files
	check_eq "neither is there" '[["gdoc1","not_there"],["gdoc2","not_there"]]' \
		"$(jq -c 'map([.ifname, .findings[0].id])' "$WORK/check")"
	run ip link add gdoc9 type dummy
	run ip link set gdoc9 up
	run ip addr add 192.0.2.1/24 dev gdoc9
	check "the fix" run with_files bash -ec "$(fix_of not_there)"
	examine_files gdoc1
	check_eq "as it is said" "" "$(wrong)"
	run gretool set gdoc1 mtu 1300 ttl 255
	run ip addr add 10.9.0.1/32 dev gdoc1
	examine_files gdoc1
	check_eq "another one" "warning differs" "$(wrong)"
	check_match "how" 'it has "ttl 255, mtu 1300", but should have "ttl 64, mtu 1400"' \
		"$(said 'map(select(.id == "differs").text)[]')"
	check "the fix" run with_files bash -ec "$(fix_of differs)"
	examine_files gdoc1
	check_eq "mended" "" "$(wrong)"
	check_eq "elsewhere files say nothing" "" \
		"$(with_files gretool -n "$A" check 2>&1 | grep gdoc)"
	run gretool del gdoc1
	run gretool del gdoc2
	run ip link del gdoc9
}

# The shell must not interpret anything in a name.
names_are_quoted() {
	local name

	setup_pair
	# shellcheck disable=SC2016 # so they are
	for name in 'g;x' 'g$(x)' "g'x" 'g&x' 'g*x'; do
		run gretool -n "$A" add "$name" local 192.0.2.1 \
			remote 192.0.2.2 addr 10.0.0.1/30
		finds "$name" "problem down" "$A" "$name"
		mend down "$A" "$name"
		run gretool -n "$A" del "$name"
	done
}

no_address() {
	setup_pair
	run gretool -n "$A" add gre1 remote 192.0.2.2 up
	notes "no address" no_address "$A" gre1
	mend no_address "$A" gre1 ADDRESS/PREFIX=10.0.0.1/30
}

no_inner_route() {
	setup_pair
	run gretool -n "$A" add gre1 remote 192.0.2.2 addr 10.0.0.1/32 up
	notes "no route" no_inner_route "$A" gre1
	mend no_inner_route "$A" gre1 PREFIX=10.8.0.0/16
}

# The operator has set local to the public address of a NAT.
local_missing() {
	setup_routed
	run gretool -n "$H1" add gre1 local 192.0.2.77 remote 203.0.113.2 \
		addr 10.0.0.1/30 up
	finds "local" "problem local_missing" "$H1" gre1
	mend local_missing "$H1" gre1
	check_eq "what it is now" 198.51.100.2 \
		"$(gretool -n "$H1" -j show gre1 | member local)"
	finds "then" "" "$H1" gre1
}

remote_is_local() {
	setup_pair
	run gretool -n "$A" add gre1 remote 192.0.2.1 addr 10.0.0.1/30 up
	finds "remote" "problem remote_is_local" "$A" gre1
	mend remote_is_local "$A" gre1 ADDRESS=192.0.2.2
	# The remote may be an address of another interface.
	ip -n "$A" addr add 192.0.2.99/32 dev lo
	run gretool -n "$A" set gre1 local 192.0.2.1 remote 192.0.2.99
	finds "on lo" "problem remote_is_local" "$A" gre1
}

underlay_down() {
	setup_pair
	tunnel_pair
	ip -n "$A" link set v0 down
	finds "v0 is down" "problem underlay_down" "$A" gre1
	mend underlay_down "$A" gre1
	finds "v0 is up" "" "$A" gre1
	# Without a local address, dev names the underlay.
	run gretool -n "$A" set gre1 local any dev v0
	ip -n "$A" link set v0 down
	finds "dev v0 is down" "problem underlay_down" "$A" gre1
	mend underlay_down "$A" gre1
	finds "dev v0 is up" "" "$A" gre1
}

underlay_carrier() {
	setup_pair
	tunnel_pair
	ip -n "$B" link set v0 down
	finds "no carrier" "problem underlay_down" "$A" gre1
	check_eq "nothing here mends it" "" "$(fix_of underlay_down)"
	check_match "it is said so" "v0.* no carrier" "$(said '.[0].text')"
	ip -n "$B" link set v0 up
	check "gone" busywait 10 has_no_finding underlay_down "$A" gre1
}

no_route() {
	setup_routed
	run gretool -n "$H1" add gre1 local 198.51.100.2 remote 203.0.113.2 \
		addr 10.0.0.1/30 up
	finds "there is a route" "" "$H1" gre1
	ip -n "$H1" route del default
	finds "no route" "problem no_route" "$H1" gre1
	mend no_route "$H1" gre1 GATEWAY=198.51.100.1
	finds "a route again" "" "$H1" gre1
	ip -n "$H1" route replace prohibit 203.0.113.2/32
	finds "prohibited" "problem no_route" "$H1" gre1
	check_match "it is said so" prohibit "$(said '.[0].text')"
	mend no_route "$H1" gre1 GATEWAY=198.51.100.1
}

# The route look-up uses the mark of the tunnel's own packets.
no_route_by_mark() {
	setup_routed
	run gretool -n "$H1" add gre1 local 198.51.100.2 remote 203.0.113.2 \
		fwmark 7 addr 10.0.0.1/30 up
	finds "before" "" "$H1" gre1
	ip -n "$H1" rule add fwmark 7 unreachable
	finds "rule" "problem no_route" "$H1" gre1
	check_match "the mark is said" "fwmark 0x7" "$(said '.[0].text')"
	run gretool -n "$H1" set gre1 fwmark 8
	finds "another mark" "" "$H1" gre1
}

# The kernel cannot be asked which route a rule for GRE would choose.
route_by_protocol() {
	setup_routed
	tunnel_routed
	ips "$H1" <<-END
		route del default
		route add default via 198.51.100.1 mtu 1400 table 100
		rule add ipproto gre lookup 100
	END
	run gretool -n "$H1" set gre1 mtu 1376
	check "it works" ping_ok "$H1" 10.0.0.2
	finds "it works" "" "$H1" gre1
	run gretool -n "$H1" set gre1 mtu 1377
	finds "the MTU of that route" "problem mtu" "$H1" gre1
	run gretool -n "$H1" set gre1 mtu 1376
	ip -n "$H1" route del default table 100
	finds "no route there" "problem no_route" "$H1" gre1
	check_eq "no route that does harm" "ip -n $H1 rule show" "$(fix_of no_route)"
}

route_loop() {
	setup_routed
	run gretool -n "$H1" add gre1 local 198.51.100.2 remote 203.0.113.2 \
		addr 10.0.0.1/30 up
	ip -n "$H1" route add 203.0.113.0/24 dev gre1
	finds "loop" "problem route_loop" "$H1" gre1
	mend route_loop "$H1" gre1
	finds "no loop" "" "$H1" gre1
	check_match "by the gateway" "via 198.51.100.1 dev v0" \
		"$(ip -n "$H1" route get 203.0.113.2)"
}

loop_of_two() {
	setup_routed
	run gretool -n "$H1" add gre1 local 198.51.100.2 remote 203.0.113.2 \
		addr 10.0.0.1/30 up
	run gretool -n "$H1" add gre2 local 198.51.100.2 remote 203.0.113.3 \
		addr 10.0.1.1/30 up
	ip -n "$H1" link set gre1 mtu 1452
	ip -n "$H1" route add 203.0.113.2 dev gre2
	finds "one in the other" "" "$H1" gre1
	ip -n "$H1" route add 203.0.113.3 dev gre1
	finds "gre1" "problem route_loop" "$H1" gre1
	check_match "the way is said" "gre2 > gre1" "$(said '.[0].text')"
	finds "gre2" "problem route_loop" "$H1" gre2
	ip -n "$H1" route del 203.0.113.2 dev gre2
	ip -n "$H1" link set gre2 mtu 1428
	finds "gre2 in gre1" "" "$H1" gre2
}

gateway_silent() {
	setup_pair
	tunnel_pair
	ns "$A" sysctl -qw net.ipv4.neigh.v0.retrans_time_ms=100 \
		net.ipv4.neigh.v0.mcast_solicit=2
	ip -n "$B" addr flush dev v0
	ip -n "$A" neigh flush dev v0
	check "no answer" ping_fails "$A" 10.0.0.2
	check "found" busywait 10 has_finding gateway_silent "$A" gre1
	finds "nothing else" "problem gateway_silent" "$A" gre1
	ip -n "$B" addr add 192.0.2.2/24 dev v0
	check "gone" busywait 10 silent_no_more
}

silent_no_more() {
	ns "$A" ping -c 1 -W 1 192.0.2.2 >/dev/null
	has_no_finding gateway_silent "$A" gre1
}

mtu() {
	setup_pair
	tunnel_pair key 5
	finds "1472 fits" "" "$A" gre1
	ip -n "$A" link set gre1 mtu 1473
	finds "1473 does not" "problem mtu" "$A" gre1
	check_match "numbers" "1473.* 1500 .* 28 .* 1472" "$(said '.[0].text')"
	run gretool -n "$A" set gre1 df clear
	finds "DF clear" "warning mtu" "$A" gre1
	run gretool -n "$A" set gre1 df set
	finds "DF set" "problem mtu" "$A" gre1
	mend mtu "$A" gre1
	check_eq "as large as it can be" 1472 "$(link_mtu "$A" gre1)"
	# The MTU of the route counts, not that of the interface.
	ip -n "$A" route add 192.0.2.2/32 dev v0 mtu 1400
	finds "route" "problem mtu" "$A" gre1
	mend mtu "$A" gre1
	check_eq "as the route has it" 1372 "$(link_mtu "$A" gre1)"
}

mtu_learned() {
	setup_routed
	tunnel_routed
	ip -n "$NET" link set v2 mtu 1400
	ns "$H1" ping -c 2 -i 0.05 -W 1 -M "do" -s 1440 10.0.0.2 >/dev/null
	check "learned" busywait 5 has_finding mtu "$H1" gre1
	finds "learned" "warning mtu" "$H1" gre1
	check_match "since when" "ICMP error has told [0-9.]+ m?s ago" \
		"$(said 'map(select(.id == "mtu"))[0].text')"
	mend mtu "$H1" gre1
	check_eq "as the path has it" 1376 "$(link_mtu "$H1" gre1)"
}

# The kernel does what the finding describes.
no_pmtu_disc() {
	setup_routed
	tunnel_routed
	ip -n "$NET" link set v2 mtu 1400
	ns "$H1" sysctl -qw net.ipv4.ip_no_pmtu_disc=3
	finds "3" "warning no_pmtu_disc" "$H1" gre1
	check "large packets are lost" large_is_lost
	check_eq "nothing is learned" 1500 "$(path_mtu_of "$H1")"
	ns "$H1" sysctl -qw net.ipv4.ip_no_pmtu_disc=1
	finds "1" "warning no_pmtu_disc" "$H1" gre1
	large_is_lost
	check_eq "too much is learned" 552 "$(path_mtu_of "$H1")"
	mend no_pmtu_disc "$H1" gre1
	run gretool -n "$H1" del gre1
	run gretool -n "$H1" add gre1 local 198.51.100.2 remote 203.0.113.2 \
		addr 10.0.0.1/30 up
	large_is_lost
	check_eq "what it says is learned" 1400 "$(path_mtu_of "$H1")"
}

large_is_lost() {
	! ns "$H1" ping -q -c 2 -i 0.05 -W 1 -M "do" -s 1440 10.0.0.2
}

path_mtu_of() {
	gretool -n "$1" -j show gre1 | member path_mtu.bytes
}

# The path takes less than the route, and no router reports it: a veth drops packets that
# exceed the MTU of its other end plus a VLAN tag.
probed() {
	setup_pair
	tunnel_pair
	notes "off" mtu_probe "$A" gre1
	run ip -n "$B" link set v0 mtu 1396
	finds "before" "" "$A" gre1
	mend mtu_probe "$A" gre1
	busywait 20 path_is 1400 -n "$A" ||
		fail "not found: $(gretool -n "$A" -j show gre1 | jq -c ".[0].path_mtu")"
	finds "found" "problem mtu" "$A" gre1
	check_match "numbers" "1476.* path .* 1400 .* 1376" \
		"$(said 'map(select(.id == "mtu"))[0].text')"
	mend mtu "$A" gre1
	check_eq "as the path has it" 1376 "$(link_mtu "$A" gre1)"
	run gretool -n "$B" set gre1 keepalive-reply off
	run gretool -n "$A" del gre1
	run gretool -n "$A" add gre1 local 192.0.2.1 remote 192.0.2.2 \
		mtu-probe on up
	busywait 30 has_finding mtu_probe "$A" gre1 || fail "nobody answers"
}

ends_differ() {
	setup_pair
	tunnel_pair keepalive 200ms 3
	run ip -n "$B" link set gre1 mtu 1400
	busywait 10 has_finding ends_differ "$A" gre1 || fail "not found"
	finds "A" "warning ends_differ" "$A" gre1
	check_match "a claim" ' ago, unverified\)' "$(said 'map(.text)[]')"
	run gretool -n "$A" set gre1 keepalive-secret 000102030405060708090a0b0c0d0e0f
	run gretool -n "$B" set gre1 keepalive-secret 000102030405060708090a0b0c0d0e0f
	busywait 10 is_verified || fail "$(said 'map(.text)[]')"
	check_match "marked in the text, too" ' at the peer, [^,]* ago$' \
		"$(gretool -n "$A" show -d gre1 | grep "ends differ")"
	busywait 10 has_finding ends_differ "$B" gre1 || fail "not found"
	check_eq "it is not for B to mend" "" "$(fix_of ends_differ)"
	finds "A again" "warning ends_differ" "$A" gre1
	mend ends_differ "$A" gre1
	busywait 10 has_no_finding ends_differ "$B" gre1 || fail "still there"
}

is_verified() {
	examine "$A" gre1
	said 'map(select(.id == "ends_differ").text)[]' | grep ' ago)'
}

one_way() {
	setup_pair
	tunnel_pair
	run ip -n "$B" link set gre1 down
	ping_fails "$A" 10.0.0.2 -c 12 -i 0.02
	finds "no answer" "warning one_way" "$A" gre1
	run ip -n "$B" link set gre1 up
	mend one_way "$A" gre1
}

mss() {
	setup_pair
	tunnel_pair
	check "no router" has_no_finding mss "$A" gre1
	ns "$A" sysctl -qw net.ipv4.ip_forward=1
	notes "off" mss "$A" gre1
	mend mss "$A" gre1
	run gretool -n "$A" set gre1 mss 1437
	finds "more than fits" "warning mss" "$A" gre1
	check_match "what does" "only 1436 fits" "$(said 'map(.text)[]')"
	mend mss "$A" gre1
	run gretool -n "$A" set gre1 mss 1436
	finds "what fits" "" "$A" gre1
}

# A provider (B) cleans what a client sends to a server behind A and forwards it through
# the tunnel. The answers leave A by its WAN.
mss_way_back() {
	local name

	setup_pair
	tunnel_pair
	add_lan C "$B" 203.0.113
	add_lan S "$A" 198.51.100
	run ip -n "$B" route add 198.51.100.0/24 dev gre1
	run ip -n "$A" route add 203.0.113.0/24 via 192.0.2.2
	for name in "$A" "$B"; do
		ns "$name" sysctl -qw net.ipv4.conf.all.rp_filter=0 \
			net.ipv4.conf.gre1.rp_filter=0 net.ipv4.conf.v0.rp_filter=0
	done
	run gretool -n "$A" set gre1 mss auto
	check_eq "the client is offered 1460" "1448 1424" "$(offered)"
	ns "$C" ping -q -f -c 1500 -W 1 198.51.100.2 >/dev/null
	finds "it is seen" "warning mss_way_back" "$A" gre1
	run bash -ec "$(fix_of mss_way_back)"
	check_eq "the client is offered what fits" "1404 1424" "$(offered)"
}

# offered: print the MSS of the client and of the server, less the time stamp option
offered() {
	"$PY/agreed.py" "$C" "$S" 198.51.100.2
}

# A rule routes traffic into the tunnel, and the main table has no such route.
rp_filter() {
	setup_pair
	tunnel_pair
	ips "$A" <<-END
		route add default via 192.0.2.2
		route add 10.8.0.0/16 dev gre1 table 100
		route add 10.9.0.0/16 dev gre1
		rule add fwmark 1 table 100
	END
	ns "$A" sysctl -qw net.ipv4.conf.all.rp_filter=0 \
		net.ipv4.conf.gre1.rp_filter=0
	finds "off" "" "$A" gre1
	ns "$A" sysctl -qw net.ipv4.conf.gre1.rp_filter=1
	finds "strict" "warning rp_filter" "$A" gre1
	check_match "which" "10.8.0.0/16 .* v0 " "$(said 'map(.text)[]')"
	mend rp_filter "$A" gre1
	ns "$A" sysctl -qw net.ipv4.conf.gre1.rp_filter=0 \
		net.ipv4.conf.all.rp_filter=1
	finds "strict for all" "warning rp_filter" "$A" gre1
	mend rp_filter "$A" gre1
	ip -n "$A" route del 10.8.0.0/16 dev gre1 table 100
	ns "$A" sysctl -qw net.ipv4.conf.gre1.rp_filter=1
	finds "all go back" "" "$A" gre1
}

rp_filter_default_route() {
	setup_pair
	tunnel_pair
	ips "$A" <<-END
		route add default via 192.0.2.2
		route add default dev gre1 table 100
		rule add fwmark 1 table 100
	END
	ns "$A" sysctl -qw net.ipv4.conf.gre1.rp_filter=1
	finds "default" "warning rp_filter" "$A" gre1
	ns "$A" sysctl -qw net.ipv4.ip_forward=1
	run ip -n "$B" addr add 10.7.0.1/32 dev gre1
	check "it is so" ns_ping_fails_from "$B" 10.7.0.1 10.0.0.1
	mend rp_filter "$A" gre1
	ip -n "$A" route add 10.7.0.1 dev gre1
	check "and not any more" busywait 5 ns "$B" \
		ping -q -c 1 -W 1 -I 10.7.0.1 10.0.0.1
}

ns_ping_fails_from() {
	! ns "$1" ping -q -c 1 -W 1 -I "$2" "$3"
}

underlay_rp_filter() {
	setup_pair
	veth "$A" v1 "$B" v1
	configure "$A" v1 198.51.100.1/24
	configure "$B" v1 198.51.100.2/24
	run ip -n "$A" route add 203.0.113.9/32 via 198.51.100.2
	run gretool -n "$A" add gre1 local 192.0.2.1 remote 203.0.113.9 \
		addr 10.0.0.1/30 up
	finds "off" "" "$A" gre1
	ns "$A" sysctl -qw net.ipv4.conf.v0.rp_filter=1
	finds "strict" "warning underlay_rp_filter" "$A" gre1
	mend underlay_rp_filter "$A" gre1
	# A filter can have the same effect, but gretool check does not interpret such
	# rules.
	ns "$A" nft -f - <<-END || fail "nft"
		table inet firewall {
			chain pre {
				type filter hook prerouting priority raw;
				meta nfproto ipv4 fib saddr . iif oif missing drop
			}
		}
	END
	notes "a strict filter" filter_input "$A" gre1
	finds "a strict filter" "" "$A" gre1
	ns "$A" sysctl -qw net.ipv4.conf.v0.rp_filter=1
	ip -n "$A" route replace 203.0.113.9/32 via 192.0.2.2
	finds "by the same interface" "" "$A" gre1
	check "the filter, too" has_no_finding filter_input "$A" gre1
	run ns "$A" nft flush ruleset
}

# comes_back SOURCE DESTINATION: B, a provider, sends a packet to itself through the
# tunnel, as if A had answered it, and must get it back by the WAN
comes_back() {
	capture "$B" v0 "$WORK/back" "icmp and src $1 and dst $2"
	helper_health "$@"
	busywait 2 captured "$WORK/back" 3
	local status=$?
	capture_stop
	return "$status"
}

helper_health() {
	"$PY/health_check.py" "$B" \
		192.0.2.2 192.0.2.1 "$@" || fail "health_check.py"
}

health_check() {
	setup_pair
	run gretool -n "$A" add gre1 local 192.0.2.1 remote 192.0.2.2 \
		addr 10.0.0.1/30 up
	run ip -n "$B" addr add 203.0.113.9/32 dev v0
	run ip -n "$A" route add 203.0.113.0/24 via 192.0.2.2
	ns "$A" sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 \
		net.ipv4.conf.gre1.rp_filter=1
	# The provider sends to its own address.
	check_fails "strict rp_filter" comes_back 203.0.113.9 203.0.113.9
	notes "strict rp_filter" rp_filter "$A" gre1
	mend rp_filter "$A" gre1
	check "rp_filter is loose" comes_back 203.0.113.9 203.0.113.9
	# The source is an address of A.
	check_fails "a source of ours" comes_back 192.0.2.1 203.0.113.9
	notes "a source of ours" accept_local "$A" gre1
	mend accept_local "$A" gre1
	check "it is accepted" comes_back 192.0.2.1 203.0.113.9
	ns "$A" sysctl -qw net.ipv4.conf.gre1.rp_filter=1
	check_fails "rp_filter comes after" comes_back 192.0.2.1 203.0.113.9
	notes "rp_filter comes after" rp_filter "$A" gre1
	mend rp_filter "$A" gre1
	# A must not forward packets to the tunnel's remote.
	helper_health 192.0.2.1 192.0.2.2
	notes "to the remote" rx_keepalive_refused "$A" gre1
	check_eq "nothing here mends it" "" "$(fix_of rx_keepalive_refused)"
}

forwarding() {
	setup_pair
	tunnel_pair
	examine "$A" gre1
	check "no router" has_no_finding forwarding "$A" gre1
	ip -n "$A" route add 172.17.0.0/24 dev gre1
	notes "perhaps a router" forwarding "$A" gre1
	# B routes packets for another host through A.
	ip -n "$B" route add 172.16.0.9 via 192.0.2.1
	check "not forwarded" ping_fails "$B" 172.16.0.9
	finds "a router" "warning forwarding" "$A" gre1
	mend forwarding "$A" gre1
	finds "it forwards" "" "$A" gre1
}

forwarding_of_the_tunnel() {
	setup_pair
	tunnel_pair
	ip -n "$A" route add 172.17.0.0/24 dev gre1
	ns "$A" sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.gre1.forwarding=0
	finds "not of the tunnel" "warning forwarding" "$A" gre1
	mend forwarding "$A" gre1
	# A dot in the name does not separate the words of a setting.
	run gretool -n "$A" add gre.2 remote 192.0.2.3 addr 10.0.1.1/30 up
	ip -n "$A" route add 172.18.0.0/24 dev gre.2
	ns "$A" sysctl -qw net/ipv4/conf/gre.2/forwarding=0
	finds "with a dot" "warning forwarding" "$A" gre.2
	mend forwarding "$A" gre.2
}

forwarding6() {
	setup_pair
	tunnel_pair
	check "no router" has_no_finding forwarding6 "$A" gre1
	ip -n "$A" route add fd17::/64 dev gre1
	notes "perhaps a router" forwarding6 "$A" gre1
	mend forwarding6 "$A" gre1
}

keepalive_off() {
	setup_pair
	tunnel_pair
	notes "off" keepalive_off "$A" gre1
	mend keepalive_off "$A" gre1
	run gretool -n "$A" add any1 remote any
	check "nobody to ask" has_no_finding keepalive_off "$A" any1
}

peer_down() {
	setup_pair
	run gretool -n "$A" add gre1 local 192.0.2.1 remote 192.0.2.2 \
		keepalive 100ms 3 addr 10.0.0.1/30 up
	check "down" busywait 10 has_finding peer_down "$A" gre1
	finds "down" "problem peer_down" "$A" gre1
	check_match "nothing came" "nothing came" "$(said '.[0].text')"
	run gretool -n "$B" add gre1 local 192.0.2.2 remote 192.0.2.1 \
		addr 10.0.0.2/30 up
	check "up" busywait 10 peer_is "$A" up
	finds "up" "" "$A" gre1
	ip -n "$B" link set gre1 down
	check "down again" busywait 10 has_finding peer_down "$A" gre1
	check_match "it was there" "did before" "$(said 'map(.text)[]')"
}

# From here, a peer without forwarding looks like this.
peer_does_not_answer() {
	setup_pair
	tunnel_pair
	run gretool -n "$B" set gre1 keepalive-reply off
	# This is before the carrier is lost, after which there is no answer.
	check "data come" ns "$B" ping -q -c 1 -W 1 10.0.0.1
	run gretool -n "$A" set gre1 keepalive 100ms 3
	check "down" busywait 10 has_finding peer_down "$A" gre1
	finds "down" "problem peer_down" "$A" gre1
	check_match "packets came" "packets came" "$(said '.[0].text')"
	mend peer_down "$A" gre1
	check "it goes without" ping_ok "$A" 10.0.0.2
}

peer_flaps() {
	local i

	setup_pair
	tunnel_pair
	run gretool -n "$A" set gre1 keepalive 100ms 1
	for i in 1 2 3; do
		check "up, $i" busywait 10 peer_is "$A" up
		run gretool -n "$B" set gre1 keepalive-reply off
		check "down, $i" busywait 10 peer_is "$A" down
		run gretool -n "$B" set gre1 keepalive-reply on
	done
	check "up" busywait 10 peer_is "$A" up
	examine "$A" gre1
	check_match "flaps" "warning peer_flaps" "$(wrong)"
	check_eq "fix" "gretool -n $A set gre1 keepalive 100ms 2" \
		"$(fix_of peer_flaps)"
}

routes_stay() {
	setup_pair
	tunnel_pair
	ip -n "$A" route add 10.8.0.0/16 dev gre1
	run gretool -n "$B" set gre1 keepalive-reply off
	run gretool -n "$A" set gre1 keepalive 100ms 2
	check "down" busywait 10 peer_is "$A" down
	ns "$A" sysctl -qw net.ipv4.conf.all.ignore_routes_with_linkdown=1
	# Linux 5.10 only heeds the setting of each interface.
	if busywait 5 has_no_route; then
		finds "all" "problem peer_down" "$A" gre1
	else
		finds "all" "problem peer_down, warning routes_stay" "$A" gre1
	fi
	ns "$A" sysctl -qw net.ipv4.conf.all.ignore_routes_with_linkdown=0
	finds "it stays" "problem peer_down, warning routes_stay" "$A" gre1
	mend routes_stay "$A" gre1
	# The kernel marks routes up to a second after the carrier is gone.
	check "and is not used" busywait 5 has_no_route
}

has_no_route() {
	! ip -n "$A" route get 10.8.0.1
}

# much PACKETS: flood pings from B, most of which are not answered at once
much() {
	ns "$B" ping -q -f -c "$1" -W 1 10.0.0.1 >/dev/null
}

# counter_mended ID [WORD=VALUE]: the command must stop the drops, and a note about the
# past remains
counter_mended() {
	local id=$1 fix dropped
	fix=$(fix_of "$id")
	[ $# -eq 1 ] || fix=${fix//"${2%%=*}"/"${2#*=}"}
	check "the fix of $id" run bash -ec "$fix"
	dropped=$(counter "$A" gre1 "$id")
	much 1500
	check_eq "no more $id" "$dropped" "$(counter "$A" gre1 "$id")"
	notes "of old times" "$id" "$A" gre1
	finds "nothing else" "" "$A" gre1
}

wrong_key() {
	setup_pair
	tunnel_pair key 5
	run gretool -n "$B" set gre1 okey 6
	check "lost" ping_fails "$B" 10.0.0.1 -c 12
	finds "key" "warning rx_wrong_key" "$A" gre1
	counter_mended rx_wrong_key KEY=6
}

low_ttl() {
	setup_pair
	tunnel_pair
	run gretool -n "$A" set gre1 ttl-min 254
	check "lost" ping_fails "$B" 10.0.0.1 -c 12
	finds "ttl" "warning rx_ttl" "$A" gre1
	counter_mended rx_ttl NUMBER=64
	# The fault can also be corrected at the other end.
	run gretool -n "$A" set gre1 ttl-min 255
	check_fails "lost again" ping_ok "$B" 10.0.0.1
	run gretool -n "$B" set gre1 ttl 255
	check "mended there" ping_ok "$B" 10.0.0.1
}

no_csum() {
	setup_pair
	tunnel_pair
	run gretool -n "$A" set gre1 icsum
	check "lost" ping_fails "$B" 10.0.0.1 -c 12
	finds "checksum" "warning rx_no_csum" "$A" gre1
	counter_mended rx_no_csum
}

no_seq() {
	setup_pair
	tunnel_pair
	run gretool -n "$A" set gre1 iseq
	check "lost" ping_fails "$B" 10.0.0.1 -c 12
	finds "number" "warning rx_no_seq" "$A" gre1
	counter_mended rx_no_seq
}

another_secret() {
	local fix
	setup_pair
	tunnel_pair keepalive 200ms 3
	run gretool -n "$A" set gre1 keepalive-secret 000102030405060708090a0b0c0d0e0f
	busywait 20 has_finding rx_keepalive_unproved "$A" gre1 || fail "A"
	busywait 20 many_unproved || fail "few"
	finds "A" "warning rx_keepalive_unproved" "$A" gre1
	busywait 10 has_finding peer_down "$B" gre1 || fail "B"
	# The command is for the end that has no secret, or another one.
	run gretool -n "$B" set gre1 keepalive-secret 000102030405060708090a0b0c0d0e0f
	busywait 20 has_no_finding peer_down "$B" gre1 || fail "B is down"
	run gretool -n "$B" set gre1 keepalive-secret ffffffffffffffffffffffffffffffff
	busywait 20 has_finding peer_down "$A" gre1 || fail "A is up"
	check_match "why it may be" "keepalive-secret has to be the same" \
		"$(said 'map(.text)[]')"
	fix=$(fix_of rx_keepalive_unproved)
	check_eq "the fix" "gretool -n $A set gre1 keepalive-secret SECRET" "$fix"
	run bash -ec "${fix/SECRET/ffffffffffffffffffffffffffffffff}"
	busywait 20 has_no_finding peer_down "$A" gre1 || fail "A is down"
}

many_unproved() {
	[ "$(counter "$A" gre1 rx_keepalive_unproved)" -ge 10 ]
}

# A drop counter is only a note if its cause has a finding of its own.
old_drops() {
	setup_routed
	run gretool -n "$H1" add gre1 local 198.51.100.2 remote 203.0.113.2 \
		addr 10.0.0.1/30 up
	ip -n "$H1" route del default
	check "no route" ping_fails "$H1" 10.0.0.2 -c 12
	finds "no route" "problem no_route" "$H1" gre1
	notes "counted" tx_no_route "$H1" gre1
	ip -n "$H1" route add 203.0.113.0/24 dev gre1
	check "loop" ping_fails "$H1" 10.0.0.2 -c 12
	finds "loop" "problem route_loop" "$H1" gre1
	notes "counted" tx_recursion "$H1" gre1
}

# Each command runs in the namespace that it changes.
other_namespace() {
	setup_pair
	new_ns INSIDE
	run gretool -n "$INSIDE" add gre1 local 192.0.2.1 remote 192.0.2.2 \
		link-netns "$A" addr 10.0.0.1/30 up
	finds "well" "" "$INSIDE" gre1
	ip -n "$A" link set v0 down
	finds "underlay" "problem underlay_down" "$INSIDE" gre1
	check_eq "there" "ip -n $A link set v0 up" "$(fix_of underlay_down)"
	mend underlay_down "$INSIDE" gre1
	ip -n "$INSIDE" link set gre1 mtu 1500
	finds "mtu" "problem mtu" "$INSIDE" gre1
	check_eq "here" "gretool -n $INSIDE set gre1 mtu 1476" "$(fix_of mtu)"
	mend mtu "$INSIDE" gre1
	# The check runs inside the namespace, without -n.
	ip -n "$INSIDE" link set gre1 down
	check_match "without -n" "    gretool set gre1 up" \
		"$(ns "$INSIDE" gretool check gre1)"
	# A shell in the namespace of the underlay needs no -n for its commands.
	ip -n "$A" link set v0 down
	check_match "the shell's own" "    ip link set v0 up" \
		"$(ns "$A" gretool -n "$INSIDE" check gre1)"
}

namespace_without_name() {
	local pid

	setup_pair
	new_ns INSIDE
	run gretool -n "$INSIDE" add gre1 local 192.0.2.1 remote 192.0.2.2 \
		link-netns "$A" addr 10.0.0.1/30 up
	ns_background "$A" tail -f /dev/null
	pid=$!
	check "it has started" busywait 5 grep -q tail "/proc/$pid/comm"
	ip netns del "$A"
	ip -n "$INSIDE" link set gre1 mtu 1500
	notes "no name" underlay_unread "$INSIDE" gre1
	check_eq "no more than that" "" "$(wrong)"
	mend underlay_unread "$INSIDE" gre1 NAME="$A" PID="$pid"
	finds "what was hidden" "problem mtu" "$INSIDE" gre1
}

# A user without privileges gets the same findings, except for the filters.
unprivileged() {
	setup_pair
	tunnel_pair
	ip -n "$A" link set gre1 mtu 1500
	ns "$A" setpriv --reuid 65534 --clear-groups \
		"$(command -v gretool)" check -j >"$WORK/check"
	check_eq "exit status" 3 $?
	check_eq "found" "problem mtu" "$(wrong)"
}

mode_beside() {
	setup_pair
	tunnel_pair
	check "modprobe ip_gre" run modprobe ip_gre
	examine "$A"
	check_match "found" "note beside" "$(jq -r '.[].findings[] |
		"\(.severity) \(.id)"' "$WORK/check")"
	check_eq "exit status" 0 "$STATUS"
	check "rmmod ip_gre" run rmmod ip_gre
	examine "$A"
	check_eq "native" 0 "$(grep -c beside "$WORK/check")"
}

run_tests
