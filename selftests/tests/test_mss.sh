#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The MSS of TCP connections is lowered to what fits: connections of the kernel's
# own TCP. test_mss_wire.py sends SYNs by hand.
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	test_auto_follows
	test_change
	test_connections
	test_offloads
"

# agreed ADDRESS: the MSS that each end of a connection from A to B sends, without what time
# stamps take
agreed() {
	"$PY/agreed.py" "$A" "$B" "$1"
}

test_auto_follows() {
	setup_pair
	tunnel_pair
	# TCP offers no more than the MTU of the device, so that this must be too large.
	ips "$A" <<-END
		link set gre1 mtu 2000
		link set v0 mtu 9000
	END
	ips "$B" <<-END
		link set gre1 mtu 2000
		link set v0 mtu 9000
	END
	check_eq "off, IPv4" "1948 1948" "$(agreed 10.0.0.2)"
	check_eq "off, IPv6" "1928 1928" "$(agreed fd00::2)"
	gretool -n "$A" set gre1 mss auto
	check_eq "the device's MTU, IPv4" "1948 1948" "$(agreed 10.0.0.2)"
	run ip -n "$A" link set v0 mtu 1400
	check_eq "the link's MTU, IPv4" "1324 1324" "$(agreed 10.0.0.2)"
	check_eq "the link's MTU, IPv6" "1304 1304" "$(agreed fd00::2)"
	run ip -n "$A" link set v0 mtu 9000
	run ip -n "$A" route add 192.0.2.2/32 dev v0 src 192.0.2.1 mtu 1300
	check_eq "the route's MTU, IPv4" "1224 1224" "$(agreed 10.0.0.2)"
	run ip -n "$A" route del 192.0.2.2/32
	gretool -n "$A" set gre1 key 1 csum seq
	gretool -n "$B" set gre1 key 1 csum seq
	run ip -n "$A" link set v0 mtu 1400
	check_eq "a larger overhead, IPv6" "1292 1292" "$(agreed fd00::2)"
}

test_change() {
	setup_pair
	tunnel_pair
	for value in 1000:988 off:1424 500:488 auto:1424; do
		run gretool -n "$B" set gre1 mss "${value%:*}"
		check_eq "mss ${value%:*}" "${value#*:} ${value#*:}" \
			"$(agreed 10.0.0.2)"
	done
	# The option never raises the MSS.
	run gretool -n "$A" set gre1 mss 9000
	check_eq "mss 9000" "1424 1424" "$(agreed 10.0.0.2)"
}

# One end alone is enough, since both directions go through it.
test_connections() {
	local one

	setup_pair
	tunnel_pair
	for one in "$A" "$B"; do
		run gretool -n "$one" set gre1 mss 1200
		check_eq "IPv4" "1188 1188" "$(agreed 10.0.0.2)"
		check_eq "IPv6" "1188 1188" "$(agreed fd00::2)"
		run gretool -n "$one" set gre1 mss off
	done
}

# offloads TUNNEL UNDERLAY: set features of gre1 and v0 at both ends
offloads() {
	local one

	for one in "$A" "$B"; do
		# shellcheck disable=SC2086 # words
		{
			ns "$one" ethtool -K gre1 $1
			ns "$one" ethtool -K v0 $2
		} >/dev/null 2>&1
	done
}

# The sender leaves the checksum to the tunnel or to the device below, or computes it; and
# either of them, or TCP, cuts the segments.
test_offloads() {
	local options above below

	for options in "" csum seq "key 5 csum seq"; do
		setup_pair
		# shellcheck disable=SC2086 # words
		tunnel_pair mss 1000 $options
		for above in "tx on" "tx off" "tx on tso off gso off"; do
			for below in "tx on" "tx off"; do
				offloads "$above" "$below"
				check "$above, $below, \"$options\"" \
					"$PY/bulk.py" 100000 \
					"$A" "$B" 10.0.0.2 "$B" "$A" fd00::1
				check_eq "$above, $below, \"$options\"" \
					"988 988" "$(agreed fd00::2)"
			done
		done
		check_eq "checksums of \"$options\"" "0 0" \
			"$(counter "$B" gre1 rx_csum) $(
			nstat_of "$B" TcpInCsumErrors)"
		cleanup
	done
}

nstat_of() {
	ip netns exec "$1" nstat -asz "$2" | awk -v name="$2" '$1 == name { print $2 }'
}

run_tests
