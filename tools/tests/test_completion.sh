#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Test what shell completion offers for a command line.

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
. ../dist/gretool.bash-completion

# This function shows tunnels without a kernel, and calls the tool for the rest.
# shellcheck disable=SC2317 # the completion calls it
gretool() {
	case $* in
	show) printf '%s remote 192.0.2.2 mtu 1476\n' g1 g2 tun ;;
	'-n x show') echo 'g3 remote 192.0.2.2 mtu 1476' ;;
	*) command gretool "$@" ;;
	esac
}

# offers LINE EXPECTED...: complete LINE, with the cursor at its end. "+word" must be
# offered and "-word" must not; "=" followed by words means exactly these.
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

offers 'gretool ' = add set del show monitor probe top check metrics apply save import migrate help
offers 'gretool s' = set show save
offers 'gretool -' +-n +-j +-s +-d +-p +-batch +--version
offers 'gretool -j s' = set show save
offers 'gretool help ' = add set del show monitor probe top check metrics apply save import migrate help
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
offers 'gretool add g1 ttl-min 2' = 254 255
offers 'gretool add g1 ttl 255 ttl' = ttl-min
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
offers 'gretool met' = metrics
offers 'gretool metrics ' =
offers 'gretool -n x add g1 df ' = set inherit clear
offers 'gretool set ' = g1 g2 tun
offers 'gretool del g' = g1 g2
offers 'gretool show ' = g1 g2 tun
offers 'gretool -n x del ' = g3

# Both values of keepalive are optional.
offers 'gretool add g1 remote 192.0.2.2 keep' = keepalive keepalive-reply keepalive-secret
offers 'gretool add g1 keepalive-secret ' = off
offers 'gretool add g1 keepalive ' +off +10 +1s +300ms +up +remote +keepalive-reply -keepalive
offers 'gretool add g1 keepalive o' = off okey ocsum oseq
offers 'gretool add g1 keepalive 3' = 300ms
offers 'gretool add g1 keepalive off ' -off -10 -300ms +up +ttl -keepalive
offers 'gretool set g1 keepalive 1s ' -off -1s +up +ttl +keepalive-reply -keepalive
offers 'gretool set g1 keepalive 1s 3 ' -off -1s +up +ttl -keepalive
offers 'gretool set g1 keepalive up ' -off -10 +ttl -down -keepalive
offers 'gretool set g1 keepalive ttl ' +inherit +64 -off -300ms
offers 'gretool set g1 keepalive-reply ' = on off
offers 'gretool set g1 keepalive keepalive-reply off ' -off -300ms +ttl -keepalive-reply
offers 'gretool set g1 mss ' = off auto
offers 'gretool set g1 mtu-probe ' = on off
offers 'gretool set g1 mtu ' = auto default

offers 'gretool pr' = probe
offers 'gretool probe ' = g1 g2 tun
offers 'gretool probe t' = tun
offers 'gretool -n x probe ' = g3
offers 'gretool probe -' = -c -i -s -j
offers 'gretool probe -c ' =
offers 'gretool probe -c 3 ' = g1 g2 tun
offers 'gretool probe -c 3 g' = g1 g2
offers 'gretool probe g1 ' = -c -i -s -j
offers 'gretool probe g1 -c ' =
offers 'gretool probe g1 -c 3 ' = -i -s -j
offers 'gretool probe -i 1s g1 -s 100 -' = -c -j
offers 'gretool top ' = -i -c
offers 'gretool top -' = -i -c
offers 'gretool top -i ' =
offers 'gretool top -i 1s ' = -c

offers 'gretool apply -dev ' +lo
offers 'gretool apply -dry-run -dev lo --pr' = --prune
offers 'gretool apply -dry-run --dev=lo -' ---dry-run ---dev +--prune +-j
offers 'gretool show -- ' = g1 g2 tun
offers 'gretool ch' = check
offers 'gretool check ' = g1 g2 tun
offers 'gretool check t' = tun
offers 'gretool -n x check ' = g3
offers 'gretool check -' = -j -p

offers 'gretool ap' = apply
offers 'gretool apply -' = --dry-run --prune --state-file --keep-going --dev -j -p
offers 'gretool apply --dry-run -' = --prune --state-file --keep-going --dev -j -p
offers 'gretool apply tunnels.conf ' = --dry-run --prune --state-file --keep-going --dev -j -p
offers 'gretool apply --state-file ' =
offers 'gretool apply --state-file file -' = --dry-run --prune --keep-going --dev -j -p
offers 'gretool apply ' =

offers 'gretool im' = import
offers 'gretool import ' = links ifupdown networkd
offers 'gretool import n' = networkd
offers 'gretool migrate --' = --all --keep-name --back --dry-run --force

echo "1..$number"
exit $failed
