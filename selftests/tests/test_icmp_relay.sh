#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# ICMP errors about outer packets, made byte by byte: what reaches the source of
# the inner packet, and what must not.
#
#   $LAN 172.16.0.2 --- 172.16.0.1 $A 192.0.2.1 ====== $B
#        fd16::2        fd16::1      tunnels 1 to 6   no tunnel, only a wire
#
# Tunnel I has the remote 192.0.2.1I, and 10.I.0.0/16 and fd0I::/64 behind it.
# limit: 300

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	types
	quotes
	fragmented
	first_packet
	hop
	labels
	refused
	counted
	forged
	path_mtu_is_kept
	floor
	flood
"

TUNNELS="plain keyed csumkey inherit hop off"

SETUP=setup
setup() {
	local i name

	setup_pair
	new_ns LAN
	run ip link add v0 netns "$LAN" type veth peer name lan0 netns "$A"
	ips "$A" <<-END
		addr add 172.16.0.1/24 dev lan0
		addr add fd16::1/64 dev lan0 nodad
		link set lan0 up
	END
	ips "$LAN" <<-END
		addr add 172.16.0.2/24 dev v0
		addr add fd16::2/64 dev v0 nodad
		link set v0 up
		route add default via 172.16.0.1
		route add default via fd16::1
	END
	ns "$A" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0 \
		net.ipv4.icmp_msgs_per_sec=1000000
	gretool -n "$A" -batch - <<-END || fail "add"
		add plain local 192.0.2.1 remote 192.0.2.11 up
		add keyed local 192.0.2.1 remote 192.0.2.12 key 5 up
		add csumkey local 192.0.2.1 remote 192.0.2.13 key 6 csum up
		add inherit local 192.0.2.1 remote 192.0.2.14 ttl inherit up
		add hop local 192.0.2.1 remote 192.0.2.15 ttl inherit icmp-source hop up
		add off local 192.0.2.1 remote 192.0.2.16 icmp-relay off up
	END
	i=0
	for name in $TUNNELS; do
		i=$((i + 1))
		# Nobody has these addresses, so nobody answers to them.
		echo "neigh add 192.0.2.1$i lladdr 02:00:00:00:00:0$i dev v0"
		echo "route add 10.$i.0.0/16 dev $name"
		echo "route add fd0$i::/64 dev $name"
	done | ips "$A"
	ns "$B" ip link set v0 promisc on
}

relay() {
	helper_run relay.py "$LAN" "$B" "$A" "$1"
	helper_results "$1"
}

types() { relay types; }
quotes() { relay quotes; }
fragmented() { relay fragmented; }
hop() { relay hop; }
labels() { relay labels; }
refused() { relay refused; }

first_packet() {
	relay first_packet
}

# forget: what has been learned of the path, here and at the source
forget() {
	local end
	for end in "$A" "$LAN"; do
		run ip -n "$end" route flush cache
		run ip -6 -n "$end" route flush cache
	done
}

# learned DEVICE: the path MTU that the tunnel has learned from an ICMP error
learned() {
	gretool -n "$A" -j show "$1" |
		jq -r '.[0].path_mtu | select(.source == "icmp") | .bytes'
}

# Each error of the groups before is counted once.
counted() {
	local name
	name=$(ip netns exec "$A" ethtool -S keyed)
	for word in icmp_unreachable_relayed icmp_time_exceeded_relayed \
		icmp_param_problem_relayed icmp_unreachable_refused \
		icmp_param_problem_refused \
		netns_icmp_no_tunnel; do
		check_match "$word" "$word: [1-9]" "$name"
	done
	check_eq "none of a tunnel that does not relay" "" \
		"$(ip netns exec "$A" ethtool -S off | grep ' icmp.*: [1-9]')"
}

forged() {
	# One that has sent nothing yet remembers all that it sends.
	run gretool -n "$A" del plain
	run gretool -n "$A" add plain local 192.0.2.1 remote 192.0.2.11 up
	ips "$A" <<-END
		route add 10.1.0.0/16 dev plain
		route add fd01::/64 dev plain
	END
	counts "$A" plain icmp_frag_needed_refused 8 relay forged
	# The last claim is true.
	check_eq "what the tunnel has learned" 1200 "$(learned plain)"
	forget
	check_eq "and forgotten" "" "$(learned plain)"
}

# One claim after the other about packets that were never sent.
path_mtu_is_kept() {
	counts "$A" plain icmp_frag_needed_relayed 0 helper_run relay.py "$LAN" \
		"$B" "$A" refused
	check_eq "path MTU" "" "$(learned plain)"
}

floor() {
	relay floor
	check_eq "path MTU" 552 "$(learned keyed)"
	forget
}

flood() {
	local before limited sent relayed

	before=$(counter "$A" plain icmp_unreachable_limited)
	relayed=$(counter "$A" plain icmp_unreachable_relayed)
	relay flood
	sent=$(sed -n 's/^# sent //p' "$HELPER")
	limited=$(($(counter "$A" plain icmp_unreachable_limited) - before))
	relayed=$(($(counter "$A" plain icmp_unreachable_relayed) - relayed))
	sed -n '/^# [0-9]* errors/p' "$HELPER"
	# What the socket of the sender or a queue has dropped is not ours.
	if [ "$limited" = 0 ] && [ "$sent" -ge 1500 ] ||
		[ $((limited + relayed)) -gt "$sent" ]; then
		fail "$limited limited, $relayed relayed of $sent"
	fi
}

run_tests
