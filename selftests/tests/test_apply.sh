#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# gretool apply makes the tunnels of a system what a file says, and changes only what
# differs. It applies each tunnel completely or not at all. gretool save writes such a
# file.
# limit: 900
# make check-debug: left out
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/examples.sh
. "$(dirname "$0")/../lib/examples.sh"

TESTS="
	creates
	idempotent
	in_place
	without_loss
	dry_run
	prune
	made
	addresses_of_others
	interrupted
	two_at_once
	lock
	routes_wait
	routes_of_others
	routes_beside
	route_moves
	renumbered
	addresses
	down
	recreates
	all_or_nothing
	handed_over
	errors
	directory
	keep_going
	missing_underlay
	missing_dev
	gone_dev
	only_dev
	narrow
	default_mtu
	default_mtu_follows
	probes_of_auto
	secrets
	json
	save_and_apply
	save_every_word
	save_file
	save_odd_routes
	save_unsaid
	colour
	man_page
"

# file [NAME]: write the standard input to the file that apply reads
file() {
	cat >"$WORK/${1:-conf}"
}

# applies ARGUMENT...: apply must succeed in A without messages; put its output into $OUT
applies() {
	OUT=$(gretool -n "$A" apply "$@" 2>"$WORK/err") ||
		fail "apply $*: status $?: $(cat "$WORK/err")"
	check_eq "messages of apply $*" "" "$(cat "$WORK/err")"
}

# says STATUS REGEX ARGUMENT...: apply must end with this status and message
says() {
	local status=$1 regex=$2
	shift 2
	OUT=$(gretool -n "$A" apply "$@" 2>"$WORK/err")
	check_eq "status of apply $*" "$status" "$?"
	check_match "apply $*" "$regex" "$(cat "$WORK/err")"
}

index_of() {
	ip -n "$A" -j link show "$1" | member ifindex
}

show() {
	gretool -n "$A" show "$@"
}

routes() {
	ip -n "$A" route show dev gre1 proto 47 | sed 's/ *$//'
	ip -n "$A" -6 route show dev gre1 proto 47 | sed 's/ pref medium//; s/ *$//'
}

creates() {
	setup_pair
	file <<-'END'
		# The first office, and a comment.
		[gre1]
		local 192.0.2.1 remote 192.0.2.2 key 5	# the ends
		ttl 255
		multicast on
		addr 10.0.0.1/30
		addr fd00::1/64
		route 10.8.0.0/16 via 10.0.0.2 metric 10
		route 10.9.0.0/16
		route 10.9.0.0/16 table 100
		route fd08::/32 via fd00::2
		up

		["zo#ur"]
		remote 192.0.2.4
	END
	applies "$WORK/conf"
	check_eq "what it says" "+ [gre1]
+     local 192.0.2.1
+     remote 192.0.2.2
+     key 5
+     ttl 255
+     multicast on
+     addr 10.0.0.1/30
+     addr fd00::1/64
+     route 10.8.0.0/16 via 10.0.0.2 metric 10
+     route 10.9.0.0/16
+     route 10.9.0.0/16 table 100
+     route fd08::/32 via fd00::2
+     up
+ [\"zo#ur\"]
+     remote 192.0.2.4" "$OUT"
	check_eq "what is there" "gre1 local 192.0.2.1 remote 192.0.2.2 key 5 ttl 255 mtu 1472 multicast on addr 10.0.0.1/30 addr fd00::1/64 up
\"zo#ur\" remote 192.0.2.4 mtu 1476" "$(show)"
	check_eq "routes" "10.8.0.0/16 via 10.0.0.2 metric 10
10.9.0.0/16 scope link
fd08::/32 via fd00::2 metric 1024" "$(routes)"
	check_eq "in table 100" "10.9.0.0/16 dev gre1 proto 47 scope link" \
		"$(ip -n "$A" route show table 100 | sed 's/ *$//')"
	gretool -n "$B" apply - >/dev/null <<-END || fail "from standard input"
		[gre1]
		local 192.0.2.2 remote 192.0.2.1 key 5 addr 10.0.0.2/30 up
	END
	check "ping" ping_ok "$A" 10.0.0.2
}

idempotent() {
	local before
	setup_pair
	file <<-'END'
		[gre1]
		remote 192.0.2.2 keepalive 1s 3 tos cs6 df inherit
		addr 10.0.0.1/30 addr 10.7.0.1 peer 10.7.0.2
		addr fd00::1/64
		route default metric 7 route ::/0
		route 10.9.0.1 via 10.0.0.2
		up
		[gre2]
		remote 192.0.2.3 mtu auto
	END
	applies "$WORK/conf"
	before=$(ip -n "$A" -d addr show)
	ip netns exec "$A" gretool monitor >"$WORK/events" &
	PIDS+=($!)
	busywait 10 poked || fail "the monitor hears nothing"
	applies "$WORK/conf"
	check_eq "the second time" "" "$OUT"
	applies "$WORK/conf" --prune --dry-run
	check_eq "with --prune" "- [poke]
-     remote 192.0.2.99
-     mtu 1476" "$(sed '/ttl/d' <<<"$OUT")"
	gretool -n "$A" del poke
	busywait 10 grep -q "deleted.*poke" "$WORK/events" || fail "no event"
	check_eq "nothing is touched" "" "$(grep -v poke "$WORK/events")"
	check_eq "nothing is changed" "$before" "$(ip -n "$A" -d addr show)"
}

poked() {
	gretool -n "$A" set poke ttl $((RANDOM % 250 + 1)) 2>/dev/null ||
		gretool -n "$A" add poke remote 192.0.2.99
	grep -q poke "$WORK/events"
}

in_place() {
	local index
	setup_pair
	file <<-'END'
		[gre1]
		remote 192.0.2.2 ttl 9 key 1
		addr 10.0.0.1/30
		route 10.8.0.0/16 via 10.0.0.2
		up
	END
	applies "$WORK/conf"
	index=$(index_of gre1)
	file <<-'END'
		[gre1]
		remote 192.0.2.2 local 192.0.2.1 key 2 csum
		addr 10.0.0.1/30 addr fd00::1/64
		route 10.8.0.0/16
		route 10.9.0.0/16
		up
	END
	applies "$WORK/conf"
	check_eq "the difference" "~ [gre1]
-     local any
+     local 192.0.2.1
-     key 1
+     key 2
-     nocsum
+     csum
-     ttl 9
+     ttl 64
+     addr fd00::1/64
-     route 10.8.0.0/16 via 10.0.0.2
+     route 10.8.0.0/16
+     route 10.9.0.0/16" "$OUT"
	check_eq "the same device" "$index" "$(index_of gre1)"
	check_eq "what is there" "gre1 local 192.0.2.1 remote 192.0.2.2 key 2 csum mtu 1468 addr 10.0.0.1/30 addr fd00::1/64 up" "$(show)"
	check_eq "routes" "10.8.0.0/16 scope link
10.9.0.0/16 scope link" "$(routes)"
	applies "$WORK/conf"
	check_eq "nothing differs" "" "$OUT"
}

# No packet of a stream is lost while the tunnel changes many times.
without_loss() {
	local i pid
	setup_pair
	tunnel_pair
	file one <<-'END'
		[gre1]
		local 192.0.2.1 remote 192.0.2.2 ttl 255 tos cs6 mss auto
		addr 10.0.0.1/30 addr fd00::1/64
		route 10.8.0.0/16 via 10.0.0.2
		up
	END
	file two <<-'END'
		[gre1]
		local 192.0.2.1 remote 192.0.2.2 df clear decap-ttl copy
		addr 10.0.0.1/30 addr fd00::1/64 addr 10.5.0.1/24
		route 10.8.0.0/16
		multicast on mtu 1400
		up
	END
	ip netns exec "$A" ping -i 0.01 10.0.0.2 >"$WORK/replies" &
	pid=$!
	PIDS+=("$pid")
	busywait 10 grep -q "icmp_seq=5 " "$WORK/replies" || fail "no stream"
	for ((i = 0; i < 20; i++)); do
		applies "$WORK/one"
		[ -n "$OUT" ] || fail "nothing to do"
		applies "$WORK/two"
		[ -n "$OUT" ] || fail "nothing to do"
	done
	kill -INT "$pid"
	wait "$pid"
	check_match "stream" " 0% packet loss" "$(cat "$WORK/replies")"
	check_eq "as many back as there were" \
		"$(sed -nE 's/^([0-9]+) packets transmitted.*/\1/p' "$WORK/replies")" \
		"$(grep -c "icmp_seq=" "$WORK/replies")"
}

dry_run() {
	local before diff
	setup_pair
	tunnel_pair
	run ip -n "$A" route add 10.6.0.0/16 dev gre1 proto 47
	gretool -n "$A" add gre3 remote 192.0.2.3
	before=$(ip -n "$A" -d addr; ip -n "$A" route; ip -n "$A" -6 route)
	file <<-'END'
		[gre1]
		local 192.0.2.1 remote 192.0.2.2 ttl 9
		addr 10.0.0.1/30 addr 10.5.0.1/24
		route 10.8.0.0/16
		up
		[gre2]
		remote 192.0.2.4
	END
	applies "$WORK/conf" --dry-run --prune
	diff=$OUT
	check_eq "the difference" "- [gre3]
-     remote 192.0.2.3
-     mtu 1476
~ [gre1]
-     ttl 64
+     ttl 9
+     addr 10.5.0.1/24
-     route 10.6.0.0/16
+     route 10.8.0.0/16
+ [gre2]
+     remote 192.0.2.4" "$diff"
	check_eq "nothing is changed" "$before" \
		"$(ip -n "$A" -d addr; ip -n "$A" route; ip -n "$A" -6 route)"
	applies "$WORK/conf" --prune
	check_eq "what is done is what was said" "$diff" "$OUT"
	applies "$WORK/conf" --prune
	check_eq "then nothing differs" "" "$OUT"
}

# has_marks: skip the test if the kernel does not store the protocol of an address (5.18)
has_marks() {
	[[ $(uname -r) == 5.10.* ]] || return 0
	skip "the kernel keeps no mark of an address"
	return 1
}

prune() {
	has_marks || return
	setup_pair
	tunnel_pair
	gretool -n "$A" add gre3 remote 192.0.2.3 up
	run ip -n "$A" link add other type dummy
	run ip -n "$A" route add 192.0.2.77 dev v0 proto 47
	file <<-'END'
		[gre1]
		local 192.0.2.1 remote 192.0.2.2
		addr 10.0.0.1/30
		route 10.8.0.0/16 route 10.9.0.0/16
		up
	END
	applies "$WORK/conf"
	check_eq "without --prune all stays" "gre1 local 192.0.2.1 remote 192.0.2.2 mtu 1476 addr 10.0.0.1/30 addr fd00::1/64 up
gre3 remote 192.0.2.3 mtu 1476 up" "$(show)"
	file <<-'END'
		[gre1]
		local 192.0.2.1 remote 192.0.2.2
		addr 10.0.0.1/30
		route 10.9.0.0/16
		up
		[office]
		remote 192.0.2.3
	END
	# Without --prune the new name has the same endpoints as the old one, which stays.
	says 1 "^$WORK/conf:6:2: office: .*the same" "$WORK/conf"
	check_eq "the other is changed nevertheless" "" \
		"$(grep -v '[office]\|192.0.2.3' <<<"$OUT")"
	applies "$WORK/conf" --prune
	check_eq "what goes" "- [gre3]
-     remote 192.0.2.3
-     mtu 1476
-     up
~ [gre1]
-     route 10.8.0.0/16
+ [office]
+     remote 192.0.2.3" "$OUT"
	check_eq "what stays" "gre1 local 192.0.2.1 remote 192.0.2.2 mtu 1476 addr 10.0.0.1/30 addr fd00::1/64 up
office remote 192.0.2.3 mtu 1476" "$(show)"
	check_eq "routes" "10.9.0.0/16 scope link" "$(routes)"
	check "other interfaces stay" ip -n "$A" link show other
	check_match "their routes, too" "192.0.2.77" \
		"$(ip -n "$A" route show dev v0)"
	# When the kernel deletes a primary address, it deletes its secondary addresses
	# too.
	file <<-'END'
		[gre1]
		local 192.0.2.1 remote 192.0.2.2
		addr 10.5.0.1/24 addr 10.5.0.2/24
		route 10.9.0.0/16 via 10.5.0.9
		up
	END
	applies "$WORK/conf"
	sed -i 's,addr 10.5.0.1/24 ,,' "$WORK/conf"
	applies "$WORK/conf" --prune
	check_match "the second address" "addr 10.0.0.1/30 addr 10.5.0.2/24 addr fd00" \
		"$(show gre1)"
	check_eq "its route" "10.9.0.0/16 via 10.5.0.9" "$(routes)"
	file </dev/null
	applies "$WORK/conf"
	check_eq "an empty file" "" "$OUT"
	applies "$WORK/conf" --prune
	check_eq "no tunnel is left" "" "$(show)"
}

# An address that a daemon or a person has added to a tunnel of the file stays.
addresses_of_others() {
	local made
	has_marks || return
	setup_pair
	# --made is the former name of --state-file.
	for made in "" "--made $WORK/made"; do
		file <<-'END'
			[gre1]
			remote 192.0.2.2 addr 10.0.0.1/30 addr 10.1.0.1/30 up
		END
		# shellcheck disable=SC2086 # words
		applies "$WORK/conf" $made --prune
		run ip -n "$A" addr add 10.2.0.1/32 dev gre1
		run ip -n "$A" addr add fd02::1/64 dev gre1
		run gretool -n "$A" set gre1 addr 10.3.0.1/32
		file <<-'END'
			[gre1]
			remote 192.0.2.2 addr 10.0.0.1/30 addr 10.2.0.1/32 up
		END
		# shellcheck disable=SC2086 # words
		applies "$WORK/conf" $made --prune
		check_eq "what goes" "~ [gre1]
-     addr 10.1.0.1/30" "$OUT"
		# gretool does not own an address that was there before the file named it.
		file <<-'END'
			[gre1]
			remote 192.0.2.2 up
		END
		# shellcheck disable=SC2086 # words
		applies "$WORK/conf" $made --prune
		check_eq "what goes then" "~ [gre1]
-     addr 10.0.0.1/30" "$OUT"
		check_eq "what stays" "10.2.0.1/32 10.3.0.1/32 fd02::1/64" \
			"$(ip -n "$A" -br addr show dev gre1 scope global |
			xargs -n 1 | grep / | sort | xargs)"
		run gretool -n "$A" del gre1
	done
	# Older kernels do not mark addresses, so that apply relies on the file of --state-file.
	file <<-'END'
		[gre1]
		remote 192.0.2.2 addr 10.0.0.1/30 up
	END
	applies "$WORK/conf" --state-file "$WORK/made"
	run ip -n "$A" addr del 10.0.0.1/30 dev gre1
	run ip -n "$A" addr add 10.0.0.1/30 dev gre1
	file <<-'END'
		[gre1]
		remote 192.0.2.2 up
	END
	applies "$WORK/conf" --prune
	check_eq "no mark, not noted" "" "$OUT"
	applies "$WORK/conf" --state-file "$WORK/made" --prune
	check_eq "noted" "~ [gre1]
-     addr 10.0.0.1/30" "$OUT"
}

