#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# GRE over IPsec as people have it: strongSwan (IKEv2, transport mode) at both ends
# of a tunnel. Nothing leaves in clear, the MTU that the inner source hears of is
# what fits, to the byte, and new keys lose no packet.
#
#  $LAN1 172.16.0.2 -- lan0 $H1 198.51.100.2 -- $NET -- 203.0.113.2 $H2 gre1 10.0.0.2
#
# make check-debug: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/strongswan.sh
. "$(dirname "$0")/../lib/strongswan.sh"

TESTS="
	established
	frag_needed
	new_keys
	never_in_clear
"

SETUP=setup
setup() {
	setup_routed
	add_lan LAN1 "$H1" 172.16.0
	icmp_unlimited "$H1"
	run gretool -n "$H1" add gre1 local 198.51.100.2 remote 203.0.113.2 \
		addr 10.0.0.1/30 up || fail "add in H1"
	run gretool -n "$H2" add gre1 local 203.0.113.2 remote 198.51.100.2 \
		addr 10.0.0.2/30 up || fail "add in H2"
	run ip -n "$H2" route add 172.16.0.0/24 via 10.0.0.1
	capture "$NET" v1 "$WORK/underlay"
	charon "$H1" 198.51.100.2 203.0.113.2
	charon "$H2" 203.0.113.2 198.51.100.2
	# They serve all functions.
	DAEMONS=("${PIDS[@]}")
	PIDS=()
}
DAEMONS=()
trap 'PIDS+=("${DAEMONS[@]}"); cleanup; rm -rf "$WORK"' EXIT

established() {
	# The first packet asks for the keys.
	check "ping" busywait 30 ping_ok "$LAN1" 10.0.0.2
	check_match "what strongSwan says" 'gre: .* INSTALLED, TRANSPORT, ESP:AES_GCM_16-128' \
		"$(swan "$H1" --list-sas | tr -s ' ')"
}

# fate SIZE: what becomes of an inner packet of the host behind the router: "passes", an
# MTU, or "lost"
fate() {
	local said
	said=$(ns "$LAN1" ping -c 1 -W 2 -M "do" -s "$(($1 - 28))" 10.0.0.2 2>&1)
	case $said in
	*' 0% packet loss'*) echo passes ;;
	*'mtu'*) sed -n 's/.*mtu *[=:] *\([0-9]*\).*/\1/p' <<<"$said" | head -n 1 ;;
	*) echo lost ;;
	esac
}

# IP has 20 bytes, ESP 8, its IV 8, and 16 are behind the payload, which is a multiple of
# four with 2 more bytes.
frag_needed() {
	local most=$(((1500 - 20 - 8 - 8 - 16) / 4 * 4 - 2 - 4))
	# They are as large as the interface takes, which was there before the keys.
	check_eq "too large, who says so" "From 172.16.0.1 frag needed and DF set mtu = $most" \
		"$(ns "$LAN1" ping -c 1 -W 2 -M "do" -s 1448 10.0.0.2 |
			sed -nE 's/^(From [0-9.]*).*(mtu = [0-9]+).*/\1 frag needed and DF set \2/p')"
	ip -n "$LAN1" route flush cache
	check_eq "one more" "$most" "$(fate $((most + 1)))"
	check_eq "what fits" passes "$(fate "$most")"
	printf '# inner MTU over ESP: %s of 1500\n' "$most"
}

new_keys() {
	local pid before
	before=$(spis)
	ip netns exec "$LAN1" ping -q -i 0.05 -c 60 -W 2 10.0.0.2 >"$WORK/ping" &
	pid=$!
	PIDS+=("$pid")
	check "rekey" swan "$H1" --rekey --child gre
	wait "$pid"
	check_match "lost" ' 0% packet loss' "$(cat "$WORK/ping")"
	[ "$(spis)" != "$before" ] || fail "the same keys"
}

spis() {
	ip -n "$H1" xfrm state list | grep -oE 'spi 0x[0-9a-f]+' | sort | xargs
}

# Nothing leaves in clear before there are keys, or when they are gone.
never_in_clear() {
	check "terminate" swan "$H2" --terminate --ike peer
	check "ping" busywait 30 ping_ok "$LAN1" 10.0.0.2
	capture_stop
	fields "$WORK/underlay" ip.proto | sed 's/,.*//' | sort | uniq -c >"$WORK/protocols"
	sed 's/^/# packets, IP protocol: /' "$WORK/protocols"
	check "ESP" grep -qE ' 50$' "$WORK/protocols"
	check_fails "GRE" grep -qE ' 47$' "$WORK/protocols"
}

run_tests
