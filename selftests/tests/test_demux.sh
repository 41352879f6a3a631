#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Who receives IP protocol 47: grex in native mode, or ip_gre while grex takes the packets
# of its tunnels beside it. Over IPv6 it is ip6_gre. The topology is setup_pair of topology.sh;
# the other module is loaded here, so that both ends may have tunnels of both modules.
# underlay: IPv4 or IPv6
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

# OTHER is the other module, and GRE, GRETAP and ERSPAN are its kinds. LOCAL_A and LOCAL_B are the
# outer addresses; HOOK, ICMP and ICMP_PROTOCOL are what nft and nstat call the family. WRONG is
# what only the receiver of an ICMP error over IPv4 looks at.
if [ "${GREX_UNDERLAY:-}" = ipv6 ]; then
	OTHER=ip6_gre GRE=ip6gre GRETAP=ip6gretap ERSPAN=ip6erspan
	LOAD_ORDERS=load_orders_ipv6 EXTENSIONS=extension_headers
	ICMP=Icmp6 ICMP_PROTOCOL=ipv6-icmp
	LOCALHOST=::1 HOOK=ipv6 WRONG=
else
	OTHER=ip_gre GRE=gre GRETAP=gretap ERSPAN=erspan
	LOAD_ORDERS=load_orders EXTENSIONS=
	ICMP=Icmp ICMP_PROTOCOL=icmp
	LOCALHOST=127.0.0.1 HOOK=ipv4 WRONG="code version"
fi
LOCAL_A=$(outer 192.0.2.1)
LOCAL_B=$(outer 192.0.2.2)

TESTS="
	$LOAD_ORDERS
	all_kinds
	$EXTENSIONS
	switch_in_traffic
	unload_in_traffic
	firewall
	conntrack
	queued
	ipsec_policy
	error_of_each
	error_as_the_kernel
	hooks_where_needed
	tunnel_that_is_down
"

# modules LINE...: unload all of them, then run each line, a modprobe
modules() {
	local line
	rmmod grex ip_gre ip6_gre 2>/dev/null
	for line; do
		# shellcheck disable=SC2086 # words
		check "$line" run $line
	done
}

# mode: that of the family, and the setting
mode() {
	local mode
	mode=$(cat /sys/module/grex/parameters/demux)
	[[ $mode != *ipv6* || $OTHER != ip6_gre ]] || mode="${mode%% *} ${mode##* }"
	echo "${mode%,*}"
}

# said SINCE: what grex wrote to the kernel's log
log_length() { dmesg | wc -l; }
said() { dmesg | tail -n +$(($1 + 1)) | sed -n 's/^.*\<grex: //p'; }

# setup_beside: the pair, with both modules
setup_beside() {
	modules "modprobe $OTHER" "modprobe grex"
	setup_pair
}

# in_tree_pair NAME TYPE N [OPTIONS]: a tunnel of the other module with addresses 10.0.N.1 and .2
in_tree_pair() {
	local name=$1 type=$2 n=$3 i=0 end
	shift 3
	for end in "$A" "$B"; do
		i=$((i + 1))
		# IPv6 would send packets by itself.
		ns "$end" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
		ips "$end" <<-END
			link add $name type $type local $(outer "192.0.2.$i") remote $(outer "192.0.2.$((3 - i))") $*
			addr add 10.0.$n.$i/24 dev $name
			link set $name up
		END
		ns "$end" sysctl -qw net.ipv6.conf.default.disable_ipv6=0
	done
}

load_orders() {
	local lines
	modules "modprobe grex"
	check_eq "alone" "auto native" "$(mode)"
	lines=$(log_length)
	check "ip_gre comes" modprobe ip_gre
	check_eq "gives way" "auto beside" "$(mode)"
	check_match "says so" "^ip_gre gets IP protocol 47" "$(said "$lines")"
	lines=$(log_length)
	check "ip_gre goes" rmmod ip_gre
	check_eq "takes over" "auto native" "$(mode)"
	check_match "says so" "^IP protocol 47 .* is free" "$(said "$lines")"

	lines=$(log_length)
	modules "modprobe ip_gre" "modprobe grex"
	check_eq "ip_gre first" "auto beside" "$(mode)"
	check_match "says so" "^IP protocol 47 .* is owned by another module.* before it$" \
		"$(said "$lines")"

	modules "modprobe grex demux=beside"
	check_eq "leaves it free" "beside" "$(mode)"
	check "ip_gre comes" modprobe ip_gre
	check "ip_gre goes" rmmod ip_gre
	check_eq "still free" "beside" "$(mode)"
	check "ip_gre comes again" modprobe ip_gre

	modules "modprobe grex demux=native"
	check_eq "insists" "native" "$(mode)"
	lines=$(log_length)
	check_fails "ip_gre cannot come" modprobe ip_gre
	check_eq "it is said why" 1 "$(said "$lines" | grep -c '^ip_gre cannot be loaded')"
	check_eq "still native" "native" "$(mode)"

	modules "modprobe ip_gre"
	lines=$(log_length)
	check_fails "native beside ip_gre" modprobe grex demux=native
	check_match "says why" '^IP protocol 47 .*rmmod ip_gre"$' "$(said "$lines")"
	check_fails "no such word" modprobe grex demux=both
	modules "modprobe grex"
}

