#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Debian's FRR, unchanged, on tunnels of the kind "gre" of grex: all must be as with ip_gre
# (lib/compare.sh). nhrpd registers two spokes at a hub, and finds a shortcut between them,
# also through IPsec of strongSwan. OSPF runs over a tunnel with a remote.
#
#                            $H1, the hub
#                  gre1 10.255.0.1   v0 198.51.100.2
#                                    |
#                         198.51.100.1  $NET
#                        203.0.113.1   192.0.2.1
#                         |                  |
#           v0 203.0.113.2                  v0 192.0.2.2
#  $H2 gre1 10.255.0.2                      $H3 gre1 10.255.0.3
#      lan0 172.16.2.1                          lan0 172.16.3.1
#
# limit: 900
# make check-debug: left out
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/frr.sh
. "$(dirname "$0")/../lib/frr.sh"
# shellcheck source=../lib/strongswan.sh
. "$(dirname "$0")/../lib/strongswan.sh"

COMPARED="
	nhrp
	hub_restarts
	nhrp_binds
	nhrp_ipsec
	ospf
"
TESTS=$COMPARED

# shellcheck source=../lib/compare.sh
. "$(dirname "$0")/../lib/compare.sh"

TOPOLOGY=topology
topology() {
	setup_routed
	new_ns H3
	veth "$H3" v0 "$NET" v3
	configure "$NET" v3 192.0.2.1/24
	configure "$H3" v0 192.0.2.2/24 via 192.0.2.1
}

# --- NHRP ----------------------------------------------------------------------

# hub_and_spokes [WORD...]: make the tunnels, with these words of "ip tunnel add"
hub_and_spokes() {
	hub "$@"
	spoke "$H2" 2 "$@"
	spoke "$H3" 3 "$@"
}

# nbma NAMESPACE N [WORD...]: make a tunnel without a remote
nbma() {
	local name=$1 n=$2
	shift 2
	check "ip tunnel add" ip -n "$name" tunnel add gre1 mode gre ttl 64 "$@"
	configure "$name" gre1 "10.255.0.$n/32"
	ns "$name" sysctl -qw net.ipv4.ip_forward=1
}

# nhrpd of the hub sees the packets that leave as they came, and tells their sender.
hub() {
	nbma "$H1" 1 "$@"
	ns "$H1" nft -f - <<-END
		table ip nhrp
		delete table ip nhrp
		table ip nhrp {
			counter forwarded { }
			chain forward {
				type filter hook forward priority filter
				iifname gre1 oifname gre1 counter name forwarded log group 1 snaplen 128
			}
		}
	END
	frr "$H1" staticd nhrpd <<-END
		interface gre1
		 ip nhrp network-id 1
		 ip nhrp holdtime 30
		 ip nhrp redirect
		 tunnel source v0
		!
		nhrp nflog-group 1
		ip route 172.16.2.0/24 10.255.0.2
		ip route 172.16.3.0/24 10.255.0.3
	END
}

# spoke NAMESPACE N [WORD...]
spoke() {
	local name=$1 n=$2
	shift 2
	nbma "$name" "$n" "$@"
	run ip -n "$name" link add lan0 type dummy
	configure "$name" lan0 "172.16.$n.1/24"
	frr "$name" staticd nhrpd <<-END
		interface gre1
		 ip nhrp network-id 1
		 ip nhrp holdtime 30
		 ip nhrp shortcut
		 ip nhrp registration no-unique
		 ip nhrp nhs dynamic nbma 198.51.100.2
		 tunnel source v0
		!
		ip route 172.16.0.0/16 10.255.0.1
		! nhrpd answers only a spoke to which it has a route.
		ip route 10.255.0.0/24 10.255.0.1
	END
}

# cache NAMESPACE: print type, inner and outer address of what nhrpd knows
cache() {
	vtysh_in "$1" "show ip nhrp cache" | awk '$1 == "gre1" { print $2, $3, $4 }' | sort
}

registered() {
	cache "$H1" | grep -q "dynamic 10.255.0.2 203.0.113.2" &&
		cache "$H1" | grep -q "dynamic 10.255.0.3 192.0.2.2"
}

# has_shortcut NAMESPACE N: whether nhrpd there knows the direct way to the LAN of spoke N
has_shortcut() {
	vtysh_in "$1" "show ip nhrp shortcut" | grep -q "dynamic *172.16.$2.0/24 *10.255.0.$2"
}

# Each packet that goes by way of the hub is a reason to ask for the shortcut.
find_shortcuts() {
	ns "$H2" ping -c 1 -W 1 -I 172.16.2.1 172.16.3.1 &&
		has_shortcut "$H2" 3 && has_shortcut "$H3" 2
}

forwarded_by_hub() {
	ns "$H1" nft -j list counter ip nhrp forwarded | jq '.nftables[] | .counter // empty | .packets'
}

