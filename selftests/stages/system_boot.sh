#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A router with a real systemd and a real ifupdown boots. Its tunnels exist after each
# boot and carry packets, and nothing is left of them when they are taken down. This
# script makes the router and boots it twice; boot/router.sh checks it.

set -euo pipefail
cd "$(dirname "$0")/../.."

# shellcheck source=router_root.sh
. selftests/stages/router_root.sh

# stanza: print the stanza in the section AT BOOT of the man page
stanza() {
	sed -n '/^\.Sh AT BOOT/,/^\.Sh [^A]/p' tools/man/gretool.8 |
		sed -n '/^\.Bd -literal/,/^\.Ed/p' | sed -n '/^auto /,/^\.Ed/p' | grep -v '^\.Ed'
}

make -s -C tools
make_router libjansson4 libmnl0 kmod
"${as_root[@]}" make -s -C tools install DESTDIR="$root"
"${as_root[@]}" ln -s /lib/systemd/system/gretool.service "$root/etc/systemd/system/multi-user.target.wants/gretool.service"
"${as_root[@]}" mkdir -p "$root/etc/systemd/system/sysinit.target.wants"
"${as_root[@]}" ln -s /lib/systemd/system/gretool-module.service "$root/etc/systemd/system/sysinit.target.wants/gretool-module.service"

put /etc/gretool/office.conf <<'END'
[gre1]
local 192.0.2.1 remote 192.0.2.2
key 5 ttl 200
addr 10.0.0.1/30
route 10.8.0.0/16 via 10.0.0.2
up
END
put /etc/gretool/late.conf <<'END'
[late]
local 198.51.100.1 remote 198.51.100.2
addr 10.2.0.1/30
up
END
put /etc/gretool/dialled.conf <<'END'
[dialled]
remote 203.0.113.2 key 9 dev ppp0
addr 10.4.0.1/30
route 10.9.0.0/16 via 10.4.0.2
up
END
put /etc/network/interfaces <<END
source /etc/network/interfaces.d/*
auto lo
iface lo inet loopback

$(stanza)
END
# A service that wants the network to be online needs the tunnels too.
put /etc/systemd/system/online.service <<'END'
[Unit]
Wants=network-online.target
After=network-online.target
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'gretool show >/run/online'
END
# Any user could do this early in the boot, for example from a crontab.
put /etc/systemd/system/rival.service <<'END'
[Unit]
DefaultDependencies=no
After=sysinit.target
Before=gretool.service
[Service]
Type=oneshot
ExecStart=/bin/sh -c '/sbin/modprobe ip_gre; lsmod >/run/rival'
END
for unit in online rival; do
	"${as_root[@]}" ln -s "/etc/systemd/system/$unit.service" "$root/etc/systemd/system/multi-user.target.wants/$unit.service"
done

status=0
for boot in first second; do
	selftests/lab/system.sh -o ".build/results/system-$boot" "$root" -- /lab/selftests/stages/boot/router.sh "$boot" || {
		status=$?
		break
	}
done
exit "$status"
