#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# packets-guest.sh PROGRAM COUNT SEED FROM [verbose]: run in a guest. PROGRAM (packets.c)
# sends its packets to a gateway with all kinds of tunnels. Then check that nothing is
# left of them. packets.sh starts the guest, and checks its kernel's log.
#
#                       $GATE                                     $IN
#    underlay           +------------------------------------+    +-----+
#    192.0.2.10 ... --- | wan0 192.0.2.1   plain, keyed, ... |    | far |
#                  +--- | tap0                               |    +-----+
#                       | lan0 172.16.0.1, fd00:16::1        |
#                       +------------------------------------+
#                         172.16.0.2, fd00:16::2

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	sent
	counted
	works
	removed
	nothing_left
"

PROGRAM=$1 COUNT=$2 SEED=$3 FROM=$4 VERBOSE_PACKETS=${5:-}

# CACHES: the slab caches of objects that a packet may leak; the cache of routes had other
# names before 6.9
CACHES="skbuff_head_cache skbuff_fclone_cache ip_dst_cache rtable ip6_dst_cache rt6_info
	net_namespace"
# KEPT: each processor may cache this many objects (NAPI_SKB_CACHE_SIZE and some more)
KEPT=96
# ENOUGH: a run of this many packets reaches all of REACHED, whatever its seed is
ENOUGH=50000
REACHED="rx_csum rx_no_csum rx_wrong_key rx_no_seq rx_out_of_order rx_protocol
	rx_truncated rx_ecn rx_down tx_no_remote tx_truncated netns_rx_routing
	netns_rx_reserved netns_rx_no_tunnel icmp_frag_needed_relayed
	icmp_frag_needed_refused icmp_unreachable_relayed icmp_unreachable_refused
	icmp_time_exceeded_relayed icmp_param_problem_relayed netns_icmp_no_tunnel
	keepalive_answered rx_keepalive_refused rx_keepalive_unknown
	rx_keepalive_repeated"

# objects: print a line "NAME NUMBER" with the number of objects for each of CACHES
objects() {
	local name

	sleep 10 # RCU callbacks and work queues free objects later
	for name in $CACHES; do
		[ -d "/sys/kernel/slab/$name" ] || continue
		echo 1 >"/sys/kernel/slab/$name/shrink"
		echo "$name $(sed 's/ .*//' "/sys/kernel/slab/$name/objects")"
	done
}

add_tunnels() {
	local name options i=0 netns

	while read -r name options; do
		netns=$GATE
		if [ "$name" = far ]; then
			netns=$IN
			options="link-netns $GATE $options"
		fi
		# shellcheck disable=SC2086 # words
		run gretool -n "$netns" add "$name" $options \
			addr "10.$i.0.1/24" \
			addr "fd00:$(printf '%x' $((0x100 + i)))::1/64" ||
			fail "add $name"
		i=$((i + 1))
	done < <("$PROGRAM" tunnels)
}

setup() {
	# By default, the kernel accepts only ten lines in five seconds from one program.
	echo on >/proc/sys/kernel/printk_devkmsg
	modprobe tun || fail "no tun"
	# The first namespace allocates objects that stay, whatever happens in it.
	setup_pair
	cleanup
	objects >"$WORK/before"
	new_ns GATE
	new_ns IN
	for netns in "$GATE" "$IN"; do
		ns "$netns" sysctl -qw net.ipv4.ip_forward=1 \
			net.ipv6.conf.all.forwarding=1 \
			net.ipv4.conf.all.rp_filter=0 \
			net.ipv4.conf.default.rp_filter=0 \
			net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
	done
	ips "$GATE" <<-END || fail "configure the gateway"
		tuntap add dev wan0 mode tun vnet_hdr
		tuntap add dev lan0 mode tun vnet_hdr
		tuntap add dev tap0 mode tap
		addr add 192.0.2.1/24 dev wan0
		addr add 192.0.2.2/24 dev wan0
		addr add 172.16.0.1/24 dev lan0
		addr add fd00:16::1/64 dev lan0 nodad
		link set wan0 up
		link set lan0 up
		link set tap0 up
	END
	# GRO holds packets longer than usual, so that it finds some to merge.
	ns "$GATE" sh -c 'echo 2000000 >/sys/class/net/tap0/gro_flush_timeout' ||
		fail "gro_flush_timeout"
	add_tunnels
	ips "$GATE" <<-END || fail "neighbours"
		neigh add 10.10.0.2 lladdr 192.0.2.20 dev anyone
		neigh add fd00:10a::2 lladdr 192.0.2.20 dev anyone
	END
	ns "$GATE" "$PROGRAM" run "$COUNT" "$SEED" "$FROM" "$IN" \
		${VERBOSE_PACKETS:+"$VERBOSE_PACKETS"} >"$WORK/said" 2>&1 ||
		fail "the program failed: $(tail -n 1 "$WORK/said")"
}

SETUP=setup

# results GROUP: report the lines "ok GROUP WHAT" and "FAIL GROUP WHAT" of the program
results() {
	local word group what cases=0
	while read -r word group what; do
		[ "$group" = "$1" ] || continue
		case $word in
		ok) cases=$((cases + 1)) ;;
		FAIL) fail "$what" ;;
		esac
	done <"$WORK/said"
	[ "$cases" -gt 0 ] || [ "$RET" != 0 ] || fail "no cases of $1"
	printf '# %d cases passed\n' "$cases"
}

sent() {
	grep '^# ' "$WORK/said"
	results sent
}

# moved: list the counters of all tunnels that are not 0. A counter of the namespace is
# the same in each tunnel.
moved() {
	{
		gretool -n "$GATE" -j -s -s show
		gretool -n "$IN" -j -s -s show
	} | jq -rs 'add | [.[] | .. | .counters? | objects | to_entries[]] | group_by(.key)[] |
		(if .[0].key | startswith("netns_") then (map(.value) | max)
		else (map(.value) | add) end) as $n |
		select($n > 0) | "\(.[0].key) \($n)"'
}

counted() {
	local name

	moved >"$WORK/moved"
	printf '# counted: %s\n' "$(sed 's/$/,/' "$WORK/moved" | xargs)"
	[ "$COUNT" -ge "$ENOUGH" ] || return
	for name in $REACHED; do
		grep -q "^$name " "$WORK/moved" || fail "no packet has moved $name"
	done
}

works() {
	results works
}

removed() {
	cleanup
	# The last reference to a namespace is released a moment later.
	check "rmmod" busywait 30 rmmod grex
	check_eq "tunnels" "" "$(ip -o link show type grex 2>/dev/null)"
	[ ! -d /sys/module/grex ] || fail "it is still there"
}

nothing_left() {
	local name before after most

	objects >"$WORK/after"
	while read -r name before; do
		after=$(sed -n "s/^$name //p" "$WORK/after")
		most=$before
		case $name in skbuff_*) most=$((before + KEPT)) ;; esac
		printf '# %s: %d before, %d after\n' "$name" "$before" "$after"
		[ "$after" -le "$most" ] && continue
		fail "$name: $before objects before, $after after"
		# Show who allocated the objects, if the kernel has recorded it.
		sed 's/^/# /;15q' "/sys/kernel/debug/slab/$name/alloc_traces" 2>/dev/null
	done <"$WORK/before"
}

run_tests
