#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The options of the kind "gre": the functions do the same with ip_gre and with grex in its
# place, by ip(8), by ioctl and by netlink, see lib/compare.sh. The topology is the pair of
# lib/topology.sh.
# limit: 300
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

COMPARED="
	ip_tunnel
	ip_link
	ioctl_errors
	ioctl_on_gre0
	ioctl_options
	netlink_resets
	netlink_accepts
	duplicates
"
TESTS=$COMPARED

# shellcheck source=../lib/compare.sh
. "$(dirname "$0")/../lib/compare.sh"

TOPOLOGY=topology
topology() {
	setup_pair
	V0=$(ip netns exec "$A" cat /sys/class/net/v0/ifindex)
}

# try COMMAND...: report it, in $A
try() {
	report "$*" ip netns exec "$A" "$@" | sed "s/ link $V0 / link v0 /"
}

# ask [PROGRAM WORD...]: send the ioctl commands of the input, with a program that starts
# others if given
ask() {
	ip netns exec "$A" "$@" python3 -S "$PY/tunnel_ioctl.py" | sed "s/ link $V0 / link v0 /"
}

# shown DEVICE: how it is in $A
shown() { link_shown -n "$A" "$1"; }

ip_tunnel_with() {
	try ip tunnel add gre1 mode gre local 192.0.2.1 remote 192.0.2.2
	shown gre1
	try ip tunnel show
	try ip tunnel add gre1 mode gre local 192.0.2.1 remote 192.0.2.3
	try ip tunnel add gre2 mode gre local 192.0.2.1 remote 192.0.2.2
	try ip tunnel add gre2 mode gre local 192.0.2.1 remote 192.0.2.2 key 5
	try ip tunnel add gre3 mode gre local 192.0.2.1 remote 192.0.2.2 \
		ikey 1 okey 2 icsum oseq ttl 9 tos inherit dev v0
	try ip tunnel add gre4 mode gre remote 192.0.2.3 nopmtudisc tos 0x10
	try ip tunnel add gre5 mode gre remote 192.0.2.4 nopmtudisc ttl 9
	try ip tunnel add gre6 mode gre local 192.0.2.1
	try ip tunnel add gre7 mode gre key 0
	try ip tunnel show
	for dev in gre2 gre3 gre4 gre6 gre7; do shown "$dev"; done
	try ip tunnel change gre3 ttl inherit
	try ip tunnel change gre2 csum
	try ip tunnel change gre2 remote 192.0.2.9 tos 0x1c
	try ip tunnel change gre2 remote any
	try ip tunnel change gre6 remote 192.0.2.7
	try ip tunnel change gre1 key 5 remote 192.0.2.9
	try ip tunnel change gre1 key 5 remote 192.0.2.9
	try ip tunnel change gre4 ttl 7
	try ip tunnel change nothing ttl 7
	try ip -s tunnel
	for dev in gre1 gre2 gre3 gre4 gre6; do shown "$dev"; done
	try ip tunnel del gre1
	try ip tunnel del gre1
	try ip tunnel show
	# The tunnel without a name is the one with these parameters.
	try ip tunnel del mode gre local 192.0.2.1
	try ip tunnel del mode gre local 192.0.2.1
	try ip tunnel show
}

ip_link_with() {
	try ip link add gre1 type gre local 192.0.2.1 remote 192.0.2.2
	shown gre1
	try ip link add gre2 type gre remote 192.0.2.3 ttl 9 tos 0x10 key 7 icsum oseq \
		dev v0 fwmark 9
	try ip link add gre3 type gre local 192.0.2.1 nopmtudisc
	try ip link add gre4 type gre remote 192.0.2.4 nopmtudisc ignore-df
	try ip link add gre5 type gre remote 192.0.2.4 key 1 ignore-df
	try ip link add gre6 type gre remote 192.0.2.5 ttl inherit tos inherit
	try ip link add gre7 mtu 1300 type gre remote 192.0.2.6
	try ip link add type gre remote 192.0.2.7
	for dev in gre2 gre3 gre4 gre6 gre7; do shown "$dev"; done
	try ip link set gre2 type gre ttl inherit
	try ip link change gre2 type gre noikey okey 8
	try ip link change gre2 type gre nookey
	try ip link set gre3 type gre remote 192.0.2.3 key 5
	try ip link set gre1 type gre remote any
	try ip link set gre1 type gre remote 192.0.2.5
	try ip link set gre1 type gre remote 192.0.2.3 key 8 csum seq
	try ip link set gre4 type gre ttl 9
	for dev in gre1 gre2 gre3 gre4; do shown "$dev"; done
	try ip link set gre1 type gretap remote 192.0.2.9
	try ip link del gre1
	try ip link set gre1 type gre ttl 1
}

