#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# plant.sh [-k NAME] [BUG...]: plant bugs in a kernel; succeed if the lab finds each.
#
# On debug (the default): kasan shift bounds lockdep rcu sleep leak warn cleared oops.
# On other kernels: warn cleared oops.  "cleared" is a warning before "dmesg -C".

set -euo pipefail
. "$(dirname "$0")/common.sh"

name=debug
while (($#)); do
	case $1 in
	-k) name=$2; shift 2 ;;
	-*) say "usage: plant.sh [-k NAME] [BUG...]"; exit 2 ;;
	*) break ;;
	esac
done
bugs=("$@")
if ((${#bugs[@]} == 0)); then
	case $name in
	debug) bugs=(kasan shift bounds lockdep rcu sleep leak warn cleared oops) ;;
	*) bugs=(warn cleared oops) ;;
	esac
fi

# says: a pattern that the report of each bug must match
declare -A says=(
	[kasan]='KASAN: slab-use-after-free' [shift]='UBSAN: shift-out-of-bounds' [bounds]='UBSAN: array-index-out-of-bounds'
	[lockdep]='possible circular locking dependency' [rcu]='suspicious RCU usage' [sleep]='scheduling while atomic|sleeping function called'
	[leak]='unreferenced object' [warn]='WARNING: .*plant_warn' [cleared]='WARNING: .*plant_warn' [oops]='BUG: .*(NULL pointer|null-ptr-deref)|null-ptr-deref'
)

kernel=$("$LAB/kernel.sh" "$name")
target=$CHECKOUT/.build/plant-$name
mkdir -p "$target"
cp "$LAB/plant/"{plant.c,Kbuild} "$target/"
MAKE_ARGS=() ENTER=() BUILD=$kernel/build
# shellcheck source=/dev/null
. "$kernel/env"
"${ENTER[@]}" make -C "$BUILD" "M=$target" "${MAKE_ARGS[@]}" modules >"$target/build.log" 2>&1 ||
	{ cat "$target/build.log" >&2; die "the planted module does not build"; }

for bug in "${bugs[@]}"; do [[ ${says[$bug]:-} ]] || die "no such bug: $bug"; done

# Use as few boots as possible. lockdep is silent after its first report, so that it needs
# its own.
declare -A boots=()
for bug in "${bugs[@]}"; do
	case $bug in
	lockdep | rcu | leak | cleared | oops) boots[$bug]=$bug ;;
	*) boots[rest]+=" $bug" ;;
	esac
done

failed=0
for boot in "${!boots[@]}"; do
	options=() expected=121 status=0 after=:
	case $boot in
	leak) options=(--kmemleak) ;;
	cleared) after='dmesg -C' ;;
	oops) expected=120 ;;
	esac
	setpriv --pdeathsig TERM "$LAB/boot.sh" -k "$name" -t 300 --no-module --module "$target/plant.ko" -o "$CHECKOUT/.build/results/plant-$name/$boot" "${options[@]}" \
		-- "for bug in ${boots[$boot]}; do modprobe plant bug=\$bug; modprobe -r plant; $after; done" >"$target/said" 2>&1 || status=$?
	for bug in ${boots[$boot]}; do
		if ((status == expected)) && grep -qE "${says[$bug]}" "$target/said"; then
			echo "ok   $bug planted on $name: $(grep -oE -m 1 "${says[$bug]}" "$target/said" | head -n 1)"
			tally "planted-$name" pass "$bug is noticed"
		else
			echo "FAIL $bug planted on $name: status $status instead of $expected, or no report"
			sed 's/^/     | /' "$target/said"
			tally "planted-$name" fail "$bug is noticed"
			failed=1
		fi
	done
done
exit "$failed"
