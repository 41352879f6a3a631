#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A real OSPF daemon (BIRD) runs over a tunnel with ttl inherit, across a router. Its
# packets have a TTL of 1, as they are for the other end of the link, but the outer
# packets have to cross the router. The topology is that of setup_routed.
# limit: 300
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	ospf_v2
	ospf_v3
	unicast_keeps_its_ttl
"

SETUP=setup
setup() {
	setup_routed
	run gretool -n "$H1" add gre1 local 198.51.100.2 remote 203.0.113.2 \
		ttl inherit decap-ttl copy multicast on \
		addr 10.0.0.1/30 addr fd00::1/64 up || fail "add in H1"
	run gretool -n "$H2" add gre1 local 203.0.113.2 remote 198.51.100.2 \
		ttl inherit decap-ttl copy multicast on \
		addr 10.0.0.2/30 addr fd00::2/64 up || fail "add in H2"
	behind "$H1" 16
	behind "$H2" 17
	capture "$NET" v1 "$WORK/ospf" "ip proto 47 and src 198.51.100.2"
	OSPF_CAPTURE=$CAPTURE
	bird "$H1" 1
	bird "$H2" 2
}

# behind NAMESPACE N: make a network that the daemon announces to the other end
behind() {
	ips "$1" <<-END
		link add lan0 type dummy
		addr add 172.$2.0.1/24 dev lan0
		addr add fd$2::1/64 dev lan0 nodad
		link set lan0 up
	END
}

# bird NAMESPACE N: start the daemon with the router id N
bird() {
	cat >"$WORK/bird$2.conf" <<-END
		router id 10.255.0.$2;
		protocol device { scan time 1; }
		protocol kernel kernel4 { ipv4 { export all; }; }
		protocol kernel kernel6 { ipv6 { export all; }; }
		protocol ospf v2 ospf2 {
			ipv4 { export none; };
			area 0 {
				interface "gre1" { type ptp; hello 1; dead 60; };
				interface "lan0" { stub; };
			};
		}
		protocol ospf v3 ospf3 {
			ipv6 { export none; };
			area 0 {
				interface "gre1" { type ptp; hello 1; dead 60; };
				interface "lan0" { stub; };
			};
		}
	END
	ns_background "$1" bird -f -c "$WORK/bird$2.conf" -s "$WORK/bird$2.ctl" \
		>"$WORK/bird$2.log" 2>&1
	# The daemons keep running for all functions.
	DAEMONS+=("${PIDS[-1]}")
	unset 'PIDS[-1]'
}
DAEMONS=()
trap 'PIDS+=("${DAEMONS[@]}"); cleanup; rm -rf "$WORK"' EXIT

# full PROTOCOL: see if both ends report a full adjacency
full() {
	local n
	for n in 1 2; do
		birdc -s "$WORK/bird$n.ctl" show ospf neighbors "$1" |
			grep -q Full || return
	done
}


ospf_v2() {
	check "neighbours" busywait 60 full ospf2
	check "the route to the other's network" busywait 30 \
		sh -c "ip -n $H1 route show 172.17.0.0/24 | grep -q gre1"
	check "the way there" busywait 10 ping_ok "$H1" 172.17.0.1 -I 172.16.0.1
	check_eq "TTL 64 outside, 1 inside" "64,1	47,89" \
		"$(fields "$WORK/ospf" ip.ttl ip.proto | grep ',89$' | sort -u)"
}

ospf_v3() {
	check "neighbours" busywait 60 full ospf3
	check "the route to the other's network" busywait 30 \
		sh -c "ip -6 -n $H1 route show fd17::/64 | grep -q gre1"
	check_eq "TTL 64 outside, 1 inside" "64	1	89" \
		"$(fields "$WORK/ospf" ip.ttl ipv6.hlim ipv6.nxt |
			grep '	89$' | sort -u)"
}

# Other packets keep their TTL, so that traceroute shows the router between.
unicast_keeps_its_ttl() {
	check_match "the first hop" "From 10.0.0.1 .*Time to live exceeded" \
		"$(ns "$H1" ping -c 1 -W 2 -t 1 10.0.0.2 2>&1)"
	kill -INT "$OSPF_CAPTURE" 2>/dev/null
}

run_tests
