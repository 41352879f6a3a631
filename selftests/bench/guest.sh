#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# guest.sh INJECT ROUNDS MANY: in a guest with virtual time: measure ip_gre and grex
# in turns, the rows with 10,000 tunnels if MANY is 1, in the last round only.
# Each line of $GREX_RESULTS/measured is
#
#   MODULE ROUND ROW NANOSECONDS_PER_PACKET
#
# where a nanosecond is an instruction. And of $GREX_RESULTS/keepalives
#
#   TUNNELS INTERVAL_MS PROBES SECONDS BUSY_NS IDLE_RUN_NS MEAN_PER_100MS PEAK
#
# Idle time passes in a jump, so only
# loops that never wait are timed: pktgen that hands its packets to the stack of
# SRC as received on in0, and inject (inject.c) that sends frames out of v0.
# Packets end in out0, a dummy, whose counter says that all have arrived.
#
#    $SRC                                   $DST
#    +----------------------------------+   +-----------------------------+
#    | in0 10.1.0.1/24                  |   |  gre0000, gre0001 ...       |
#    | gre1 by out0 or v0               |   |   |                         |
#    |   |     v0 198.51.100.1/24 =========== v0 198.51.100.2/24          |
#    | out0 192.0.2.1/24                |   | out0                        |
#    +----------------------------------+   +-----------------------------+
#                 10.2.0.0/24 is behind gre1, out0 or DST

set -u
cd "$(dirname "$0")" || exit
. ../lib/lib.sh

INJECT=$1
ROUNDS=$2
MANY=$3
PACKETS=1000
# The first run warms up the caches, and the result is the median of the others. Rare work
# of the kernel would change a short run by 1 %.
RUNS=6
OPTIONS="ttl 64 tos 0"

die() {
	echo "bench: $*" >&2
	exit 1
}

setup() {
	local namespace mac
	# The kernel is still deleting the namespaces of the previous row.
	sleep 1
	case $MODULE in
	beside) modprobe ip_gre && modprobe grex ;;
	*) modprobe "$MODULE" ;;
	esac || die "cannot load $MODULE"
	new_ns SRC
	new_ns DST
	for namespace in "$SRC" "$DST"; do
		# Without IPv6, the kernel makes 10,000 devices in half the time.
		ns "$namespace" sysctl -qw net.ipv4.ip_forward=1 \
			net.ipv6.conf.default.disable_ipv6=1
	done
	ip link add v0 netns "$SRC" type veth peer name v0 netns "$DST"
	ip -n "$SRC" -batch - <<-END || die "cannot configure SRC"
		link add in0 up type dummy
		link add out0 up type dummy
		link set v0 up
		addr add 10.1.0.1/24 dev in0
		addr add 192.0.2.1/24 dev out0
		addr add 198.51.100.1/24 dev v0
	END
	ip -n "$DST" -batch - <<-END || die "cannot configure DST"
		link add out0 up type dummy
		link set v0 up
		addr add 198.51.100.2/24 dev v0
		route add 10.2.0.0/24 dev out0
	END
	mac=$(ip netns exec "$DST" cat /sys/class/net/v0/address)
	ip -n "$SRC" neigh add 198.51.100.2 lladdr "$mac" dev v0 nud permanent
	V0_MAC=$mac
	IN0_MAC=$(ip netns exec "$SRC" cat /sys/class/net/in0/address)
}

# The tunnels are deleted with their module.
teardown() {
	case $MODULE in
	beside) modprobe -r grex && modprobe -r ip_gre ;;
	*) modprobe -r "$MODULE" ;;
	esac || die "cannot unload $MODULE"
	cleanup
}

# add_tunnels NAMESPACE: make a tunnel for each line of the standard input: NAME and
# options that both tools accept
add_tunnels() {
	case $MODULE in
	ip_gre) sed 's/^\([^ ]*\)/link add \1 up type gre/' | ip -n "$1" -batch - ;;
	grex | beside) sed 's/^\(.*\)/add \1 up/' | gretool -n "$1" -batch - ;;
	esac || die "$MODULE: cannot make tunnels"
}