# many COUNT: write a file with this many tunnels
many() {
	local i
	for ((i = 1; i <= $1; i++)); do
		printf '[g%d]\nremote 10.%d.%d.1 addr 10.64.%d.%d/32 up\n' "$i" \
			$((i / 250)) $((i % 250)) $((i / 250)) $((i % 250))
	done >"$WORK/many"
}

tunnels_there() {
	[ "$(ip -n "$A" -br link show type grex | wc -l)" -ge "$1" ]
}

# Whenever apply is interrupted, the next apply knows what it has made.
interrupted() {
	local signal pid status
	setup_pair
	many 300
	for signal in TERM KILL INT; do
		ip netns exec "$A" gretool apply --prune --state-file "$WORK/made" "$WORK/many" \
			>/dev/null 2>"$WORK/err" &
		pid=$!
		busywait 10 tunnels_there 20 || fail "not begun"
		kill -s "$signal" "$pid"
		wait "$pid"
		status=$?
		if [ "$signal" = KILL ]; then
			check_eq "status" 137 "$status"
		else
			check_eq "status" 1 "$status"
			check_match "$signal" ": interrupted, the tunnels that are left" \
				"$(cat "$WORK/err")"
		fi
		if tunnels_there 300; then
			fail "SIG$signal came too late"
		fi
		# No tunnel is made in part.
		[ "$signal" = KILL ] || check_eq "tunnels without an address" "" \
			"$(ip -n "$A" -br -4 addr show type grex | awk 'NF < 3')"
		if [ "$signal" = TERM ]; then
			applies "$WORK/many" --state-file "$WORK/made"
			tunnels_there 300 || fail "the next apply has not gone on"
		fi
		applies /dev/null --state-file "$WORK/made" --prune
		check_eq "left over after SIG$signal" "" "$(show)"
	done
}

