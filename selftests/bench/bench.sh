#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# bench.sh [-k KERNEL] [--quick]: what a packet costs in grex and in ip_gre.
#
# One boot in which a nanosecond is an instruction (boot.sh --virtual), so that
# the numbers do not depend on this machine or on what else it does: they repeat
# to 0.2 %. Prints a table, bars and KTAP; .build/bench/KERNEL/ has them as
# results.json and chart.svg. Status 1 if grex costs more than the limit of a
# row, or 10,000 tunnels more than 5 % over one. --quick: one round in place of
# two, and without the rows of 10,000 tunnels.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
. "$here/../lab/common.sh"

name=6.1 rounds=2 many=1
while (($#)); do
	case $1 in
	-k) name=$2; shift 2 ;;
	--quick) rounds=1 many=0; shift ;;
	*) sed -n '3,/^$/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
	esac
done

hold "bench-$name"
"$LAB/deps.sh" build lab guest >&2
"$LAB/build.sh" "$name" >/dev/null
make -s -C "$CHECKOUT/tools" >&2
folder=$CHECKOUT/.build/bench/$name
mkdir -p "$folder"
gcc -O2 -Wall -Wextra -o "$folder/inject" "$here/inject.c"

rm -f "$folder"/{measured,keepalives,results.json,chart.svg}
status=0
"$LAB/boot.sh" -k "$name" --virtual -t 1800 -o "$folder" -- \
	"cp \"\$GREX_RESULTS/inject\" /tmp/ && exec selftests/bench/guest.sh /tmp/inject $rounds $many" \
	>"$folder/guest.log" 2>&1 &
boot=$!
trap 'kill "$boot" 2>/dev/null || :' EXIT
trap 'exit 130' INT TERM HUP
total=$((rounds * 38 + many * 5))
while kill -0 "$boot" 2>/dev/null; do
	sleep 0.5
	[[ ! -t 2 ]] || printf '\r\033[Kmeasuring: %d of %d' \
		"$(wc -l <"$folder/measured" 2>/dev/null || echo 0)" "$total" >&2
done
[[ ! -t 2 ]] || printf '\r\033[K' >&2
wait "$boot" || status=$?
if ((status)); then
	tail -n 20 "$folder/guest.log" >&2
	tally bench fail "the guest ended with status $status"
	exit 1
fi
"$here/report.py" "$folder" "$name" "$(<"$("$LAB/kernel.sh" "$name")/release")"
say "more in $folder: results.json, chart.svg"
