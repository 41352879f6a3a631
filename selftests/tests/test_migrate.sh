#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# gretool migrate turns a link of the kind gre or ip6gre into a grex tunnel, and back, while
# packets flow through it. What belongs to the link is the same before and after. The peer in $B
# stays a link of this kind. $LAN sends through $A; netem keeps its packets for a while,
# so that they arrive at their times, whatever else the machine does.
#
#    $LAN v0 172.16.0.2 --- lan0 172.16.0.1 $A gre1 10.0.0.1 === gre1 10.0.0.2 $B
#            fd16::2                fd16::1         fd00::1          fd00::2
# limit: 900
# underlay: IPv4 or IPv6
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	renamed_while_up
	keeps_name
	other_name
	without_loss
	in_vrf
	down
	dry_run
	left_behind
	options_of_grex
	sysctl_refused
	refused_in_turn
	interrupted
	all
	not_possible
"

# GRE is the kind, and MODULE has it. OPTIONS and SHOWN are what ip(8) takes and shows, and GRETOOL
# what gretool shows.
if [ "${GREX_UNDERLAY:-}" = ipv6 ]; then
	GRE=ip6gre MODULE=ip6_gre
	OPTIONS="ttl 64 tclass inherit"
	SHOWN="ip6gre remote 2001:db8::2 local 2001:db8::1 hoplimit 64 encaplimit 4 tclass inherit flowlabel 0x00000 ikey 0.0.0.5 okey 0.0.0.5"
	GRETOOL="local 2001:db8::1 remote 2001:db8::2 key 5 encaplimit 4 mtu 1400"
	LLADDR=20:01:0d:b8:00:00:00:00:00:00:00:00:00:00:00:02
else
	GRE=gre MODULE=ip_gre
	OPTIONS="ttl 64 tos inherit"
	SHOWN="gre remote 192.0.2.2 local 192.0.2.1 ttl 64 tos inherit ikey 0.0.0.5 okey 0.0.0.5"
	GRETOOL="local 192.0.2.1 remote 192.0.2.2 key 5 mtu 1400"
	LLADDR=192.0.2.2
fi

modprobe "$MODULE" || skip_all "$MODULE cannot be loaded"
beside || trap 'cleanup; rm -rf "$WORK"; rmmod "$MODULE"' EXIT

LOST_MAX=2 # packets, of 1,000 per second; setting the link down and up loses 5 to 10

# gre_pair: gre1 on both ends, of the kind of the kernel
gre_pair() {
	setup_pair
	ips "$A" <<-END
		link add gre1 type $GRE local $(outer 192.0.2.1) remote $(outer 192.0.2.2) key 5 $OPTIONS
		addr add 10.0.0.1/30 dev gre1
		addr add fd00::1/64 dev gre1 nodad
	END
	ips "$B" <<-END
		link add gre1 type $GRE local $(outer 192.0.2.2) remote $(outer 192.0.2.1) key 5 ttl 64
		addr add 10.0.0.2/30 dev gre1
		addr add fd00::2/64 dev gre1 nodad
		link set gre1 up
	END
}