route() { ip -n "$SRC" route replace 10.2.0.0/24 "$@"; }
ARRIVAL=out0/statistics/tx_packets # counts the packets that have arrived
arrived() { ip netns exec "$1" cat "/sys/class/net/$ARRIVAL"; }

# generate [PKTGEN COMMAND]: print the nanoseconds per packet of each run
generate() {
	# shellcheck disable=SC2016 # for the inner shell
	ip netns exec "$SRC" bash -c '
		cd /proc/net/pktgen || exit
		runs=$1 count=$2 mac=$3
		shift 3
		echo rem_device_all >kpktgend_0
		echo add_device in0 >kpktgend_0
		for command in "xmit_mode netif_receive" "count $count" "delay 0" \
			"pkt_size 74" "dst_mac $mac" "src_min 10.1.0.2" \
			"src_max 10.1.0.2" "dst 10.2.0.2" "$@"; do
			echo "$command" >in0 || exit
		done
		for ((i = 0; i < runs; i++)); do
			echo start >pgctrl
			sed -n "s/.*OK: \([0-9]*\)(.*/\1/p" in0
		done' pktgen "$RUNS" "$PACKETS" "$IN0_MAC" "$@" |
		awk -v count="$PACKETS" '{ print $1 * 1000 / count }'
}

# inject WORDS...: print the same for packets of inject
inject() {
	ip netns exec "$SRC" "$INJECT" v0 "$V0_MAC" "$RUNS" "$PACKETS" "$@"
}

# measure ROW END COMMAND WORDS...: run the command, and write the median to the results
measure() {
	local row=$1 end=$2 before values lost
	shift 2
	before=$(arrived "$end")
	mapfile -t values < <("$@")
	lost=$((before + RUNS * PACKETS - $(arrived "$end")))
	((lost == 0)) || die "$MODULE, $row: $lost packets were lost"
	((${#values[@]} == RUNS)) || die "$MODULE, $row: $1 failed"
	mapfile -t values < <(printf '%s\n' "${values[@]:1}" | sort -n)
	printf '%-7s %s %-15s %9.1f\n' "$MODULE" "$ROUND" "$row" \
		"${values[RUNS / 2 - 1]}" | tee -a "$GREX_RESULTS/measured"
}

# encap ROW OPTIONS [PKTGEN COMMAND]: measure the encapsulation
encap() {
	echo "gre1 local 192.0.2.1 remote 192.0.2.2 $2" | add_tunnels "$SRC"
	route dev gre1
	measure "$1" "$SRC" generate "${@:3}"
	ip -n "$SRC" link del gre1
}

sending() {
	setup
	route dev out0
	measure forward "$SRC" generate
	encap encap "key 1 $OPTIONS"
	encap encap-csum "key 1 csum $OPTIONS"
	encap encap-inherit "key 1 ttl 64 tos inherit"
	encap encap-dscp "key 1 ttl 64 tos inherit" "tos 28"
	teardown
}

across() {
	setup
	route via 198.51.100.2
	measure across-plain "$DST" generate
	echo "gre1 local 198.51.100.1 remote 198.51.100.2 key 1 $OPTIONS" |
		add_tunnels "$SRC"
	echo "gre1 local 198.51.100.2 remote 198.51.100.1 key 1 $OPTIONS" |
		add_tunnels "$DST"
	route dev gre1
	measure across "$DST" generate
	teardown
}

# add_kind NAMESPACE KIND LOCAL REMOTE: likewise for one tunnel of another kind of the
# kernel's, gretap, ip6gre or ip6gretap
add_kind() {
	local options="local $3 remote $4 key 1 $OPTIONS" ether=

	[[ $2 != *tap ]] || ether=ether
	[[ $2 != ip6* || $MODULE != ip_gre ]] || options+=" encaplimit none"
	# shellcheck disable=SC2086 # words
	case $MODULE in
	ip_gre) ip -n "$1" link add gre1 up type "$2" $options ;;
	grex) gretool -n "$1" add gre1 $ether $options up ;;
	esac || die "$MODULE: cannot make a tunnel of the kind $2"
}

# across_kind ROW KIND: as across, in both modules
across_kind() {
	local row=$1 kind=$2 net=198.51.100. namespace

	setup
	if [[ $kind = ip6* ]]; then
		net=2001:db8::
		for namespace in "$SRC 1" "$DST 2"; do
			# shellcheck disable=SC2086 # words
			set -- $namespace
			ns "$1" sysctl -qw net.ipv6.conf.v0.disable_ipv6=0
			ip -n "$1" addr add "2001:db8::$2/64" dev v0 nodad
		done
		ip -n "$SRC" neigh replace 2001:db8::2 lladdr "$V0_MAC" dev v0 nud permanent
	fi
	add_kind "$SRC" "$kind" "${net}1" "${net}2"
	add_kind "$DST" "$kind" "${net}2" "${net}1"
	if [[ $kind = *tap ]]; then
		ip -n "$SRC" addr add 10.9.0.1/24 dev gre1
		ip -n "$SRC" neigh add 10.9.0.2 dev gre1 nud permanent \
			lladdr "$(ip netns exec "$DST" cat /sys/class/net/gre1/address)"
		route via 10.9.0.2
	else
		route dev gre1
	fi
	measure "$row" "$DST" generate
	[ "$MODULE" != ip_gre ] || ip -n "$SRC" link del gre1
	[ "$MODULE" != ip_gre ] || ip -n "$DST" link del gre1
	! grep -q '^ip6_gre ' /proc/modules || modprobe -r ip6_gre
	teardown
}

across_kinds() {
	across_kind across-ether gretap
	across_kind across-ipv6 ip6gre
	across_kind across-ipv6-ether ip6gretap
}

# receiving ROW TUNNELS keys|both csum|nocsum [tcp [OPTIONS]]: measure the reception
receiving() {
	local row=$1 tunnels=$2 way=$3 csum=$4
	setup
	awk -v n="$tunnels" -v way="$way" -v options="$csum $OPTIONS ${6-}" 'BEGIN {
		for (i = 0; i < n; i++) {
			remote = way == "both" ? i : 0
			printf "gre%04d local 198.51.100.2 remote 198.%d.%d.%d key %d %s\n",
				i, 18 + int(remote / 65536), int(remote / 256) % 256,
				remote % 256, i, options
		}
	}' | add_tunnels "$DST"
	measure "$row" "$DST" inject "$tunnels" "$way" "$csum" ${5:+"$5"}
	teardown
}

