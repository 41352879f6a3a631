#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# checkpatch.sh: have the kernel's checkpatch in the cache; print its path.

set -euo pipefail
. "$(dirname "$0")/common.sh"
# shellcheck source=apt.sh
. "$LAB/apt.sh"

PACKAGE=linux-source-6.12
final=$GREX_CACHE/checkpatch-${PACKAGE#linux-source-}
[[ ! -f $final/checkpatch.pl ]] || { echo "$final/checkpatch.pl"; exit; }
hold checkpatch
[[ ! -f $final/checkpatch.pl ]] || { echo "$final/checkpatch.pl"; exit; }
work=$(mktemp -d "$GREX_CACHE/run/checkpatch.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
apt_use bookworm 1
apt_update
long "download of $PACKAGE" env -C "$work" apt-get "${APT_OPTIONS[@]}" download "$PACKAGE"
# shellcheck disable=SC2016 # expanded inside
long "unpacking checkpatch" bash -c 'set -o pipefail
	dpkg-deb --fsys-tarfile "$1"/*.deb | tar -xO --wildcards "*.tar.xz" |
		tar -C "$1" -xJ --strip-components=2 --wildcards "*/scripts/checkpatch.pl" "*/scripts/spelling.txt" \
			"*/scripts/const_structs.checkpatch" "*/scripts/deprecated_terms.txt" 2>/dev/null
	test -f "$1/checkpatch.pl"' - "$work" ||
	[[ -f $work/checkpatch.pl ]]
rm -f "$work"/*.deb
mkdir -p "$final"
mv "$work"/* "$final/"
echo "$final/checkpatch.pl"