# furnish: give gre1 of A all that can move
furnish() {
	ips "$A" <<-END
		link add dummy0 type dummy
		link set dummy0 up
		addr add 10.99.0.1/24 dev dummy0
		link set gre1 mtu 1400 txqueuelen 77 alias to-paris group 5 multicast on
		link property add dev gre1 altname paris
		addr add 10.0.1.1/24 dev gre1 label gre1:7
		addr add 10.0.1.5/24 dev gre1
		addr add 10.0.2.1 peer 10.0.2.2 dev gre1
		addr add 10.0.3.1/24 dev gre1 noprefixroute metric 50
		addr add fd01::1/64 dev gre1 nodad
	END
	ns "$A" sysctl -qw net.ipv4.conf.gre1.rp_filter=1 net.ipv4.conf.gre1.accept_local=1 \
		net.ipv6.conf.gre1.accept_ra=0 net.ipv6.conf.gre1.hop_limit=33 \
		net.ipv4.neigh.gre1.gc_stale_time=77 net.ipv6.neigh.gre1.gc_stale_time=78
	ips "$A" <<-END
		link set gre1 up
		addr add fd02::1 peer fd02::2 dev gre1 nodad
		route add 10.7.0.1 dev gre1
		route add 10.8.0.0/16 via 10.0.0.2 proto static
		route add 10.9.0.0/16 via 10.7.0.1 dev gre1 table 100 metric 7 mtu 1300 onlink
		route add default table 200 nexthop via 10.0.0.2 dev gre1 weight 2 nexthop via 10.99.0.2 dev dummy0
		route add 10.20.0.0/16 dev gre1 src 10.0.1.1
		route append 10.20.0.0/16 dev dummy0
		route add 10.21.0.0/16 dev dummy0
		route append 10.21.0.0/16 dev gre1
		route add fd10::/32 via fd00::2 proto 186
		route add fd11::/32 dev gre1 table 100 src fd00::1
		route add fd12::/32 dev dummy0
		route append fd12::/32 dev gre1
		route add fd13::/32 nexthop via fd00::2 dev gre1 nexthop via fd00::3 dev gre1
		nexthop add id 5 via 10.0.0.2 dev gre1
		nexthop add id 6 via fd00::2 dev gre1
		nexthop add id 7 via 10.99.0.3 dev dummy0
		nexthop add id 8 group 5/7
		route add 10.30.0.0/16 nhid 5
		route add 10.31.0.0/16 nhid 8
		route add fd30::/32 nhid 6
		neigh add 10.0.0.2 lladdr $LLADDR dev gre1 nud permanent
		neigh add fd00::2 lladdr $LLADDR dev gre1 nud permanent
		neigh add proxy 10.0.0.99 dev gre1
		rule add iif gre1 lookup 100 pref 50
		rule add oif gre1 lookup 200 pref 51
	END
	run ip -n "$A" -6 rule add iif gre1 lookup 100 pref 50
	run tc -n "$A" qdisc add dev gre1 root handle 7: tbf rate 10mbit burst 10k latency 50ms
}

# belongings [NAME]: all that belongs to gre1 of A, which may have another name now; numbers
# of interfaces, and what only one of the kinds says, are left out
belongings() {
	local name=${1:-gre1} tree

	{
		ip -n "$A" -d addr show dev "$name"
		ip -n "$A" -4 route show table all
		ip -n "$A" -6 route show table all
		ip -n "$A" nexthop
		ip -n "$A" neigh show dev "$name"
		ip -n "$A" neigh show proxy
		ip -n "$A" rule
		ip -n "$A" -6 rule
		tc -n "$A" qdisc show dev "$name"
	} 2>&1 | sed -E "/^ *(gre|ip6gre|grex) /d; s/ permaddr [0-9a-f:]+//; s/^[0-9]+: (${name}[@:])/\1/; s/@NONE//
		s/ minmtu [0-9]+ maxmtu [0-9]+//; s/\<$name\>/gre1/g; /altname gre1/d"
	for tree in ipv4/conf ipv6/conf ipv4/neigh ipv6/neigh; do
		ns "$A" grep -r . "/proc/sys/net/$tree/$name/" 2>/dev/null |
			sed "s,/$name/,/gre1/," | sort
	done
}

# same WHAT BEFORE [NAME]: nothing may differ
same() {
	local now
	now=$(belongings "${3:-gre1}")
	[ "$2" = "$now" ] || fail "$1: $(diff <(echo "$2") <(echo "$now"))"
}

# kind [NAME]: the kind of the link in A
kind() {
	ip -n "$A" -d -j link show "${1:-gre1}" | member linkinfo.info_kind
}

