#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# pair_ip_gre.sh a|b: run on two machines that are joined by $GREX_LINK; a has grex, b has
# the kernel's own ip_gre, and ip6_gre for tunnels over IPv6. They synchronize by files in
# the folder $GREX_SHARED.
#
# pair: test 6.1
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/examples.sh
. "$(dirname "$0")/../lib/examples.sh"

# KINDS: the name of a test, the options for gretool, the options for ip
KINDS="
	none||
	key|key 4294967295|key 4294967295
	key_zero|key 0|key 0
	key_each_way|ikey 1 okey 2|ikey 2 okey 1
	csum|csum|csum
	key_csum|key 1.2.3.4 csum|key 1.2.3.4 csum
	seq|seq|seq
	all|key 7 csum seq|key 7 csum seq
	csum_one_way|ocsum|icsum
"
# The same over IPv6. By default ip6_gre sends an extension header.
KINDS_IPV6="
	ipv6||encaplimit none
	ipv6_encaplimit|encaplimit 4|
	ipv6_key|key 7|key 7
	ipv6_all|key 7 csum seq|key 7 csum seq
"
TESTS="$(awk -F '|' 'NF > 1 { print $1 }' <<<"$KINDS$KINDS_IPV6" | xargs)
	keepalive
	keepalive_ipv6
	readme"
OUTER=4 # version of the underlay
END_NAME=${1:?a or b}
BYTES=500000

if [ -z "${GREX_LINK:-}" ] || [ -z "${GREX_SHARED:-}" ]; then
	skip_all "needs two machines, see lab/pair.sh"
fi

# say WORD, hear WORD: tell the other end this word, or wait for it
say() {
	touch "$GREX_SHARED/$1"
}

hear() {
	busywait 60 test -e "$GREX_SHARED/$1" || fail "the other end: no $1"
}

# meet WORD: wait until the other end is here too; WORD must be unique in the run
meet() {
	local other=a

	[ "$END_NAME" = b ] || other=b
	say "$1-$END_NAME"
	hear "$1-$other"
}

underlay() {
	ip link set "$GREX_LINK" up
	ip addr replace "192.0.2.$1/24" dev "$GREX_LINK"
	ip addr replace "2001:db8::$1/64" dev "$GREX_LINK" nodad
}

# with OPTION...: make a tunnel at this end
with() {
	local net=192.0.2. kind=gre

	[ "$OUTER" = 4 ] || { net=2001:db8::; kind=ip6gre; }
	if [ "$END_NAME" = a ]; then
		run gretool add gre1 local "${net}1" remote "${net}2" "$@" \
			addr 10.0.0.1/30 addr fd00::1/64 up || fail "add $*"
	else
		run ip link add gre1 type "$kind" local "${net}2" remote "${net}1" \
			"$@" || fail "ip link add $*"
		ip addr add 10.0.0.2/30 dev gre1
		ip addr add fd00::2/64 dev gre1 nodad
		ip link set gre1 up
	fi
}

# sent WHAT ADDRESS: send bulk TCP to the other end, which runs received
sent() {
	local address=$2 family=4

	[[ $address != *:* ]] || { family=6; address=[$address]; }
	head -c "$BYTES" /dev/urandom >"$GREX_SHARED/$1.data"
	hear "$1.listening"
	check "$1" timeout 60 socat -u "OPEN:$GREX_SHARED/$1.data,rdonly" \
		"TCP$family:$address:5001"
	say "$1.sent"
}

received() {
	local receiver family=$2

	timeout 60 socat -u "TCP$family-LISTEN:5001,reuseaddr" \
		"CREATE:$WORK/received" &
	receiver=$!
	PIDS+=("$receiver")
	busywait 10 listening || fail "socat does not listen"
	say "$1.listening"
	hear "$1.sent"
	wait "$receiver"
	check_eq "$1: sha256" "$(sha256sum <"$GREX_SHARED/$1.data")" \
		"$(sha256sum <"$WORK/received")"
}

listening() {
	grep -q ":1389 0*:0000 0A" /proc/net/tcp /proc/net/tcp6
}

# interwork NAME OUR_OPTIONS THEIR_OPTIONS: both ends make the same tunnel, and packets
# must pass
interwork() {
	local name=$1 peer4=10.0.0.2 peer6=fd00::2

	if [ "$END_NAME" = b ]; then
		peer4=10.0.0.1
		peer6=fd00::1
		shift
	fi
	# shellcheck disable=SC2086 # words
	with $2
	meet "$name-ready"
	check "ping" ping -q -c 3 -i 0.05 -W 2 "$peer4"
	check "ping -6" ping -q -c 3 -i 0.05 -W 2 "$peer6"
	meet "$name-pinged"
	if [ "$END_NAME" = a ]; then
		sent "$name-4" 10.0.0.2
		received "$name-6" 6
	else
		received "$name-4" 4
		sent "$name-6" fd00::1
	fi
	if [ "$END_NAME" = a ]; then
		# Packets of the other end that came before this end had its tunnel or had
		# it up do not count, nor do answers from before the other end had its
		# tunnel.
		check_eq "drops" "" \
			"$(ethtool -S gre1 | awk '$1 ~ /:$/ && $2 > 0' |
				grep -vE 'rx_(out_of_order|down)|no_tunnel|icmp_')"
	fi
	meet "$name-done"
	ip link del gre1
}

