#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# packages.sh: see what the Debian packages do in a Debian 12, with its own apt and DKMS:
# install, a new kernel, a new version, a tunnel on that kernel, reinstall, a kernel that
# the module does not build for, remove, purge; and what a program of another package
# says of the files that ours have. The system is a layer of memory over a root of the
# cache; the mounts end with this script.

set -uo pipefail
((EUID == 0)) || exec sudo --preserve-env=HOME,GREX_CACHE,GREX_TALLY,GREX_NOLOCK "$0"
[[ ${1:-} == inside ]] || exec unshare --mount --propagation private "$0" inside

. "$(dirname "$0")/../lab/common.sh"
# shellcheck source=../lab/apt.sh
. "$LAB/apt.sh"
cd "$CHECKOUT" || exit
# shellcheck disable=SC2034 # read by try
STAGE=packages
# shellcheck source=try.sh
. selftests/stages/try.sh

place=$CHECKOUT/.build/packages
root=$place/root
debs=$place/debs
arch=$(dpkg --print-architecture)
machine=$(uname -m)

# --- the system ----------------------------------------------------------------

# before RELEASE: the kernel that Debian had before that
before() {
	apt-cache "${APT_OPTIONS[@]}" pkgnames linux-image-6.1.0- |
		grep -Ex "linux-image-6\.1\.0-[0-9]+-${1##*-}" | sort -V |
		grep -x -B 1 "linux-image-$1" | sed -n '1s/^linux-image-//p' |
		grep -vx "$1"
}

# The kernels are downloaded ahead, so that the apt in there needs no network.
download() {
	apt-get "${APT_OPTIONS[@]}" -o "Dir::State::status=$base/var/lib/dpkg/status" \
		install -y --download-only --no-install-recommends \
		"linux-image-$new" "linux-headers-$new" >"$place/log" 2>&1
}

in_root() {
	"$LAB/enter.sh" "$root" "$debs" DEBIAN_FRONTEND=noninteractive INITRD=No "$@"
}

# apt WORD...: its output is shown when it fails
apt() {
	in_root apt-get -y --no-install-recommends "$@" >"$place/log" 2>&1 ||
		{ cat "$place/log"; return 1; }
}

# debs_of VERSION: the files of all packages
debs_of() {
	echo "$debs/grex-dkms_$1_all.deb" "$debs/gretool_$1_$arch.deb" \
		"$debs/gretool-extra_$1_$arch.deb"
}

prepare() {
	mkdir -p "$place"
	mount -t tmpfs -o mode=755 packages "$place" || return
	mkdir "$place"/{upper,work,root,debs}
	cp .build/deb/*.deb "$other/.build/deb"/*.deb "$debs" || return
	download || { (apt_update) && download; } ||
		{ cat "$place/log"; return 1; }
	mount -t overlay -o "lowerdir=$base,upperdir=$place/upper,workdir=$place/work" \
		packages "$root" || return
	cp -r "$APT/lists/." "$root/var/lib/apt/lists/"
	cp "$APT/sources.list" "$root/etc/apt/"
	mount --bind "$APT/archives" "$root/var/cache/apt/archives" || return
	printf '%s "%s";\n' APT::Sandbox::User root Dpkg::Use-Pty 0 \
		>"$root/etc/apt/apt.conf.d/lab"
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	# DKMS asks which kernel runs: here the old one.
	cp "$root/bin/uname" "$root/usr/local/bin/"
	cat >"$place/uname" <<-END
		#!/bin/sh
		[ "\$*" != -r ] || { echo $old; exit; }
		exec /usr/local/bin/uname "\$@"
	END
	chmod 755 "$place/uname" "$root/usr/sbin/policy-rc.d"
	mount --bind "$place/uname" "$root/bin/uname"
}

# everything: each file of the system with its content, except for what apt, dpkg and
# ldconfig note for themselves, the key that DKMS makes for a machine, and the times in
# its logs
everything() {
	cd "$root" && find . -xdev \
		! -path './var/log/apt/*' ! -path ./var/log/dpkg.log \
		! -path './var/lib/apt/*' ! -path './var/cache/apt/*' \
		! -path './var/lib/dpkg/status*' ! -path './var/lib/dpkg/lock*' \
		! -path './var/lib/dpkg/triggers/*' \
		! -path './var/cache/ldconfig/*' ! -path './var/lib/dkms/mok.*' \
		! -path './var/lib/dkms/*/log/make.log' \
		\( -type f -exec sha256sum {} + -o -printf '%y %p %l\n' \) |
		sort -k 2
}

