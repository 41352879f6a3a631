#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# build.sh NAME [KBUILD VARIABLES...]: build grex.ko for a lab kernel; print its path.
#
# Builds in .build/NAME of the checkout, so that the sources stay clean and a
# second build is incremental.  Variables (W=1, C=1, GREX_KUNIT=y) go to Kbuild; with
# GREX_KUNIT=y, the module that has the test suites in it, in .build/NAME-kunit; with
# CONFIG_IPV6=, in .build/NAME-no-ipv6 (see stages/no_ipv6.sh).

set -euo pipefail
. "$(dirname "$0")/common.sh"

(($#)) || { say "usage: build.sh KERNEL [KBUILD VARIABLES...]"; exit 2; }
name=$1
shift
kernel=$("$LAB/kernel.sh" "$name")
target=$CHECKOUT/.build/$name
[[ " $* " != *" GREX_KUNIT=y "* ]] || target+=-kunit
[[ " $* " != *" CONFIG_IPV6= "* ]] || target+=-no-ipv6
mkdir -p "$target"
exec {lock}>"$target/.lock"
flock "$lock"

# mirror FOLDER: the sources as they are, with their times; what is gone from the
# checkout must go here too, or a stale file would be built.
mirror() {
	local path
	mkdir -p "$target/$1"
	cp -a --update=older "$CHECKOUT/$1/." "$target/$1/" 2>/dev/null || cp -a "$CHECKOUT/$1/." "$target/$1/"
	(cd "$target/$1" && find . -type f \( -name '*.[chS]' -o -name 'Kbuild' -o -name 'Makefile' \)) |
		while read -r path; do
			case $path in *.mod.c) continue ;; esac
			[[ -e $CHECKOUT/$1/$path ]] || rm -f "${target:?}/$1/$path"
		done
}
cp -a "$CHECKOUT/Kbuild" "$CHECKOUT/dkms.conf" "$target/"
for folder in module uapi; do
	[[ ! -d $CHECKOUT/$folder ]] || mirror "$folder"
done

MAKE_ARGS=() ENTER=() BUILD=$kernel/build
# shellcheck source=/dev/null
. "$kernel/env"

# Kbuild does not notice a change of these by itself; what C checks changes nothing.
arguments=$(printf ' %s' "$@" | sed 's/ CF\{0,1\}=[^ ]*//g')
if [[ "$arguments $kernel $(cat "$kernel/key")" != "$(cat "$target/.arguments" 2>/dev/null)" ]]; then
	find "$target" \( -name '*.o' -o -name '*.ko' -o -name '.*.cmd' \) -delete
	echo "$arguments $kernel $(cat "$kernel/key")" >"$target/.arguments"
fi

log=$target/build.log
status=0
"${ENTER[@]}" make -C "$BUILD" "M=$target" "${MAKE_ARGS[@]}" -j "$(nproc)" "$@" modules >"$log" 2>&1 || status=$?
# What a person must see: warnings and errors, not each compiler call.
sed -E -e '/^(make|  (CC|LD|AR|MODPOST|BTF|CHECK|DESCEND|CALL) )/d' -e '/^Skipping BTF generation/d' \
	-e '/warning: the compiler differs/d' -e '/The kernel was built by:|You are using:|The kernel was built with:|pahole version differs|You are using/d' -e '/^WARNING: Symbol version dump/d' \
	-e 's,^([^ ]*/)?\.build/[^/]*/,,' -e "s,$target/,,g" "$log" >&2
((status == 0)) || die "the build for $name failed; the whole output is in $log"
echo "$target/grex.ko"