# The second apply waits and says so. An apply in another namespace does not wait.
two_at_once() {
	local first
	setup_pair
	many 200
	ip netns exec "$A" gretool apply "$WORK/many" >/dev/null &
	first=$!
	busywait 10 tunnels_there 5 || fail "not begun"
	file <<-'END'
		[gre1]
		remote 192.0.2.9
	END
	gretool -n "$B" apply "$WORK/conf" >/dev/null 2>"$WORK/err" ||
		fail "in B: $(cat "$WORK/err")"
	check_eq "in another namespace" "" "$(cat "$WORK/err")"
	if tunnels_there 200; then fail "the first one was too fast"; fi
	gretool -n "$A" apply --prune "$WORK/conf" >/dev/null 2>"$WORK/err" ||
		fail "the second one: $(cat "$WORK/err")"
	check_eq "it says so" "gretool: apply: another apply is at work in this network namespace, waiting for it" \
		"$(cat "$WORK/err")"
	wait "$first" || fail "the first one: $?"
	check_eq "the second one has seen all of it" "gre1 remote 192.0.2.9 mtu 1476" "$(show)"
}

# Only root can open the lock. An apply that has waited for it reads the files afterwards.
lock() {
	local inode
	setup_pair
	file <<-'END'
		[gre1]
		remote 192.0.2.2 ttl 10
	END
	# apply does not use a file as the lock that everybody can open.
	ns "$A" setpriv --reuid 65534 --regid 65534 --clear-groups \
		sh -c 'flock -s 9; sleep 5' 9</proc/self/ns/net &
	PIDS+=($!)
	check "somebody else's lock" timeout 3 gretool -n "$A" apply "$WORK/conf"
	inode=$(ip netns exec "$A" stat -L -c %i /proc/self/ns/net)
	check_eq "who may open it" "600 root" "$(stat -c '%a %U' "/run/gretool/apply.$inode")"
	exec {HELD}>>"/run/gretool/apply.$inode"
	flock "$HELD"
	gretool -n "$A" apply "$WORK/conf" >/dev/null 2>"$WORK/err" {HELD}>&- &
	busywait 5 grep -q waiting "$WORK/err" || fail "it does not wait"
	sed -i 's/ttl 10/ttl 20/' "$WORK/conf"
	exec {HELD}>&-
	wait $! || fail "apply: $(cat "$WORK/err")"
	check_match "as the file is now" "ttl 20" "$(show)"
}

# Routes of an interface that is down are made when it comes up.
routes_wait() {
	setup_pair
	file <<-'END'
		[gre1]
		remote 192.0.2.2 addr 10.0.0.1/30 route 10.8.0.0/16 down
	END
	applies "$WORK/conf"
	check_eq "no route" "" "$(routes)"
	applies "$WORK/conf"
	check_eq "nothing to do" "" "$OUT"
	sed -i 's/ down$/ up/' "$WORK/conf"
	applies "$WORK/conf"
	check_eq "a route" "10.8.0.0/16 scope link" "$(routes)"
	sed -i 's/ up$/ down/' "$WORK/conf"
	applies "$WORK/conf"
	check_eq "it is down" "" "$(routes)"
	file <<-'END'
		[gre1]
		remote 192.0.2.2 route 10.8.0.0/16 dev gre1 up
	END
	says 2 'conf:2:36: route: "dev" is not part of a route' "$WORK/conf"
	file <<-'END'
		[gre1]
		remote 192.0.2.2 dev gre1 up
	END
	says 2 'dev: "gre1" is the tunnel itself' "$WORK/conf"
}

# --prune deletes only what gretool has made, whether or not the rest is in a file now.
made() {
	setup_pair
	gretool -n "$A" add other remote 192.0.2.9
	file <<-'END'
		[gre1]
		remote 192.0.2.2 addr 10.0.0.1/30 addr 10.1.0.1/30
		[gre2]
		remote 192.0.2.3
	END
	applies "$WORK/conf" --state-file "$WORK/made" --prune --dry-run
	check_fails "a file of a dry run" test -e "$WORK/made"
	applies "$WORK/conf" --state-file "$WORK/made" --prune
	check_eq "noted" "gre1
gre1 10.0.0.1/30
gre1 10.1.0.1/30
gre2" "$(cat "$WORK/made")"
	file <<-'END'
		[gre1]
		remote 192.0.2.2 addr 10.0.0.1/30
	END
	applies "$WORK/conf" --state-file "$WORK/made"
	check_eq "without --prune nothing is forgotten" "gre1
gre1 10.0.0.1/30
gre1 10.1.0.1/30
gre2" "$(cat "$WORK/made")"
	applies "$WORK/conf" --state-file "$WORK/made" --prune
	check_eq "what is not in the file any more" "- [gre2]
-     remote 192.0.2.3
-     mtu 1476
~ [gre1]
-     addr 10.1.0.1/30" "$OUT"
	check_eq "noted" "gre1
gre1 10.0.0.1/30" "$(cat "$WORK/made")"
	gretool -n "$A" add gre2 remote 192.0.2.3
	applies --state-file "$WORK/made" --prune /dev/null
	check_eq "all of it" "other remote 192.0.2.9 mtu 1476
gre2 remote 192.0.2.3 mtu 1476" "$(show)"
	check_eq "noted" "" "$(cat "$WORK/made")"
	# A tunnel that the kernel refuses does not exist, but its name stays in the
	# notes.
	file <<-'END'
		[gre1]
		remote 192.0.2.2
		[gre3]
		remote 192.0.2.3
	END
	says 1 "^$WORK/conf:3:2: gre3: .*the same" "$WORK/conf" --state-file "$WORK/made" --prune
	check_eq "noted" "gre1
gre3" "$(cat "$WORK/made")"
	echo "remote any" >"$WORK/conf"
	says 1 '/conf:1: "remote any" is not a name' /dev/null --state-file "$WORK/conf"
	says 1 '/nowhere/made: No such file' /dev/null --state-file /nowhere/made
}

# to PREFIX: print all routes to it, of all devices
to() {
	ip -n "$A" route show "$1" | sed 's/ *$//'
}

# apply neither replaces nor deletes a route of others to the same prefix, wherever it is
# in the kernel's list, but it deletes the tunnel's own old route.
routes_beside() {
	setup_pair
	file <<-'END'
		[gre1]
		remote 192.0.2.2
		addr 10.0.0.1/29
		route 10.19.0.0/16 via 10.0.0.2 metric 20
		up
	END
	applies "$WORK/conf"
	run ip -n "$A" route prepend 10.19.0.0/16 via 192.0.2.9 dev v0 proto bgp metric 20
	sed -i 's/10.0.0.2/10.0.0.3/' "$WORK/conf"
	applies "$WORK/conf"
	check_eq "both are there" "10.19.0.0/16 via 192.0.2.9 dev v0 proto bgp metric 20
10.19.0.0/16 via 10.0.0.3 dev gre1 proto 47 metric 20" "$(to 10.19.0.0/16)"
	applies "$WORK/conf"
	check_eq "again" "" "$OUT"
	run ip -n "$A" route append 10.19.0.0/16 via 10.0.0.4 dev gre1 metric 20
	applies "$WORK/conf"
	check_eq "a second one of the tunnel" "~ [gre1]
-     route 10.19.0.0/16 via 10.0.0.4 metric 20" "$OUT"
	check_eq "goes" "" "$(to 10.19.0.0/16 | grep 10.0.0.4)"
	applies "$WORK/conf"
	check_eq "again" "" "$OUT"
}

# A route moves from one tunnel to another, in either order of the file.
route_moves() {
	local one two
	setup_pair
	one='[gre1]\nremote 192.0.2.2 addr 10.0.0.1/30 up'
	two='[gre2]\nremote 192.0.2.3 addr 10.0.1.1/30 up'
	printf "%b\n%b route 10.19.0.0/16\n" "$one" "$two" >"$WORK/second"
	printf "%b route 10.19.0.0/16\n%b\n" "$one" "$two" >"$WORK/first"
	applies "$WORK/second"
	applies "$WORK/first" --prune
	check_eq "from the second" "10.19.0.0/16 dev gre1 proto 47 scope link" "$(to 10.19.0.0/16)"
	applies "$WORK/second" --prune
	check_eq "and back" "10.19.0.0/16 dev gre2 proto 47 scope link" "$(to 10.19.0.0/16)"
}

# The address changes within the same network. If the last address were deleted first, the
# kernel would delete all routes, including those of daemons.
renumbered() {
	has_marks || return
	setup_pair
	file <<-'END'
		[gre1]
		remote 192.0.2.2
		addr 10.0.0.1/29
		route 10.1.0.0/16 via 10.0.0.3
		up
	END
	applies "$WORK/conf"
	run ip -n "$A" route add 10.13.0.0/16 via 10.0.0.3 proto bird
	run ip -n "$A" route add 10.14.0.0/16 via 10.0.0.3 mtu 1000
	sed -i 's,10.0.0.1/29,10.0.0.2/29,' "$WORK/conf"
	applies "$WORK/conf" --prune
	check_eq "address" "10.0.0.2/29" "$(ip -n "$A" -j addr show dev gre1 |
		jq -r '[.[].addr_info[] | select(.family == "inet") | "\(.local)/\(.prefixlen)"] | join(" ")')"
	check_eq "routes" "10.0.0.0/29 proto kernel scope link src 10.0.0.2