# links: the names of the tunnels in A
links() {
	ip -n "$A" -o link | sed -nE '/gre0|gretap0|erspan0/d; s/^[0-9]+: ([^@:]+).* link\/gre6? .*/\1/p' |
		sort | tr '\n' ' '
}

# migrates ARGUMENT...: in A; the output is in OUT
migrates() {
	OUT=$(run gretool -n "$A" migrate "$@" 2>&1) || fail "migrate $*: $OUT"
}

# refuses STATUS ARGUMENT...
refuses() {
	local expected=$1
	shift
	OUT=$(run gretool -n "$A" migrate "$@" 2>&1)
	check_eq "status of migrate $*" "$expected" "$?"
}

passes() {
	check "IPv4 $1" ping_ok "$A" 10.0.0.2
	check "IPv6 $1" ping_ok "$A" fd00::2
}

# This is what keeps the name of a link without a gap.
renamed_while_up() {
	setup_pair
	tunnel_pair
	check "rename" ip -n "$A" link set gre1 name gre2
	check_eq "links" "gre2 " "$(links)"
	passes "after"
}

keeps_name() {
	local before index
	gre_pair
	furnish
	before=$(belongings)
	index=$(ip -n "$A" -j link show gre1 | member ifindex)
	passes "before"
	migrates gre1 --keep-name
	check_match "says it" '^gre1 is a grex tunnel now' "$OUT"
	check_eq "kind" grex "$(kind)"
	same "what belongs to it" "$before"
	check_eq "links" "gre1 " "$(links)"
	check_match "options" "^gre1 $GRETOOL " \
		"$(gretool -n "$A" show gre1)"
	passes "after"
	check_match "no link of the kind gre needs the module" "blacklist $MODULE" "$OUT"
	refuses 0 gre1 --keep-name
	check_match "again" 'gre1 is a grex tunnel already' "$OUT"
	migrates gre1 --keep-name --back
	check_eq "kind" "$GRE" "$(kind)"
	same "what belongs to it, back" "$before"
	check_match "options" "$SHOWN" \
		"$(ip -n "$A" -d link show gre1)"
	passes "back"
	[ "$index" != "$(ip -n "$A" -j link show gre1 | member ifindex)" ] ||
		fail "it is the same link"
}

# gre1 is a name of gre1x then, as programs that use netlink know it.
other_name() {
	local before
	gre_pair
	furnish
	before=$(belongings)
	migrates gre1
	check_match "says it" '^gre1 is a grex tunnel now, gre1x' "$OUT"
	check_eq "links" "gre1x " "$(links)"
	check_eq "kind" grex "$(kind gre1x)"
	same "what belongs to it" "$before" gre1x
	check "gre1 is a name of it" ip -n "$A" route add 10.77.0.0/16 dev gre1
	run ip -n "$A" route del 10.77.0.0/16
	check_match "the name in show" '^gre1x local' "$(gretool -n "$A" show gre1)"
	check_match "how it lasts" 'gretool save /etc/gretool/tunnels.conf' "$OUT"
	passes "after"
	migrates gre1x --back
	check_eq "links" "gre1 " "$(links)"
	same "what belongs to it, back" "$before"
	passes "back"
}

# loses WHAT LIMIT ARGUMENT...: how many packets at most may be lost on each way
loses() {
	local what=$1 limit=$2 lost pid before
	shift 2
	before=$(link_counter "$A" lan0 rx_packets)
	"$PY/stream.py" 6 "$LAN" "$B" 172.16.0.2,10.0.0.2 fd16::2,fd00::2 >"$WORK/stream" &
	pid=$!
	PIDS+=("$pid")
	busywait 20 grep -q ready "$WORK/stream" || fail "no stream"
	# Those that are on the way were sent before.
	busywait 20 arrived "$before" || fail "nothing arrives"
	migrates "$@"
	wait "$pid" || fail "stream"
	printf '# %s: lost to B and to the LAN, IPv4 and IPv6: %s\n' "$what" \
		"$(sed 1d "$WORK/stream" | tr '\n' ' ')"
	while read -r to from; do
		lost=$((to > from ? to : from))
		[ "$lost" -le "$limit" ] || fail "$what: $to and $from packets are lost"
	done < <(sed 1d "$WORK/stream")
	check_eq "ways" 3 "$(wc -l <"$WORK/stream")"
}

