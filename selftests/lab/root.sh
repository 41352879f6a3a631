#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# root.sh [--help] PACKAGE...: have in the cache the root of a minimal Debian 12
# with systemd and these packages; print its folder.
#
# Its packages come from where this machine gets its own. What it does not have:
# a kernel, a bootloader, users, recommended packages. It is the same for all who
# ask for the same packages: boot a copy of it (system.sh).

set -euo pipefail
. "$(dirname "$0")/common.sh"
# shellcheck source=apt.sh
. "$LAB/apt.sh"

usage() { sed -n '3,/^$/s/^# \{0,1\}//p' "$0"; exit "$1"; }

case ${1:-} in
-h | --help) usage 0 ;;
-*) usage 2 >&2 ;;
esac

mapfile -t packages < <(printf '%s\n' systemd-sysv "$@" | sed '/^$/d' | sort -u)
apt_use bookworm

# Increase this number to rebuild the cached roots after a change of the recipe.
recipe=1
key=$(printf '%s\n' "$recipe" "$APT_SUITE" "${packages[@]}" | sha256sum | cut -c 1-12)
final=$GREX_CACHE/root/$key
[[ ! -d $final ]] || { echo "$final"; exit; }

hold "root-$key"
[[ ! -d $final ]] || { echo "$final"; exit; }
"$LAB/deps.sh" lab >&2
as_root=()
((EUID == 0)) || as_root=(sudo)
mkdir -p "$GREX_CACHE/tmp" "$GREX_CACHE/root"
work=$(mktemp -d "$GREX_CACHE/tmp/root.XXXXXX")
root=$work/root
# shellcheck disable=SC2317 # by the trap
cleanup() {
	[[ -z $LONG_PID ]] || kill "$LONG_PID" 2>/dev/null || :
	"${as_root[@]}" rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP
trap 'say "$ME: line $LINENO failed"' ERR

# apt installs the packages, since debootstrap --include does not support alternatives and
# versions. The mounts end with the command.
install_packages() {
	# shellcheck disable=SC2016 # expanded inside
	"${as_root[@]}" unshare --mount --propagation private bash -c '
		root=$1
		shift
		mount -t proc proc "$root/proc"
		mount --bind /dev "$root/dev"
		exec env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 apt-get "$@"' install "$root" "${APT_OPTIONS[@]}" \
		-o "Dir::State::status=$root/var/lib/dpkg/status" -o "Dir::State::extended_states=$root/var/lib/apt/extended_states" \
		-o "Dir::Cache::archives=$root/var/cache/apt/archives" -o "DPkg::Chroot-Directory=$root" -o Dpkg::Use-Pty=0 \
		install -y --no-install-recommends "${packages[@]}"
}

# Services of the root must not start on this machine.
tidy() {
	# shellcheck disable=SC2016 # expanded inside
	"${as_root[@]}" bash -euc '
		cd "$1"
		rm -f usr/sbin/policy-rc.d etc/resolv.conf
		rm -rf var/cache/apt/archives/*.deb var/cache/apt/*.bin var/lib/apt/lists/* var/log/*.log
		# Without a machine id, each boot would be treated as the first one.
		chroot . systemd-machine-id-setup
		echo lab >etc/hostname
		echo 127.0.0.1 localhost lab >etc/hosts' tidy "$root"
}

apt_update
long "a minimal $APT_SUITE (1 to 4 minutes)" "${as_root[@]}" debootstrap --variant=minbase "$APT_SUITE" "$root" "$(mirror "")"
# shellcheck disable=SC2016 # tee's input
printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$root/usr/sbin/policy-rc.d" >/dev/null
"${as_root[@]}" chmod 755 "$root/usr/sbin/policy-rc.d"
long "installing ${packages[*]}" install_packages
tidy >/dev/null 2>&1
# Move the folder into place at once, so that it is never incomplete.
"${as_root[@]}" mv "$root" "$final"
echo "$final"
