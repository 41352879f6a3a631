#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# managers.sh boot|compare: check the router of system_gre.sh, which calls this with "boot"
# first and then with "compare". All programs are Debian's, and know only the kind "gre". With "boot", those of them
# that can be installed together have each made a tunnel at boot with the package grex-gre,
# and remove it. With "compare", each of them does the same with ip_gre and with grex in its
# place.
#
#    router (systemd)                            peer, a namespace
#    +---------------------------+   +---------------------------+
#    |  gre1 10.0.0.1/30         |   |  gre1 10.0.0.2/30         |
#    |  v0   192.0.2.1/24 ===========  v0   192.0.2.2/24         |
#    +---------------------------+   +---------------------------+

# shellcheck source=../../lib/lib.sh
. "$(dirname "$0")/../../lib/lib.sh"

COMPARED="
	ifupdown
	ifupdown2
	ifupdown_ng
	network_manager
	netplan_apply
	networkd
"

# shellcheck source=../../lib/compare.sh
. "$(dirname "$0")/../../lib/compare.sh"

WAIT=120 # seconds, for programs of a slow machine
PACKAGED=/run/modprobe.d/grex-gre.conf # hides the file of the package

TOPOLOGY=topology
topology() {
	local dev

	[ "$WITH" = ip_gre ] || rm -f "$PACKAGED"
	for dev in gre1 gre2; do
		gone "$dev" || ip link del "$dev"
	done
	ip -n peer link show gre1 >/dev/null 2>&1 || ips peer <<-'END'
		link add gre1 type gre local 192.0.2.2 remote 192.0.2.1
		addr add 10.0.0.2/30 dev gre1
		link set gre1 up
	END
}

# try COMMAND...: report it
try() { report "$*" "$@"; }

# state [DEVICE]: what a look at it shows
state() {
	local dev=${1:-gre1}

	try ip tunnel show "$dev"
	ip -d -batch - <<-END 2>&1 | link_filter
		addr show dev $dev
		route show table all dev $dev
	END
}

# left: the tunnels that exist
left() { echo "left:" /sys/class/net/gre[0-9]*; }

pings() { ping -q -c 1 -W 5 "$1" >"$WORK/ping"; }

# crosses [OPTION...]: the tunnel of the peer gets these options of ip(8), and a ping crosses
# it; print what the underlay sees, without the identifications
crosses() {
	run ip -n peer link set gre1 type gre local 192.0.2.2 remote 192.0.2.1 "$@"
	ns_background peer timeout 30 tcpdump -n -v -t -c 1 -l --immediate-mode -i v0 \
		"proto 47 and src host 192.0.2.1 and ip[22:2] = 0x0800" >"$WORK/wire" 2>"$WORK/log"
	busywait 20 grep -q 'listening on' "$WORK/log" || fail "tcpdump: $(cat "$WORK/log")"
	if pings 10.0.0.2; then
		wait "$!"
	else
		fail "no ping"
	fi
	sed -E 's/ id [0-9]+,//g' "$WORK/wire"
}

exists() { [ -e "/sys/class/net/$1" ]; }

gone() { ! exists "$1"; }

# in_root PROGRAM COMMAND...: run it in the Debian that has this program instead of ifupdown
in_root() {
	local root=/opt/$1
	shift
	mountpoint -q "$root/proc" || {
		mkdir -p "$root/run/network"
		mount -t proc proc "$root/proc"
		mount --bind /sys "$root/sys"
		mount --bind /dev "$root/dev"
	}
	chroot "$root" "$@"
}

# --- ifupdown and its successors ---------------------------------------------

ifupdown_with() {
	local file=$WORK/interfaces

	cat >"$file" <<-'END'
		iface gre1 inet tunnel
		    address 10.0.0.1
		    netmask 255.255.255.252
		    dstaddr 10.0.0.2
		    mode gre
		    endpoint 192.0.2.2
		    local 192.0.2.1
		    ttl 64
		    mtu 1400
		    post-up ip route add 10.8.0.0/16 dev gre1
	END
	report "ifup" ifup -i "$file" gre1
	state
	crosses
	report "ifup again" ifup -i "$file" --force gre1
	report "ifdown" ifdown -i "$file" gre1
	left
}