# arrived N: whether the stream is more than a second old; N came before it
arrived() {
	[ "$(link_counter "$A" lan0 rx_packets)" -gt $(($1 + 2000)) ]
}

without_loss() {
	local strict
	gre_pair
	run ip -n "$A" link set gre1 up
	add_lan LAN "$A" 172.16.0 fd16
	ips "$B" <<-END
		route add 172.16.0.0/24 dev gre1
		route add fd16::/64 dev gre1
	END
	check "IPv4 from the LAN" ping_ok "$LAN" 10.0.0.2
	check "IPv6 from the LAN" ping_ok "$LAN" fd00::2
	pin "$LAN" "$A" "$B"
	run tc -n "$LAN" qdisc add dev v0 root netem delay 2s limit 30000
	run tc -n "$B" qdisc add dev v0 root netem delay 2s limit 30000
	for strict in 0 1; do
		ns "$A" sysctl -qw net.ipv4.conf.all.rp_filter="$strict"
		loses "name kept, rp_filter $strict" "$LOST_MAX" gre1 --keep-name
		loses "name kept, back, rp_filter $strict" "$LOST_MAX" gre1 --keep-name --back
	done
	loses "other name" "$LOST_MAX" gre1
}

# pin NAMESPACE...: the neighbours that are known now stay known
pin() {
	local name ip dev mac _
	for name; do
		while read -r ip _ dev _ mac _; do
			run ip -n "$name" neigh replace "$ip" lladdr "$mac" dev "$dev" nud permanent
		done < <(ip -n "$name" neigh show | grep lladdr)
	done
}

in_vrf() {
	local before
	gre_pair
	ips "$A" <<-END
		link add blue type vrf table 50
		link set blue up
		addr flush dev gre1
		link set gre1 master blue
		link set gre1 up
		addr add 10.0.0.1/30 dev gre1
		addr add 10.4.0.1/24 dev gre1
		addr add fd00::1/64 dev gre1 nodad
		route add 10.8.0.0/16 via 10.0.0.2 table 50
		route add fd10::/32 via fd00::2 table 50
	END
	before=$(belongings)
	migrates gre1 --keep-name
	check_eq "kind" grex "$(kind)"
	same "what belongs to it" "$before"
	check "ping in the VRF" ns "$A" ping -q -c 1 -W 2 -I blue 10.0.0.2
	migrates gre1 --keep-name --back
	same "what belongs to it, back" "$before"
}

# It stays down.
down() {
	local before
	gre_pair
	run ip -n "$A" link set gre1 alias idle
	before=$(belongings)
	migrates gre1 --keep-name
	check_eq "kind" grex "$(kind)"
	same "what belongs to it" "$before"
	migrates gre1 --keep-name --back
	same "what belongs to it, back" "$before"
}

dry_run() {
	local before index
	gre_pair
	furnish
	before=$(belongings)
	index=$(ip -n "$A" link show gre1)
	migrates gre1 --dry-run
	same "nothing changes" "$before"
	check_eq "the link" "$index" "$(ip -n "$A" link show gre1)"
	for word in "gre1 of kind $GRE would become gre1x of kind grex:" "addr 10.0.2.1 peer 10.0.2.2/32" \
		"route 10.9.0.0/16 metric 7 table 100" "nexthop id 5" "rule pref 51" \
		"neigh proxy 10.0.0.99" "sysctl ipv6/conf hop_limit = 33"; do
		[[ $OUT == *"$word"* ]] || fail "\"$word\" is not in: $OUT"
	done
	migrates --all --dry-run --keep-name
	same "nothing changes with --all" "$before"
	check_eq "the link with --all" "$index" "$(ip -n "$A" link show gre1)"
}