10.1.0.0/16 via 10.0.0.3 proto 47
10.13.0.0/16 via 10.0.0.3 proto bird
10.14.0.0/16 via 10.0.0.3 mtu 1000" "$(ip -n "$A" route show dev gre1 | sed 's/ *$//')"
	applies "$WORK/conf" --prune
	check_eq "again" "" "$OUT"
}

# Routes of others stay. A route of the file that others have made is not made again.
routes_of_others() {
	setup_pair
	tunnel_pair
	ips "$A" <<-END
		route add 10.1.0.0/16 dev gre1
		route add 10.2.0.0/16 dev gre1 proto static
		route add 10.3.0.0/16 dev gre1 proto bird
		route add 10.4.0.0/16 dev gre1 proto zebra
		route add 10.5.0.0/16 dev gre1 proto 47
	END
	run ip -n "$A" -6 route add fd05::/32 dev gre1 proto bird
	file <<-'END'
		[gre1]
		local 192.0.2.1 remote 192.0.2.2
		addr 10.0.0.1/30 addr fd00::1/64
		route 10.1.0.0/16
		up
	END
	applies "$WORK/conf" --prune
	check_eq "only its own goes" "~ [gre1]
-     route 10.5.0.0/16" "$OUT"
	check_eq "all others stay" "10.0.0.0/30 proto kernel
10.1.0.0/16
10.2.0.0/16 proto static
10.3.0.0/16 proto bird
10.4.0.0/16 proto zebra" "$(ip -n "$A" route show dev gre1 |
		sed 's/ scope link.*//; s/ *$//')"
	check_match "in IPv6" "proto bird" "$(ip -n "$A" -6 route show dev gre1)"
	# apply does not replace a daemon's route.
	sed -i 's/10.1.0.0/10.3.0.0/' "$WORK/conf"
	says 1 "^$WORK/conf:4:1: gre1: route 10.3.0.0/16: there is another one with this metric
$WORK/conf:1:2: gre1: nothing is changed$" "$WORK/conf"
	check_match "a daemon's" "proto bird" \
		"$(ip -n "$A" route show 10.3.0.0/16)"
	applies "$WORK/conf" --dry-run --prune
}

addresses() {
	setup_pair
	file <<-'END'
		[gre1]
		remote 192.0.2.2
		addr 10.0.0.1/30 addr fd00::1/64
		up
	END
	applies "$WORK/conf"
	# IPv6 stores an address once, so that the new prefix replaces the old one.
	sed -i 's,::1/64,::1/48,; s,\.1/30,.1 peer 10.0.0.2,' "$WORK/conf"
	applies "$WORK/conf"
	check_eq "another prefix" "~ [gre1]
-     addr fd00::1/64
+     addr 10.0.0.1/32 peer 10.0.0.2
+     addr fd00::1/48" "$OUT"
	check_match "what is there" "addr 10.0.0.1/30 addr 10.0.0.1/32 peer 10.0.0.2 addr fd00::1/48" \
		"$(show gre1)"
	applies "$WORK/conf"
	check_eq "nothing differs" "" "$OUT"
}

down() {
	setup_pair
	file <<-'END'
		[gre1]
		remote 192.0.2.2
		addr 10.0.0.1/30
		route 10.9.0.0/16
		up
	END
	applies "$WORK/conf"
	file <<-'END'
		[gre1]
		remote 192.0.2.2
		addr 10.0.0.1/30
	END
	applies "$WORK/conf"
	check_eq "down" "~ [gre1]
-     route 10.9.0.0/16
-     up
+     down" "$OUT"
	check_eq "it is" "gre1 remote 192.0.2.2 mtu 1476 addr 10.0.0.1/30" "$(show)"
	applies "$WORK/conf"
	check_eq "nothing differs" "" "$OUT"
	file <<-'END'
		[gre1]
		remote 192.0.2.2
		addr 10.0.0.1/30 addr 10.1.0.1/24
		route 10.9.0.0/16 via 10.1.0.7
		up
	END
	applies "$WORK/conf"
	check_eq "and up again" "10.9.0.0/16 via 10.1.0.7" "$(routes)"
}

recreates() {
	local index
	setup_pair
	new_ns UNDER
	file <<-'END'
		[gre1]
		remote 192.0.2.2
		addr 10.0.0.1/30
		route 10.9.0.0/16
		up
	END
	applies "$WORK/conf"
	gretool -n "$A" set gre1 addr 10.5.0.1/24
	index=$(index_of gre1)
	sed -i "2s/\$/ link-netns $UNDER ttl 9/" "$WORK/conf"
	applies "$WORK/conf"
	check_eq "made again" "~ [gre1] made again: link-netns cannot be changed while the tunnel is there
+     link-netns $UNDER
-     ttl 64
+     ttl 9" "$OUT"
	check_eq "what is there" "gre1 remote 192.0.2.2 link-netns $UNDER ttl 9 mtu 1476 addr 10.0.0.1/30 addr 10.5.0.1/24 up" "$(show)"
	check_eq "its route" "10.9.0.0/16 scope link" "$(routes)"
	[ "$index" != "$(index_of gre1)" ] ||
		fail "it is the same device"
	applies "$WORK/conf"
	check_eq "nothing differs" "" "$OUT"
	# If the kernel refuses the new tunnel, the old one is made again.
	run gretool -n "$A" add gre2 remote 192.0.2.2
	sed -i "2s/ link-netns.*//" "$WORK/conf"
	says 1 "^$WORK/conf:[0-9:]*: gre1: .*
$WORK/conf:1:2: gre1: was made again as it was, without what others had given it$" "$WORK/conf"
	check_eq "as before" "gre1 remote 192.0.2.2 link-netns $UNDER ttl 9 mtu 1476 addr 10.0.0.1/30 addr 10.5.0.1/24 up" "$(show gre1)"
	check_eq "its route" "10.9.0.0/16 scope link" "$(routes)"
}

# everything: print all settings, addresses and routes of gre1
everything() {
	ip -n "$A" -d addr show gre1 | sed 's/ qlen.*//'
	ip -n "$A" route show dev gre1
	ip -n "$A" -6 route show dev gre1
}

all_or_nothing() {
	local before
	setup_pair
	tunnel_pair
	run ip -n "$A" route add 10.8.0.0/16 via 10.0.0.2 dev gre1 proto 47
	run ip -n "$A" route add 10.7.0.0/16 dev gre1 proto 47
	run ip -n "$A" route add unreachable 10.11.0.0/16
	before=$(everything)
	file <<-'END'
		[gre0]
		remote 192.0.2.5 addr 10.6.0.1/24 up

		[gre1]
		local 192.0.2.1 remote 192.0.2.2 ttl 9 key 3 mtu 1300 multicast on
		addr 10.0.0.1/30 addr 10.5.0.1/24
		addr fd00::1/48
		route 10.8.0.0/16
		route 10.9.0.0/16 via 10.5.0.2
		route 10.10.0.0/16 via 172.16.0.1
		up

		[gre2]
		remote 192.0.2.6 addr 10.6.1.1/24
		route 10.11.0.0/16
		up

		[gre3]
		remote 192.0.2.7 up
	END
	says 1 "^$WORK/conf:10:1: gre1: route 10.10.0.0/16: Nexthop has invalid gateway
$WORK/conf:4:2: gre1: nothing is changed
$WORK/conf:15:1: gre2: route 10.11.0.0/16: there is another one with this metric$" \
		"$WORK/conf"
	check_eq "as it was" "$before" "$(everything)"
	check_eq "the others" "gre0 remote 192.0.2.5 mtu 1476 addr 10.6.0.1/24 up
gre3 remote 192.0.2.7 mtu 1476 up" "$(show | grep -v gre1)"
	check "ping" ping_ok "$A" 10.0.0.2
	# An option changes, and an address is added.
	gretool -n "$A" -j apply "$WORK/conf" >"$WORK/json" 2>/dev/null
	check_eq "JSON" '[["gre1","change",false],["gre2","add",false]]' \
		"$(jq -c 'map([.ifname, .action, .done])' "$WORK/json")"
	file <<-'END'
		[gre1]
		local 192.0.2.1
		remote 192.0.2.7 ttl 9
		addr 10.5.0.1/24
		up
	END
	run gretool -n "$A" set gre3 local 192.0.2.1
	says 1 "^$WORK/conf:1:2: gre1: Another tunnel .*
$WORK/conf:1:2: gre1: nothing is changed" "$WORK/conf"
	check_eq "as it was" "$before" "$(everything)"
	ns "$A" sh -c 'echo 1 >/proc/sys/net/ipv6/conf/gre0/disable_ipv6'
	file <<-'END'
		[gre0]
		remote 192.0.2.5 ttl 9 addr 10.6.0.1/24 addr 10.7.0.1/24
		addr fd00::1/64 up
	END
	says 1 "^$WORK/conf:3:1: gre0: addr fd00::1/64: .*" "$WORK/conf"
	check_eq "an address" "gre0 remote 192.0.2.5 mtu 1476 addr 10.6.0.1/24 up" \
		"$(show gre0)"
}

