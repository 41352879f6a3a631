#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# kernel.sh [--cached] NAME: have kernel NAME in the cache; print its folder.
#
# Names: 5.10 6.1 6.12 7.2 7.2-rt (Debian's own), debug (6.12, built here with every
# detector).  The folder holds:
#   vmlinux   what boots
#   modules/  lib/modules/RELEASE, decompressed
#   build     what an out-of-tree build takes as its kernel
#   release   uname -r
#   env       shell variables for the build: MAKE_ARGS, ENTER (how to get to its
#             compiler), BUILD (the build folder as seen there)

set -euo pipefail
. "$(dirname "$0")/common.sh"
# shellcheck source=apt.sh
. "$LAB/apt.sh"

usage() { say "usage: kernel.sh [--cached] 5.10|6.1|6.12|7.2|7.2-rt|debug"; exit 2; }

only_ask=0
[[ ${1:-} == --cached ]] && { only_ask=1; shift; }
(($# == 1)) || usage
name=$1
source='' fragments=()
apt_use_kernel "$name" || usage
if [[ $name == debug ]]; then source=linux-source-6.12 fragments=(guest debug); fi

# Increase this number to rebuild the cached kernels after a change of the layout or the
# recipe.
layout=1

# key: print a hash of what determines a kernel besides its version
key() {
	{
		echo "$layout $name"
		local f
		for f in "${fragments[@]}"; do cat "$LAB/config/$f"; done
	} | sha256sum | cut -c 1-12
}

final=$GREX_CACHE/kernels/$name
cached() {
	[[ -f $final/key && $(<"$final/key") == "$(key)" ]] || return
	# An early recipe put 6.12 into the cache as 6.1.
	[[ ${#fragments[@]} != 0 || $(<"$final/release") == "${name%-rt}".* ]]
}

if cached; then
	((only_ask)) || echo "$final"
	exit 0
fi
((only_ask)) && exit 1

hold "kernel-$name"
cached && { echo "$final"; exit 0; }
"$LAB/deps.sh" build lab >&2

mkdir -p "$GREX_CACHE/tmp"
work=$(mktemp -d "$GREX_CACHE/tmp/$name.XXXXXX")
proc=
# shellcheck disable=SC2317 # by the trap
cleanup() {
	[[ -z $LONG_PID ]] || kill "$LONG_PID" 2>/dev/null || :
	[[ -z $proc ]] || umount "$proc" 2>/dev/null || :
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP
trap 'say "$ME: line $LINENO failed"' ERR

# --- packages of another release ----------------------------------------------

# needs PACKAGE REGEX: print the newest package that PACKAGE depends on and that matches.
needs() {
	apt-cache "${APT_OPTIONS[@]}" depends --important "$1" |
		sed -n 's/^ *|\?Depends: //p' | grep -E "^$2\$" | sort -V | tail -n 1
}

# newest PREFIX SUFFIX: print the package of that name with the highest version in it. A
# suite may have both 6.1 and 6.12, and 6.1 must not match 6.12.
newest() {
	apt-cache "${APT_OPTIONS[@]}" pkgnames "$1" | grep -E "^$1([.+-]([.0-9+-]|deb|bpo)*)?$2\$" | sort -V | tail -n 1
}

# unpack FOLDER PACKAGE...: download and unpack without installing.
unpack() {
	local folder=$1 deb
	shift
	mkdir -p "$work/deb" "$folder"
	long "download of $*" env -C "$work/deb" apt-get "${APT_OPTIONS[@]}" download "$@"
	for deb in "$work/deb"/*.deb; do
		long "unpacking $(basename "${deb%%_*}")" dpkg -x "$deb" "$folder"
		rm -f "$deb"
	done
}

# --- stock kernels -----------------------------------------------------------

# payload BZIMAGE: extract the uncompressed kernel. QEMU starts it through PVH, so that
# the guest need not decompress itself.
payload() {
	local sects offset length
	sects=$(od -An -tu1 -j $((0x1f1)) -N 1 "$1")
	offset=$(od -An -tu4 -j $((0x248)) -N 4 "$1")
	length=$(od -An -tu4 -j $((0x24c)) -N 4 "$1")
	((sects)) || sects=4
	# head ends before tail, which then fails with SIGPIPE.
	{ tail -c +$(((sects + 1) * 512 + offset + 1)) "$1" || :; } 2>/dev/null |
		head -c "$((length))" >"$work/payload"
	case $(od -An -tx1 -N 4 "$work/payload" | tr -d ' ') in
	fd377a58) xz -dc --single-stream "$work/payload" 2>/dev/null || : ;;
	28b52ffd) head -c -4 "$work/payload" | zstd -qdc ;;
	1f8b*) gzip -dcq "$work/payload" || : ;;
	7f454c46) cat "$work/payload" ;;
	*) die "unknown compression of $1" ;;
	esac
	rm -f "$work/payload"
}

# The guest needs little more than networking, and fewer modules are faster to index and
# store.
prune_modules() {
	local kernel=$1/kernel
	rm -rf "$kernel"/sound "$kernel"/drivers/{gpu,media,infiniband,iio,hwmon,staging,scsi,md,mtd,usb,input,isdn,video,target,ata,platform,comedi,pinctrl,power,regulator,mfd,mmc,memstick,leds,i2c,spi,rtc,edac,thermal,watchdog,nvme,message,parport,pcmcia,soundwire,thunderbolt,bluetooth,crypto,accel} \
		"$kernel"/drivers/net/{wireless,can,ethernet,usb,fddi,hamradio,wan,phy,arcnet,ieee802154,dsa,thunderbolt} \
		"$kernel"/net/{bluetooth,mac80211,wireless,nfc,can,ceph,rxrpc,tipc,sunrpc,sctp,smc,ax25,netrom,rose,appletalk} \
		"$kernel"/fs/{btrfs,xfs,ocfs2,gfs2,f2fs,nfsd,nfs,ceph,smb,cifs,ext4,jfs,reiserfs,ntfs,ntfs3,afs,jffs2,ubifs,bcachefs,dlm,orangefs,coda,udf,nilfs2,hfs,hfsplus,lockd,nfs_common,jbd2} \
		"$kernel"/arch/x86/kvm
	find "$kernel" -name '*.ko.xz' -exec xz -d -q -T 0 {} +
}

# Debian's headers contain their installed path; replace it by the path in the cache.
fix_headers() {
	local root=$1 place=$2
	grep -rlsI --include=Makefile --include=.kernelvariables --include=Kbuild -e '/usr/\(src\|lib\)/linux-' \
		"$root"/usr/src/linux-headers-* --exclude-dir=include --exclude-dir=scripts --exclude-dir=arch |
		xargs -r sed -i "s,\(^\|[ \t=]\)/usr/\(src\|lib\)/linux-,\1$place/usr/\2/linux-,g"
}

# Kernels whose build tools need a newer C library are built in a chroot of their Debian
# release.
stock_chroot() {
	local release=$1 chroot=$work/out/chroot common kbuild as_root=()
	common=$(needs "linux-headers-$release" 'linux-headers-.*-common')
	kbuild=$(needs "linux-headers-$release" 'linux-kbuild-.*')
	unpack "$work/root" "linux-binary-$release" "linux-modules-$release" "linux-base-$release"
	payload "$work/root/usr/lib/modules/$release/vmlinuz" >"$work/out/vmlinux"
	cp "$work/root/usr/lib/modules/$release/config" "$work/out/config"
	mkdir -p "$work/out/modules/lib/modules"
	mv "$work/root/usr/lib/modules/$release" "$work/out/modules/lib/modules/$release"
	rm -f "$work/out/modules/lib/modules/$release/vmlinuz"
	((EUID == 0)) || as_root=(sudo)
	long "a minimal $APT_SUITE with its compiler (1 to 4 minutes)" "${as_root[@]}" debootstrap --variant=minbase \
		--include=make,gcc-14,libelf1t64,pahole "$APT_SUITE" "$chroot" "$(mirror "")"
	rm -rf "$chroot"/var/cache/apt/archives/*.deb "$chroot"/var/lib/apt/lists/* "$chroot"/usr/share/{doc,locale,man}/*
	unpack "$chroot" "linux-headers-$release" "$common" "$kbuild"
	ln -s "chroot/usr/src/linux-headers-$release" "$work/out/build"
	echo "$release" >"$work/out/release"
	cat >"$work/out/env" <<-END
		MAKE_ARGS=()
		ENTER=("\$LAB/enter.sh" "\$kernel/chroot" "\$target")
		BUILD=/usr/src/linux-headers-$release
	END
}

stock() {
	local image headers release root=$work/root common kbuild series=${name%-rt}
	apt_update
	# Select the image by name: linux-image-amd64 of backports moves on to the next
	# series.
	image=$(newest "linux-image-$series" "${name#"$series"}-amd64")
	[[ $image ]] || die "$APT_SUITE has no Linux $name any more"
	release=${image#linux-image-}
	headers=linux-headers-$release
	say "kernel $name is $release"
	if [[ $series == 7.2 ]]; then
		stock_chroot "$release"
		return
	fi
	common=$(needs "$headers" 'linux-headers-.*-common')
	kbuild=$(needs "$headers" 'linux-kbuild-.*')
	unpack "$root" "$image" "$headers" "$common" "$kbuild"
	payload "$root/boot/vmlinuz-$release" >"$work/out/vmlinux"
	mkdir -p "$work/out/modules/lib/modules"
	cp "$root/boot/config-$release" "$work/out/config"
	mv "$root/lib/modules/$release" "$work/out/modules/lib/modules/$release"
	mkdir "$work/out/headers" "$work/out/headers/usr"
	mv "$root/usr/src" "$root/usr/lib" "$work/out/headers/usr/"
	rm -rf "$work/out/headers/usr/lib/debug" "$work/out/headers/usr/share"
	fix_headers "$work/out/headers" "$final/headers"
	ln -s "headers/usr/src/linux-headers-$release" "$work/out/build"
	echo "$release" >"$work/out/release"
	echo "MAKE_ARGS=(CC=gcc-12)" >"$work/out/env"
}

finish_modules() {
	local release tree
	release=$(<"$work/out/release")
	tree=$work/out/modules/lib/modules/$release
	rm -f "$tree/build" "$tree/source"
	prune_modules "$tree"
	depmod -b "$work/out/modules" "$release"
}

# --- kernels built here ------------------------------------------------------

# stuck FRAGMENT: fail if the config lacks a line of the fragment.
stuck() {
	local line option bad=0
	while read -r line; do
		case $line in
		'# CONFIG_'*' is not set') option=${line#\# } option=${option%% *} ;;
		CONFIG_*=n) option=${line%=n} ;;
		CONFIG_*)
			grep -qxF -e "$line" .config || { say "did not stick: $line"; bad=1; }
			continue
			;;
		*) continue ;;
		esac
		if grep -q "^$option=" .config; then
			say "did not stick: $line"
			bad=1
		fi
	done <"$1"
	return "$bad"
}

built() {
	local tree=$GREX_CACHE/tmp/tree-$name release f
	# Continue an interrupted build.
	if [[ ! -f $tree/.unpacked ]]; then
		rm -rf "$tree"
		# The subshell releases the lock of the package lists when it ends.
		(
			apt_update
			unpack "$work/root" "$source"
		)
		mkdir "$tree"
		long "unpacking the source" tar -C "$tree" --strip-components=1 -xf "$work/root/usr/src/$source.tar.xz"
		touch "$tree/.unpacked"
		rm -rf "$work/root"
	fi
	cd "$tree"
	make -s tinyconfig >/dev/null
	for f in "${fragments[@]}"; do cat "$LAB/config/$f"; done >>.config
	make -s olddefconfig >/dev/null 2>&1
	local bad=
	for f in "${fragments[@]}"; do stuck "$LAB/config/$f" || bad+=" config/$f"; done
	[[ -z $bad ]] || die "the kernel does not take all of$bad"
	cp .config "$work/out/config"
	# Without this step, make -n does not know the files to compile.
	long "preparing kernel $name" nice -n 19 make -j "$(nproc)" KBUILD_BUILD_USER=lab KBUILD_BUILD_HOST=grex prepare
	LONG_STEPS=$(make -n vmlinux modules 2>/dev/null | grep -cE "echo '$LONG_STEP" || :)
	# nice lets the boots and tests of others go first.
	LONG_STEPS=$LONG_STEPS long "building kernel $name" \
		nice -n 19 make -j "$(nproc)" KBUILD_BUILD_USER=lab KBUILD_BUILD_HOST=grex vmlinux modules
	release=$(make -s kernelrelease)
	echo "$release" >"$work/out/release"
	make -s INSTALL_MOD_PATH="$work/out/modules" modules_install >/dev/null
	strip -g -o "$work/out/vmlinux" vmlinux
	echo "MAKE_ARGS=(CC=gcc-12)" >"$work/out/env"
	# Keep what the build of a module needs: headers, makefiles, host tools.
	rm -rf Documentation drivers sound samples fs crypto block ipc virt io_uring rust LICENSES .git* vmlinux*
	find arch -mindepth 1 -maxdepth 1 -type d ! -name x86 -exec rm -rf {} +
	find . -path ./scripts -prune -o -path ./tools -prune -o -type f \
		\( -name '*.o' -o -name '*.a' -o -name '*.c' -o -name '*.S' -o -name '*.ko' -o -name '.*.cmd' -o -name '*.mod' -o -name '*.order' \) -print0 |
		xargs -0 rm -f
	find tools -mindepth 1 -maxdepth 1 ! -name objtool ! -name include ! -name build ! -name scripts ! -name Makefile ! -name lib ! -name arch -exec rm -rf {} +
	cd "$work"
	mv "$tree" "$work/out/build"
}

# bash reads the whole block before it runs, so that editing this file does not disturb a
# build.
{
	mkdir "$work/out"
	if [[ $source ]]; then built; else stock; fi
	finish_modules
	key >"$work/out/key"

	# Move the folder into place at once, so that it is never incomplete.
	rm -rf "$final.old"
	[[ ! -e $final ]] || mv "$final" "$final.old"
	mv "$work/out" "$final"
	rm -rf "$final.old"
	echo "$final"
	exit
}