# --- the checks ----------------------------------------------------------------

# is WHAT EXPECTED GOT
is() { [ "$2" = "$3" ] || printf '%s: expected "%s", got "%s"\n' "$@"; }

# modules "VERSION KERNEL"...: DKMS must say that it has installed these and no others
modules() {
	is "dkms status" "$([ $# = 0 ] || printf "grex/%s, %s, $machine: installed\n" "$@")" \
		"$(in_root dkms status | sort)"
}

installs() {
	# shellcheck disable=SC2046 # words
	apt install $(debs_of "$version") || return
	modules "$version" "$old"
	is "modinfo" "$version" "$(in_root modinfo -k "$old" -F version grex)"
	is "gretool" "gretool $version" "$(in_root gretool -V)"
	is "gretool-extra" "gretool check [NAME] [-j] [-p]" \
		"$(in_root gretool check --help | head -n 1)"
	mkdir -p "$root/etc/gretool"
	cp "$place/site.conf" "$root/etc/gretool/"
}

new_kernel() {
	apt install "linux-image-$new" "linux-headers-$new" || return
	modules "$version" "$old" "$version" "$new"
	is "modinfo" "$version" "$(in_root modinfo -k "$new" -F version grex)"
}

# The new version is built for the running kernel and for the newest, and nothing stays of
# the old version.
new_version() {
	# shellcheck disable=SC2046 # words
	apt install $(debs_of "$next") || return
	modules "$next" "$old" "$next" "$new"
	is "modinfo" "$next" "$(in_root modinfo -k "$new" -F version grex)"
	is "gretool" "gretool $next" "$(in_root gretool -V)"
	cmp "$place/site.conf" "$root/etc/gretool/site.conf"
	find "$root" -xdev -path "*grex*$version*" ! -path "*grex*$next*" \
		! -path "$root/proc/*"
}

# ip changes the mount of its root, which must be a mount point.
tunnel() {
	"$LAB/boot.sh" -k 6.1 --no-module --quiet -- "mount --bind '$root' '$root' &&
		exec '$LAB/enter.sh' '$root' '$CHECKOUT/selftests' \
		'$CHECKOUT/selftests/stages/packages-guest.sh' '$next'" 2>&1
}

reinstalls() {
	everything >"$place/before"
	# shellcheck disable=SC2046 # words
	apt install --reinstall $(debs_of "$next") || return
	modules "$next" "$old" "$next" "$new"
	everything | diff "$place/before" - | head -n 50
}

