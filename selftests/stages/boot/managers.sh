#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# managers.sh boot|compare: what system_gre.sh looks at when its router has booted, in this
# order. All programs are Debian's, and know only the kind "gre". With "boot", those of them
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

# state: what a look at the tunnel shows
state() {
	try ip tunnel show gre1
	ip -d -batch - <<-'END' 2>&1 | link_filter
		addr show dev gre1
		route show table all dev gre1
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
	try in_root ifupdown2 ifquery --check gre1
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

# --- all of them at boot -------------------------------------------------------

loaded() { grep -q "^$1 " /proc/modules; }

at_boot() {
	local n

	check "grex" loaded grex
	check_fails "ip_gre" loaded ip_gre
	check_eq "kinds" gre "$(cat /sys/module/grex/parameters/kinds)"
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
	mkdir -p /run/modprobe.d
	: >"$PACKAGED"
	;;
esac
run_tests