while IFS='|' read -r name ours theirs; do
	name=${name//[[:blank:]]/}
	[ -z "$name" ] ||
		eval "$name() { interwork $name '$ours' '$theirs'; }"
done <<<"$KINDS"
while IFS='|' read -r name ours theirs; do
	name=${name//[[:blank:]]/}
	[ -z "$name" ] ||
		eval "$name() { OUTER=6 interwork $name '$ours' '$theirs'; }"
done <<<"$KINDS_IPV6"

# ip_gre does not support keepalives, but it can forward those that come back to this end.
# By default it drops them as martians, and the peer stays down here.
keepalive() {
	local key overhead

	for key in "" "key 5"; do
		overhead=24
		[ -z "$key" ] || overhead=28
		# shellcheck disable=SC2086 # words
		with $key
		meet "keepalive-ready$key"
		if [ "$END_NAME" = b ]; then
			meet "keepalive-refused$key"
			run sysctl -qw net.ipv4.ip_forward=1 \
				net.ipv4.conf.gre1.accept_local=1 \
				net.ipv4.conf.all.rp_filter=0 \
				net.ipv4.conf.gre1.rp_filter=0
			meet "keepalive-forwards$key"
			meet "keepalive-wide$key"
			run ip link set "$GREX_LINK" mtu 1400
			meet "keepalive-narrow$key"
			meet "keepalive-up$key"
			run ip link set "$GREX_LINK" mtu 1500
			run sysctl -qw net.ipv4.ip_forward=0
			meet "keepalive-stopped$key"
		else
			run gretool set gre1 keepalive 200ms 3
			check "down without forwarding" busywait 5 peer_is down
			meet "keepalive-refused$key"
			meet "keepalive-forwards$key"
			check "up with it" busywait 10 peer_is up
			check "probes" gretool probe gre1 -c 3 -i 50ms
			check "ping" busywait 5 \
				ping -q -c 3 -i 0.05 -W 2 10.0.0.2
			# ip_gre returns padded keepalives without their outer headers, so
			# that a limit of the way back shows as an MTU that is larger by
			# these headers.
			run gretool set gre1 mtu-probe on
			check "path MTU" busywait 20 path_is 1500
			meet "keepalive-wide$key"
			meet "keepalive-narrow$key"
			run gretool set gre1 mtu-probe off
			run gretool set gre1 mtu-probe on
			check "path MTU, narrow back" busywait 20 path_is \
				"$((1400 + overhead))"
			run gretool set gre1 mtu-probe off
			meet "keepalive-up$key"
			check "down again" busywait 5 peer_is down
			meet "keepalive-stopped$key"
		fi
		meet "keepalive-done$key"
		ip link del gre1
	done
}

# ip6_gre returns them if the host forwards.
keepalive_ipv6() {
	OUTER=6
	with
	meet "keepalive6-ready"
	if [ "$END_NAME" = b ]; then
		meet "keepalive6-refused"
		run sysctl -qw net.ipv6.conf.all.forwarding=1
		meet "keepalive6-forwards"
		meet "keepalive6-up"
		run sysctl -qw net.ipv6.conf.all.forwarding=0
	else
		run gretool set gre1 keepalive 200ms 3
		check "down without forwarding" busywait 5 peer_is down
		meet "keepalive6-refused"
		meet "keepalive6-forwards"
		check "up with it" busywait 10 peer_is up
		check "probes" gretool probe gre1 -c 3 -i 50ms
		meet "keepalive6-up"
	fi
	meet "keepalive6-done"
	ip link del gre1
	OUTER=4
}

# The options in the table of the README work, each end with its own column.
readme() {
	local line side=2 peer=10.0.0.2 count=0

	[ "$END_NAME" = a ] || { side=1; peer=10.0.0.1; }
	column "From ip_gre" "$side" >"$WORK/lines"
	[ "$END_NAME" = a ] || {
		mirrored <"$WORK/lines" >"$WORK/mirrored"
		mv "$WORK/mirrored" "$WORK/lines"
	}
	while read -r line; do
		case $line in
		*" del "*)
			meet "readme-made"
			check "ping" busywait 5 ping -q -c 3 -i 0.05 -W 2 "$peer"
			meet "readme-pinged"
			;;
		esac
		count=$((count + 1))
		check "$line" sh -c "$line"
	done <"$WORK/lines"
	check_eq "rows" 9 "$count"
	meet "readme-done"
}

peer_is() {
	[ "$(gretool -j show gre1 | member peer)" = "$1" ]
}

if [ "$END_NAME" = a ]; then
	underlay 1
else
	MODULE=ip_gre
	underlay 2
fi
run_tests
