#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# packets.sh [-k NAME] [-f FROM] [-v] COUNT SEED: send COUNT damaged packets into grex.
#
# They go where packets come from outside: decapsulation, keepalives, ICMP errors; and
# from inside, with what a virtual machine may say of its packets, on kernel NAME
# (debug).  Then all tunnels have to work, the module has to go, and nothing may be left
# of it; the kernel must not complain meanwhile.  The same SEED makes the same packets.
#
# To find the one that is to blame: -f begins with number FROM, and -v writes each
# packet to the kernel's log, which is in .build/results/packets-NAME/dmesg.  There is
# the number of each thousandth packet without -v, too.

set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
# shellcheck source=../lab/common.sh
. "$here/../lab/common.sh"
# shellcheck source=../stages/tally.sh
. "$here/../stages/tally.sh"

usage() { sed -n '3,/^$/s/^# \{0,1\}//p' "$0" >&2; exit 2; }

name=debug from=0 verbose=
while (($#)); do
	case $1 in
	-k) name=$2; shift 2 ;;
	-f) from=$2; shift 2 ;;
	-v) verbose=verbose; shift ;;
	-*) usage ;;
	*) break ;;
	esac
done
(($# == 2)) || usage
packets=$1 seed=$2

"$LAB/deps.sh" build lab guest >&2
stage=packets-$name
"$LAB/build.sh" "$name" >/dev/null || { tally "$stage" fail "build for $name"; exit 1; }
make -s -C "$CHECKOUT/tools" >&2 || exit
folder=$CHECKOUT/.build/results/packets-$name
rm -rf "$folder"
mkdir -p "$folder"
gcc -D_GNU_SOURCE -O2 -Wall -Wextra -o "$folder/packets" "$here/packets.c" "$here/packet.c" || exit

# slab_nomerge gives each kind of object a slab of its own, so that they can be counted.
# On kernels without KASAN, slub_debug finds some of the errors that KASAN would.
options=(--append "slab_nomerge slub_debug=FZPU")
[[ $name != debug ]] || options=(--kmemleak --append "slab_nomerge")

# The program is copied, since the guest's clock does not wait for files of this machine.
command="cp \"\$GREX_RESULTS/packets\" /tmp/ &&
	exec selftests/fuzz/packets-guest.sh /tmp/packets $packets $seed $from $verbose"

# in_guest: print the TAP of the guest, and a line for what its kernel has logged
in_guest() {
	local status=0 verdict=ok

	"$LAB/boot.sh" -k "$name" --virtual -t "$((1200 + packets / 50))" -o "$folder" \
		"${options[@]}" -- "$command" || status=$?
	((status == 0 || status == 1)) || verdict="not ok"
	if [[ $verdict != ok ]]; then
		printf '# after the last mark: %s\n' \
			"$(grep -aoh 'fuzz: packet [0-9]*' "$folder/console.log" | tail -n 1)"
	fi
	printf '%s the kernel does not complain\n' "$verdict"
	return "$status"
}

begin=$(now)
count "$stage" in_guest
# shellcheck disable=SC2154 # failed is of tally.sh
echo "packets.sh -k $name $packets $seed: $(seconds $(($(now) - begin))) s with the boot, status $failed"
exit "$failed"