ifupdown2_with() {
	local file=/opt/ifupdown2/etc/network/interfaces

	cat >"$file" <<-'END'
		auto gre1
		iface gre1 inet tunnel
		    mode gre
		    local 192.0.2.1
		    endpoint 192.0.2.2
		    ttl 64
		    address 10.0.0.1/30
		    mtu 1400
	END
	try in_root ifupdown2 ifup gre1
	state
	crosses
	sed -i 's/ttl 64/ttl 99/' "$file"
	try in_root ifupdown2 ifreload -a
	# It sometimes says that it could not read an answer of the kernel.
	try in_root ifupdown2 ifquery --check gre1 | grep -v 'recv() error'
	state
	crosses
	try in_root ifupdown2 ifdown gre1
	left
}

ifupdown_ng_with() {
	cat >/opt/ifupdown-ng/etc/network/interfaces <<-'END'
		auto gre1
		iface gre1
		    address 10.0.0.1/30
		    tunnel-mode gre
		    tunnel-local 192.0.2.1
		    tunnel-remote 192.0.2.2
		    tunnel-key 5
		    tunnel-tos 0x10
		    tunnel-ttl 64
		    mtu 1400
	END
	try in_root ifupdown-ng ifup gre1
	state
	crosses key 5
	try in_root ifupdown-ng ifdown gre1
	left
}

# --- NetworkManager ----------------------------------------------------------

# nmcli_with COMMAND...: report it, but without the random names of objects
nmcli_with() { try nmcli -w "$WAIT" "$@" | sed -E 's/\([0-9a-f-]+\) //; /D-Bus active path/d'; }

# manager_lists: the tunnels that NetworkManager knows
manager_lists() { nmcli -t -f DEVICE,TYPE,STATE,CONNECTION device | grep "^gre[0-9]"; }

network_manager_with() {
	systemctl start NetworkManager.service
	nmcli_with connection add type ip-tunnel con-name office ifname gre1 \
		autoconnect no mode gre local 192.0.2.1 remote 192.0.2.2 ip-tunnel.ttl 64 \
		ip-tunnel.input-key 5 ip-tunnel.output-key 5 ip-tunnel.mtu 1400 \
		ipv4.method manual ipv4.addresses 10.0.0.1/30 ipv4.routes 10.8.0.0/16 \
		ipv6.method disabled
	nmcli_with connection up office
	try nmcli -g GENERAL.STATE,GENERAL.CONNECTION,GENERAL.MTU,IP4.ADDRESS,IP4.ROUTE device show gre1
	manager_lists
	state
	crosses key 5
	nmcli_with connection down office
	busywait "$WAIT" gone gre1
	nmcli_with connection modify office ip-tunnel.ttl 99 ip-tunnel.tos 16 \
		ip-tunnel.input-key 6 ip-tunnel.output-key 6 ip-tunnel.parent v0
	nmcli_with connection up office
	state
	crosses key 6
	# An interface that somebody else has made is external.
	try ip tunnel add gre2 mode gre local 192.0.2.1 remote 192.0.2.9
	try ip addr add 10.2.0.1/30 dev gre2
	try ip link set gre2 up
	busywait "$WAIT" manager_has gre2
	manager_lists
	try ip tunnel del gre2
	nmcli_with connection delete office
	busywait "$WAIT" gone gre1
	left
	systemctl stop NetworkManager.service
}

manager_has() { nmcli -t -f DEVICE,STATE device | grep -q "^$1:connected"; }

# --- systemd-networkd and netplan ----------------------------------------------

# configured DEVICE: whether networkd has done all of it
configured() { networkctl --no-legend --no-pager list "$1" | grep -q ' configured *$'; }

# networkd_shows DEVICE...: what networkd knows of them, but the driver, which is the name of
# the module for grex, and the limits of the MTU
networkd_shows() {
	local dev
	for dev; do
		if busywait "$WAIT" configured "$dev"; then
			networkctl --no-pager -n 0 status "$dev" |
				sed -E '/Driver:/d; s/^(.) [0-9]+: /\1 /; s/ \(min: .*//'
		else
			echo "$dev is not configured"
		fi
	done
}

