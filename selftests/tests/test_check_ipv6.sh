#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# gretool check finds faults of an underlay of IPv6, and the command that it prints
# corrects them. The topology is the pair of lib/topology.sh. test_check.sh tests the findings
# that do not depend on the address family of the underlay.
# make check-debug: left out
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/check.sh
. "$(dirname "$0")/../lib/check.sh"

TESTS="
	healthy
	local_missing
	remote_is_local
	underlay_down
	no_route
	route_by_protocol
	route_loop
	gateway_silent
	filter_input
	filter_output
	old_iptables
"

# behind_b: a tunnel from A to a host behind B
behind_b() {
	setup_pair
	run ip -n "$A" route add 2001:db8:9::/64 via 2001:db8::2
	run gretool -n "$A" add gre1 local 2001:db8::1 remote 2001:db8:9::2 \
		addr 10.0.0.1/30 up
	finds "before" "" "$A" gre1
}

pair_ipv6() {
	setup_pair
	gre1_between "$A" 2001:db8::1 "$B" 2001:db8::2
	check "it works" ping_ok "$A" 10.0.0.2
}

healthy() {
	pair_ipv6
	finds "nothing" "" "$A" gre1
	check "the underlay is read" has_no_finding underlay_unread "$A" gre1
}

local_missing() {
	setup_pair
	run gretool -n "$A" add gre1 local 2001:db8::77 remote 2001:db8::2 \
		addr 10.0.0.1/30 up
	finds "local" "problem local_missing" "$A" gre1
	mend local_missing "$A" gre1
	check_eq "what it is now" 2001:db8::1 "$(gretool -n "$A" -j show gre1 | member local)"
	finds "then" "" "$A" gre1
	# A route of type local is enough over IPv4 alone.
	run ip -n "$A" -6 route add local 2001:db8:77::/64 dev lo
	run gretool -n "$A" set gre1 local 2001:db8:77::1
	finds "by a route" "problem local_missing" "$A" gre1
}

remote_is_local() {
	setup_pair
	run gretool -n "$A" add gre1 remote 2001:db8::1 addr 10.0.0.1/30 up
	finds "remote" "problem remote_is_local" "$A" gre1
	mend remote_is_local "$A" gre1 ADDRESS=2001:db8::2
}

underlay_down() {
	behind_b
	run ip -n "$A" addr add 2001:db8::1/128 dev lo
	run gretool -n "$A" set gre1 dev v0
	run ip -n "$A" link set v0 down
	finds "down" "problem underlay_down" "$A" gre1
	mend underlay_down "$A" gre1
}

no_route() {
	behind_b
	run ip -n "$A" route del 2001:db8:9::/64
	finds "no route" "problem no_route" "$A" gre1
	check_match "it is said so" "no route to 2001:db8:9::2: network is unreachable" \
		"$(said '.[0].text')"
	mend no_route "$A" gre1 GATEWAY=2001:db8::2
	finds "a route again" "" "$A" gre1
}

# The kernel cannot be asked which route a rule for GRE would choose.
route_by_protocol() {
	behind_b
	run ip -n "$A" -6 rule add ipproto gre unreachable
	run gretool -n "$A" set gre1 remote 2001:db8:9::3
	finds "a rule" "problem no_route" "$A" gre1
	check_match "the rules are shown" "ip -n $A -6 rule show" "$(fix_of no_route)"
}

route_loop() {
	behind_b
	run ip -n "$A" route add 2001:db8:9::2/127 dev gre1
	finds "loop" "problem route_loop" "$A" gre1
	mend route_loop "$A" gre1
	check_match "by the gateway" "via 2001:db8::2 dev v0" \
		"$(ip -n "$A" route get 2001:db8:9::2)"
}

gateway_silent() {
	pair_ipv6
	ns "$A" sysctl -qw net.ipv6.neigh.v0.retrans_time_ms=100 \
		net.ipv6.neigh.v0.mcast_solicit=2
	ip -n "$B" -6 addr flush dev v0
	ip -n "$A" neigh flush dev v0
	check "no answer" ping_fails "$A" 10.0.0.2
	check "found" busywait 10 has_finding gateway_silent "$A" gre1
	check_match "it is said so" "2001:db8::2 does not answer neighbour solicitations on v0" \
		"$(said 'map(select(.id == "gateway_silent"))[0].text')"
}

# rules FAMILY HOOK: drop all packets at this hook except those of ICMPv6
rules() {
	ns "$A" nft flush ruleset
	ns "$A" nft -f - <<-END
		table $1 filter {
			chain hooked {
				type filter hook $2 priority filter; policy drop;
				meta l4proto ipv6-icmp accept
			}
		}
	END
}

filter_input() {
	pair_ipv6
	rules ip input
	finds "IPv4 only" "" "$A" gre1
	rules ip6 input
	check "dropped" ping_fails "$A" 10.0.0.2
	finds "policy" "problem filter_input" "$A" gre1
	check_match "from whom" "drops GRE .protocol 47. from 2001:db8::2: " "$(said '.[0].text')"
	mend filter_input "$A" gre1
	check "it works again" ping_ok "$A" fd00::2
}

filter_output() {
	pair_ipv6
	rules ip6 output
	check "dropped" ping_fails "$A" fd00::2
	finds "policy" "problem filter_output" "$A" gre1
	mend filter_output "$A" gre1
	check "it works again" ping_ok "$A" fd00::2
}

old_iptables() {
	pair_ipv6
	if ! ns "$A" ip6tables-legacy -A INPUT -p gre -j DROP 2>/dev/null; then
		skip "this kernel has no ip6tables"
		return
	fi
	check "dropped" ping_fails "$A" 10.0.0.2
	finds "a rule" "warning filter_input" "$A" gre1
	check_match "where" "ip6tables-legacy-save -c" "$(fix_of filter_input)"
	ns "$A" ip6tables-legacy -F INPUT
}

run_tests