# receiving_ipv6 ROW TUNNELS: likewise for tunnels over IPv6
receiving_ipv6() {
	setup
	ns "$DST" sysctl -qw net.ipv6.conf.v0.disable_ipv6=0
	ip -n "$DST" addr add 2001:db8::2/64 dev v0 nodad
	awk -v n="$2" -v options="$OPTIONS" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "gre%04d local 2001:db8::2 remote 2001:db8:1::1:%x key %d %s\n",
				i, i, i, options
	}' | add_tunnels "$DST"
	measure "$1" "$DST" inject "$2" both nocsum ipv6
	teardown
}

# mss auto must cost almost nothing for packets that are not a SYN.
looking_for_syns() {
	receiving segment 1 both nocsum tcp
	receiving segment-mss 1 both nocsum tcp "mss auto"
	receiving datagram-mss 1 both nocsum "" "mss auto"
}

reference() {
	setup
	measure receive "$DST" inject plain
	teardown
}

has_socket() { ip netns exec "$DST" grep -q ':0009 ' /proc/net/udp; }

# to_this_machine ROW [filter]: measure a packet that is no GRE where a tunnel exists, with
# a firewall and conntrack or without. The queue of its socket is full.
to_this_machine() {
	local ARRIVAL=v0/statistics/rx_packets
	setup
	echo "gre1 local 198.51.100.2 remote 198.18.0.0 key 1 $OPTIONS" |
		add_tunnels "$DST"
	[ $# = 1 ] || ns "$DST" nft "table ip t {
		chain input {
			type filter hook input priority filter
			ct state established accept
			udp dport 9 accept
		}
	}" || die "no nft"
	ns_background "$DST" python3 -c '
import signal, socket
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
receiver.bind(("198.51.100.2", 9))
signal.pause()'
	busywait 10 has_socket || die "no socket"
	measure "$1" "$DST" inject local
	end_background
	teardown
}

