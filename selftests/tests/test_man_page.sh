#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Each example of gretool(8) is run, in the order of the page, as it is written: in
# the first namespace of the machine, which is the router with the address
# 192.0.2.1; the other end is a namespace with 198.51.100.1 behind it. The examples
# of gretool.conf(5) are in test_apply.sh, those of grex(4) in test_tracepoints.sh.
#
#    eth0 192.0.2.1/24 === v0 192.0.2.2/24 $B, lo 198.51.100.1
#
# limit: 400
# make check-debug: left out
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/examples.sh
. "$(dirname "$0")/../lib/examples.sh"

TESTS="
	every_example
"

PAGE=$(dirname "$0")/../../tools/man/gretool.8
IP_LIB_DIR=$(realpath "$(dirname "$0")/../../tools")
export IP_LIB_DIR

[ -n "${GREX_LAB:-}" ] || skip_all "only in the lab: it is the router itself"

router() {
	new_ns B
	run ip link add eth0 type veth peer name v0 netns "$B"
	run ip addr add 192.0.2.1/24 dev eth0
	run ip link set eth0 up
	run ip route add default via 192.0.2.2
	run ip link add backup type dummy
	run ip link set backup up
	ips "$B" <<-END
		addr add 192.0.2.2/24 dev v0
		addr add 198.51.100.1/32 dev lo
		link set v0 up
	END
	# What logger would send to the log of the machine.
	mkdir "$WORK/bin"
	printf '#!/bin/sh\ncat >"%s"\n' "$WORK/log" >"$WORK/bin/logger"
	chmod +x "$WORK/bin/logger"
	PATH=$WORK/bin:$PATH
}

no_router() {
	gretool -j show | jq -r '.[].ifname | "del \(.)"' | gretool -batch -
	[ ! -e /run/netns/customer ] || ip netns del customer
	ip link del eth0
	ip link del backup
}

# peer OPTION...: the other end
peer() {
	gretool -n "$B" add gre1 local 198.51.100.1 remote 192.0.2.1 "$@" up
}

# typed FILE: all of it, as in a terminal
typed() {
	check "$(cat "$1")" sh -ec "$(cat "$1")"
}

# made NAME: an example that makes a tunnel
made() {
	! ip link show "$2" >/dev/null 2>&1 || run gretool del "$2"
	typed "$1"
	check "$2" gretool show "$2"
}

# One example, and what is to be seen of it.
one() {
	local file=$1 pid
	case $(cat "$file") in
	"interface Tunnel1"* | "/interface gre"*)
		# Not Linux; the README's tables have these words, too.
		OTHERS=$((OTHERS + 1))
		;;
	# By a real systemd and a real ifupdown, in system_boot.sh.
	systemctl* | "auto "*) OTHERS=$((OTHERS + 1)) ;;
	"ip link add gre1 type grex"*)
		made "$file" gre1
		gretool del gre1
		;;
	"gretool add gre1"*"key 42"*)
		made "$file" gre1
		;;
	"ip link add gre1 type gre "*)
		# The same words, and this machine's kernel has no other.
		sed -i 's/type gre /type grex /' "$file"
		check "$(cat "$file")" ip netns exec "$B" sh -ec "$(cat "$file")"
		check "ping" ping_ok "$B" 10.0.0.1
		;;
	"gretool add gre1"*"tos cs6"*)
		made "$file" gre1
		gretool -n "$B" del gre1
		peer addr 10.0.0.2/32 peer 10.0.0.1
		check "ping" ping_ok "$B" 10.0.0.1
		check "hellos" encapsulated 224.0.0.5
		gretool del gre1
		;;
	"gretool add office"*)
		made "$file" office
		check "carrier" busywait 15 grep -q 1 /sys/class/net/office/carrier
		check_eq "first way" office "$(way)"
		gretool -n "$B" set gre1 down
		check "second way" busywait 40 way_is backup
		gretool -n "$B" set gre1 up
		check "first way again" busywait 40 way_is office
		;;
	"gretool check"*)
		# It says that something is wrong with gre1, which has no peer.
		gretool add gre1 remote 198.51.100.1 key 9 up
		sed -i 's/^gretool check gre1$/& || [ $? = 3 ]/' "$file"
		typed "$file"
		;;
	"ip netns add customer"*)
		# Kernels before 6.15 make it here first, by its name.
		gretool del gre1
		typed "$file"
		check "customer" gretool -n customer show gre1
		;;
	"gretool save"*)
		sed -i "s,tunnels.conf,$WORK/&," "$file"
		typed "$file"
		check "saved" grep -qx '\[office\]' "$WORK/tunnels.conf"
		;;
	"gretool -j show"*)
		typed "$file"
		check_eq "tunnels" "" "$(gretool show)"
		;;
	"gretool -j -s show"*)
		gretool -n "$B" del gre1
		peer key 5 addr 10.0.0.2/30
		gretool add gre1 local 192.0.2.1 remote 198.51.100.1 key 6 \
			addr 10.0.0.1/30 up
		ping_fails "$B" 10.0.0.1
		check_eq "$(cat "$file")" gre1 "$(sh -ec "$(cat "$file")")"
		;;
	"gretool monitor"*)
		sh -ec "exec 3>&1; $(cat "$file")" >/dev/null &
		pid=$!
		PIDS+=("$pid")
		check "log" busywait 10 goes_down
		pkill -P "$pid" gretool || fail "no gretool monitor"
		wait "$pid"
		;;
	*) typed "$file" ;;
	esac
}

# encapsulated ADDRESS: what is sent there reaches the other end
encapsulated() {
	local before
	before=$(received)
	ping -q -c 1 -W 1 -I gre1 "$1" >/dev/null
	[ "$(received)" -gt "$before" ]
}

received() {
	gretool -n "$B" -j -s show gre1 | member stats.rx_packets
}

# The monitor may not listen yet the first time.
goes_down() {
	gretool set gre1 up
	gretool set gre1 down
	grep -qE '^20[0-9-]*T[0-9:.]*.* gre1$' "$WORK/log"
}

way() {
	ip route get 10.8.0.1 | grep -oE 'dev [a-z]+' | cut -d' ' -f2
}

way_is() {
	[ "$(way)" = "$1" ]
}

every_example() {
	local file seen=0
	OTHERS=0
	router
	examples "$PAGE"
	for file in "$WORK"/example.*; do
		seen=$((seen + 1))
		one "$file"
	done
	no_router
	check_eq "examples" "$(grep -c '^\.Bd -literal' "$PAGE")" "$seen"
	check_eq "not of this machine" 4 "$OTHERS"
}

run_tests
