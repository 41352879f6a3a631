#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# DKMS puts the module where modprobe finds it, the kernel loads it when the
# first tunnel is made, and nothing stays when it is removed. Changes what is
# installed, so that it runs in the lab alone.
#
# real time: DKMS needs files of this machine
# before the boot: lab/dkms_build.sh
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	install
	loaded_by_kind
	remove
	restored
"

RELEASE=$(uname -r)
BUILT=../../.build/dkms-${GREX_LAB:-none}
VERSION=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' ../../dkms.conf)
MODULE_FILE=/lib/modules/$RELEASE/updates/dkms/grex.ko

# The files stay for the next test function.
install() {
	# What the lab has put there is not what this is about.
	rmmod grex 2>/dev/null
	rm -f "$MODULE_FILE"
	check_fails "without it" modprobe grex

	if [ ! -f "$BUILT/sum" ]; then
		sed 's/^/# /' "$BUILT/log"
		fail "make install, or dkms build, before the boot"
		return
	fi
	cp -r "$BUILT/source/grex-$VERSION" /usr/src/
	check "dkms add" dkms add "grex/$VERSION"
	# "dkms build" was done before the boot; it takes minutes in here.
	cp -r "$BUILT/tree/grex/$VERSION/$RELEASE" "/var/lib/dkms/grex/$VERSION/"
	check "dkms install" dkms install "grex/$VERSION" -k "$RELEASE"
	check_match "installed" "^grex/$VERSION, ${RELEASE//+/\\+}, .*: installed" \
		"$(dkms status)"
	check_eq "its place" "$MODULE_FILE" "$(modinfo -n grex)"
	check_eq "its version" "$VERSION" "$(modinfo -F version grex)"
}

loaded_by_kind() {
	check_fails "loaded" test -d /sys/module/grex
	new_ns A
	# The tool asks for the module, and so does any other program that
	# makes a link of this kind: the kernel runs modprobe.
	check "ip link" ip -n "$A" link add gre1 type grex
	check "loaded by ip" test -d /sys/module/grex
	check "rmmod" rmmod grex
	check_fails "the tunnel" ip -n "$A" link show gre1
	check "gretool" gretool -n "$A" add gre1 remote 192.0.2.2
	check "loaded by gretool" test -d /sys/module/grex
	check_eq "its version" "$VERSION" "$(cat /sys/module/grex/version)"
}

remove() {
	check "rmmod" rmmod grex
	check "dkms remove" dkms remove "grex/$VERSION" --all
	check_eq "status" "" "$(dkms status)"
	check_fails "the file" test -e "$MODULE_FILE"
	check_fails "modprobe" modprobe grex
	new_ns A
	check_fails "a tunnel" ip -n "$A" link add gre1 type grex
	# The tool does not leave one wondering.
	check_match "gretool without a module" "modprobe grex" \
		"$(gretool -n "$A" add gre1 remote 192.0.2.2 2>&1)"
	rm -rf "/usr/src/grex-$VERSION"
}

# What the lab had installed is there for the tests after this one.
restored() {
	mkdir -p "${MODULE_FILE%/*}"
	cp "$WORK/saved/grex.ko" "$MODULE_FILE"
	cp "$WORK"/saved/modules.* "/lib/modules/$RELEASE/"
	check "modprobe" modprobe grex
}

[ -n "${GREX_LAB:-}" ] || skip_all "changes the installed module: lab only"
[ -d "$BUILT" ] || skip_all "not built with DKMS for kernel $GREX_LAB"
mkdir "$WORK/saved"
cp "$MODULE_FILE" "/lib/modules/$RELEASE"/modules.* "$WORK/saved/"
run_tests
