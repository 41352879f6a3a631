#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The lines by which articles and scripts make GRE tunnels, unchanged, with ip_gre and with
# grex in its place (lib/compare.sh): the scenarios "namespaces", "multicast-sites" and
# "office-routers", and the zebra of FRR. The drawing is in lib/sites.sh.
# limit: 300
# make check-debug: left out
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/sites.sh
. "$(dirname "$0")/../lib/sites.sh"
# shellcheck source=../lib/frr.sh
. "$(dirname "$0")/../lib/frr.sh"

COMPARED="
	namespaces
	multicast_sites
	office_routers
	zebra
"
TESTS=$COMPARED

# shellcheck source=../lib/compare.sh
. "$(dirname "$0")/../lib/compare.sh"

[ -n "${GREX_LAB:-}" ] || skip_all "only in the lab: it is about this machine"
[ -e /proc/net/ip_mr_vif ] || skip_all "this kernel routes no multicast"

# The file of the package grex-gre, for "modprobe ip_gre".
CONF=/run/modprobe.d/grex-gre.conf
trap 'cleanup; rm -rf "$WORK" "$CONF"' EXIT

TOPOLOGY=topology
topology() {
	[ "$WITH" = ip_gre ] ||
		install -D -m 644 "$(dirname "$0")/../../tools/dist/grex-gre.modprobe" "$CONF"
	setup_sites
}

# state ROUTER...: what a look at their tunnels shows
state() {
	local router
	for router; do
		report "ip tunnel show" ip -n "$router" tunnel show
		link_shown -n "$router" gre1
		ip -n "$router" addr show dev gre1 2>&1 | sed -E '1s/^[0-9]+: //'
		ip -n "$router" -4 route show table all | grep -v ' dev [vl]' | sed 's/ nhid [0-9]*//'
		ip -n "$router" -6 route show table all | grep -v ' dev [vl]'
	done
}

# crossing ROUTER COMMAND...: what the next router sees of the outer packets meanwhile
crossing() {
	capture "$NET" v1 "$WORK/wire" \
		"ip proto 47 and src host 198.51.100.2 and ip[22:2] = 0x0800"
	ns "$1" "${@:2}" >/dev/null
	capture_stop "$WORK/wire" 1
	fields "$WORK/wire" ip.hdr_len ip.dsfield ip.len ip.flags ip.frag_offset ip.ttl \
		ip.checksum.status ip.src ip.dst gre.flags_and_version gre.proto gre.key
}

# passes WHAT COMMAND...: print whether it succeeds
passes() {
	local what=$1
	shift
	if "$@" >/dev/null; then echo "$what"; else echo "no $what"; fi
}

namespaces_with() {
	report_lines "$R1" <<-'END'
		ip tunnel add gre1 mode gre local 198.51.100.2 remote 203.0.113.2 ttl 255
		ip addr add 10.0.0.1/30 dev gre1
		ip link set gre1 up
	END
	report_lines "$R2" <<-'END'
		ip link add gre1 type gre local 203.0.113.2 remote 198.51.100.2 ttl 255
		ip link set dev gre1 up
		ip addr add 10.0.0.2/30 dev gre1
	END
	state "$R1" "$R2"
	passes "ping" ping_ok "$R1" 10.0.0.2
	passes "ping back" ping_ok "$R2" 10.0.0.1
	passes "ping of 1476 bytes" ping_ok "$R1" 10.0.0.2 -M "do" -s 1448
	passes "ping of 1477 bytes" ping_ok "$R1" 10.0.0.2 -M "do" -s 1449
	crossing "$R1" ping -q -c 1 -W 2 -s 56 10.0.0.2
}

multicast_sites_with() {
	report_lines "$R1" <<-'END'
		modprobe ip_gre
		ip tunnel add gre1 mode gre local 198.51.100.2 remote 203.0.113.2 ttl 255
		ip link set gre1 up multicast on
		ip addr add 10.0.0.1/30 dev gre1
		ip route add 172.17.0.0/24 via 10.0.0.2 dev gre1
		iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
	END
	report_lines "$R2" <<-'END'
		modprobe ip_gre
		ip tunnel add gre1 mode gre remote 198.51.100.2 local 203.0.113.2 ttl 255 dev v0
		ip link set gre1 multicast on
		ip link set gre1 up
		ip addr add 10.0.0.2/30 dev gre1
		ip route add 172.16.0.0/24 via 10.0.0.1
		iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
	END
	state "$R1" "$R2"
	passes "ping from LAN to LAN" ping_ok "$LAN1" 172.17.0.2
	smcroute "$R1" lan0 gre1
	smcroute "$R2" gre1 lan0
	send
	# The time that the stream takes differs.
	stream >"$WORK/stream"
	grep -o '^# [0-9]* packets from [^ ]*' "$WORK/stream"
	mss_is 1436
	end_background
	report_lines "$R1" <<-'END'
		iptables -t mangle -D FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
		ip route del 172.17.0.0/24 via 10.0.0.2 dev gre1
		ip link set gre1 down
		ip tunnel del gre1
	END
	report_lines "$R2" <<-'END'
		ip link set gre1 down
		ip link del gre1
	END
	state "$R1" "$R2"
}