left_behind() {
	local before
	gre_pair
	run ip -n "$A" link set gre1 up
	run tc -n "$A" qdisc add dev gre1 root handle 7: htb default 1
	run tc -n "$A" class add dev gre1 parent 7: classid 7:1 htb rate 10mbit
	run tc -n "$A" qdisc add dev gre1 clsact
	run ip -n "$A" link add over type ipip local 10.0.0.1 remote 10.0.0.2 dev gre1
	before=$(belongings)
	refuses 1 gre1
	check_eq "what is named" "gretool: migrate: gre1: cannot be moved: qdisc htb 7: with its classes and filters
gretool: migrate: gre1: cannot be moved: qdisc clsact ffff: with its classes and filters
gretool: migrate: gre1: cannot be moved: over is a tunnel over it
gretool: migrate: gre1: nothing was changed; --force leaves behind what cannot be moved" "$OUT"
	same "nothing changes" "$before"
	check_eq "kind" "$GRE" "$(kind)"
	refuses 1 gre1 --dry-run
	check_match "a dry run names it" 'qdisc htb' "$OUT"
	migrates gre1 --force --keep-name
	check_eq "kind" grex "$(kind)"
	passes "after"
}

# gre has no such options, and does not know a name that ends without x.
options_of_grex() {
	setup_pair
	tunnel_pair keepalive 10 3 mss auto ttl 64
	refuses 1 gre1 --back
	check_match "the name" 'use --keep-name' "$OUT"
	refuses 1 gre1 --back --keep-name
	check_match "what is named" "the kind $GRE has no such option: keepalive 10 3 mss auto" "$OUT"
	check_eq "kind" grex "$(kind)"
	migrates gre1 --back --keep-name --force
	check_eq "kind" "$GRE" "$(kind)"
	passes "after"
}

