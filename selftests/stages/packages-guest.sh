#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# packages-guest.sh VERSION: in a guest, in the system of packages.sh: the module
# that DKMS has built and the tool of the package carry packets.

set -euo pipefail

fail() { echo "$*"; exit 1; }

mount -t sysfs sys /sys
mount -t tmpfs run /run
# What apply makes, and the other end of it.
ip netns add far
ip link add v0 type veth peer name v0 netns far
ip addr add 192.0.2.1/24 dev v0
ip link set v0 up
ip -n far addr add 192.0.2.2/24 dev v0
ip -n far link set v0 up

case $(modinfo -n grex) in
/lib/modules/"$(cat /proc/sys/kernel/osrelease)"/updates/dkms/grex.ko*) ;;
*) fail "not the module of DKMS: $(modinfo -n grex)" ;;
esac
modprobe grex
[ "$(cat /sys/module/grex/version)" = "$1" ] ||
	fail "version $(cat /sys/module/grex/version) is loaded"
gretool apply /etc/gretool >/dev/null
gretool -n far add gre1 local 192.0.2.2 remote 192.0.2.1 key 5 addr 10.0.0.2/30 up
# The plugin of the package is where this ip looks.
ip -d link show gre1 | grep -q 'remote 192.0.2.2 ' || fail "ip -d link show gre1"
ping -q -c 5 -i 0.2 -W 5 10.0.0.2 | grep -q ' 0% packet loss' || fail "ping"
[ "$(cat /sys/class/net/gre1/statistics/rx_packets)" -ge 5 ] || fail "not by gre1"