office_routers_with() {
	report_lines "$R1" <<-'END'
		modprobe ip_gre
		ip tunnel add gre1 mode gre remote 203.0.113.2 local 198.51.100.2 ttl 255 key 1234
		ip addr add 10.0.0.1 peer 10.0.0.2 dev gre1
		ip link set gre1 up
		ip link set gre1 mtu 1400
		ip route add 172.17.0.0/24 dev gre1
		ip route add default dev gre1 table 100
		iptables -t nat -A POSTROUTING -o gre1 -j MASQUERADE
	END
	report_lines "$R2" <<-'END'
		ip link add name gre1 type gre local 203.0.113.2 remote 198.51.100.2 ttl 255 key 1234
		ip addr add 10.0.0.2 peer 10.0.0.1 dev gre1
		ip link set gre1 up mtu 1400
		ip route add 172.16.0.0/24 dev gre1
		iptables -t nat -A POSTROUTING -o gre1 -j MASQUERADE
	END
	state "$R1" "$R2"
	capture "$LAN2" v0 "$WORK/inside" icmp
	passes "ping from LAN to LAN" ping_ok "$LAN1" 172.17.0.2
	capture_stop "$WORK/inside" 6
	fields "$WORK/inside" ip.src ip.dst icmp.type ip.ttl
	passes "ping the other way" ping_ok "$LAN2" 172.16.0.2
	crossing "$R1" ping -q -c 1 -W 2 10.0.0.2

	# One end gets another key, and later the same as the other end again.
	report_lines "$R1" <<-'END'
		ip tunnel change gre1 mode gre remote 203.0.113.2 local 198.51.100.2 ttl 255 key 4321
	END
	passes "ping with another key" ping_ok "$R1" 10.0.0.2
	report_lines "$R2" <<-'END'
		ip link set gre1 type gre key 4321
	END
	state "$R1" "$R2"
	passes "ping with the same key" ping_ok "$R1" 10.0.0.2

	# A script notices that the other end is gone.
	ip -n "$R2" link set gre1 down
	report_lines "$R1" <<-'END'
		ping -q -c 1 -W 1 10.0.0.2 >/dev/null || ip link set gre1 down
	END
	state "$R1"
	report_lines "$R2" <<-'END'
		ip link set gre1 up
	END
	report_lines "$R1" <<-'END'
		ip link set gre1 up
		ip route add 172.17.0.0/24 dev gre1
	END
	passes "ping again" ping_ok "$R1" 10.0.0.2
	report_lines "$R1" <<-'END'
		ip tunnel del gre1
	END
	state "$R1"
}

# zebra_in ROUTER ADDRESS NET GATEWAY: FRR gives gre1 its address, and routes to a LAN
zebra_in() {
	frr "$1" staticd <<-END
		interface gre1
		 ip address $2
		!
		ip route $3 $4
		!
	END
}

# same_zebra: without what differs from one start to the next
same_zebra() {
	sed -E '/Link (ups|downs):/d; s/index [0-9]+ //'
}

routed() { ip -n "$R1" route show 172.17.0.0/24 | grep -q gre1; }

zebra_with() {
	report_lines "$R1" <<-'END'
		ip tunnel add gre1 mode gre local 198.51.100.2 remote 203.0.113.2 ttl 64 dev v0
		ip link set gre1 up
	END
	ip -n "$R2" link add gre1 type gre local 203.0.113.2 remote 198.51.100.2 ttl 64
	configure "$R2" gre1 10.0.0.2/30
	ip -n "$R2" route add 172.16.0.0/24 dev gre1
	zebra_in "$R1" 10.0.0.1/30 172.17.0.0/24 10.0.0.2
	passes "route" busywait 30 routed
	vtysh_in "$R1" "show interface gre1" | same_zebra
	vtysh_in "$R1" "show interface gre0" | same_zebra
	vtysh_in "$R1" "show interface brief" | grep '^gre[0-9]'
	state "$R1"
	passes "ping from LAN to LAN" ping_ok "$LAN1" 172.17.0.2

	# FRR follows changes of the tunnel.
	report_lines "$R1" <<-'END'
		ip tunnel change gre1 remote 203.0.113.3 local 198.51.100.2 ttl 9 key 7
		ip link set gre1 mtu 1300
	END
	passes "new MTU" busywait 10 zebra_shows 'mtu 1300'
	vtysh_in "$R1" "show interface gre1" | same_zebra
	report_lines "$R1" <<-'END'
		ip tunnel del gre1
	END
	passes "end" busywait 10 zebra_forgets
}

zebra_shows() { vtysh_in "$R1" "show interface gre1" | grep -q "$1"; }

zebra_forgets() { vtysh_in "$R1" "show interface gre1" | grep -qE "is down|t find"; }

run_tests