# wrong FILE:LINE:COLUMN: SENTENCE LINES: apply must report this about the lines of the
# file
wrong() {
	local expected=$1
	shift
	printf '%b' "$*" | file
	says 2 "^$WORK/conf:$expected\$" "$WORK/conf"
}

# One tunnel gets the endpoints of another one, which therefore has to change first.
handed_over() {
	setup_pair
	file <<-END
		[g1]
		local 192.0.2.1 remote 192.0.2.11 key 1
		[g2]
		local 192.0.2.1 remote 192.0.2.12 key 1
		[g3]
		local 192.0.2.1 remote 192.0.2.13 key 1
	END
	applies "$WORK/conf"
	sed -i 's/\.13/.14/; s/\.12/.13/; s/\.11/.12/' "$WORK/conf"
	applies "$WORK/conf"
	check_eq "in this order" "g3 g2 g1" \
		"$(sed -n 's/^~ \[\(.*\)\]$/\1/p' <<<"$OUT" | xargs)"
	applies "$WORK/conf"
	check_eq "again" "" "$OUT"
	# If two tunnels exchange their endpoints, no order works, and the kernel refuses
	# one of them.
	sed -i 's/\.12/.99/; s/\.13/.12/; s/\.99/.13/' "$WORK/conf"
	! gretool -n "$A" apply "$WORK/conf" >"$WORK/out" 2>&1 ||
		fail "an exchange is taken"
	check "an exchange is refused" grep -q 'nothing is changed' "$WORK/out"
	check_eq "both are as they were" "192.0.2.12 192.0.2.13 192.0.2.14" \
		"$(gretool -n "$A" -j show | jq -r '[.[].remote] | join(" ")')"
}

# apply changes nothing if any line is wrong.
errors() {
	setup_pair
	wrong '2:8: remote: "x" is not a unicast address or any' \
		'[gre1]\nremote x\n'
	wrong '3:5: ttl: "300" is not 1..255 or inherit' \
		'[gre1]\nremote any\nttl 300\n'
	wrong '2:2: "romote" is not an option, did you mean "remote"[?]' \
		'[gre1]\n\tromote any\n'
	wrong '1:2: remote: missing, expected .*' '[gre1]\nttl 9\n'
	wrong '2:12: key: the value is missing, expected .*' \
		'[gre1]\nremote any key'
	wrong '3:1: ttl: given twice, expected once' \
		'[gre1]\nremote any ttl 9\nttl 9'
	wrong '2:1: "remote" is before the first \[NAME\] of the file' \
		'# x\nremote any\n'
	wrong '1:1: "\[gre1" has no bracket at the end, expected \[NAME\]' \
		'[gre1\nremote any\n'
	wrong '1:1: "\[gre1\]" is not alone on its line, expected \[NAME\]' \
		'[gre1] remote any\n'
	wrong '1:2: name: "a/b" cannot be an interface name.*' \
		'[a/b]\nremote any\n'
	wrong '4:2: name: "g" is given twice, first at .*/conf:1' \
		'[g]\nremote any\n\n[g]\nremote 192.0.2.1\n'
	wrong '2:12: the line has a quote that does not end' \
		'[g]\nremote any "x\n'
	wrong '2:1: the line has a NUL byte' '[g]\nremote any \0 x\n'
	wrong '2:18: route: "10.8.0.1/16" has bits beyond its prefix.*' \
		'[g]\nremote any route 10.8.0.1/16 up\n'
	wrong '2:12: route: needs "up", .*' \
		'[g]\nremote any route 10.8.0.0/16\n'
	wrong '2:37: via: "fd00::1" is IPv6, but its route is IPv4' \
		'[g]\nremote any up route 10.8.0.0/16 via fd00::1\n'
	wrong '2:16: via: "10.0.0.1" has no route before it.*' \
		'[g]\nremote any via 10.0.0.1 up\n'
	wrong '3:1: route: "10.8.0.0/16" is given twice, .*' \
		'[g]\nremote any up route 10.8.0.0/16\nroute 10.8.0.0/16 via 10.0.0.1\n'
	wrong '2:40: metric: "x" is not 0..4294967295' \
		'[g]\nremote any up route 10.8.0.0/16 metric x\n'
	wrong '2:39: table: "0" is not main or 1..4294967295' \
		'[g]\nremote any up route 10.8.0.0/16 table 0\n'
	wrong '2:29: addr: "10.0.0.1/24" is given twice, expected once' \
		'[g]\nremote any addr 10.0.0.1/24 addr 10.0.0.1/24\n'
	wrong '4:1: mtu: "1000" leaves no room for IPv6.*' \
		'[g]\nremote any up\nroute fd00::/8\nmtu 1000\n'
	# All errors are reported, and the valid section is not applied either.
	wrong '4:5: ttl: "x" .*\n.*conf:7:1: "frob" .*' \
		'[a]\nremote any\n[b]\nttl x\n[c]\nremote any\nfrob\n' 2>/dev/null
	check_eq "no tunnel" "" "$(show)"
	printf '[g]\nremote any\nlink-netns nowhere\n' | file
	says 1 "^$WORK/conf:3:1: link-netns: \"nowhere\": No such file" "$WORK/conf"
	says 1 '^gretool: apply: /nowhere: No such file' /nowhere
	says 2 'unexpected argument "b"' a b
	says 2 '"--prone" is not an option' --prone
	check_fails "route in add" gretool -n "$A" add g remote any up \
		route 10.0.0.0/8
}

directory() {
	setup_pair
	mkdir -p "$WORK/d"
	printf '[two]\nremote 192.0.2.4\n' >"$WORK/d/20.conf"
	printf '[one]\nremote 192.0.2.3\n' >"$WORK/d/10.conf"
	printf '[no]\nremote 192.0.2.5\n' >"$WORK/d/no.conf.bak"
	printf '[no]\nremote 192.0.2.6\n' >"$WORK/d/.hidden.conf"
	applies "$WORK/d"
	check_eq "in the order of names" "+ [one]
+     remote 192.0.2.3
+ [two]
+     remote 192.0.2.4" "$OUT"
	printf '[one]\nremote 192.0.2.9 ttl x\n' >"$WORK/d/30.conf"
	says 2 "^$WORK/d/30.conf:2:22: ttl: .*
$WORK/d/30.conf:1:2: name: \"one\" is given twice, first at $WORK/d/10.conf:1" \
		"$WORK/d"
	rm "$WORK/d/30.conf"
	# Opening a FIFO would block until somebody writes to it.
	mkfifo "$WORK/d/15.conf"
	says 1 "^gretool: apply: $WORK/d/15.conf: is not a regular file" "$WORK/d"
	rm "$WORK/d/15.conf" "$WORK/d/20.conf"
	applies "$WORK/d" --prune
	check_eq "a file that is gone" "- [two]
-     remote 192.0.2.4
-     mtu 1476" "$OUT"
}

# With --keep-going, apply leaves out wrong sections, makes the others, and deletes
# nothing.
keep_going() {
	setup_pair
	mkdir -p "$WORK/k"
	printf '[gone]\nremote 192.0.2.7\n' >"$WORK/k/05.conf"
	applies "$WORK/k" --state-file "$WORK/made"
	rm "$WORK/k/05.conf"
	printf '[one]\nremote 192.0.2.3\n[two]\nremote 192.0.2.4 ttl x\n' >"$WORK/k/10.conf"
	printf '[three\nremote 192.0.2.5\n' >"$WORK/k/20.conf"
	printf '[one]\nremote 192.0.2.6\n[four]\nremote 192.0.2.8\n' >"$WORK/k/30.conf"
	printf '[five]\nremote 192.0.2.10\nup "\n' >"$WORK/k/40.conf"
	says 2 "^$WORK/k/20.conf:1:1: \"\[three\" has no bracket .*
$WORK/k/40.conf:3:4: the line has a quote that does not end
$WORK/k/10.conf:4:22: ttl: .*
$WORK/k/30.conf:1:2: name: \"one\" is given twice, first at $WORK/k/10.conf:1\$" \
		"$WORK/k" --state-file "$WORK/made" --prune --keep-going
	check_eq "what is right, and nothing is deleted" "gone remote 192.0.2.7 mtu 1476
one remote 192.0.2.3 mtu 1476
four remote 192.0.2.8 mtu 1476" "$(show)"
	check_eq "noted" "four
gone
one" "$(cat "$WORK/made")"
	printf '[two]\nremote 192.0.2.4\n' >"$WORK/k/10.conf"
	rm "$WORK/k"/[24]0.conf
	applies "$WORK/k" --state-file "$WORK/made" --prune --keep-going
	check_eq "then as without it" "one remote 192.0.2.6 mtu 1476
four remote 192.0.2.8 mtu 1476
two remote 192.0.2.4 mtu 1476" "$(show)"
	says 1 '^gretool: apply: /nowhere: No such file' /nowhere --keep-going
}

