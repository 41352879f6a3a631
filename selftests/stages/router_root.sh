# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The root of a router that boots with systemd, $root, and what makes it. The stages
# system_*.sh source this; the folder at hand is that of the checkout.

work=$(mktemp -d)
root=$work/root
as_root=()
((EUID == 0)) || as_root=(sudo)
trap '"${as_root[@]}" rm -rf "$work"' EXIT

# put FILE: write the standard input to this file of the root
put() {
	"${as_root[@]}" mkdir -p "$(dirname "$root$1")"
	"${as_root[@]}" tee "$root$1" >/dev/null
}

# unit enable|disable|unmask NAME...: do this to units of the root
unit() { "${as_root[@]}" chroot "$root" env SYSTEMD_OFFLINE=1 systemctl --quiet "$@"; }

# make_router PACKAGE...: make the root with these packages and with what all routers have:
# the tests in /lab, and a cable to the peer before anything is configured
make_router() {
	selftests/lab/system.sh --copy "$root" ifupdown iproute2 iputils-ping udev "$@"
	"${as_root[@]}" mkdir -p "$root/lab/selftests/stages"
	"${as_root[@]}" cp -r selftests/lib "$root/lab/selftests/"
	"${as_root[@]}" cp -r selftests/stages/boot "$root/lab/selftests/stages/"
	put /etc/systemd/system/underlay.service <<-'END'
		[Unit]
		DefaultDependencies=no
		Wants=network-pre.target
		Before=network-pre.target
		After=local-fs.target
		[Service]
		Type=oneshot
		RemainAfterExit=yes
		ExecStart=/lab/selftests/stages/boot/underlay.sh
		[Install]
		WantedBy=multi-user.target
	END
	unit enable underlay.service
}
