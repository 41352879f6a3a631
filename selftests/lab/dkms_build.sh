#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# dkms_build.sh KERNEL: do the slow steps of test_dkms.sh before a lab guest boots, as
# they take minutes when emulated: "make install" up to "dkms install" for that kernel. In
# .build/dkms-KERNEL, source/ gets the files of /usr/src, and tree/ those of /var/lib/dkms
# after "dkms build".

set -euo pipefail
. "$(dirname "$0")/common.sh"

name=$1
kernel=$("$LAB/kernel.sh" "$name")
ENTER=() MAKE_ARGS=()
target=$CHECKOUT/.build/dkms-$name
# shellcheck source=/dev/null
. "$kernel/env"
# These kernels have no headers of their own, or need another compiler.
if [[ $name == debug || ${#ENTER[@]} -gt 0 ]]; then
	exit 0
fi
cd "$CHECKOUT"
"$LAB/deps.sh" build check >/dev/null

# Do not build unchanged sources again.
sum=$(cat "$kernel/key" <(find Kbuild Makefile dkms.conf module uapi -type f \
	\( -name '*.[ch]' -o -name Kbuild -o -name Makefile -o -name '*.conf' \) \
	-exec sha256sum {} + | sort) | sha256sum)
[[ $sum != "$(cat "$target/sum" 2>/dev/null)" ]] || exit 0
rm -rf "$target"
mkdir -p "$target/tree"

make -s install DESTDIR="$target/root" >"$target/log" 2>&1 ||
	{ cat "$target/log"; die "make install failed"; }
mv "$target/root/usr/src" "$target/source"
rm -rf "$target/root"

# DKMS would keep a key for signing in this machine's /var/lib/dkms.
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
private=(unshare --mount)
(($(id -u) == 0)) || private=(unshare --mount --map-root-user)
# shellcheck disable=SC2016 # for the inner shell
# Headers of another Debian name a compiler of theirs.
MAKEFLAGS="${MAKE_ARGS[*]}" "${private[@]}" sh -euc '
	mount --bind "$1" /var/lib/dkms
	shift
	dkms add "$@" && dkms build "$@"' - \
	"$target/tree" "grex/$version" -k "$(<"$kernel/release")" \
	--kernelsourcedir "$kernel/build" --sourcetree "$target/source" \
	>>"$target/log" 2>&1 ||
	{ cat "$target/log"; die "dkms failed"; }
rm -f "$target"/tree/mok.*
echo "$sum" >"$target/sum"
