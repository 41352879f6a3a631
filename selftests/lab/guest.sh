#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Process 1 of a lab guest: makes it a machine, runs the command, judges the
# kernel's log, tells boot.sh through files in the results folder.

. /run/boot/boot.env
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root LANG=C.UTF-8 TERM=${LAB_TERM:-dumb} GREX_RESULTS=/run/results GREX_LAB=$LAB_KERNEL
PATH=$LAB_CHECKOUT/tools:$PATH

mount -t tmpfs -o mode=755 modules /lib/modules
mkdir -p /dev/pts /dev/shm /var/lib/dkms
mount -t devpts -o ptmxmode=666 pts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t tmpfs dkms /var/lib/dkms
mount -t debugfs debug /sys/kernel/debug 2>/dev/null
mount -t tracefs trace /sys/kernel/tracing 2>/dev/null
mkdir -p /run/lock /run/netns
ln -sfn /proc/self/fd /dev/fd
ln -sfn /proc/self/fd/0 /dev/stdin
ln -sfn /proc/self/fd/1 /dev/stdout
ln -sfn /proc/self/fd/2 /dev/stderr

release=$(uname -r)
mkdir "/lib/modules/$release"
cp -a "$LAB_RUN/lib/modules/$release/." "/lib/modules/$release/"
ln -s "$LAB_KERNEL_DIR/build" "/lib/modules/$release/build"

if [[ -n $LAB_LINK ]]; then
	modprobe virtio_net
	export GREX_LINK=eth0
fi
if [[ -n $LAB_SHARE ]]; then
	mkdir /run/shared
	modprobe -q 9p
	mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000 shared /run/shared
	export GREX_SHARED=/run/shared
fi

hostname "grex-$LAB_KERNEL"
ip link set lo up
cd "$LAB_CHECKOUT" || exit

# What counts from here on is ours; boot messages are not.
sysctl -q kernel.printk_ratelimit_burst=1000
echo "grex-lab: start" >/dev/kmsg
cp /proc/sys/kernel/tainted /run/boot/tainted
if [[ -n $LAB_KMEMLEAK ]]; then
	echo scan >/sys/kernel/debug/kmemleak
	echo clear >/sys/kernel/debug/kmemleak
fi
cut -d ' ' -f 1 /proc/uptime >/run/results/.lab/started

stty -F "$LAB_TTY" raw -echo 115200 2>/dev/null
set -a
. /run/boot/boot.d/environment
set +a
if [[ -n $LAB_SHELL ]]; then
	stty -F "$LAB_TTY" sane rows "$LAB_ROWS" columns "$LAB_COLUMNS"
	setsid -c bash -i <>"$LAB_TTY" >&0 2>&1
	status=$?
else
	setsid bash /run/boot/boot.d/command </dev/null >"$LAB_TTY" 2>&1
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
	sed 's/^/kmemleak: /' /run/results/kmemleak >/dev/kmsg
fi
"$LAB_SCRIPTS/complaints.sh" "grex-lab: start" >/run/results/.lab/complaints
dmesg >/run/results/dmesg
echo "$status" >/run/results/.lab/status
sync
umount /run/results
case $LAB_ROOT in
9p) printf '\x51' | dd of=/dev/port bs=1 seek=$((0xf4)) status=none ;;
esac
[[ ! -w /proc/sysrq-trigger ]] || echo o >/proc/sysrq-trigger
busybox poweroff -f