# A tunnel without a route or a local address is made nevertheless, and works when they
# come.
missing_underlay() {
	setup_pair
	run ip -n "$A" addr del 192.0.2.1/24 dev v0
	run ip -n "$A" link set v0 down
	file <<-'END'
		[gre1]
		local 192.0.2.1 remote 192.0.2.2
		addr 10.0.0.1/30
		route 10.9.0.0/16 via 10.0.0.2
		up
	END
	applies "$WORK/conf"
	check_eq "it is there" "gre1 local 192.0.2.1 remote 192.0.2.2 mtu 1476 addr 10.0.0.1/30 up" "$(show)"
	applies "$WORK/conf"
	check_eq "nothing differs" "" "$OUT"
	gretool -n "$B" add gre1 local 192.0.2.2 remote 192.0.2.1 \
		addr 10.0.0.2/30 up
	ips "$A" <<-END
		addr add 192.0.2.1/24 dev v0
		link set v0 up
	END
	check "ping" busywait 5 ping_ok "$A" 10.0.0.2
	applies "$WORK/conf"
	check_eq "nothing differs" "" "$OUT"
}

missing_dev() {
	setup_pair
	file <<-'END'
		[gre1]
		local 192.0.2.1 remote 192.0.2.2 dev ppp0
		addr 10.0.0.1/30
		route 10.9.0.0/16
		up
	END
	says 0 "^$WORK/conf:2:34: dev: there is no interface \"ppp0\" yet, gre1 stays down until the next apply$" \
		"$WORK/conf"
	check_eq "it is there" "gre1 local 192.0.2.1 remote 192.0.2.2 mtu 1476 addr 10.0.0.1/30" "$(show)"
	says 0 "there is no interface" "$WORK/conf"
	check_eq "nothing differs" "" "$OUT"
	run ip -n "$A" link set v0 down
	run ip -n "$A" link set v0 name ppp0
	run ip -n "$A" link set ppp0 up
	applies "$WORK/conf"
	check_eq "then it comes up" "~ [gre1]
-     nodev
+     dev ppp0
+     route 10.9.0.0/16
-     down
+     up" "$OUT"
	# A typing error does not take a working tunnel down.
	sed -i 's/ppp0/pppp0/' "$WORK/conf"
	says 1 "^$WORK/conf:2:34: dev: there is no interface \"pppp0\", gre1 stays as it is$" \
		"$WORK/conf"
	check_match "it is up" "dev ppp0 .* up" "$(show)"
}

# An interface disappears, as ppp0 does when its line hangs up, and comes back with
# another index. Meanwhile the rest of the section applies.
gone_dev() {
	local index

	setup_pair
	file <<-'END'
		[gre1]
		remote 203.0.113.2 dev ppp0
		addr 10.0.0.1/30
		route 10.9.0.0/16
		up
	END
	run ip -n "$A" link add ppp0 type dummy
	applies "$WORK/conf"
	index=$(index_of gre1)
	run ip -n "$A" link del ppp0
	sed -i 's/remote/ttl 9 remote/' "$WORK/conf"
	says 0 "^$WORK/conf:2:26: dev: there is no interface \"ppp0\" now, gre1 stays without one until the next apply$" \
		"$WORK/conf"
	check_eq "the rest" "~ [gre1]
-     ttl 64
+     ttl 9" "$OUT"
	says 0 "there is no interface" "$WORK/conf"
	check_eq "nothing differs" "" "$OUT"
	gretool -n "$A" save "$WORK/saved" 2>/dev/null
	says 0 "there is no interface" "$WORK/saved"
	check_eq "nor from what was saved" "" "$OUT"
	run ip -n "$A" link add ppp0 type dummy
	applies "$WORK/conf"
	check_match "then it has it" "^~ \[gre1\]
-     dev if[0-9]*
\+     dev ppp0$" "$OUT"
	check_eq "it is the same" "$index" "$(index_of gre1)"
	check_eq "with its route" "10.9.0.0/16 dev gre1 proto 47 scope link" "$(to 10.9.0.0/16)"
}

# --dev applies only the sections of the interface that has come.
only_dev() {
	setup_pair
	file <<-'END'
		[gre1]
		remote 203.0.113.1 dev "ppp0"
		up

		[gre2]
		remote 203.0.113.2 dev
		ppp1
		up

		[gre3]
		remote 203.0.113.3 ttl 9
		up
	END
	gretool -n "$A" apply --state-file "$WORK/made" "$WORK/conf" >/dev/null 2>&1 ||
		fail "apply"
	sed -i 's/ttl 9/ttl 8/; s/203.0.113.2/& ttl 7/' "$WORK/conf"
	run ip -n "$A" link add ppp1 type dummy
	applies --state-file "$WORK/made" --dev ppp1 "$WORK/conf"
	check_eq "what it does" "~ [gre2]
-     nodev
+     dev ppp1
-     ttl 64
+     ttl 7
-     down
+     up" "$OUT"
	check_eq "notes" "gre1 gre2 gre3" "$(xargs <"$WORK/made")"
	# Another section is wrong, or new.
	printf '[gre4]\nremote any\n[gre5]\nttl x\n' >>"$WORK/conf"
	run ip -n "$A" link add ppp0 type dummy
	says 2 'ttl: "x" is not' --keep-going --state-file "$WORK/made" --dev ppp0 "$WORK/conf"
	check_match "the other" "^~ \[gre1\]
-     nodev
\+     dev ppp0" "$OUT"
	check_fails "a new one" gretool -n "$A" show gre4
	check_eq "notes later" "gre1 gre2 gre3" "$(xargs <"$WORK/made")"
	says 2 "expected only one of them" --prune --dev ppp0 "$WORK/conf"
}

# The kernel disables IPv6 on an interface whose MTU is below 1280. Settings that the file
# does not mention stay.
narrow() {
	local before

	setup_pair
	file <<-'END'
		[gre1]
		remote 192.0.2.2 mtu 1280
		addr 10.0.0.1/30
		route 10.8.0.0/16 via 10.0.0.2
		up
	END
	applies "$WORK/conf"
	run ip -n "$A" addr add fd00::1/64 dev gre1 nodad
	run ip -n "$A" route add fd08::/32 via fd00::2
	before=$(show; routes)
	sed -i 's/mtu 1280/mtu 1279/' "$WORK/conf"
	# apply could not restore a daemon's route.
	run ip -n "$A" -6 route add fd09::/32 via fd00::2 proto bird
	says 1 "^$WORK/conf:2:18: gre1: mtu: \"1279\" leaves no room for the IPv6 that is there, expected 1280 or more$" \
		"$WORK/conf"
	check_eq "as before" "$before" "$(show; routes)"
	check_match "the route of IPv6" "fd08::/32 via fd00::2" "$(ip -n "$A" -6 route show dev gre1)"
	check_match "a daemon's" "fd09::/32 via fd00::2 proto bird" "$(ip -n "$A" -6 route show dev gre1)"
	says 1 "gre1: mtu: \"1279\" leaves no room for the IPv6" "$WORK/conf" --prune
	check_eq "as before" "$before" "$(show; routes)"
	run ip -n "$A" route del fd08::/32
	run ip -n "$A" addr del fd00::1/64 dev gre1
	applies "$WORK/conf" --prune
	check_match "without it" "mtu 1279 addr 10.0.0.1/30 up" "$(show)"
}

# Without mtu in the file, the MTU follows the link, whatever it was before and however
# often apply runs. A given mtu is fixed, even if it equals the default.
default_mtu_follows() {
	setup_pair
	file <<-'END'
		[gre1]
		remote 192.0.2.2 mtu 1300 addr 10.0.0.1/30 up
		[gre2]
		remote 192.0.2.3 up
		[gre3]
		remote 192.0.2.4 mtu 1476 up
	END
	applies "$WORK/conf"
	sed -i 's/ mtu 1300//' "$WORK/conf"
	applies "$WORK/conf"
	check_eq "the choice goes" "~ [gre1]
-     mtu 1300
+     mtu 1476" "$OUT"
	applies "$WORK/conf"
	check_eq "nothing to do" "" "$OUT"
	run ip -n "$A" link set v0 mtu 9000
	applies "$WORK/conf"
	check_eq "before it has followed" "" "$OUT"
	busywait 10 mtus_are 8976 8976 1476 || fail "$(show)"
	check_eq "saved as it was said" "1 mtu 1476" \
		"$(gretool -n "$A" save | grep -o 'mtu .*' | sort | uniq -c | awk '{ $1 = $1; print }')"
	run ip -n "$A" link set v0 mtu 1400
	busywait 10 mtus_are 1376 1376 1476 || fail "$(show)"
	run gretool -n "$A" set gre3 mtu default
	run gretool -n "$A" set gre2 mtu 1376
	run ip -n "$A" link set v0 mtu 1500
	busywait 10 mtus_are 1476 1376 1476 || fail "$(show)"
}