# Reception beside ip_gre, next to that in native mode.
beside_ip_gre() {
	local MODULE
	for MODULE in grex beside; do
		to_this_machine local
		to_this_machine local-filter filter
	done
	receiving tunnels-1 1 both nocsum
}

# busy SECONDS: print for how many nanoseconds the processor was busy; /proc/uptime has a
# resolution of 10 ms.
busy() {
	local up idle up2 idle2
	read -r up idle </proc/uptime
	sleep "$1"
	read -r up2 idle2 </proc/uptime
	awk "BEGIN { printf \"%.0f\", (($up2 - $up) - ($idle2 - $idle)) * 1e9 }"
}

probes_sent() { ip netns exec "$SRC" cat /sys/class/net/v0/statistics/tx_packets; }

# peak SAMPLES: print the largest number of probes in 100 ms. The loop starts no programs,
# since starting one can take longer than 100 ms.
peak() {
	[ -p "$WORK/never" ] || mkfifo "$WORK/never"
	# shellcheck disable=SC2016 # for the inner shell
	ip netns exec "$SRC" bash -c '
		file=/sys/class/net/v0/statistics/tx_packets peak=0
		exec 3<>"$2"
		read -r last <$file
		begin=${EPOCHREALTIME/[.,]/}
		for ((i = 0; i < $1; i++)); do
			read -r -t 0.1 <&3
			read -r sent <$file
			now=${EPOCHREALTIME/[.,]/}
			count=$(((sent - last) * 100000 / (now - begin)))
			((count <= peak)) || peak=$count
			last=$sent begin=$now
		done
		echo "$peak"' peak "$1" "$WORK/never"
}

# keepalives TUNNELS INTERVAL_MS SECONDS: SRC sends keepalives through all tunnels, and
# DST answers. For 20 s, count how many are sent in each tenth of a second.
keepalives() {
	local tunnels=$1 interval=$2 seconds=$3 idle_run busy_ns before probes
	setup
	keepalive_ends 1 2 "$tunnels" | add_tunnels "$SRC"
	keepalive_ends 2 1 "$tunnels" | add_tunnels "$DST"
	sleep 2
	idle_run=$(busy "$seconds")
	awk -v n="$tunnels" -v ms="$interval" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "set gre%04d keepalive %dms 3\n", i, ms
	}' | gretool -n "$SRC" -batch - || die "cannot turn on keepalives"
	sleep $((interval * 2 / 1000 + 1))
	before=$(probes_sent)
	busy_ns=$(busy "$seconds")
	probes=$(($(probes_sent) - before))
	gretool -n "$SRC" -j show | grep -q '"peer":"down"' &&
		die "keepalives were not answered"
	printf '%d %d %d %d %.0f %.0f %.1f %d\n' "$tunnels" "$interval" \
		"$probes" "$seconds" "$busy_ns" "$idle_run" \
		"$(awk "BEGIN { print $tunnels * 100 / $interval }")" \
		"$(peak 200)" |
		tee -a "$GREX_RESULTS/keepalives"
	teardown
}

# keepalive_ends LOCAL REMOTE TUNNELS: print the options of one end of all tunnels
keepalive_ends() {
	awk -v l="$1" -v r="$2" -v n="$3" -v options="$OPTIONS" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "gre%04d local 198.51.100.%d remote 198.51.100.%d key %d %s\n", i, l, r, i, options
	}'
}

modprobe -a dummy veth pktgen || die "no pktgen"
for ((ROUND = 1; ROUND <= ROUNDS; ROUND++)); do
	for MODULE in ip_gre grex; do
		sending
		across
		across_kinds
		reference
		receiving tunnels-1 1 both nocsum
		receiving decap-csum 1 both csum
		receiving tunnels-1000 1000 both nocsum
		[[ $MODULE != grex ]] || {
			looking_for_syns
			beside_ip_gre
			receiving_ipv6 ipv6-1 1
			receiving_ipv6 ipv6-1000 1000
		}
		((MANY && ROUND == ROUNDS)) || continue
		receiving tunnels-10000 10000 both nocsum
		receiving keys-10000 10000 keys nocsum
		[[ $MODULE != grex ]] || receiving_ipv6 ipv6-10000 10000
	done
done

MODULE=grex
keepalives 1000 300 20
((MANY)) || exit 0
keepalives 10000 10000 60