# Over IPv6, grex receives the protocol only while there are tunnels.
load_orders_ipv6() {
	local lines
	setup_pair
	modules "modprobe ip6_gre" "modprobe grex"
	check_eq "no tunnel" "auto native" "$(mode)"
	run gretool -n "$A" add gre1 remote "$LOCAL_B" || fail "add"
	check_eq "a tunnel" "auto beside" "$(mode)"
	check_eq "over IPv4" "auto native, ipv6 beside" "$(cat /sys/module/grex/parameters/demux)"
	lines=$(log_length)
	check "ip6_gre goes" rmmod ip6_gre
	check_eq "takes over" "auto native" "$(mode)"
	check_match "says so" "^IPv6 protocol 47 .* is free" "$(said "$lines")"
	lines=$(log_length)
	check "ip6_gre comes" modprobe ip6_gre
	check_eq "gives way" "auto beside" "$(mode)"
	check_match "says so" "^ip6_gre gets IPv6 protocol 47" "$(said "$lines")"
	run ip -n "$A" link del gre1
	check_eq "the last tunnel is gone" "auto native" "$(mode)"

	modules "modprobe grex demux=native"
	run gretool -n "$A" add gre1 remote "$LOCAL_B" || fail "add"
	lines=$(log_length)
	check_fails "ip6_gre cannot come" modprobe ip6_gre
	check_eq "it is said why" 1 "$(said "$lines" | grep -c '^ip6_gre cannot be loaded')"
	run ip -n "$A" link del gre1
	check "ip6_gre comes if there is no tunnel" modprobe ip6_gre
	lines=$(log_length)
	check_fails "a tunnel" gretool -n "$A" add gre1 remote "$LOCAL_B"
	check_match "says why" '^IPv6 protocol 47 .*rmmod ip6_gre"$' "$(said "$lines")"

	modules "modprobe grex demux=beside"
	run gretool -n "$A" add gre1 remote "$LOCAL_B" || fail "add"
	check_eq "leaves it free" "beside" "$(mode)"
	check "ip6_gre comes" modprobe ip6_gre
	cleanup
}

# received NAMESPACE DEVICE
received() { link_counter "$1" "$2" rx_packets; }

# drops NAMESPACE: the drop counters of gre1 that are not 0
drops() {
	ip netns exec "$1" ethtool -S gre1 | awk '$2 + 0 > 0'
}

all_kinds() {
	local kind
	setup_beside
	tunnel_pair key 1
	in_tree_pair gre2 "$GRE" 2 key 2
	in_tree_pair tap3 "$GRETAP" 3 key 3
	in_tree_pair span4 "$ERSPAN" 4 seq key 4 erspan_ver 1 erspan 7
	in_tree_pair gre5 "$GRE" 5
	in_tree_pair tap6 "$GRETAP" 6
	in_tree_pair tap7 "$GRETAP" 7 key 1
	check "grex" ping_ok "$A" 10.0.0.2
	check "grex, IPv6" ping_ok "$A" fd00::2
	for kind in gre2:2 tap3:3 span4:4 gre5:5 tap6:6 tap7:7; do
		check "$kind" ping_ok "$A" "10.0.${kind#*:}.2"
	done
	check_eq "grex has what is its own" 6 "$(received "$B" gre1)"
	check_eq "gre with a key" 3 "$(received "$B" gre2)"
	check_eq "gre without a key" 3 "$(received "$B" gre5)"
	check_eq "drops of A" "" "$(drops "$A")"
	check_eq "drops of B" "" "$(drops "$B")"
	check_eq "errors of gre2" 0 "$(link_counter "$B" gre2 rx_errors)"
	# Fragments belong together before grex or ip_gre sees them.
	check "grex, in fragments" ping_ok "$A" 10.0.0.2 -s 4000
	check "gre, in fragments" ping_ok "$A" 10.0.2.2 -s 4000
}

