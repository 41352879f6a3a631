#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Process 1 of a lab guest after init. It runs the command, and reports the result to
# boot.sh through files in the results folder.

here=$(dirname "$(realpath "$0")")
# shellcheck source=complaints.sh
. "$here/complaints.sh"
# shellcheck source=/dev/null
. /run/boot/boot.env
export PATH=$LAB_CHECKOUT/tools:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root LANG=C.UTF-8 TERM=${LAB_TERM:-dumb} GREX_RESULTS=/run/results GREX_LAB=$LAB_KERNEL
set -a
# shellcheck source=/dev/null
. /run/boot/boot.d/environment
set +a
cd "$LAB_CHECKOUT" || exit
if [[ -n $LAB_LINK ]]; then
	modprobe virtio_net
	export GREX_LINK=eth0
fi
[[ -z $LAB_SHARE ]] || export GREX_SHARED=/run/shared
if [[ -n $LAB_KMEMLEAK ]]; then
	echo scan >/sys/kernel/debug/kmemleak
	echo clear >/sys/kernel/debug/kmemleak
fi

if [[ ${GREX_DEMUX:-} == beside ]]; then modprobe -a ip_gre ip6_gre; fi

stty -F "/dev/ttyS1" raw -echo 115200 2>/dev/null
read -r uptime _ </proc/uptime
echo "$uptime" >/run/results/.lab/started
if [[ -n $LAB_SHELL ]]; then
	stty -F "/dev/ttyS1" sane rows "$LAB_ROWS" columns "$LAB_COLUMNS"
	setsid --wait -c bash -i <>"/dev/ttyS1" >&0 2>&1
	status=$?
else
	setsid --wait bash /run/boot/boot.d/command </dev/null >"/dev/ttyS1" 2>&1
	status=$?
fi

if [[ -n $LAB_KMEMLEAK ]]; then
	# An object counts as leaked when two scans, some seconds apart, miss it.
	modprobe -r grex 2>/dev/null
	sleep 6
	echo scan >/sys/kernel/debug/kmemleak
	sleep 1
	echo scan >/sys/kernel/debug/kmemleak
	cat /sys/kernel/debug/kmemleak >/run/results/kmemleak
	while IFS= read -r line; do echo "kmemleak: $line"; done </run/results/kmemleak >/dev/kmsg
fi
# boot.sh searches the log, as each command is slower here.
kernel_log /run/boot/log
cp /run/boot/log /run/results/dmesg
read -r tainted </run/boot/tainted
read -r now </proc/sys/kernel/tainted
echo "$tainted $now" >/run/results/.lab/tainted
echo "$status" >/run/results/.lab/status
sync
umount /run/results
# The exit device of QEMU is the fastest way to end the guest.
printf '\x51' | dd of=/dev/port bs=1 seek=$((0xf4)) status=none
[[ ! -w /proc/sysrq-trigger ]] || echo o >/proc/sysrq-trigger
busybox poweroff -f