# The module does not build for the headers of one kernel. DKMS fails their installation,
# says where to look, and leaves the other kernels alone. Other packages install, and all
# is well again when the headers go.
broken_headers() {
	local broken=${new/6.1.0-/6.1.0-9} package=$place/broken said
	dpkg-deb -R "$APT/archives/linux-headers-${new}"_*.deb "$package"
	grep -rlF "$new" "$package/DEBIAN" | xargs sed -i "s/${new//./\\.}/$broken/g"
	mv "$package/usr/src/linux-headers-$new" "$package/usr/src/linux-headers-$broken"
	mv "$package/lib/modules/$new" "$package/lib/modules/$broken"
	ln -sfn "/usr/src/linux-headers-$broken" "$package/lib/modules/$broken/build"
	rm -r "${package:?}/usr/share"
	# shellcheck disable=SC2016 # make's
	echo '$(error no module builds with these)' \
		>"$package/usr/src/linux-headers-$broken/Makefile"
	dpkg-deb -b "$package" "$debs/broken.deb" >/dev/null

	said=$(apt install "$debs/broken.deb") && echo "they install: $said"
	[[ $said == *"/var/lib/dkms/grex/$next/build/make.log"* ]] || echo "$said"
	is "half configured" " linux-headers-$broken" \
		"$(in_root dpkg --audit | grep -oE '^ [^ ]*')"
	modules "$next" "$old" "$next" "$new"
	said=$(apt install --reinstall "$debs/gretool_$next"_*.deb)
	is "gretool" "gretool $next" "$(in_root gretool -V)"
	# shellcheck disable=SC2016 # of dpkg
	is "its state" "install ok installed" \
		"$(in_root dpkg-query -W -f '${Status}' gretool)"
	apt purge "linux-headers-$broken"
	is "mended" "" "$(in_root dpkg --audit)"
	modules "$next" "$old" "$next" "$new"
}

removes() {
	apt remove gretool-extra || return
	is "without gretool-extra" \
		"gretool: check is not installed; it is in the package gretool-extra" \
		"$(in_root gretool check 2>&1)"
	apt remove grex-dkms gretool || return
	modules
	find "$root" -xdev -name 'grex.ko*'
	cmp "$place/site.conf" "$root/etc/gretool/site.conf"
}

purges() {
	# shellcheck disable=SC2046 # words
	apt install $(debs_of "$next") || return
	modules "$next" "$old" "$next" "$new"
	apt purge grex-dkms gretool gretool-extra || return
	modules
	[ ! -e "$root/etc/gretool" ] || ls -d "$root"/etc/gretool/*
	apt purge "linux-image-$new" "linux-headers-$new" || return
	apt autoremove --purge || return
	everything | diff "$place/pristine" - | head -n 50
}

# The program of Prometheus checks them; its package need not be installed for that.
alert_rules() {
	local said
	if ! (cd "$place" && apt-get "${APT_OPTIONS[@]}" download prometheus) >"$place/log" 2>&1; then
		cat "$place/log"
		return 1
	fi
	dpkg-deb -x "$place"/prometheus_*.deb "$place/prometheus" || return
	said=$("$place/prometheus/usr/bin/promtool" check rules "$CHECKOUT/tools/dist/alerts.yml" 2>&1) || echo "$said"
}

# --- here we go ----------------------------------------------------------------

# build FOLDER
build() {
	mkdir -p .build
	make -C "$1" deb >.build/packages.log 2>&1 ||
		{ cat .build/packages.log >&2; exit 1; }
}

"$LAB/deps.sh" build lab deb || exit
hold packages # the apt in there locks the cache of packages
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
next=$version.1
other=.build/deb-next
rm -rf "$other"
mkdir -p "$other"
sources | xargs cp --parents -t "$other"
sed -i "s/^PACKAGE_VERSION=.*/PACKAGE_VERSION=\"$next\"/" "$other/dkms.conf"
build .
build "$other"

kernel=$("$LAB/kernel.sh" 6.1) || exit
new=$(<"$kernel/release")
apt_use bookworm
old=$(before "$new") || { (apt_update) && old=$(before "$new"); } ||
	die "Debian has no kernel before $new: delete $kernel if it is old"
base=$("$LAB/root.sh" dkms iproute2 iputils-ping "linux-image-$old" "linux-headers-$old") ||
	exit
prepare || exit
cat >"$place/site.conf" <<-END
	[gre1]
	local 192.0.2.1 remote 192.0.2.2 key 5
	addr 10.0.0.1/30
	up
END
in_root true # makes the place for the packages
everything >"$place/pristine"

try "install on $old" installs
try "a new kernel, $new" new_kernel
try "a new version" new_version
try "a tunnel on $new" tunnel
try "reinstall" reinstalls
try "headers that the module does not build with" broken_headers
try "remove" removes
try "purge" purges
try "promtool takes alerts.yml" alert_rules
exit "$failed"
