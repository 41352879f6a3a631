# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The topologies that test files share, out of namespaces and veth cables; sourced by
# lib.sh. Each setup_ function makes the namespaces whose variables the drawing names.
#
# setup_pair: two hosts on one link; tunnel_pair adds a tunnel.
#
#    $A                                         $B
#    +-----------------------+   +-----------------------+
#    |  gre1 10.0.0.1/30     |   |  gre1 10.0.0.2/30     |
#    |       fd00::1/64      |   |       fd00::2/64      |
#    |   |                   |   |                   |   |
#    |  v0   192.0.2.1/24 ===========  v0  192.0.2.2/24   |
#    |       2001:db8::1/64  |   |       2001:db8::2/64  |
#    +-----------------------+   +-----------------------+
#
# setup_routed: two hosts and a router between them; tunnel_routed adds the same tunnel.
#
#    $H1 v0 198.51.100.2/24 --- 198.51.100.1 v1 $NET v2 203.0.113.1 --- v0 203.0.113.2/24 $H2
#
# setup_path: two sites, and five routers between their gateways; tunnel_path adds the
# same tunnel, and the routes through it.
#
#   $LAN 172.16.0.2 --- 172.16.0.1 $GW ===== gre1 ===== $FAR 172.16.1.1 --- 172.16.1.2 $SITE
#        fd16::2        fd16::1      \                 /     fd17::1        fd17::2
#                                     R1 R2 R3 R4 R5
#
# Link I, from 0 to 5, has 100.64.I.1/30 on the side of the LAN and 100.64.I.2 on the
# other, on the devices right and left; the outer addresses of the tunnel are 100.64.0.1
# and 100.64.5.2.
#
# add_lan puts a host on an inner LAN behind any gateway.

# With GREX_UNDERLAY=ipv6, gre1 is over IPv6: outer says which address stands for which.
# OUTER_LEN is the length of the outer IP header and a short GRE header.
# OUTER_FILTER is the filter of tcpdump for outer packets.

# shellcheck disable=SC2034 # for the test files
if [ "${GREX_UNDERLAY:-}" = ipv6 ]; then
	OUTER_LEN=44
	OUTER_FILTER="ip6 proto 47"
else
	OUTER_LEN=24
	OUTER_FILTER="ip proto 47"
fi

PATH_ROUTERS=5
ROUTERS=() # the gateways and the routers of setup_path, from the left

# outer ADDRESS: the outer address, of IPv4, or the one of IPv6 that stands for it
outer() {
	local a b c d

	[ "${GREX_UNDERLAY:-}" = ipv6 ] || { echo "$1"; return; }
	IFS=. read -r a b c d <<<"$1"
	case $a.$b.$c in
	192.0.2) echo "2001:db8::$d" ;;
	192.0.3) echo "2001:db8:3::$d" ;;
	198.51.100) echo "2001:db8:1::$d" ;;
	203.0.113) echo "2001:db8:2::$d" ;;
	100.64.*) echo "2001:db8:64:$c::$d" ;;
	*) echo "$1" ;;
	esac
}

