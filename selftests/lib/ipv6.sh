# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What test files about tunnels over IPv6 share; they source this after lib.sh. The topologies are
# the pair of topology.sh, and two hosts with a router between them:
#
#    $H1 v0 2001:db8:1::2 --- 2001:db8:1::1 v1 $NET v2 2001:db8:2::1 --- v0 2001:db8:2::2 $H2

# tunnel_ipv6 [OPTIONS]
tunnel_ipv6() {
	gre1_between "$A" 2001:db8::1 "$B" 2001:db8::2 "$@"
}

setup_routed_ipv6() {
	new_ns H1
	new_ns NET
	new_ns H2
	veth "$H1" v0 "$NET" v1
	veth "$H2" v0 "$NET" v2
	configure "$H1" v0 2001:db8:1::2/64 via 2001:db8:1::1
	configure "$NET" v1 2001:db8:1::1/64
	configure "$NET" v2 2001:db8:2::1/64
	configure "$H2" v0 2001:db8:2::2/64 via 2001:db8:2::1
	ns "$NET" sysctl -qw net.ipv6.conf.all.forwarding=1
	icmp_unlimited "$NET" "$H1"
	# A new device may not hear solicitations yet.
	check "the router" busywait 5 ping_ok "$H1" 2001:db8:1::1
	check "the other host" busywait 5 ping_ok "$H1" 2001:db8:2::2
	gre1_between "$H1" 2001:db8:1::2 "$H2" 2001:db8:2::2 "$@"
}

path_mtu() {
	gretool -n "$H1" -j show gre1 | member path_mtu.source path_mtu.bytes
}
path_mtu_is() { [ "$(path_mtu)" = "$1" ]; }
device_mtu_is() { [ "$(link_mtu "$1" gre1)" = "$2" ]; }

# forge LABEL MTU: a packet too big about a packet of gre1 with this flow label
forge() {
	ip netns exec "$NET" python3 "$PY/forged_ptb.py" 2001:db8:1::2 2001:db8:2::2 "$@"
}

# label_of_ping: the flow label with which gre1 sends a ping from 10.0.0.1 to 10.0.0.2
label_of_ping() {
	capture "$NET" v1 "$WORK/label.pcap" ip6 proto 47 and src 2001:db8:1::2
	check "a ping" ping_ok "$H1" 10.0.0.2
	capture_stop "$WORK/label.pcap" 3
	fields "$WORK/label.pcap" ipv6.flow ip.dst | awk '$2 == "10.0.0.2" { print $1; exit }'
}
