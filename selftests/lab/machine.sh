# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Prepare the archives that all machines of the lab boot from. Scripts source this after
# common.sh. $kernel is the folder that kernel.sh has printed, $release its release, and
# $run a folder for temporary files.
# shellcheck disable=SC2154

# pack FILE: make a cpio archive of the current folder.
pack() { find . -mindepth 1 | cpio -o -H newc --quiet >"$1"; }

# have_initramfs: build the part of the initramfs that only depends on the kernel: the
# modules for 9p, busybox and init. Set INITRAMFS, a list.
have_initramfs() {
	local stage=$run/stage needed module archive=$kernel/initramfs.cpio
	INITRAMFS=("$archive")
	[[ ! $archive -nt $LAB/init || ! $archive -nt $LAB/machine.sh ]] || return 0
	mkdir -p "$stage"/{bin,modules,proc,sys,dev,ram,lower,root}
	cp "$(command -v busybox)" "$stage/bin/"
	for needed in sh mount mkdir insmod cp ln hostname ip switch_root; do ln -s busybox "$stage/bin/$needed"; done
	cp "$LAB/init" "$stage/init"
	: >"$stage/modules.list"
	for needed in virtio_pci 9pnet_virtio 9p overlay; do
		modprobe -d "$kernel/modules" -S "$release" --show-depends "$needed" 2>/dev/null || :
	done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' |
		while read -r module; do
			cp "$module" "$stage/modules/"
			basename "$module" >>"$stage/modules.list"
		done
	(cd "$stage" && pack "$archive.$$")
	mv "$archive.$$" "$archive"
}

# have_memory_root: make all files of a guest with virtual time (see files.sh): the
# archive of programs, the modules of the kernel, and init. Set INITRAMFS, too.
have_memory_root() {
	local modules=$kernel/modules.cpio stage=$run/modules init=$run/init

	if [[ ! $modules -nt $kernel/key || ! $modules -nt $LAB/machine.sh ]]; then
		mkdir -p "$stage/usr/lib/modules/$release"
		cp -a "$kernel/modules/lib/modules/$release/kernel" "$stage/usr/lib/modules/$release/"
		rm -rf "$stage/usr/lib/modules/$release/kernel/drivers"/{block,hid,misc}
		(cd "$stage" && pack "$modules.$$")
		mv "$modules.$$" "$modules"
		rm -rf "$stage"
	fi
	# The names of busybox would hide the real programs, so that it is left out.
	mkdir -p "$init"
	cp "$LAB/init" "$init/"
	(cd "$init" && pack "$run/init.cpio")
	# shellcheck disable=SC2034 # used by those who source this
	INITRAMFS=("$("$LAB/files.sh")" "$modules" "$run/init.cpio")
}

# checkout_archive FILE: pack the checkout for a guest that has its files in memory, with
# the programs that were built from it but without other files that git ignores.
checkout_archive() {
	local stage=$run/checkout
	mkdir -p "$stage$CHECKOUT"
	# An editor may be writing to a file at this moment.
	tar -C "$CHECKOUT" --warning=no-file-changed --ignore-failed-read -c --exclude=.git --exclude=.build --exclude='*.o' --exclude='*.ko' --exclude='.*.cmd' . |
		tar -C "$stage$CHECKOUT" -x
	(cd "$stage" && pack "$1")
	rm -rf "$stage"
}

# tsc_frequency: print the kernel argument for the TSC frequency, as a guest cannot
# measure it on a busy machine.
tsc_frequency() {
	local program=$GREX_CACHE/tsc
	[[ $(uname -m) == x86_64 ]] || return 0
	if [[ ! $program -nt $LAB/tsc.c ]]; then
		gcc -O2 -o "$program.$$" "$LAB/tsc.c" && mv -f "$program.$$" "$program"
	fi
	[[ ! -x $program ]] || printf ' tsc_early_khz=%s' "$("$program")"
}
