#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the kernel's own module does where test_traceroute.sh and test_path_mtu.sh
# look at grex: the other column of the table in the README. The topology is in
# path.sh, with ip_gre on both gateways.
# limit: 300
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/path.sh
. "$(dirname "$0")/../lib/path.sh"

[ "${GREX_LAB:-}" != debug ] || skip_all "measures what is on stock kernels"

TESTS="
	path_mtu
	path_mtu_short_quotes
	traceroute_inherit
	grex_again
"

SETUP=setup
setup() {
	setup_path
	if ! module_reload; then return; fi
	run rmmod grex || fail "rmmod grex"
	run modprobe ip_gre || fail "modprobe ip_gre"
	ip_gre_end "$GW" 100.64.0.1 100.64.5.2 1
	ip_gre_end "$FAR" 100.64.5.2 100.64.0.1 2
	path_routes
}

# ip_gre_end NAMESPACE LOCAL REMOTE N
ip_gre_end() {
	run ip -n "$1" link add gre1 type gre local "$2" remote "$3" key 7 \
		ttl 64 || fail "ip link add"
	ips "$1" <<-END
		addr add 10.0.0.$4/30 dev gre1
		addr add fd00::$4/64 dev gre1 nodad
		link set gre1 up
	END
}

# row WHAT VALUE: for the README
row() { printf '# ip_gre: %s: %s\n' "$1" "$2"; }

# At 1300 it would never tell IPv6: what is left is below 1280.
path_mtu() {
	local v4 v6
	path_link_mtu 3 1400
	v4=$(lost_until_told "$LAN" 172.16.1.2 1470)
	path_forget
	v6=$(lost_until_told "$LAN" fd17::2 1470)
	row "packets until the source knows" "${v4%% *} and ${v6%% *}"
	check_match "IPv4" '^[2-4] ' "$v4"
	check_match "IPv6" '^[2-4] ' "$v6"
	path_forget
}

path_mtu_short_quotes() {
	local v4 v6
	path_link_mtu 3 1400
	short_quotes 1400
	v6=$(lost_until_told "$LAN" fd17::2 1470)
	path_forget
	v4=$(lost_until_told "$LAN" 172.16.1.2 1470)
	full_quotes
	row "where 8 bytes are quoted" "${v4%% *} and ${v6%% *}"
	check_match "IPv4" '^[2-4] ' "$v4"
	# 1 when ip_gre has not forgotten what it learned before.
	check_match "IPv6" '^[1-4] ' "$v6"
	path_link_mtu 3 1500
	path_forget
}

# shown TO: how many of the five routers of the underlay answer
shown() {
	HOPS=8 WAIT=2 trace "$LAN" "$1" | sed -n 2,6p | grep -vc '^\*'
}

traceroute_inherit() {
	local v4 v6
	run ip -n "$GW" link change gre1 type gre local 100.64.0.1 \
		remote 100.64.5.2 key 7 ttl inherit
	run ip -n "$FAR" link change gre1 type gre local 100.64.5.2 \
		remote 100.64.0.1 key 7 ttl inherit
	check "it works" ping_ok "$LAN" 172.16.1.2
	v4=$(shown 172.16.1.2)
	v6=$(shown fd17::2)
	row "underlay hops that a traceroute shows, of 5" "$v4 and $v6"
	check_eq "IPv4" 0 "$v4"
	[ "$v6" -le 5 ] || fail "IPv6: $v6"
}

grex_again() {
	run ip -n "$GW" link del gre1
	run ip -n "$FAR" link del gre1
	check "without ip_gre" run rmmod ip_gre
	check "with grex" modprobe grex
}

run_tests