# stop_networkd: stop it, and remove its files
stop_networkd() {
	systemctl stop systemd-networkd.socket systemd-networkd.service
	rm /run/systemd/network/*
}

netplan_apply_with() {
	local file=/etc/netplan/gre.yaml

	cat >"$file" <<-'END'
		network:
		  version: 2
		  renderer: networkd
		  tunnels:
		    gre1:
		      mode: gre
		      local: 192.0.2.1
		      remote: 192.0.2.2
		      keys:
		        input: 5
		        output: 5
		      ttl: 64
		      mtu: 1400
		      addresses: [10.0.0.1/30]
		      routes:
		        - to: 10.8.0.0/16
		          via: 10.0.0.2
	END
	chmod 600 "$file"
	try netplan apply
	networkd_shows gre1
	state
	crosses key 5
	run ip link del gre1
	stop_networkd
	rm "$file"
}

networkd_with() {
	local dir=/run/systemd/network

	cat >"$dir/gre1.netdev" <<-'END'
		[NetDev]
		Name=gre1
		Kind=gre
		[Tunnel]
		Independent=yes
		Local=192.0.2.1
		Remote=192.0.2.2
		Key=5
		TTL=64
		TOS=16
	END
	cat >"$dir/gre1.network" <<-'END'
		[Match]
		Name=gre1
		Kind=gre
		[Network]
		Address=10.0.0.1/30
		[Route]
		Destination=10.8.0.0/16
	END
	# networkd makes this tunnel when it configures v0, whose file names it.
	cat >"$dir/gre2.netdev" <<-'END'
		[NetDev]
		Name=gre2
		Kind=gre
		MTUBytes=1300
		[Tunnel]
		Local=any
		Remote=192.0.2.9
		InputKey=1
		OutputKey=2
		DiscoverPathMTU=no
	END
	cat >"$dir/v0.network" <<-'END'
		[Match]
		Name=v0
		[Network]
		Address=192.0.2.1/24
		Tunnel=gre2
	END
	# This matches gre0 as well.
	cat >"$dir/kind.network" <<-'END'
		[Match]
		Kind=gre
		[Network]
		LinkLocalAddressing=no
		Address=10.66.0.1/32
	END
	systemctl start systemd-networkd.service
	networkd_shows gre1 gre2
	state
	state gre2
	# The gre0 of ip_gre has IPv6 only from when it is up, so that networkd cannot switch the
	# link-local addresses off.
	busywait "$WAIT" configured gre0 || echo "gre0 is not configured"
	ip -4 -d addr show dev gre0 2>&1 | link_filter
	crosses key 5

	# networkd changes the addresses and routes of a tunnel, but not the tunnel.
	sed -i 's/Key=5/Key=6/; s/TTL=64/TTL=99/' "$dir/gre1.netdev"
	sed -i 's/10\.8\./10.9./' "$dir/gre1.network"
	try networkctl reload
	busywait "$WAIT" routed
	state
	run ip link del gre1
	try networkctl reload
	networkd_shows gre1
	state
	crosses key 6

	try networkctl delete gre1 gre2
	left
	stop_networkd
}

# routed: whether the new route of gre1 is there, and all else
routed() { ip route show 10.9.0.0/16 | grep -q gre1 && configured gre1; }

# --- all of them at boot -------------------------------------------------------

loaded() { grep -q "^$1 " /proc/modules; }

at_boot() {
	local n

	check "grex" loaded grex
	check_fails "ip_gre" loaded ip_gre
	check_eq "kinds" all "$(cat /sys/module/grex/parameters/kinds)"
	# The second octet is the number of the tunnel.
	for n in 1 2 3 4; do
		check "gre$n" busywait "$WAIT" exists "gre$n"
		check_match "gre$n" " gre remote 192.0.2.2 local 192.0.2.1 .*ikey 0.0.0.$n okey 0.0.0.$n " \
			"$(ip -d -o link show "gre$n")"
		ips peer <<-END
			link add gre$n type gre local 192.0.2.2 remote 192.0.2.1 key $n
			addr add 10.$n.0.2/30 dev gre$n
			link set gre$n up
		END
		check "ping through gre$n" busywait "$WAIT" pings "10.$n.0.2"
	done
	check "ifdown" ifdown gre1
	check "networkctl delete" networkctl delete gre2 gre4
	check "nmcli delete" nmcli -w "$WAIT" connection delete gre3
	for n in 1 2 3 4; do
		check "gre$n is removed" busywait "$WAIT" gone "gre$n"
	done
	run systemctl stop NetworkManager.service systemd-networkd.socket systemd-networkd.service
	rm -f /etc/network/interfaces.d/gre1 /etc/systemd/network/gre2.* \
		/etc/netplan/gre4.yaml /run/systemd/network/*
}

case $1 in
boot)
	TESTS=at_boot SETUP=''
	MODULE=veth # run_tests must not be what loads grex
	;;
compare)
	TESTS=$COMPARED
	mkdir -p /run/modprobe.d /run/systemd/network
	: >"$PACKAGED"
	;;
esac
run_tests
