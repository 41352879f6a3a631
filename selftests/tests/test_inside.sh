#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Others send more than plain IP through a tunnel, and do more with its device than plain
# routing: WireGuard, IS-IS, a load balancer, XDP.
# make check-debug: left out
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/frr.sh
. "$(dirname "$0")/../lib/frr.sh"

TESTS="
	wireguard
	isis
	ipvs
	xdp
"

setup() {
	setup_pair
	tunnel_pair
}

# wg_end NAMESPACE KEY PEERS_PUBLIC_KEY PEER_ADDRESS NUMBER: configure one end of WireGuard
wg_end() {
	run ip -n "$1" link add wg0 type wireguard || { fail "no WireGuard"; return; }
	printf '%s\n' "$2" >"$WORK/key"
	ns "$1" wg set wg0 listen-port 51820 private-key "$WORK/key" peer "$3" \
		endpoint "$4:51820" allowed-ips 0.0.0.0/0 || fail "wg set"
	ips "$1" <<-END
		addr add 10.77.0.$5/24 dev wg0
		link set wg0 mtu 1396 up
	END
}

# Packets of 1,396 bytes pass, with 80 bytes of WireGuard's.
wireguard() {
	local a b
	setup
	a=$(wg genkey) b=$(wg genkey)
	wg_end "$A" "$a" "$(wg pubkey <<<"$b")" 10.0.0.2 1
	wg_end "$B" "$b" "$(wg pubkey <<<"$a")" 10.0.0.1 2
	check "small" ping_ok "$A" 10.77.0.2 -W 5
	check "of 1,396 bytes" ping_ok "$A" 10.77.0.2 -M "do" -s 1368
	check "TCP" "$PY/bulk.py" 300000 "$A" "$B" 10.77.0.2
	check_eq "dropped" "" "$(ip netns exec "$A" ethtool -S gre1 | awk '$1 ~ /:$/ && $2 > 0')"
}

isis_frr() {
	frr "$1" isisd <<-END
		interface gre1
		 ip router isis 1
		 isis network point-to-point
		!
		interface lo
		 ip router isis 1
		 isis passive
		!
		router isis 1
		 net 49.0001.0000.0000.000$2.00
		 is-type level-2-only
		 lsp-mtu 1400
		!
	END
}

# The packets of IS-IS are not IP (protocol type 0x00fe), and are padded to the MTU. They
# come through; FRR 8.4 then filters for an Ethernet header, which is not there with ip_gre
# either, and sees no neighbour.
isis() {
	setup
	run ip -n "$A" addr add 10.255.0.1/32 dev lo
	run ip -n "$B" addr add 10.255.0.2/32 dev lo
	capture "$B" gre1 "$WORK/hello" "inbound and not ip and not ip6"
	isis_frr "$A" 1
	isis_frr "$B" 2
	busywait 20 captured "$WORK/hello" 1 || fail "no hello"
	capture_stop
	# The capture adds a header of 16 bytes.
	check_eq "a hello as large as the MTU" "1492 8314" "$(tshark -n -r "$WORK/hello" -c 1 \
		-T fields -e frame.len -e data.data 2>/dev/null | awk '{ print $1, substr($2, 1, 4) }')"
	check_eq "dropped" "" "$(ip netns exec "$B" ethtool -S gre1 | awk '$1 ~ /:$/ && $2 > 0')"
}

# The balancer reaches a real server behind the tunnel by its route.
ipvs() {
	setup
	add_lan CLIENT "$A" 172.16.0
	run ip -n "$A" addr add 172.20.0.1/32 dev lo
	run ip -n "$A" route add 10.88.0.2/32 dev gre1
	run ip -n "$B" addr add 10.88.0.2/32 dev lo
	run ip -n "$B" route add 172.16.0.0/24 dev gre1
	ns "$A" sysctl -qw net.ipv4.vs.conntrack=1 2>/dev/null
	ns "$A" ipvsadm -A -t 172.20.0.1:5000 -s rr || { fail "no IPVS"; return; }
	ns "$A" ipvsadm -a -t 172.20.0.1:5000 -r 10.88.0.2:5000 -m
	ns_background "$B" socat -u OPEN:/dev/zero,readbytes=300000 TCP-LISTEN:5000,reuseaddr
	busywait 10 listens_on "$B" 5000 || fail "no server"
	check_eq "bytes through the balancer" 300000 "$(ip netns exec "$CLIENT" timeout 20 \
		socat -u TCP:172.20.0.1:5000 - | wc -c)"
}

listens_on() {
	ip netns exec "$1" ss -Hltn "sport = :$2" | grep -q .
}

# xdp_program VERDICT: attach one to gre1 of B, of the generic kind
xdp_program() {
	ns "$B" "$PY/xdp.py" "$1" "$(ip -n "$B" -j link show gre1 |
		member ifindex)" || fail "xdp.py $1"
}

xdp() {
	setup
	check "before" ping_ok "$A" 10.0.0.2
	xdp_program pass
	check "XDP_PASS" ping_ok "$A" 10.0.0.2
	check "TCP" "$PY/bulk.py" 300000 "$A" "$B" 10.0.0.2
	xdp_program drop
	check "XDP_DROP" ping_fails "$A" 10.0.0.2 -W 0.2
	run ip -n "$B" link set dev gre1 xdpgeneric off
	check "after" ping_ok "$A" 10.0.0.2
}

run_tests