# talk: the spokes find their shortcut; print how their packets go
talk() {
	local before name

	check "registration" busywait 120 registered
	check "shortcuts" busywait 120 find_shortcuts
	before=$(forwarded_by_hub)
	[ "${before:-0}" -gt 0 ] || fail "no packet went by way of the hub"
	check "directly" busywait 30 ping_ok "$H2" 172.16.3.1 -I 172.16.2.1
	echo "now by way of the hub: $(($(forwarded_by_hub) - before))"
	for name in "$H1" "$H2" "$H3"; do
		cache "$name"
		vtysh_in "$name" "show ip nhrp shortcut" | grep "^dynamic" | sort
		ip -n "$name" route show | sed 's/ nhid [0-9]*//; s/ *$//' | sort
		ip -n "$name" neigh show dev gre1 | sed -n 's/\(lladdr [^ ]*\).*/\1/p' | sort
		device "$name"
	done
}

# device NAMESPACE: print what zebra and the kernel tell of gre1. grex reports changes of a
# tunnel that is down, too, and zebra counts each such message as a link that goes down.
device() {
	vtysh_in "$1" "show interface gre1" >"$WORK/device"
	check "zebra knows the kind" grep -q "Interface Type GRE" "$WORK/device"
	sed -E 's/last: .*/last/; s/index [0-9]+/index/; /Link downs/d' "$WORK/device"
	ip -n "$1" -d -o link show dev gre1 |
		sed -E 's/^[0-9]+: //; s/ (min|max)mtu [0-9]+//g'
	ip -n "$1" tunnel show gre1
}

nhrp_with() {
	hub_and_spokes key 42 dev v0
	talk
}

# end_frr NAMESPACE: end its daemons
end_frr() {
	local file pid

	for file in "$WORK/frr-$1"/*.pid; do
		read -r pid <"$file"
		end_process "$pid"
	done
	rm -rf "$WORK/frr-$1"
}

hub_restarts_with() {
	hub_and_spokes key 42 dev v0
	check "registration" busywait 120 registered
	end_frr "$H1"
	check "ip tunnel del" ip -n "$H1" tunnel del gre1
	hub key 42 dev v0
	talk
}

# bound: whether zebra has bound the tunnels to the device that nhrpd names
bound() {
	local name

	for name in "$H1" "$H2" "$H3"; do
		ip -n "$name" -d link show gre1 | grep -q " dev v0 " || return
	done
}

# FRR's documentation makes the tunnels like this, and zebra binds them. Its message has
# faults (FRR pull request 21007): it resets the other options, and takes the tunnel down.
nhrp_binds_with() {
	local name

	hub_and_spokes key 42
	busywait 20 bound && echo "bound"
	for name in "$H1" "$H2" "$H3"; do
		device "$name"
		run ip -n "$name" link set gre1 up
	done
	busywait 60 registered && echo "registered"
	cache "$H1"
}

nhrp_ipsec_with() {
	capture "$NET" v2 "$WORK/underlay"
	charon "$H1" 198.51.100.2 %any
	charon "$H2" 203.0.113.2 %any
	charon "$H3" 192.0.2.2 %any
	hub_and_spokes key 42 dev v0
	talk
	swan "$H2" --list-sas | tr -s ' ' | grep -o 'INSTALLED, TRANSPORT, ESP:[^ ]*' | sort -u
	capture_stop
	fields "$WORK/underlay" ip.proto | sed 's/,.*//' | grep -xE '47|50' | sort -u
}

# --- OSPF ----------------------------------------------------------------------

neighbours_are() {
	[ "$(vtysh_in "$1" "show ip ospf neighbor json" |
		jq -r '[.neighbors[][]? | (.nbrState // .state)] | join(" ")')" = "$2" ]
}

ospf_router() {
	run ip -n "$1" tunnel add gre1 mode gre local "$3" remote "$4" ttl 64
	run ip -n "$1" link add lan0 type dummy
	configure "$1" gre1 "10.0.0.$2/30"
	configure "$1" lan0 "172.16.$2.1/24"
	frr "$1" ospfd <<-END
		router ospf
		 ospf router-id 10.255.0.$2
		 timers throttle spf 0 50 500
		 network 10.0.0.0/8 area 0
		 network 172.16.0.0/12 area 0
	END
}

ospf_with() {
	local name

	ospf_router "$H1" 1 198.51.100.2 203.0.113.2
	ospf_router "$H2" 2 203.0.113.2 198.51.100.2
	check "neighbours" busywait 60 neighbours_are "$H1" Full/-
	check "route" busywait 60 ping_ok "$H1" 172.16.2.1
	check "the route back" busywait 60 ping_ok "$H2" 172.16.1.1
	for name in "$H1" "$H2"; do
		vtysh_in "$name" "show ip ospf interface gre1" |
			sed -nE '/MTU|Network Type|Neighbor Count|Transmit Delay/{s/index [0-9]+/index/;p}'
		ip -n "$name" route show | sed 's/ nhid [0-9]*//; s/ *$//' | sort
		device "$name"
	done
}

run_tests
