#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# deb.sh: build the Debian packages and check their files. packages.sh installs them.

set -uo pipefail
cd "$(dirname "$0")/../.." || exit

# shellcheck disable=SC2034 # read by try
STAGE=deb
# shellcheck source=try.sh
. selftests/stages/try.sh

DEB=.build/deb
OTHER=.build/deb-export
installed=.build/deb-installed

# builds FOLDER: build the packages there, and show the log if that fails
builds() {
	mkdir -p "$1/.build"
	make -C "$1" deb >"$1/.build/deb.log" 2>&1 || cat "$1/.build/deb.log"
}

# Build the packages here, and at the same time without git, in another folder, with other
# times, another language and umask, and another order of files.
builds_both() {
	rm -rf "$OTHER"
	mkdir -p "$OTHER"
	sources | sort -R | xargs cp --parents -t "$OTHER"
	find "$OTHER" -type f -exec chmod o-r,g+w {} + \
		-exec touch -d 2031-02-03 {} +
	(
		umask 027
		export TZ=Pacific/Auckland LC_ALL=C.UTF-8 GIT_DIR=/nowhere
		builds "$OTHER"
	) &
	builds .
	wait
}

same() {
	local file
	for file in "$DEB"/*.deb; do
		cmp "$file" "$OTHER/$file"
	done
}

# lintian wants init scripts, but systems without systemd set up tunnels with ifupdown.
lintian_clean() {
	lintian --allow-root --display-info --display-experimental --pedantic \
		--fail-on error,warning,info,pedantic,experimental \
		--suppress-tags package-supports-alternative-init-but-no-init.d-script \
		"$DEB"/*.changes
}

# files FOLDER: list the installed files, without the documentation
files() {
	(cd "$1" && find . ! -type d -o -empty) | grep -v '^\./usr/share/doc/' | sort
}

# Debian has units in /lib, compresses manuals, and has its own rules for documentation.
as_installed() {
	local file
	rm -rf "$installed"
	make install install-gre DESTDIR="$PWD/$installed/make" >"$installed.log" 2>&1 ||
		cat "$installed.log"
	for file in "$DEB"/*.deb; do
		dpkg -x "$file" "$installed/deb"
	done
	diff <(files "$installed/make" | sed 's,^\./usr/lib/\(systemd\|udev\|modprobe\.d\)/,./lib/\1/,
			/^\.\/usr\/src\/.*\/COPYING$/d') \
		<(files "$installed/deb" | sed '/\/man\//s/\.gz$//')
}

# modprobe must load grex for the kinds of ip_gre and ip6_gre, for the devices gre0, gretap0 and
# ip6gre0, and for the names of these modules.
gre_config() {
	local name names="rtnl_link_gre rtnl_link_gretap rtnl_link_ip6gre rtnl_link_ip6gretap
		netdev_gre0 netdev_gretap0 netdev_ip6gre0 ip_gre ip6_gre"

	modprobe -C "$installed/deb/lib/modprobe.d" -c |
		grep -E "^(options grex |alias ($(xargs <<<"$names" | tr ' ' '|')) |blacklist)" |
		diff - <(printf 'blacklist %s\n' ip_gre ip6_gre
			for name in $names; do echo "alias $name grex"; done
			echo "options grex kinds=all")
}

# field PACKAGE FIELD REGEX: this field of the package must match
field() {
	local value
	value=$(dpkg-deb -f "$DEB/$1"_*.deb "$2")
	[[ $value =~ $3 ]] || echo "$1: $2: $value"
}

depends() {
	local file
	field grex-dkms Depends '(^|, )dkms'
	field grex-dkms Recommends '(^|, )gretool($|,)'
	field grex-gre Depends '(^|, )grex-dkms \(= '
	field gretool Depends '(^|, )libmnl0 '
	field gretool Recommends '(^|, )grex-dkms($|,)'
	field gretool-extra Depends '(^|, )gretool \(= '
	field gretool-extra Depends '(^|, )libmnl0 '
	# Only those who want the kind gre get the package.
	for file in "$DEB"/*.deb; do
		dpkg-deb -f "$file" Depends Recommends Suggests | grep grex-gre
	done
	# gretool must not depend on the module, which DKMS may not be able to build.
	dpkg-deb -f "$DEB"/gretool_*.deb Depends | grep dkms
	true
}

version() {
	local version
	version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
	field grex-dkms Version "^${version//./\\.}$"
	field grex-gre Version "^${version//./\\.}$"
	field gretool Version "^${version//./\\.}$"
	field gretool-extra Version "^${version//./\\.}$"
	"$installed/deb/usr/sbin/gretool" -V | grep -vwF "$version"
	true
}

selftests/lab/deps.sh build deb check || exit
try "make deb" builds_both
try "the same from an export" same
try "lintian" lintian_clean
try "what make install installs" as_installed
try "what modprobe reads" gre_config
try "dependencies" depends
try "version" version
exit "$failed"
