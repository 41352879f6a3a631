#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# kernel_tests.sh KERNEL: have the tests of GRE that come with the source of a kernel in the
# cache, and copy them to selftests/tests/kernel-KERNEL, where guests find them.

set -euo pipefail
. "$(dirname "$0")/common.sh"
# shellcheck source=apt.sh
. "$LAB/apt.sh"

name=$1
apt_use_kernel "$name" || die "there is no kernel $name"
series=${name%-rt}
[[ $name != debug ]] || series=6.12
package=linux-source-$series
final=$GREX_CACHE/kernel-tests/$series
copy=$CHECKOUT/selftests/tests/kernel-$name

# have_tests: download and unpack what is not in the cache
have_tests() {
	local work
	[[ ! -d $final ]] || return 0
	hold kernel-tests
	[[ ! -d $final ]] || return 0
	work=$(mktemp -d "$GREX_CACHE/run/kernel-tests.XXXXXX")
	# shellcheck disable=SC2064 # the present value
	trap "rm -rf '$work'" EXIT
	trap 'exit 130' INT TERM HUP
	apt_update
	long "download of $package" env -C "$work" apt-get "${APT_OPTIONS[@]}" download "$package"
	mkdir "$work/net"
	# shellcheck disable=SC2016 # expanded inside
	long "unpacking the kernel's tests" bash -c '
		dpkg-deb --fsys-tarfile "$1"/*.deb | tar -xO --wildcards "*.tar.xz" |
			tar -C "$1/net" -xJ --strip-components=5 --wildcards --no-wildcards-match-slash \
				"*/tools/testing/selftests/net/*.sh" "*/tools/testing/selftests/net/lib/sh/*" \
				"*/tools/testing/selftests/net/forwarding/*.sh" 2>/dev/null
		test -f "$1/net/forwarding/lib.sh"' - "$work"
	mkdir -p "${final%/*}"
	mv "$work/net" "$final"
}

have_tests
rm -rf "$copy"
mkdir -p "$copy/forwarding"
cp -r "$final"/{lib,gre_ipv6_lladdr}.sh "$final/lib" "$copy/" 2>/dev/null || :
cp "$final"/forwarding/{lib,ipip_lib,ipip_*gre*,gre_*}.sh "$copy/forwarding/"
