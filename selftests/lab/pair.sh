#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# pair.sh [-k A] [-k2 B] [-t SECONDS] [-o FOLDER] -- COMMAND_A... -- COMMAND_B...
#
# Two guests joined by a cable (eth0 in each; GREX_LINK names it).  Both also
# see the folder GREX_SHARED, where they can leave files for each other.
# Status: 0 if both commands succeed, else the first bad status; results go to
# FOLDER/a and FOLDER/b.

set -euo pipefail
. "$(dirname "$0")/common.sh"

usage() { sed -n '3,/^$/s/^# \{0,1\}//p' "$0" >&2; exit 2; }

kernels=(6.1 6.1) limit=300 folder=$CHECKOUT/.build/results/pair
while (($#)); do
	case $1 in
	-k) kernels[0]=$2; shift 2 ;;
	-k2) kernels[1]=$2; shift 2 ;;
	-t) limit=$2; shift 2 ;;
	-o) folder=$2; shift 2 ;;
	--) shift; break ;;
	*) usage ;;
	esac
done
first=() second=()
while (($#)) && [[ $1 != -- ]]; do first+=("$1"); shift; done
(($#)) && shift
second=("$@")
((${#first[@]} && ${#second[@]})) || usage

"$LAB/kernel.sh" "${kernels[0]}" >/dev/null
"$LAB/kernel.sh" "${kernels[1]}" >/dev/null
hold_heavy
export GREX_NOLOCK=1
cable=$(mktemp -d "$GREX_CACHE/run/pair.XXXXXX")
mkdir "$cable/shared"
boots=()
# shellcheck disable=SC2317 # by the trap
cleanup() {
	((${#boots[@]} == 0)) || kill "${boots[@]}" 2>/dev/null || :
	wait || :
	rm -rf "$cable"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

# end LETTER KERNEL WAY COMMAND...: run one guest, and mark its lines with the letter.
end() {
	local letter=$1 kernel=$2 way=$3
	shift 3
	"$LAB/boot.sh" -k "$kernel" -t "$limit" --smp 1 --mem 1024 -o "$folder/$letter" --share "$cable/shared" \
		--link "$cable/socket:$way" -- "$@" > >(sed -u "s/^/$letter| /") 2> >(sed -u "s/^/$letter| /" >&2) &
	boots+=($!)
}

end a "${kernels[0]}" listen "${first[@]}"
for ((i = 0; i < 600; i++)); do
	[[ ! -S $cable/socket ]] || break
	kill -0 "${boots[0]}" 2>/dev/null || break
	sleep 0.1
done
[[ -S $cable/socket ]] || die "the first guest did not start"
end b "${kernels[1]}" connect "${second[@]}"

# If one end has failed, the other one would only wait for it.
pids=("${boots[@]}") ended='' status=0
wait -n -p ended "${boots[@]}" || status=$?
for ((i = 0; i < 2; i++)); do
	[[ ${pids[i]} != "$ended" ]] || unset 'boots[i]'
done
other=("${boots[@]}")
watch=
if ((status)); then
	(sleep 20; kill "${other[0]}") >/dev/null 2>&1 &
	watch=$!
fi
second_status=0
wait "${other[0]}" || second_status=$?
boots=()
[[ -z $watch ]] || kill "$watch" 2>/dev/null || :
((status)) || status=$second_status
exit "$status"
