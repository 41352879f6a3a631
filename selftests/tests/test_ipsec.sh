#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# GRE inside IPsec in transport mode: the MTU is what ESP leaves of the path, to
# the byte. The topology is setup_routed's, its outer packets encrypted.
# limit: 300
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	device_mtu
	each_size_ipv4
	each_size_ipv6
	smaller_path
	bulk
"

SETUP=setup
setup() {
	setup_routed
	modprobe esp4 2>/dev/null
	if ! ip -n "$H1" xfrm state list >/dev/null 2>&1; then
		fail "no IPsec in this kernel"
		return
	fi
	ns "$H1" sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
	run gretool -n "$H1" add gre1 local 198.51.100.2 remote 203.0.113.2 \
		key 7 addr 10.0.0.1/30 addr fd00::1/64 up || fail "add in H1"
	run gretool -n "$H2" add gre1 local 203.0.113.2 remote 198.51.100.2 \
		key 7 addr 10.0.0.2/30 addr fd00::2/64 up || fail "add in H2"
	protect "$H1" 198.51.100.2 203.0.113.2
	protect "$H2" 203.0.113.2 198.51.100.2
	check "a packet" ping_ok "$H1" 10.0.0.2
}

# protect NAMESPACE LOCAL REMOTE: put GRE between the two into ESP, in both directions
protect() {
	local key
	key=0x$(printf '%040d' 47)

	ips "$1" <<-END
		xfrm state add src $2 dst $3 proto esp spi 0x1001 mode transport aead rfc4106(gcm(aes)) $key 128
		xfrm state add src $3 dst $2 proto esp spi 0x1001 mode transport aead rfc4106(gcm(aes)) $key 128
		xfrm policy add src $2/32 dst $3/32 proto gre dir out tmpl src $2 dst $3 proto esp mode transport
		xfrm policy add src $3/32 dst $2/32 proto gre dir in tmpl src $3 dst $2 proto esp mode transport
	END
}

forget() {
	forget_path_mtu "$H1"
}

# fate TO SIZE: what becomes of an inner packet: "passes", an MTU, or "lost"
fate() {
	local data=$(($2 - 28)) said
	[[ $1 != *:* ]] || data=$(($2 - 48))
	said=$(ns "$H1" ping -c 1 -W 2 -M "do" -s "$data" "$1" 2>&1)
	case $said in
	*' 0% packet loss'*) echo passes ;;
	*'mtu'*) sed -n 's/.*mtu *[=:] *\([0-9]*\).*/\1/p' <<<"$said" | head -n 1 ;;
	*) echo lost ;;
	esac
}

# room MTU: how much is left for the inner packet. IP takes 20 bytes, ESP 8, its IV 8, and
# GRE with its key 8; at least 2 and 16 bytes are behind the payload, in units of four.
room() {
	echo $((($1 - 20 - 8 - 8 - 16) / 4 * 4 - 2 - 8))
}

# A tunnel that is made after the policies takes them into account.
device_mtu() {
	run gretool -n "$H1" add gre2 local 198.51.100.2 remote 203.0.113.2 key 8
	check_eq "MTU of a new tunnel" "$(room 1500)" "$(link_mtu "$H1" gre2)"
	run gretool -n "$H1" del gre2
}

# each_size TO: around the edge, each size passes or is answered
each_size() {
	local edge size
	edge=$(room 1500)
	capture "$NET" v1 "$WORK/esp"
	for ((size = edge - 3; size <= edge + 3; size++)); do
		forget
		if ((size <= edge)); then
			check_eq "$size bytes" passes "$(fate "$1" "$size")"
		else
			check_eq "$size bytes" "$edge" "$(fate "$1" "$size")"
		fi
	done
	capture_stop
	# There is a packet each way for each size that fits; the rest is ARP.
	check_eq "encrypted, whole" 8 "$(fields "$WORK/esp" ip.proto \
		ip.flags.mf ip.frag_offset | grep -cE '^50	(0|False)	0$')"
	check_eq "in the clear" 0 \
		"$(fields "$WORK/esp" ip.proto | grep -cE '^(47|50,|1$)')"
}

each_size_ipv4() { each_size 10.0.0.2; }
each_size_ipv6() { each_size fd00::2; }

# The router's error is about an ESP packet. It teaches the route, and the sender of the
# next packet is told.
smaller_path() {
	local edge
	edge=$(room 1400)
	forget
	far_link_mtu 1400
	check_eq "the first" lost "$(fate 10.0.0.2 1430)"
	check_eq "the second" "$edge" "$(fate 10.0.0.2 1430)"
	# The MTU of the device follows the configured route, not the error.
	sleep 3
	check_eq "MTU of the device" "$(room 1500)" "$(link_mtu "$H1" gre1)"
	forget
	check_eq "the first again" lost "$(fate 10.0.0.2 1430)"
	check_eq "IPv6 after IPv4" "$edge" "$(fate fd00::2 1430)"
	check_eq "what fits" passes "$(fate 10.0.0.2 "$edge")"
}

# The path of 1400 is still there.
bulk() {
	forget
	check "bulk" "$PY/bulk.py" 300000 "$H1" "$H2" 10.0.0.2 "$H1" "$H2" fd00::2
}

run_tests