mtus_are() {
	[ "$(link_mtu "$A" gre1) $(link_mtu "$A" gre2) $(link_mtu "$A" gre3)" = "$*" ]
}

# Without mtu in the file, the kernel chooses the MTU, and an earlier choice is removed.
default_mtu() {
	setup_pair
	run ip -n "$A" route add 192.0.2.2/32 dev v0 mtu 1400
	file <<-'END'
		[gre1]
		remote 192.0.2.2 mtu 1300
	END
	applies "$WORK/conf"
	sed -i 's/ mtu 1300//' "$WORK/conf"
	applies "$WORK/conf"
	check_eq "back to the route's" "~ [gre1]
-     mtu 1300
+     mtu 1376" "$OUT"
	sed -i 's/$/ key 1/; 1s/ key 1//' "$WORK/conf"
	applies "$WORK/conf"
	check_eq "another overhead" 1372 "$(link_mtu "$A" gre1)"
	sed -i 's/192.0.2.2/192.0.2.3/' "$WORK/conf"
	applies "$WORK/conf"
	check_eq "another route" 1472 "$(link_mtu "$A" gre1)"
	applies "$WORK/conf"
	check_eq "nothing differs" "" "$OUT"
	sed -i 's/$/ mtu auto/; 1s/ mtu auto//' "$WORK/conf"
	applies "$WORK/conf"
	check_match "auto" "mtu auto" "$(show)"
	sed -i 's/ mtu auto//' "$WORK/conf"
	applies "$WORK/conf"
	check_eq "not auto" "gre1 remote 192.0.2.3 key 1 mtu 1472" "$(show)"
	applies "$WORK/conf"
	check_eq "nothing differs" "" "$OUT"
}

# A section with mtu auto turns probes on, unless it says mtu-probe off.
probes_of_auto() {
	local before
	setup_pair
	gretool -n "$A" add gre1 remote 192.0.2.2
	file <<<'[gre1]
remote 192.0.2.2 mtu auto mtu-probe off'
	applies "$WORK/conf"
	check_eq "without" "gre1 remote 192.0.2.2 mtu-probe off mtu auto" "$(show)"
	applies "$WORK/conf"
	check_eq "nothing differs" "" "$OUT"
	# When a change is undone, mtu-probe is restored too.
	ns "$A" sysctl -qw net.ipv6.conf.gre1.disable_ipv6=1
	before=$(show -d)
	says 1 'gre1: nothing is changed' - <<<'[gre1]
remote 192.0.2.2 mtu 1400 addr fd00::1/64'
	check_eq "put back" "$before" "$(show -d)"
	sed -i 's/ mtu-probe off//' "$WORK/conf"
	applies "$WORK/conf"
	check_eq "what it says" "~ [gre1]
-     mtu-probe off
+     mtu-probe on" "$OUT"
	check_eq "with" "gre1 remote 192.0.2.2 mtu auto" "$(show)"
	check_eq "saved" "[gre1]
remote 192.0.2.2
mtu auto" "$(gretool -n "$A" save)"
	applies "$WORK/conf"
	check_eq "nothing differs" "" "$OUT"
	sed -i 's/auto/1400/' "$WORK/conf"
	applies "$WORK/conf"
	check_eq "a number" "gre1 remote 192.0.2.2 mtu 1400" "$(show)"
	# A new tunnel gets both at once.
	gretool -n "$A" del gre1
	sed -i 's/1400/auto/' "$WORK/conf"
	applies "$WORK/conf"
	check_eq "new" "gre1 remote 192.0.2.2 mtu auto" "$(show)"
	applies "$WORK/conf"
	check_eq "nothing differs" "" "$OUT"
}

SECRET=000102030405060708090a0b0c0d0e0f

# apply compares secrets by their ids, and writes them nowhere.
secrets() {
	setup_pair
	file <<-END
		[gre1]
		remote 192.0.2.2 keepalive-secret $SECRET
		addr 10.0.0.1/30 up
	END
	chmod 600 "$WORK/conf"
	applies "$WORK/conf"
	check_eq "what it says" "+ [gre1]
+     remote 192.0.2.2
+     keepalive-secret (id 0xdd0e0e31)
+     addr 10.0.0.1/30
+     up" "$OUT"
	applies "$WORK/conf"
	check_eq "nothing differs" "" "$OUT"
	chmod 644 "$WORK/conf"
	says 0 "^$WORK/conf:2:18: keepalive-secret: everybody can read this file, expected mode 0600\$" \
		"$WORK/conf"
	check_eq "which is no difference" "" "$OUT"
	chmod 600 "$WORK/conf"
	# A new secret is set last, since apply cannot restore the old one.
	ns "$A" sysctl -qw net.ipv6.conf.gre1.disable_ipv6=1
	sed 's/0001/ffff/; s/ up/ addr fd00::1\/64 up/' "$WORK/conf" >"$WORK/other"
	chmod 600 "$WORK/other"
	says 1 'gre1: nothing is changed' "$WORK/other"
	check_match "the first one" '(id 0xdd0e0e31)' "$(show)"
	ns "$A" sysctl -qw net.ipv6.conf.gre1.disable_ipv6=0
	applies "$WORK/other" -j
	check_match "removed" '"removed":."keepalive-secret .id 0xdd0e0e31.".' "$OUT"
	applies "$WORK/other"
	check_eq "nothing differs" "" "$OUT"
	applies "$WORK/conf"
	check_match "back" "
\+     keepalive-secret .id 0xdd0e0e31." "$OUT"
	# The saved file has no secret, so that applying it removes the secret.
	gretool -n "$A" save >"$WORK/saved" 2>"$WORK/err" || fail "save"
	check_eq "saved" "[gre1]
remote 192.0.2.2
addr 10.0.0.1/30
addr fd00::1/64
up
# not saved, it cannot be read: keepalive-secret (id 0xdd0e0e31)" "$(cat "$WORK/saved")"
	check_eq "warning" "gretool: save: gre1: the keepalive-secret is not saved, it cannot be read" \
		"$(cat "$WORK/err")"
	applies "$WORK/saved"
	check_eq "gone" "~ [gre1]
-     keepalive-secret (id 0xdd0e0e31)
+     keepalive-secret off" "$OUT"
	# The position of a malformed secret is reported, but not its text.
	sed -i "s/$SECRET/${SECRET}0/" "$WORK/conf"
	says 2 ":2:35: keepalive-secret: the value is not off or 32 hexadecimal digits \(16 bytes\)\$" \
		"$WORK/conf"
}

json() {
	setup_pair
	gretool -n "$A" add gre1 remote 192.0.2.2
	gretool -n "$A" add gone remote 192.0.2.4
	file <<-'END'
		[gre1]
		remote 192.0.2.2 ttl 9
		[gre2]
		remote 192.0.2.3
		addr 10.0.0.1/30
	END
	applies "$WORK/conf" -j --dry-run --prune
	check_eq "dry" '[{"ifname":"gone","action":"delete","reason":null,"removed":["remote 192.0.2.4","mtu 1476"],"added":[],"done":false},{"ifname":"gre1","action":"change","reason":null,"removed":["ttl 64"],"added":["ttl 9"],"done":false},{"ifname":"gre2","action":"add","reason":null,"removed":[],"added":["remote 192.0.2.3","addr 10.0.0.1/30"],"done":false}]' \
		"$OUT"
	applies "$WORK/conf" -p
	check_eq "done" '[["gre1",true],["gre2",true]]' \
		"$(jq -c 'map([.ifname, .done])' <<<"$OUT")"
	applies "$WORK/conf" -j
	check_eq "nothing" "[]" "$OUT"
}

# EVERY: all options that apply knows, as save writes them
EVERY='[one]
local 192.0.2.1
remote 192.0.2.2
dev v0
ikey 1 okey 2
icsum
oseq
ttl 9
ttl-min 254
decap-ttl copy
tos 0x48
df inherit
fwmark 0x7
icmp-source hop
keepalive 300ms 5
keepalive-reply off
mss 1360
mtu-probe on
mtu 1300
multicast on
addr 10.0.0.1/30
addr 10.7.0.1/32 peer 10.7.0.2
addr fd00::1/64
route default metric 3
route 10.8.0.0/16 via 10.0.0.2
route 10.8.0.0/16 metric 10
route ::/0
route fd08::/32 via fd00::2 metric 7
route 10.9.0.0/16 table 4294967295
up

