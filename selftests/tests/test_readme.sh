#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The README says what works: the right sides of its tables for those who come from
# elsewhere are run as they are written, and make what the left side says.
# limit: 400
# make check-debug: left out
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/examples.sh
. "$(dirname "$0")/../lib/examples.sh"

# The plugin of this checkout.
IP_LIB_DIR=$(realpath "$(dirname "$0")/../../tools")
export IP_LIB_DIR

TESTS="
	from_ip_gre
	from_scripts
	import_of_scripts
	from_cisco
	from_mikrotik
	first_tunnel
	in_a_file
"

README=$(dirname "$0")/../../README.md

# type_in NAMESPACE LINE: as a user types it
type_in() {
	check "$2" ip netns exec "$1" sh -c "$2"
}

from_ip_gre() {
	local line count=0
	setup_pair
	tunnel_pair key 6
	run gretool -n "$A" del gre1
	while read -r line; do
		count=$((count + 1))
		case $line in
		*" del "*)
			check "tunnel" ping_ok "$A" 10.0.0.2
			check_eq "is now" "gre1 local 192.0.2.1 remote 192.0.2.2 key 6" \
				"$(gretool -n "$A" show gre1 | grep -oE '^gre1.* key 6')"
			check_eq "MTU and MSS" "1400 true" "$(gretool -n "$A" -j show gre1 |
				jq -r '.[] | "\(.mtu) \(.mss == "auto")"')"
			;;
		esac
		type_in "$A" "$line"
	done < <(column "From ip_gre" 2)
	check_eq "rows" 9 "$count"
	check_eq "nothing is left" "" "$(gretool -n "$A" show)"
}

# site HEADING: its right side, as a file, at both ends; traffic; and is it all so?
site() {
	local heading=$1
	setup_pair
	column "$heading" 2 >"$WORK/a.conf"
	mirrored <"$WORK/a.conf" >"$WORK/b.conf"
	if grep -qx 'dev BLUE' "$WORK/a.conf"; then
		blue "$A"
		blue "$B"
	fi
	check "apply" gretool -n "$A" apply "$WORK/a.conf"
	check "apply at the other end" gretool -n "$B" apply "$WORK/b.conf"
	check_eq "again" "" "$(gretool -n "$A" apply "$WORK/a.conf" 2>&1)"
	# With keepalives, the peer has to answer first.
	check "traffic" busywait 40 ping_ok "$A" 10.0.0.2
	check "and back" ping_ok "$B" 10.0.0.1
}

# The underlay in a VRF, as "tunnel vrf" has it.
blue() {
	ips "$1" <<-END || skip "no VRF in this kernel"
		link add BLUE type vrf table 77
		link set BLUE up
		link set v0 master BLUE
	END
}

# is WHAT JQ: of the tunnel in A
is() {
	check "$1" jq -e ".[0] | $2" <<<"$SHOWN"
}

from_scripts() {
	site "From scripts"
	SHOWN=$(gretool -n "$A" -j -d show gre1)
	is "ttl" '.ttl == 255'
	is "key" '.ikey == 5 and .okey == 5'
	is "mtu" '.mtu == 1400'
	is "mss" '.mss == "auto"'
	is "keepalive" '.keepalive.interval_ms == 10000 and .keepalive.retries == 3'
	check "route" grep -q '10.0.0.2 dev gre1' <<<"$(ip -n "$A" route show 10.8.0.0/16)"
	check "table" grep -q 'dev gre1' <<<"$(ip -n "$A" route show table 100)"
	check "multicast" grep -q MULTICAST <<<"$(ip -n "$A" link show gre1)"
	check_eq "rows" 9 "$(wc -l <"$WORK/a.conf")"
}

# What import makes of the left side is the right side, but for what no command of
# ip(8) says: MSS and keepalives.
import_of_scripts() {
	new_ns A
	# shellcheck disable=SC2016 # no expansion
	column "From scripts" 1 | sed 's/^iface/auto gre1\niface/; s/, post-down/\npost-down/; s/route del \.\.\./route del 10.8.0.0\/16/' \
		>"$WORK/interfaces"
	gretool -n "$A" import ifupdown "$WORK/interfaces" >"$WORK/imported" \
		2>"$WORK/warnings"
	check "says what it leaves out" grep -q iptables "$WORK/warnings"
	column "From scripts" 2 | grep -vE '^(mss|keepalive) ' >"$WORK/expected"
	check "apply" gretool -n "$A" apply "$WORK/imported"
	check "apply of the right side" gretool -n "$A" apply --dry-run "$WORK/expected"
	check_eq "they do not differ, but for the TOS" "" \
		"$(gretool -n "$A" apply --dry-run "$WORK/expected" |
			grep -E '^ *[-+]' | grep -v ' tos ')"
}

from_cisco() {
	site "From Cisco IOS"
	[ -z "$SKIP" ] || return
	SHOWN=$(gretool -n "$A" -j -d show Tunnel1)
	is "key" '.ikey == 5 and .okey == 5'
	is "checksum and sequence" '.icsum and .ocsum and .iseq and .oseq'
	is "ttl" '.ttl == 255'
	is "tos" '.tos == 184'
	is "df" '.df == "inherit"'
	is "dev" '.dev == "BLUE"'
	is "keepalive" '.keepalive.interval_ms == 10000 and .keepalive.retries == 3'
	is "mtu" '.mtu == 1400'
	is "mss" '.mss == 1360'
	check "route" grep -q 'dev Tunnel1' <<<"$(ip -n "$A" route show 10.8.0.0/16)"
	check_eq "rows" 17 "$(wc -l <"$WORK/a.conf")"
}

from_mikrotik() {
	site "From MikroTik RouterOS"
	SHOWN=$(gretool -n "$A" -j -d show gre1)
	is "mtu" '.mtu == 1476'
	is "keepalive" '.keepalive.interval_ms == 10000 and .keepalive.retries == 10'
	is "mss" '.mss == "auto"'
	is "df" '.df == "clear"'
	is "tos" '.tos == 184'
	check "route" grep -q 'dev gre1' <<<"$(ip -n "$A" route show 10.8.0.0/16)"
	check_eq "rows" 11 "$(wc -l <"$WORK/a.conf")"
}

# lines HEADING PATTERN: of the indented lines of a chapter
lines() {
	sed -n "/^## $1\$/,/^## /s/^    \($2.*\)/\1/p" "$README" | sed 's/ *#.*//'
}

first_tunnel() {
	local line add
	setup_pair
	mapfile -t add < <(lines "First tunnel" "gretool add")
	check_eq "ends" 2 "${#add[@]}"
	type_in "$A" "${add[0]}"
	type_in "$B" "${add[1]}"
	check "ping" ping_ok "$A" 10.0.0.2
	while read -r line; do
		case $line in
		*monitor*) type_in "$A" "timeout 1 $line || [ \$? = 124 ]" ;;
		*) type_in "$A" "$line" ;;
		esac
	done < <(lines "First tunnel" "\(gretool [^a]\|ip .*grex\|ip -d\|ip link help\)")
}

in_a_file() {
	setup_pair
	lines "In a file" "[^g]" >"$WORK/conf"
	check "apply" gretool -n "$A" apply "$WORK/conf"
	check "route" grep -q gre1 <<<"$(ip -n "$A" route show 10.8.0.0/16)"
}

run_tests