# A sysctl cannot be written.
sysctl_refused() {
	local before
	gre_pair
	run ip -n "$A" link set gre1 up
	ns "$A" sysctl -qw net.ipv6.conf.gre1.hop_limit=33
	before=$(belongings)
	OUT=$(unshare -m sh -c 'mount --bind /proc/sys /proc/sys &&
		mount -o remount,ro,bind /proc/sys && exec "$@"' sh \
		gretool -n "$A" migrate gre1 2>&1)
	check_eq "status" 1 "$?"
	check_match "why" 'ipv6/conf/gre1x/hop_limit: Read-only file system' "$OUT"
	check_match "says it" 'everything is as it was before$' "$OUT"
	same "nothing changes" "$before"
	check_eq "links" "gre1 " "$(links)"
}

# The kernel refuses each change in turn. All of it is undone.
refused_in_turn() {
	local before n options status
	gre_pair
	ips "$A" <<-END
		addr add 10.0.1.1/24 dev gre1
		link property add dev gre1 altname paris
		link set gre1 up
		route add 10.8.0.0/16 via 10.0.0.2
		route add 10.20.0.0/16 dev gre1 src 10.0.1.1
		route append 10.20.0.0/16 dev v0
		route add fd12::/32 dev v0
		route append fd12::/32 dev gre1
		nexthop add id 5 via 10.0.0.2 dev gre1
		route add 10.30.0.0/16 nhid 5
		neigh add 10.0.0.2 lladdr $LLADDR dev gre1 nud permanent
		rule add iif gre1 lookup 100 pref 50
	END
	before=$(belongings)
	for options in --keep-name "--keep-name --back" ""; do
		for ((n = 1; n < 300; n++)); do
			# shellcheck disable=SC2086 # words
			OUT=$("$PY/refused.py" "$n" gretool -n "$A" migrate gre1 $options 2>&1)
			status=$?
			[ "$status" = 1 ] || break
			check_match "$options, change $n" 'everything is as it was before$' "$OUT"
			same "$options, change $n" "$before"
			check_eq "$options, change $n: links" "gre1 " "$(links)"
			[ "$RET" = 0 ] || return
		done
		printf '# %s: %s changes\n' "${options:-another name}" $((n - 1))
		[ "$n" -gt 20 ] || fail "$options: only $n changes: $OUT"
		[ -n "$options" ] || break
		check_eq "$options: without a refusal" 99 "$status"
		same "$options: at the end" "$before"
		passes "$options"
	done
}

# The program finishes what it has begun, or undoes it, and the signal ends it then.
interrupted() {
	local before n status kind now back ended=0
	gre_pair
	furnish
	before=$(belongings)
	for n in 1 4 20 40 60 75 99; do
		kind=$(kind)
		back=()
		[ "$kind" = "$GRE" ] || back=(--back)
		OUT=$("$PY/refused.py" "-$n" gretool -n "$A" migrate gre1 --keep-name \
			"${back[@]+"${back[@]}"}" 2>&1)
		status=$?
		same "signal at $n" "$before"
		check_eq "links" "gre1 " "$(links)"
		now=$(kind)
		[ "$status" = 99 ] && break
		check_eq "status" 143 "$status"
		ended=$((ended + 1))
		if [ "$now" = "$kind" ]; then
			check_match "says it" 'gre1: interrupted' "$OUT"
		fi
	done
	[ "$ended" -ge 4 ] || fail "only $ended signals came"
}

all() {
	gre_pair
	ips "$A" <<-END
		link set gre1 up
		link add gre2 type $GRE local $(outer 192.0.2.1) remote $(outer 192.0.2.3) key 6
		link add gre3 type $GRE local $(outer 192.0.2.1) remote $(outer 192.0.2.4) key 7
		link set gre2 up
		link set gre3 up
	END
	run tc -n "$A" qdisc add dev gre2 clsact
	refuses 1 --all --keep-name
	check_eq "kinds" "grex $GRE grex" "$(kind gre1) $(kind gre2) $(kind gre3)"
	check_match "what is left" '1 of 3 interfaces are left as they were' "$OUT"
	check_match "what is named" 'gre2: cannot be moved: qdisc clsact' "$OUT"
	check_match "what lasts" 'has created them: gre1 gre3' "$OUT"
	[[ $OUT != *blacklist* ]] || fail "gre2 needs $MODULE: $OUT"
	migrates --all --keep-name --force
	check_match "the last one" 'gre2 is a grex tunnel now' "$OUT"
	check_match "what lasts" "blacklist $MODULE" "$OUT"
	migrates --all
	check_eq "none is left" "There is nothing to migrate." "$OUT"
	migrates --all --back --keep-name
	check_eq "kinds" "$GRE $GRE $GRE" "$(kind gre1) $(kind gre2) $(kind gre3)"
	passes "after"
}

not_possible() {
	local multicast=239.0.0.1
	[ "$GRE" = gre ] || multicast=ff02::99
	setup_pair
	ips "$A" <<-END
		link add ext type $GRE external
		link add mc type $GRE local $(outer 192.0.2.1) remote $multicast
		link add a23456789012345 type $GRE local $(outer 192.0.2.1) remote $(outer 192.0.2.3)
		link add taken type $GRE local $(outer 192.0.2.1) remote $(outer 192.0.2.5)
		link add takenx type dummy
	END
	refuses 1 ext
	check_match "external" 'grex does not support' "$OUT"
	refuses 1 mc
	check_match "multicast" 'multicast address' "$OUT"
	refuses 1 a23456789012345
	check_match "a long name" 'use --keep-name' "$OUT"
	refuses 1 "${GRE}0"
	check_match "gre0" 'the kernel makes this interface' "$OUT"
	refuses 1 taken
	check_match "a name in use" 'takenx: an interface of this name exists already' "$OUT"
	check_match "nothing changes" 'everything is as it was before$' "$OUT"
	check_eq "kind" "$GRE" "$(kind taken)"
}

run_tests