# The kernel processes extension headers behind the hook, and grex in it.
extension_headers() {
	local before
	setup_beside
	run ip -n "$A" link set v0 mtu 1280
	run ip -n "$B" link set v0 mtu 1280
	tunnel_pair key 1 encaplimit 3 mtu 1280
	in_tree_pair gre2 ip6gre 2 key 2 encaplimit 4
	check "options" ping_ok "$A" 10.0.0.2
	check "options of ip6_gre" ping_ok "$A" 10.0.2.2
	before=$(snmp Ip6ReasmOKs "$B")
	# The source does not fragment 1280 bytes of IPv6 (RFC 7676).
	check "fragments" ping_ok "$A" fd00::2 -s 1232 -M "do"
	check_eq "assembled by the kernel" 3 "$(($(snmp Ip6ReasmOKs "$B") - before))"
	before=$(snmp Ip6ReasmOKs "$B")
	check "fragments of ip6_gre" ping_ok "$A" 10.0.2.2 -s 1300 -M dont
	check "other fragments" ping_ok "$A" "$LOCAL_B" -s 1300
	check_eq "assembled by the kernel" 3 "$(($(snmp Ip6ReasmOKs "$B") - before))"
	before=$(received "$B" gre1)
	"$PY/extension_headers.py" "$A" "$LOCAL_A" "$LOCAL_B" 1
	check_eq "packets with extension headers" 4 "$(($(received "$B" gre1) - before))"
	check_eq "drops of B" "" "$(drops "$B")"
}

has_received() { [ "$(received "$B" gre1)" -gt "$1" ]; }

# more_arrive N: wait until gre1 of B has received so many more
more_arrive() { busywait 5 has_received $(($(received "$B" gre1) + $1)); }

# switch_in_traffic: no packet is lost while the mode changes
switch_in_traffic() {
	local i ping
	setup_beside
	tunnel_pair key 1
	ip netns exec "$A" ping -q -i 0.002 10.0.0.2 >"$WORK/ping" &
	ping=$!
	PIDS+=("$ping")
	for i in 1 2 3; do
		more_arrive 20 || fail "no traffic"
		check "it goes" rmmod "$OTHER"
		check_eq "mode" "auto native" "$(mode)"
		more_arrive 20 || fail "no traffic"
		check "it comes" modprobe "$OTHER"
		check_eq "mode" "auto beside" "$(mode)"
	done
	kill -INT "$ping"
	wait "$ping"
	printf '# %s\n' "$(grep transmitted "$WORK/ping")"
	check_match "none is lost" ' 0% packet loss' "$(cat "$WORK/ping")"
	check_match "there were many" '[0-9]{3,} packets transmitted' "$(cat "$WORK/ping")"
}

# unload_in_traffic: the packets go to ip_gre then, which has no tunnel for them
unload_in_traffic() {
	local i
	setup_beside
	tunnel_pair key 1
	in_tree_pair gre2 "$GRE" 2 key 2
	for i in 1 2 3; do
		ns_background "$A" ping -q -f -w 20 10.0.0.2 >/dev/null
		ns_background "$A" ping -q -f -w 20 10.0.2.2 >/dev/null
		busywait 5 has_received 100 || fail "no traffic"
		check "rmmod" rmmod grex
		check "gre goes on" ping_ok "$A" 10.0.2.2
		end_background
		check "modprobe" modprobe grex
		tunnel_pair key 1
	done
	check "grex again" ping_ok "$A" 10.0.0.2
}

firewall() {
	setup_beside
	tunnel_pair key 1
	check "it works" ping_ok "$A" 10.0.0.2
	ns "$B" nft -f - <<-'END'
		table inet t {
			chain input {
				type filter hook input priority filter
				meta l4proto gre counter drop
			}
		}
	END
	check "dropped" ping_fails "$A" 10.0.0.2
	check_match "by the firewall" 'counter packets 2 ' "$(ns "$B" nft list table inet t)"
	ns "$B" nft delete table inet t
	check "it works again" ping_ok "$A" 10.0.0.2
}

