#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A router has the programs of Debian that make GRE tunnels. They make them at boot, with the
# package grex-gre. Then each program does the same with ip_gre and with grex in its place.
# This script makes the router and boots it; boot/managers.sh checks it.

set -euo pipefail
cd "$(dirname "$0")/../.."

# shellcheck source=router_root.sh
. selftests/stages/router_root.sh

make_router network-manager netplan.io python3 tcpdump diffutils ethtool dbus
# These two cannot be installed beside ifupdown.
for program in ifupdown2 ifupdown-ng; do
	other=$(selftests/lab/root.sh "$program")
	"${as_root[@]}" cp -a "$other" "$root/opt/$program"
done
"${as_root[@]}" make -s -C tools install-gre DESTDIR="$root"
unit unmask dbus.service dbus.socket

# What each program finds at boot, and a list of modules as people have it.
echo ip_gre | put /etc/modules-load.d/tunnels.conf
put /etc/network/interfaces.d/gre1 <<'END'
auto gre1
iface gre1 inet static
    address 10.1.0.1/30
    pre-up modprobe ip_gre
    pre-up ip tunnel add gre1 mode gre local 192.0.2.1 remote 192.0.2.2 ttl 255 key 1
    post-down ip tunnel del gre1
END
put /etc/systemd/network/gre2.netdev <<'END'
[NetDev]
Name=gre2
Kind=gre
[Tunnel]
Independent=yes
Local=192.0.2.1
Remote=192.0.2.2
Key=2
END
put /etc/systemd/network/gre2.network <<'END'
[Match]
Name=gre2
[Network]
Address=10.2.0.1/30
END
put /etc/NetworkManager/system-connections/gre3.nmconnection <<'END'
[connection]
id=gre3
type=ip-tunnel
interface-name=gre3
[ip-tunnel]
mode=2
local=192.0.2.1
remote=192.0.2.2
input-key=3
output-key=3
[ipv4]
method=manual
address1=10.3.0.1/30
[ipv6]
method=disabled
END
"${as_root[@]}" chmod 600 "$root/etc/NetworkManager/system-connections/gre3.nmconnection"
put /etc/netplan/gre4.yaml <<'END'
network:
  version: 2
  renderer: networkd
  tunnels:
    gre4:
      mode: gre
      local: 192.0.2.1
      remote: 192.0.2.2
      key: 4
      addresses: [10.4.0.1/30]
END
unit enable NetworkManager.service systemd-networkd.service

# shellcheck disable=SC2016 # expanded inside
selftests/lab/system.sh -t 1800 -o .build/results/system-gre "$root" -- '
	cd /lab/selftests/stages/boot
	./managers.sh boot
	booted=$?
	./managers.sh compare && exit "$booted"'