ioctl_errors_with() {
	ask <<-END
		get gre0
		get gre0 saddr=192.0.2.1
		add gre0 name=gre1
		add gre0 name=gre1 daddr=192.0.2.2 version=6
		add gre0 name=gre1 daddr=192.0.2.2 ihl=6
		add gre0 name=gre1 daddr=192.0.2.2 protocol=4
		add gre0 name=gre1 daddr=192.0.2.2 frag_off=0x2000
		add gre0 name=gre1 daddr=192.0.2.2 i_flags=routing
		add gre0 name=gre1 daddr=192.0.2.2 o_flags=version
		add gre0 name=a/b daddr=192.0.2.2
		add gre0 name=v0 daddr=192.0.2.2
		add gre0 name=gre1 daddr=192.0.2.2 i_key=5 o_key=6
		add gre0 name=gre1 daddr=192.0.2.2
		add gre1 name=gre2 daddr=192.0.2.3 ttl=9
		add gre0 daddr=192.0.2.4 frag_off=0x4000
		get gre2
		change gre1 version=6 daddr=192.0.2.2
		change gre1
		change gre1 daddr=192.0.2.3
		get gre1
		del gre1
		get gre1
		get v0
	END
	# Another user than root may only look.
	ask setpriv --reuid 65534 --clear-groups <<-END
		get gre2
		add gre2 daddr=192.0.2.9
		change gre2 daddr=192.0.2.9
		del gre2 daddr=192.0.2.9
	END
	try ip -br link show type gre
}

ioctl_on_gre0_with() {
	ask <<-END
		add gre0 name=gre1 saddr=192.0.2.1 daddr=192.0.2.2 i_flags=key i_key=5
		get gre0 saddr=192.0.2.1 daddr=192.0.2.2
		get gre0 saddr=192.0.2.1 daddr=192.0.2.2 i_flags=key i_key=5
		del gre0 saddr=192.0.2.1 daddr=192.0.2.2
		change gre0 saddr=192.0.2.1 daddr=192.0.2.2 ttl=9
		change gre0 ttl=9 tos=8
		get gre0
		del gre0
		del gre0 saddr=192.0.2.1 daddr=192.0.2.2 i_flags=key i_key=5
		del gre0 saddr=192.0.2.1 daddr=192.0.2.2 i_flags=key i_key=5
		change gre0
	END
	try ip tunnel show
}

# A change resets the options that it does not give, and the mark. A fixed TTL forces DF.
ioctl_options_with() {
	try ip link add gre1 type gre local 192.0.2.1 remote 192.0.2.2 ttl 9 tos 8 \
		key 5 csum seq fwmark 7 dev v0
	ask <<-END
		get gre1
		change gre1 name=gre1 daddr=192.0.2.2
		get gre1
	END
	shown gre1
	ask <<-END
		change gre1 name=gre1 daddr=192.0.2.2 ttl=9
		get gre1
		change gre1 name=gre1 daddr=192.0.2.2 tos=7
		get gre1
	END
	try ip link set gre1 type gre nopmtudisc ignore-df
	ask <<<"change gre1 name=gre1 daddr=192.0.2.2 tos=1"
	shown gre1
}

netlink_resets_with() {
	try ip link add gre1 type gre local 192.0.2.1 remote 192.0.2.2 ttl 9 tos 8 \
		key 5 csum seq fwmark 7 dev v0
	netlink_changes gre gre1 <<-END
		REMOTE=192.0.2.2
		REMOTE=192.0.2.3 TTL=9 OFLAGS=0x2000 OKEY=6
		LOCAL=192.0.2.1 REMOTE=192.0.2.3 PMTUDISC=0
		REMOTE=192.0.2.3 PMTUDISC=0 IGNORE_DF=1
		REMOTE=192.0.2.3 PMTUDISC=0 TTL=3
		REMOTE=192.0.2.3 PMTUDISC=1
		REMOTE=192.0.2.3 PMTUDISC=0 IGNORE_DF=0
		REMOTE=192.0.2.3 FWMARK=0
		TTL=9
	END
}

# These are values that mean "not used", or that ip_gre ignores.
netlink_accepts_with() {
	try ip link add gre1 type gre remote 192.0.2.2
	netlink_changes gre gre1 <<-END
		REMOTE=192.0.2.2 IKEY=0 OKEY=0
		REMOTE=192.0.2.2 IKEY=5 OKEY=6
		REMOTE=192.0.2.2 ENCAP_TYPE=0 ENCAP_FLAGS=0 ENCAP_SPORT=0 ENCAP_DPORT=0
		REMOTE=192.0.2.2 IFLAGS=0x2000 OFLAGS=0x2000
		REMOTE=192.0.2.2 TOS=2
		REMOTE=192.0.2.2 TOS=7
		REMOTE=192.0.2.2 PMTUDISC=2
		REMOTE=192.0.2.2 IFLAGS=0x4000
		REMOTE=192.0.2.2 OFLAGS=1
		REMOTE=192.0.2.2 IFLAGS=0x0800
	END
	try ip link add gre2 address 192.0.2.9 type gre remote 192.0.2.9
	try ip link add gre3 link v0 type gre remote 192.0.2.8
	shown gre2
	shown gre3
}

duplicates_with() {
	try ip link add gre1 type gre
	try ip link add gre1 type gre key 0
	try ip link add gre2 type gre ikey 0 okey 1
	try ip link add gre2 type gre dev v0
	try ip link add gre3 type gre dev v0
	try ip link add gre3 type gre local 192.0.2.1 remote 192.0.2.2
	try ip link add gre4 type gre local 192.0.2.1 remote 192.0.2.2
	try ip link add gre4 type gre local 192.0.2.1 remote 192.0.2.2 okey 5
	try ip link add gre4 type gre local 192.0.2.1 remote 192.0.2.2 ikey 0
	try ip link add gre5 type gre local 192.0.2.1 remote 192.0.2.2 dev v0
	try ip link set gre5 type gre noikey nookey dev lo
	try ip link set gre4 type gre noikey
	try ip link set gre1 type gre noikey nookey
	try ip tunnel show
}

run_tests