# conntrack confirms a connection at the same priority; what it does not confirm is new
# each time.
# conntrack registers its hook first here, so that it comes after that of grex.
conntrack() {
	setup_beside
	ns "$B" nft -f - <<-'END'
		table inet t {
			chain input {
				type filter hook input priority filter
				meta l4proto gre ct state new counter
				meta l4proto gre ct state established counter
			}
			chain output {
				type filter hook output priority filter
				meta l4proto gre notrack
			}
		}
	END
	tunnel_pair key 1
	check "it works" ping_ok "$A" 10.0.0.2
	check_match "one is new" 'state new counter packets 1 ' "$(ns "$B" nft list table inet t)"
}

# queued: a packet goes on in a task when a program has accepted it.
queued() {
	setup_beside
	tunnel_pair key 1
	"$PY/nfqueue.py" "$B" 7 >"$WORK/queue" 2>&1 &
	PIDS+=($!)
	busywait 10 grep -q ready "$WORK/queue" || { skip "no queue: $(tail -n 1 "$WORK/queue")"; return; }
	ns "$B" nft "table inet t {
		chain input {
			type filter hook input priority filter
			meta nfproto $HOOK meta l4proto { $ICMP_PROTOCOL, gre } counter queue num 7
		}
	}" || fail "nft"
	check "it works" ping_ok "$A" 10.0.0.2
	check "IPv6" ping_ok "$A" fd00::2
	check_match "through the queue" 'counter packets ([6-9]|1[0-9]) ' "$(ns "$B" nft list table inet t)"
}

# xfrm_stat NAMESPACE NAME: a counter of IPsec
xfrm_stat() { awk -v name="$2" '$1 == name { print $2 }' < <(ip netns exec "$1" cat /proc/net/xfrm_stat); }

ipsec_policy() {
	local before
	setup_beside
	tunnel_pair key 1
	in_tree_pair gre2 "$GRE" 2 key 2
	check "it works" ping_ok "$A" 10.0.0.2
	run ip -n "$B" xfrm policy add dir in src "$LOCAL_A" dst "$LOCAL_B" proto gre action block ||
		{ skip "no IPsec"; return; }
	check "grex" ping_fails "$A" 10.0.0.2
	check "ip_gre" ping_fails "$A" 10.0.2.2
	# The debug kernel has no counters of IPsec.
	if [ -f /proc/net/xfrm_stat ]; then
		before=$(xfrm_stat "$B" XfrmInPolBlock)
		check "grex" ping_fails "$A" 10.0.0.2
		check_eq "by the policy, each once" 2 "$(($(xfrm_stat "$B" XfrmInPolBlock) - before))"
		check "ip_gre" ping_fails "$A" 10.0.2.2
		check_eq "by the policy" 4 "$(($(xfrm_stat "$B" XfrmInPolBlock) - before))"
	fi
	run ip -n "$B" xfrm policy flush
	check "it works again" ping_ok "$A" 10.0.0.2
}

# error KEY HOW: forged_error.py from B to A
error() { "$PY/forged_error.py" "$B" "$LOCAL_B" "$LOCAL_A" "$@"; }

learned() { ip -n "$A" route get "$LOCAL_B" | grep -cE 'mtu (1000|1300)'; }

# error_of_each: ip_gre believes every error, and grex none that is not proved
error_of_each() {
	setup_beside
	tunnel_pair key 1
	in_tree_pair gre2 "$GRE" 2 key 2
	ns "$A" ping -c 1 10.0.0.2 >/dev/null
	ns "$A" ping -c 1 10.0.2.2 >/dev/null
	counts "$A" gre1 icmp_frag_needed_refused 1 error 1 good
	check_eq "ip_gre has not seen it" 0 "$(learned)"
	counts "$A" gre1 icmp_frag_needed_refused 0 error 2 good
	check_eq "ip_gre has seen its own" 1 "$(learned)"
}

# snmp COUNTER [NAMESPACE]: by default of A
snmp() { ip netns exec "${2:-$A}" nstat -asz "$1" 2>/dev/null | awk -v name="$1" '$1 == name { print $2 }'; }

# known_neighbours: no neighbour discovery counts from now on
known_neighbours() {
	local mac
	mac=$(ip -n "$B" -j link show v0 | jq -r '.[].address')
	run ip -n "$A" neigh replace "$LOCAL_B" lladdr "$mac" dev v0 nud permanent
	mac=$(ip -n "$A" -j link show v0 | jq -r '.[].address')
	run ip -n "$B" neigh replace "$LOCAL_A" lladdr "$mac" dev v0 nud permanent
}

