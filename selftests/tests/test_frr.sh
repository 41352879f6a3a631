#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# FRR runs over two tunnels. Keepalives tell OSPF and BGP that the far end is lost, long
# before their own timers expire. If the two ends of a tunnel have different MTUs, FRR and
# gretool say so. The topology is in two_paths.sh.
# make check-debug: left out
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/two_paths.sh
. "$(dirname "$0")/../lib/two_paths.sh"
# shellcheck source=../lib/frr.sh
. "$(dirname "$0")/../lib/frr.sh"

TESTS="
	ospf
	bgp
	mtu_mismatch
"

# The intervals of hellos and the dead interval are the defaults.
ospf_frr() {
	frr "$1" ospfd <<-END
		interface gre1
		 ip ospf network point-to-point
		 ip ospf cost 10
		!
		interface gre2
		 ip ospf network point-to-point
		 ip ospf cost 20
		!
		interface lan0
		 ip ospf passive
		!
		router ospf
		 ospf router-id 10.255.0.$2
		 timers throttle spf 0 50 500
		 network 10.0.0.0/16 area 0
		 network 172.16.0.0/12 area 0
		!
	END
}

# neighbours NAMESPACE: print the states of the neighbours by interface
neighbours() {
	vtysh_in "$1" "show ip ospf neighbor json" |
		jq -r '[.neighbors[][]? | "\(.ifaceName | sub(":.*"; "")) \(.nbrState // .state | sub("/.*"; ""))"] | sort | join(", ")'
}

neighbours_are() {
	[ "$(neighbours "$1")" = "$2" ]
}

ospf() {
	setup_two_paths
	ospf_frr "$A" 1
	ospf_frr "$B" 2
	check "neighbours" busywait 60 neighbours_are "$A" "gre1 Full, gre2 Full"
	check "routes cross" busywait 30 goes_by gre1
	# Both ends have to notice it.
	switch 3
	check "again" busywait 60 neighbours_are "$A" "gre1 Full, gre2 Full"
}

# bgp_frr NAMESPACE N OTHER: start BGP sessions between the addresses of the links, with
# the default keepalives and hold time
bgp_frr() {
	frr "$1" bgpd <<-END
		router bgp 6500$2
		 bgp router-id 10.255.0.$2
		 no bgp ebgp-requires-policy
		 neighbor 10.0.1.$3 remote-as 6500$3
		 neighbor 10.0.1.$3 timers connect 1
		 neighbor 10.0.2.$3 remote-as 6500$3
		 neighbor 10.0.2.$3 timers connect 1
		 address-family ipv4 unicast
		  network 172.1$((5 + $2)).0.0/24
		  neighbor 10.0.1.$3 weight 200
		  neighbor 10.0.2.$3 weight 100
		 exit-address-family
		!
	END
}

sessions() {
	vtysh_in "$1" "show bgp ipv4 unicast summary json" |
		jq -r '[.peers | to_entries[] | "\(.key) \(.value.state)"] | sort | join(", ")'
}

sessions_are() {
	[ "$(sessions "$1")" = "$2" ]
}

bgp() {
	setup_two_paths
	bgp_frr "$A" 1 2
	bgp_frr "$B" 2 1
	check "sessions" busywait 60 sessions_are "$A" \
		"10.0.1.2 Established, 10.0.2.2 Established"
	check "routes cross" busywait 30 goes_by gre1
	printf '# hold time of BGP: %s s\n' "$(vtysh_in "$A" \
		"show bgp neighbors 10.0.1.2 json" |
		jq '.[].bgpTimerHoldTimeMsecs / 1000')"
	switch 3
	check "again" busywait 60 sessions_are "$A" \
		"10.0.1.2 Established, 10.0.2.2 Established"
}

ends_differ() {
	gretool -n "$A" check -j gre1 | grep -q '"id":"ends_differ"'
}

ends_agree() {
	! ends_differ
}

# One end has an MTU of 1400, so that OSPF stays in ExStart. FRR reports it in its log,
# and gretool in show and check. With equal MTUs the neighbours become full.
mtu_mismatch() {
	setup_two_paths
	run gretool -n "$A" set gre1 mtu 1400
	ospf_frr "$A" 1
	ospf_frr "$B" 2
	check "gre2 alone" busywait 60 neighbours_are "$A" "gre1 ExStart, gre2 Full"
	check "FRR's log" busywait 20 grep -q "MTU.*larger than" "$WORK/frr-$A/log"
	check_eq "gretool show" "1400 1476" "$(gretool -n "$A" -j -d show gre1 |
		jq -r '.[] | "\(.mtu) \(.peer_mtu.device)"')"
	check "gretool check" ends_differ
	run gretool -n "$B" set gre1 mtu 1400
	check "both the same" busywait 60 neighbours_are "$A" "gre1 Full, gre2 Full"
	# The peer reports its MTU with the next keepalive.
	check "gretool check has no more to say" busywait 20 ends_agree
}

run_tests
