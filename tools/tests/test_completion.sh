#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Shell completion: what it offers for a command line.

cd "$(dirname "$0")" || exit 1
number=0
failed=0

echo "KTAP version 1"
[[ -x ../gretool ]] || {
	echo "1..0 # SKIP gretool is not built"
	exit 4
}
PATH=$PWD/..:$PATH
# shellcheck source=/dev/null
. ../gretool.bash-completion

# offers LINE EXPECTED...: the line ends where the cursor is.  "+word" must be
# offered, "-word" must not; "=" and words: exactly these.
offers() {
	local line=$1 word wrong=0 offered
	shift

	COMP_LINE=$line
	COMP_POINT=${#line}
	read -ra COMP_WORDS <<<"$line"
	[[ $line == *' ' ]] && COMP_WORDS+=('')
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	COMPREPLY=()
	_gretool
	offered=" ${COMPREPLY[*]} "
	if [[ $1 == '=' ]]; then
		shift
		[[ $offered == " $* " ]] || wrong=1
		set --
	fi
	for word; do
		case $word in
		+*) [[ $offered == *" ${word#+} "* ]] || wrong=1 ;;
		-*) [[ $offered != *" ${word#-} "* ]] || wrong=1 ;;
		esac
	done
	number=$((number + 1))
	if ((wrong)); then
		echo "# offered:$offered"
		echo "not ok $number '$line'"
		failed=1
	else
		echo "ok $number '$line'"
	fi
}

offers 'gretool ' +add +set +del +show +monitor +help -words
offers 'gretool s' = set show
offers 'gretool -' +-n +-j +-s +-d +-p +-batch +--version
offers 'gretool -j s' = set show
offers 'gretool help ' +add +monitor -words
offers 'gretool add ' =
offers 'gretool add g1 ' +remote +local +key +ttl +up +link-netns -peer
offers 'gretool add g1 rem' = remote
offers 'gretool add g1 remote ' = any
offers 'gretool add g1 remote 192.0.2.2 ' -remote +local +key +ikey +nokey
offers 'gretool add g1 key 5 ' -key -ikey -okey -nokey +csum +remote
offers 'gretool add g1 ikey 5 ' -key -ikey +okey +nookey
offers 'gretool add g1 key ' =
offers 'gretool add g1 ttl ' +inherit +64
offers 'gretool add g1 ttl in' = inherit
offers 'gretool add g1 tos e' = ef
offers 'gretool add g1 df ' = set inherit clear
offers 'gretool add g1 multicast ' = on off
offers 'gretool add g1 decap-ttl ' = keep copy
offers 'gretool add g1 icmp' = icmp-relay icmp-source
offers 'gretool add g1 icmp-relay ' = on off
offers 'gretool set g1 icmp-source ' = self hop
offers 'gretool add g1 icmp-relay off icmp' = icmp-source
offers 'gretool add g1 dev ' +lo
offers 'gretool add g1 ttl 5 df set ' -ttl -hoplimit -df -pmtudisc
offers 'gretool add g1 addr 10.0.0.1/30 ' +addr +peer
offers 'gretool set g1 ' +ttl -link-netns -link-netnsid
offers 'gretool show -' = -s -d -j -p
offers 'gretool monitor -' = -j
offers 'gretool -n x add g1 df ' = set inherit clear

echo "1..$number"
exit $failed