# error_as_the_kernel: what the kernel would not pass on is not passed on here either, and
# the counters are the same.
error_as_the_kernel() {
	local how before
	setup_beside
	tunnel_pair key 1
	known_neighbours
	for how in sum short ethernet $WRONG; do
		before=$(snmp "$ICMP"InMsgs)
		counts "$A" gre1 icmp_frag_needed_refused 0 error 1 "$how"
		check_eq "$how: messages" 1 "$(($(snmp "$ICMP"InMsgs) - before))"
	done
	check_eq "wrong checksum" 1 "$(snmp "$ICMP"InCsumErrors)"
	if [ "$OTHER" = ip_gre ]; then
		ns "$A" sysctl -qw net.ipv4.ip_no_pmtu_disc=2
		counts "$A" gre1 icmp_frag_needed_refused 0 error 1 good
		ns "$A" sysctl -qw net.ipv4.ip_no_pmtu_disc=0
	fi
	before=$(snmp "$ICMP"InMsgs)
	counts "$A" gre1 icmp_frag_needed_refused 1 error 1 good
	check_eq "messages" 1 "$(($(snmp "$ICMP"InMsgs) - before))"
	run ip -n "$A" xfrm policy add dir in src "$LOCAL_B" dst "$LOCAL_A" proto "$ICMP_PROTOCOL" action block ||
		return
	before=$(snmp "$ICMP"InMsgs)
	counts "$A" gre1 icmp_frag_needed_refused 0 error 1 good
	check_eq "against the policy" 0 "$(($(snmp "$ICMP"InMsgs) - before))"
}

TRACING=/sys/kernel/tracing

hook_calls() { awk '$1 == "grex_hook" { print $2 }' "$TRACING"/kprobe_profile; }

# hooked NAMESPACE: whether grex has a hook there, which a packet to itself reaches
hooked() {
	local before
	before=$(hook_calls)
	ns "$1" ping -q -c 1 "$LOCALHOST" >/dev/null
	[ "$(hook_calls)" -gt "$before" ]
}

hooks_where_needed() {
	setup_beside
	new_ns C
	if ! echo "p:grex_hook grex:beside_${HOOK}_local_in" >"$TRACING"/kprobe_events; then
		skip "no kprobes"
		return
	fi 2>/dev/null
	echo 1 >"$TRACING"/events/kprobes/grex_hook/enable
	check_fails "A has no tunnel" hooked "$A"
	run gretool -n "$A" add gre1 remote "$LOCAL_B" || fail "add"
	check "A" hooked "$A"
	check_fails "B" hooked "$B"
	# The device is in C, the packets arrive in B.
	run gretool -n "$C" add gre1 link-netns "$B" remote "$LOCAL_A" || fail "add"
	check "B" hooked "$B"
	check_fails "C" hooked "$C"
	run gretool -n "$A" add gre9 remote "$(outer 192.0.2.9)" || fail "add"
	run ip -n "$A" link del gre1
	check "there is another tunnel" hooked "$A"
	run ip -n "$A" link del gre9
	check_fails "the last one is gone" hooked "$A"
	check "it goes" rmmod "$OTHER"
	check_fails "native" hooked "$B"
	check "it comes" modprobe "$OTHER"
	check "beside" hooked "$B"
	run ip -n "$C" link del gre1
	echo 0 >"$TRACING"/events/kprobes/grex_hook/enable
	echo >"$TRACING"/kprobe_events
}

# tunnel_that_is_down: its packets are ip_gre's, so that a tunnel can move from one to the
# other
tunnel_that_is_down() {
	setup_beside
	tunnel_pair key 1
	run ip -n "$B" link set gre1 down
	run ip -n "$B" link add gre2 type "$GRE" local "$LOCAL_B" remote "$LOCAL_A" key 1
	run ip -n "$B" addr add 10.0.0.2/30 dev gre2
	run ip -n "$B" link set gre2 up
	check "ip_gre answers" ping_ok "$A" 10.0.0.2
	run ip -n "$B" addr flush dev gre2
	run ip -n "$B" link set gre1 up
	check "grex answers" ping_ok "$A" 10.0.0.2
}

run_tests
