# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The scenario "translucent", for the test files that source it after lib.sh:
# two sites, and five routers between their gateways.
#
#   $LAN 172.16.0.2 --- 172.16.0.1 $GW ===== gre1 ===== $FAR 172.16.1.1 --- 172.16.1.2 $SITE
#        fd16::2        fd16::1      \                 /     fd17::1        fd17::2
#                  10.0.0.1, fd00::1  R1 R2 R3 R4 R5    10.0.0.2, fd00::2
#
# Link I, from 0 to 5, has 100.64.I.1/30 on the side of the LAN and 100.64.I.2
# on the other, on the devices right and left; the outer addresses of the tunnel
# are 100.64.0.1 and 100.64.5.2.

PATH_ROUTERS=5
ROUTERS=() # their namespaces, from 1 on

# join LEFT RIGHT: a cable between two namespaces, devices right and left
join() {
	run ip link add right netns "$1" type veth peer name left netns "$2"
}

setup_path() {
	local i nodes

	new_ns GW
	nodes=("$GW")
	for ((i = 1; i <= PATH_ROUTERS; i++)); do
		new_ns R
		nodes+=("$R")
	done
	new_ns FAR
	nodes+=("$FAR")
	ROUTERS=("${nodes[@]}")
	for ((i = 0; i <= PATH_ROUTERS; i++)); do
		join "${nodes[i]}" "${nodes[i + 1]}"
		ips "${nodes[i]}" <<-END
			addr add 100.64.$i.1/30 dev right
			link set right up
		END
		ips "${nodes[i + 1]}" <<-END
			addr add 100.64.$i.2/30 dev left
			link set left up
		END
	done
	for ((i = 0; i <= PATH_ROUTERS + 1; i++)); do
		{
			((i >= PATH_ROUTERS)) ||
				echo "route add 100.64.$PATH_ROUTERS.0/30 via 100.64.$i.2"
			((i <= 1)) ||
				echo "route add 100.64.0.0/30 via 100.64.$((i - 1)).1"
		} | ips "${nodes[i]}"
		# That routers of the underlay limit themselves is not the subject.
		ns "${nodes[i]}" sysctl -qw net.ipv4.ip_forward=1
	done
	for ((i = 1; i <= PATH_ROUTERS; i++)); do
		ns "${nodes[i]}" sysctl -qw net.ipv4.icmp_ratelimit=0
	done
	setup_sites
}

setup_sites() {
	new_ns LAN
	new_ns SITE
	run ip link add v0 netns "$LAN" type veth peer name lan0 netns "$GW"
	run ip link add v0 netns "$SITE" type veth peer name lan0 netns "$FAR"
	ips "$GW" <<-END
		addr add 172.16.0.1/24 dev lan0
		addr add fd16::1/64 dev lan0 nodad
		link set lan0 up
	END
	ips "$FAR" <<-END
		addr add 172.16.1.1/24 dev lan0
		addr add fd17::1/64 dev lan0 nodad
		link set lan0 up
	END
	ips "$LAN" <<-END
		addr add 172.16.0.2/24 dev v0
		addr add fd16::2/64 dev v0 nodad
		link set v0 up
		route add default via 172.16.0.1
		route add default via fd16::1
	END
	ips "$SITE" <<-END
		addr add 172.16.1.2/24 dev v0
		addr add fd17::2/64 dev v0 nodad
		link set v0 up
		route add default via 172.16.1.1
		route add default via fd17::1
	END
	ns "$GW" sysctl -qw net.ipv6.conf.all.forwarding=1
	ns "$FAR" sysctl -qw net.ipv6.conf.all.forwarding=1
}

# path_tunnel [OPTIONS]: gre1 on both gateways, and the routes through it
path_tunnel() {
	run gretool -n "$GW" add gre1 local 100.64.0.1 remote 100.64.5.2 "$@" \
		addr 10.0.0.1/30 addr fd00::1/64 up || fail "add in GW"
	run gretool -n "$FAR" add gre1 local 100.64.5.2 remote 100.64.0.1 "$@" \
		addr 10.0.0.2/30 addr fd00::2/64 up || fail "add in FAR"
	path_routes
}

path_routes() {
	ips "$GW" <<-END
		route add 172.16.1.0/24 dev gre1
		route add fd17::/64 dev gre1
	END
	ips "$FAR" <<-END
		route add 172.16.0.0/24 dev gre1
		route add fd16::/64 dev gre1
	END
}

# path_link_mtu I MTU: of link I
path_link_mtu() {
	run ip -n "${ROUTERS[$1]}" link set right mtu "$2"
	run ip -n "${ROUTERS[$1 + 1]}" link set left mtu "$2"
}

# path_forget: what has been learned of path MTUs, everywhere
path_forget() {
	local end

	for end in "$GW" "$FAR" "$LAN" "$SITE"; do
		run ip -n "$end" route flush cache
		run ip -6 -n "$end" route flush cache
	done
}

# path_counters NAMESPACE: the icmp_ counters of gre1 that are not 0, one a line
path_counters() {
	ip netns exec "$1" ethtool -S gre1 |
		sed -n 's/^ *\(icmp_[a-z_]*\|netns_icmp_[a-z_]*\): \([1-9][0-9]*\)$/\1 \2/p'
}

# lost_until_told NAMESPACE ADDRESS SIZE: how many packets of SIZE bytes are sent
# until their sender is told that they are too big, and what it is told
lost_until_told() {
	local from=$1 to=$2 data=$(($3 - 28))
	[[ $to != *:* ]] || data=$(($3 - 48))
	ns "$from" ping -c 4 -i 0.3 -W 1 -M "do" -s "$data" "$to" 2>&1 |
		sed -n 's/^From .*icmp_seq=\([0-9]*\) \(Frag needed\|Packet too big\).*mtu *= *\([0-9]*\).*/\1 \3/p' |
		head -n 1
}

# A router that quotes no more than RFC 792 asks for. ROUTERS[3] has the small
# link on its right.
# short_quotes [MTU]
short_quotes() {
	ns "${ROUTERS[3]}" nft -f - <<-END
		table ip short {
			chain out {
				type filter hook output priority 0
				icmp code 4 icmp type 3 ip saddr 100.64.0.0/16 meta mark != 1 meta length > 60 drop
			}
		}
	END
	background /usr/bin/python3 "$PY/short_quotes.py" "${ROUTERS[3]}" left "${1:-1300}" >"$WORK/short"
	busywait 10 grep -q ready "$WORK/short" || fail "short_quotes.py"
}

full_quotes() {
	ns "${ROUTERS[3]}" nft delete table ip short
}

# trace NAMESPACE TO [OPTIONS]: each hop on a line, as "address[ !what]"
trace() {
	local name=$1 to=$2
	shift 2
	ns "$name" traceroute -n -q 1 -w "${WAIT:-3}" -m "${HOPS:-10}" "$@" "$to" 2>&1 |
		awk 'NR > 1 { print $2 ($5 == "" ? "" : " " $5) }'
}