# outer_prefix ADDRESS/LENGTH: likewise for a prefix
outer_prefix() {
	local length=${1#*/}
	[ "${GREX_UNDERLAY:-}" != ipv6 ] || length=$((length + 96))
	echo "$(outer "${1%/*}")/$length"
}

# outer_address NAMESPACE DEVICE ADDRESS [via GATEWAY]: give it the address that stands for
# this one, and route everything else to the gateway, if the underlay is IPv6
outer_address() {
	[ "${GREX_UNDERLAY:-}" = ipv6 ] || return 0
	run ip -n "$1" addr add "$(outer "$3")/64" dev "$2" nodad
	[ $# = 3 ] || run ip -n "$1" route add default via "$(outer "$5")"
}

# outer_router NAMESPACE...: these forward outer packets
outer_router() {
	local name
	[ "${GREX_UNDERLAY:-}" = ipv6 ] || return 0
	for name; do
		ns "$name" sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv6.icmp.ratelimit=0
	done
}

# veth NAMESPACE DEVICE NAMESPACE DEVICE: a cable between two namespaces
veth() {
	run ip link add "$2" netns "$1" type veth peer name "$4" netns "$3"
}

# configure NAMESPACE DEVICE [ADDRESS | via GATEWAY]...: give the device its addresses, set
# it up, and route everything else to the gateways
configure() {
	local name=$1 dev=$2 lines=() routes=()
	shift 2
	while [ $# -gt 0 ]; do
		case $1 in
		via)
			routes+=("route add default via $2")
			shift
			;;
		*:*) lines+=("addr add $1 dev $dev nodad") ;;
		*) lines+=("addr add $1 dev $dev") ;;
		esac
		shift
	done
	lines+=("link set $dev up")
	printf '%s\n' "${lines[@]}" "${routes[@]+"${routes[@]}"}" | ips "$name"
}

# icmp_unlimited NAMESPACE...: every ICMP error leaves, whatever came before it
icmp_unlimited() {
	local name
	for name; do
		ns "$name" sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
	done
}

# outer_neighbours NAMESPACE ADDRESS: wait until packets over IPv6 pass to that address,
# because a new device may not hear solicitations yet
outer_neighbours() {
	[ "${GREX_UNDERLAY:-}" = ipv6 ] || return 0
	busywait 10 ping_ok "$1" "$(outer "$2")" || fail "the underlay"
}

# forget_path_mtu NAMESPACE...: drop what their routes have learned of path MTUs
forget_path_mtu() {
	local name
	for name; do
		run ip -n "$name" route flush cache
		run ip -6 -n "$name" route flush cache
	done
}

# gre1_between NAMESPACE LOCAL NAMESPACE LOCAL [OPTIONS]: gre1 on both, with addresses, up
gre1_between() {
	local near=$1 near_local far=$3 far_local
	near_local=$(outer "$2")
	far_local=$(outer "$4")
	shift 4
	run gretool -n "$near" add gre1 local "$near_local" remote "$far_local" "$@" \
		addr 10.0.0.1/30 addr fd00::1/64 up || fail "add in $near"
	run gretool -n "$far" add gre1 local "$far_local" remote "$near_local" "$@" \
		addr 10.0.0.2/30 addr fd00::2/64 up || fail "add in $far"
}

# add_lan VARIABLE GATEWAY PREFIX [PREFIX6]: a host behind the gateway, which forwards:
# PREFIX.2/24 on its v0, and PREFIX.1 on lan0 of the gateway, likewise for IPv6
add_lan() {
	local gateway=$2 prefix=$3 prefix6=${4:-}
	new_ns "$1"
	veth "${!1}" v0 "$gateway" lan0
	configure "$gateway" lan0 "$prefix.1/24" ${prefix6:+"$prefix6::1/64"}
	configure "${!1}" v0 "$prefix.2/24" via "$prefix.1" \
		${prefix6:+"$prefix6::2/64" via "$prefix6::1"}
	ns "$gateway" sysctl -qw net.ipv4.ip_forward=1 ${prefix6:+net.ipv6.conf.all.forwarding=1}
}

# --- two hosts on one link ---------------------------------------------------

setup_pair() {
	new_ns A
	new_ns B
	veth "$A" v0 "$B" v0
	configure "$A" v0 192.0.2.1/24 2001:db8::1/64
	configure "$B" v0 192.0.2.2/24 2001:db8::2/64
	outer_neighbours "$A" 192.0.2.2
}

# tunnel_pair [OPTIONS]
tunnel_pair() {
	gre1_between "$A" 192.0.2.1 "$B" 192.0.2.2 "$@"
}

# --- a router between them ---------------------------------------------------

setup_routed() {
	new_ns H1
	new_ns NET
	new_ns H2
	veth "$H1" v0 "$NET" v1
	veth "$H2" v0 "$NET" v2
	configure "$H1" v0 198.51.100.2/24 via 198.51.100.1
	configure "$NET" v1 198.51.100.1/24
	configure "$NET" v2 203.0.113.1/24
	configure "$H2" v0 203.0.113.2/24 via 203.0.113.1
	ns "$NET" sysctl -qw net.ipv4.ip_forward=1
	outer_address "$NET" v1 198.51.100.1
	outer_address "$NET" v2 203.0.113.1
	outer_address "$H1" v0 198.51.100.2 via 198.51.100.1
	outer_address "$H2" v0 203.0.113.2 via 203.0.113.1
	outer_router "$NET"
	outer_neighbours "$H1" 203.0.113.2
}

# tunnel_routed [OPTIONS]
tunnel_routed() {
	gre1_between "$H1" 198.51.100.2 "$H2" 203.0.113.2 "$@"
}

# near_link_mtu MTU, far_link_mtu MTU: of the link between H1 and the router, and of that
# between the router and H2, which H1 does not see
near_link_mtu() {
	run ip -n "$H1" link set v0 mtu "$1"
	run ip -n "$NET" link set v1 mtu "$1"
}

far_link_mtu() {
	run ip -n "$NET" link set v2 mtu "$1"
	run ip -n "$H2" link set v0 mtu "$1"
}

# --- two sites and five routers ----------------------------------------------

setup_path() {
	local i

	new_ns GW
	ROUTERS=("$GW")
	for ((i = 1; i <= PATH_ROUTERS; i++)); do
		new_ns R
		ROUTERS+=("$R")
	done
	new_ns FAR
	ROUTERS+=("$FAR")
	for ((i = 0; i <= PATH_ROUTERS; i++)); do
		veth "${ROUTERS[i]}" right "${ROUTERS[i + 1]}" left
		configure "${ROUTERS[i]}" right "100.64.$i.1/30"
		configure "${ROUTERS[i + 1]}" left "100.64.$i.2/30"
	done
	for ((i = 0; i <= PATH_ROUTERS + 1; i++)); do
		{
			((i >= PATH_ROUTERS)) ||
				echo "route add 100.64.$PATH_ROUTERS.0/30 via 100.64.$i.2"
			((i <= 1)) ||
				echo "route add 100.64.0.0/30 via 100.64.$((i - 1)).1"
		} | ips "${ROUTERS[i]}"
		ns "${ROUTERS[i]}" sysctl -qw net.ipv4.ip_forward=1
	done
	path_ipv6
	# That routers of the underlay limit themselves is not the subject.
	for ((i = 1; i <= PATH_ROUTERS; i++)); do
		ns "${ROUTERS[i]}" sysctl -qw net.ipv4.icmp_ratelimit=0
	done
	add_lan LAN "$GW" 172.16.0 fd16
	add_lan SITE "$FAR" 172.16.1 fd17
}

# path_ipv6: the same path over IPv6, if the underlay is
path_ipv6() {
	local i

	[ "${GREX_UNDERLAY:-}" = ipv6 ] || return 0
	for ((i = 0; i <= PATH_ROUTERS; i++)); do
		outer_address "${ROUTERS[i]}" right "100.64.$i.1"
		outer_address "${ROUTERS[i + 1]}" left "100.64.$i.2"
	done
	for ((i = 0; i <= PATH_ROUTERS + 1; i++)); do
		{
			((i >= PATH_ROUTERS)) ||
				echo "route add 2001:db8:64:$PATH_ROUTERS::/64 via 2001:db8:64:$i::2"
			((i <= 1)) ||
				echo "route add 2001:db8:64:0::/64 via 2001:db8:64:$((i - 1))::1"
		} | ips "${ROUTERS[i]}"
	done
	outer_router "${ROUTERS[@]}"
	outer_neighbours "$GW" 100.64.5.2
}

# tunnel_path [OPTIONS]
tunnel_path() {
	gre1_between "$GW" 100.64.0.1 "$FAR" 100.64.5.2 "$@"
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

path_forget() {
	forget_path_mtu "$GW" "$FAR" "$LAN" "$SITE"
}