[three]
ether
local 2001:db8::1
remote 2001:db8::2
flowlabel 0x12345
encaplimit 2

[two]
remote 192.0.2.3
link-netns UNDER
key 5
csum
seq
ttl inherit
tos inherit
df clear
icmp-relay off
keepalive 10 3
mss auto
mtu auto

[without]
remote 192.0.2.5
mtu-probe off
mtu auto

["zo#ur"]
local 192.0.2.1
remote any
'

save_and_apply() {
	setup_pair
	new_ns UNDER
	file <<<"${EVERY/UNDER/$UNDER}"
	# save does not write defaults.
	grep -v '^tos inherit$' "$WORK/conf" | sed '$d' >"$WORK/expected"
	applies "$WORK/conf"
	gretool -n "$A" save >"$WORK/saved" || fail "save"
	check_eq "what is saved is what was applied" "$(cat "$WORK/expected")" \
		"$(cat "$WORK/saved")"
	applies "$WORK/saved" --prune
	check_eq "what is saved does not differ" "" "$OUT"
	check_eq "in another place" "" "$(ip netns exec "$A" \
		sh -c 'gretool save | gretool apply -')"
	# The tunnels are deleted, made again from the saved file, and saved again.
	gretool -n "$A" apply --prune - </dev/null >/dev/null
	check_eq "no tunnel" "" "$(show)"
	applies "$WORK/saved"
	gretool -n "$A" save "$WORK/again" || fail "save"
	check_eq "again" "$(cat "$WORK/saved")" "$(cat "$WORK/again")"
}

save_every_word() {
	local word
	while read -r word _; do
		case $word in
		keepalive-secret) continue ;; # tested by secrets
		# These are synonyms or defaults.
		no* | hoplimit | hlim | dsfield | tclass | encap | pmtudisc | ignore-df | down | ocsum | iseq | link-netnsid)
			continue ;;
		esac
		[[ $EVERY =~ [[:space:]]"$word"[[:space:]] ]] ||
			fail "$word is not saved in a test"
	done < <(gretool words file)
}

save_file() {
	setup_pair
	gretool -n "$A" add gre1 remote 192.0.2.2
	printf 'old' >"$WORK/saved"
	chmod 640 "$WORK/saved"
	check "save" gretool -n "$A" save "$WORK/saved"
	check_eq "what is in it" "[gre1]
remote 192.0.2.2" "$(cat "$WORK/saved")"
	check_eq "its mode" 640 "$(stat -c %a "$WORK/saved")"
	check_eq "nothing else" "$WORK/saved" "$(echo "$WORK"/saved*)"
	check_fails "no such directory" gretool -n "$A" save /nowhere/x
	# save writes routes of people and scripts, but not those of daemons.
	ips "$A" <<-END
		link set gre1 up
		addr add 10.0.0.1/30 dev gre1
		route add 10.1.0.0/16 dev gre1
		route add 10.2.0.0/16 via 10.0.0.2 proto static
		route add 10.3.0.0/16 dev gre1 proto bird
	END
	check_eq "routes" "[gre1]
remote 192.0.2.2
addr 10.0.0.1/30
route 10.1.0.0/16
route 10.2.0.0/16 via 10.0.0.2
up" "$(gretool -n "$A" save)"
}

# save reports a route that a file cannot express in a comment and in a warning.
save_odd_routes() {
	setup_pair
	gretool -n "$A" add gre1 remote 192.0.2.2 addr 10.0.0.1/30 up
	ips "$A" <<-END
		route add 10.1.0.0/16 dev gre1 mtu 1200
		route add 10.2.0.0/16 dev gre1 src 10.0.0.1
		route add 10.3.0.0/16 dev gre1 tos 4
		route add 10.5.0.0/16 dev gre1
		route append 10.5.0.0/16 via 10.0.0.2 dev gre1
	END
	# Some kernels refuse multipath routes over these devices.
	ip -n "$A" route add 10.4.0.0/16 nexthop dev v0 nexthop dev gre1 2>/dev/null ||
		ip -n "$A" route add 10.4.0.0/16 via 10.0.0.9 dev gre1 onlink
	check_eq "comments" "[gre1]
remote 192.0.2.2
addr 10.0.0.1/30
route 10.5.0.0/16
up
# not saved, it has more than a file can say: route 10.1.0.0/16
# not saved, it has more than a file can say: route 10.2.0.0/16
# not saved, it has more than a file can say: route 10.3.0.0/16
# not saved, it has more than a file can say: route 10.4.0.0/16
# not saved, it has more than a file can say: route 10.5.0.0/16" \
		"$(gretool -n "$A" save 2>"$WORK/err" | sed 's/ via.*//')"
	check_eq "warnings" 5 "$(grep -c '^gretool: save: gre1: a route is not saved' "$WORK/err")"
}

# save reports other settings that a file cannot express in the same way.
save_unsaid() {
	local what
	setup_pair
	run gretool -n "$A" add gre1 remote 192.0.2.2
	run gretool -n "$A" add gre2 remote 192.0.2.3 addr 10.2.0.1/30
	ips "$A" <<-END
		link add vrf1 up type vrf table 100
		link set gre1 master vrf1 alias office group 7 arp on promisc on
		addr add 10.0.0.1/30 dev gre1 noprefixroute label gre1:0
		addr add 10.1.0.1/30 dev gre1 metric 50 scope link
		addr add fd00::1/64 dev gre1 noprefixroute nodad
	END
	gretool -n "$A" save "$WORK/saved" 2>"$WORK/err" || fail "save: $?"
	for what in '"master"' '"alias"' '"group"' '"arp on"' '"promisc on"' \
		'"noprefixroute" of addr 10.0.0.1/30' '"label" of addr 10.0.0.1/30' \
		'"metric" of addr 10.1.0.1/30' '"scope" of addr 10.1.0.1/30' \
		'"noprefixroute" of addr fd00::1/64'; do
		check "in the file" grep -qxF "# not saved, a file cannot say it: $what" \
			"$WORK/saved"
		check "said" grep -qxF \
			"gretool: save: gre1: $what is not saved, a file cannot say it" "$WORK/err"
	done
	check_eq "and no more" "10 10" \
		"$(grep -c "not saved" "$WORK/saved") $(wc -l <"$WORK/err")"
	applies "$WORK/saved" --prune --dry-run
	check_eq "what is in it" "" "$OUT"
}

colour() {
	local green=$'\033[32m' plain=$'\033[0m'
	setup_pair
	file <<<"[gre1] 
remote 192.0.2.2"
	OUT=$(TERM=xterm script -qec "gretool -n $A apply $WORK/conf" /dev/null)
	check_eq "on a terminal" "$green+ [gre1]$plain
$green+     remote 192.0.2.2$plain" "${OUT//$'\r'/}"
	gretool -n "$A" del gre1
	OUT=$(NO_COLOR=1 TERM=xterm script -qec \
		"gretool -n $A apply $WORK/conf" /dev/null)
	check_eq "without" "+ [gre1]
+     remote 192.0.2.2" "${OUT//$'\r'/}"
}

# The examples of gretool.conf(5) work in their order.
man_page() {
	local conf example count=0
	[ -n "${GREX_LAB:-}" ] || { skip "only in the lab: writes to /etc"; return; }
	setup_pair
	examples "$(dirname "$0")/../../tools/man/gretool.conf.5"
	conf=/etc/gretool
	mkdir -p "$conf"
	rm -f "$conf"/*.conf
	# The example of import reads this file.
	mkdir -p /etc/network
	printf 'iface gre1 inet tunnel\nmode gre\nendpoint 192.0.2.2\n' \
		>/etc/network/interfaces
	# One example has a secret.
	chmod 600 "$WORK"/example.*
	for example in "$WORK"/example.*; do
		count=$((count + 1))
		case $(cat "$example") in
		"["*)
			applies "$example" --prune
			[ -n "$OUT" ] || fail "$example makes no difference"
			applies "$example" --prune
			check_eq "$example, again" "" "$OUT"
			! grep -q '^\[office' "$example" || cp "$example" "$conf/office.conf"
			;;
		*)
			if grep -q save "$example"; then
				applies "$conf/office.conf"
			fi
			ip netns exec "$A" sh -ec "cd $WORK; $(cat "$example")" \
				>"$WORK/out" 2>&1 ||
				fail "$(cat "$example"): $(cat "$WORK/out")"
			;;
		esac
	done
	check_eq "examples" "$(grep -c '^\.Bd -literal' "$(dirname "$0")/../../tools/man/gretool.conf.5")" "$count"
	check_eq "in the end" "" "$(show)"
	rm -rf "$conf"
}

run_tests
