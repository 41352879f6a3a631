#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Scenario "multicast-sites": two sites have a tunnel between them, a daemon routes
# multicast from one LAN to the other, and TCP is made to fit. A file sets all of it up at
# "boot" and undoes it on the way down, once with what people have today, once with what
# grex has.
#
#  $LAN1 172.16.0.2 -- lan0 $R1 198.51.100.2 -- $NET -- 203.0.113.2 $R2 lan0 -- 172.17.0.2 $LAN2
#                        gre1 10.0.0.1/30 ============ gre1 10.0.0.2/30
#
# make check-debug: left out
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/sites.sh
. "$(dirname "$0")/../lib/sites.sh"
# shellcheck source=../lib/frr.sh
. "$(dirname "$0")/../lib/frr.sh"

TESTS="
	smcroute_and_iptables
	pim_and_mss
"

[ -e /proc/net/ip_mr_vif ] || skip_all "this kernel routes no multicast"

SETUP=setup_sites

# boot WORDS: apply a file with these options, as /etc/gretool has it, at both routers
boot() {
	cat >"$WORK/r1.conf" <<-END
		[gre1]
		local 198.51.100.2
		remote 203.0.113.2
		ttl 255
		multicast on
		addr 10.0.0.1/30
		route 172.17.0.0/24 via 10.0.0.2
		$1
		up
	END
	sed 's/198\.51\.100\.2/_/; s/203\.0\.113\.2/198.51.100.2/; s/_/203.0.113.2/
		s/10\.0\.0\.2/_/; s/10\.0\.0\.1/10.0.0.2/; s/_/10.0.0.1/
		s/172\.17/172.16/' "$WORK/r1.conf" >"$WORK/r2.conf"
	check "apply at R1" gretool -n "$R1" apply "$WORK/r1.conf"
	check "apply at R2" gretool -n "$R2" apply "$WORK/r2.conf"
	check "from LAN to LAN" busywait 10 ping_ok "$LAN1" 172.17.0.2
}

# The way down.
shutdown() {
	local router
	end_background
	for router in "$R1" "$R2"; do
		check "down" gretool -n "$router" apply --prune /dev/null
		check_eq "tunnels" "" "$(gretool -n "$router" show)"
		check_eq "links" "" "$(ip -n "$router" -br link show type grex)"
		check_eq "routes" "" "$(ip -n "$router" route show | grep -E 'gre1|10\.0\.0')"
	done
}

# Nothing of the stream comes through the tunnel; the daemons' own packets do.
quiet() {
	! timeout 5 ip netns exec "$R2" tcpdump -n -i gre1 -c 3 \
		"udp and dst host $GROUP" >"$WORK/crosses" 2>&1
}

clamp() {
	ns "$1" iptables -t mangle "$2" FORWARD -p tcp --tcp-flags SYN,RST SYN \
		-j TCPMSS --clamp-mss-to-pmtu
}

smcroute_and_iptables() {
	boot ""
	clamp "$R1" -A
	clamp "$R2" -A
	smcroute "$R1" lan0 gre1
	smcroute "$R2" gre1 lan0
	send
	stream
	# The routes are fixed, no matter who has joined.
	check_fails "the stream goes on" quiet
	mss_is 1436
	clamp "$R1" -D
	clamp "$R2" -D
	shutdown
}

# pim ROUTER: the rendezvous point is R1
pim() {
	frr "$1" pimd <<-END
		ip pim rp 10.0.0.1 239.0.0.0/8
		interface gre1
		 ip pim
		 ip pim hello 1
		!
		interface lan0
		 ip pim
		 ip igmp
		!
	END
}

neighbour() {
	vtysh_in "$1" "show ip pim neighbor json" | jq -e '.gre1 | length == 1' >/dev/null
}

pim_and_mss() {
	boot "mss auto"
	pim "$R1"
	pim "$R2"
	check "neighbours" busywait 40 neighbour "$R1"
	check "neighbours" busywait 40 neighbour "$R2"
	# Nobody has joined, and nothing of the stream crosses.
	send
	check "no stream without a receiver" quiet
	stream
	mss_is 1436
	shutdown
}

run_tests
