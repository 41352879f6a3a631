#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The tracepoints that grex(4) names are in this kernel, with the fields that its
# bpftrace lines use; and they tell what the page says.
# real time: bpftrace takes half of the files of this machine
# make check-debug: left out
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/bpftrace.sh
. "$(dirname "$0")/../lib/bpftrace.sh"
# shellcheck source=../lib/tracing.sh
. "$(dirname "$0")/../lib/tracing.sh"

TESTS="
	test_named
	test_fields
	test_every_one_is_named
	test_peer
	test_drop
	test_transmit
	test_bpftrace
"

PAGE=$(dirname "$0")/../../tools/man/grex.4

modprobe grex 2>/dev/null
[ -d "$TRACING/events/grex" ] || skip_all "no tracing in this kernel"

# programs: the displayed blocks of the page, one per line, as a shell takes them
programs() {
	awk '
		/^\.Bd -literal/ { shown = 1; text = ""; next }
		/^\.Ed/ { if (shown) print text; shown = 0 }
		shown { sub(/^ +/, ""); gsub(/\\e/, "\\"); text = text $0 " " }' "$PAGE"
}

# lines: "SYSTEM:NAME field..." of each bpftrace program in the page
lines() {
	programs |
		sed -nE "s/^bpftrace -e 'tracepoint:([a-z_]+:[a-z_]+) (.*)' \$/\\1 \\2/p" |
		while read -r event program; do
			printf '%s %s\n' "$event" "$(grep -oE 'args->[a-z_]+' \
				<<<"$program" | sed 's/args->//' | sort -u | tr '\n' ' ')"
		done
}

test_named() {
	local event seen=0
	while read -r event; do
		seen=$((seen + 1))
		[ -d "$TRACING/events/${event/:/\/}" ] ||
			fail "there is no tracepoint $event"
	done < <(sed -nE 's/^\.It Cm ([a-z_]+:[a-z_]+)$/\1/p' "$PAGE")
	[ "$seen" -ge 3 ] || fail "only $seen are named"
	check_eq "each has a line of bpftrace" "$seen" "$(lines | wc -l)"
}

test_fields() {
	local event fields field
	while read -r event fields; do
		[ -n "$fields" ] || fail "$event: no fields"
		for field in $fields; do
			grep -qE "[ *]$field(\[[0-9]+\])?;" \
				"$TRACING/events/${event/:/\/}/format" ||
				fail "$event has no $field"
		done
	done < <(lines)
}

test_every_one_is_named() {
	local event
	for event in "$TRACING"/events/grex/*/; do
		event=$(basename "$event")
		grep -qx "\.It Cm grex:$event" "$PAGE" ||
			fail "$event is not in the page"
	done
}

peer_comes_up() {
	tunnel_pair keepalive 100ms 2
	busywait 10 peer_is_up || fail "the peer is not up"
}

peer_is_up() {
	gretool -n "$A" -s show gre1 | grep -q 'peer up'
}

test_peer() {
	setup_pair
	trace_event grex:grex_keepalive peer_comes_up
	check "down to up" grep -q 'dev=gre1 .*old=down state=up misses=[0-9]* flaps=0' \
		"$WORK/trace"
}

drop() {
	ping_fails "$A" 10.0.0.2 || fail "answers with the wrong key"
}

# in_grex: is one of the locations in the trace in the module? As an address, or as
# a name with newer kernels.
in_grex() {
	local module size start location
	grep -q ' location=[^ ]* \[grex\]' "$WORK/trace" && return
	read -r module size _ _ _ start _ < <(grep '^grex ' /proc/modules)
	check_eq "the module" grex "$module"
	while read -r location; do
		((16#$location >= start && 16#$location < start + size)) &&
			return
	done < <(grep -oE ' location=[0-9a-f]+' "$WORK/trace" | cut -d= -f2)
	return 1
}

test_drop() {
	local option=$TRACING/options/hash-ptr
	setup_pair
	tunnel_pair
	run gretool -n "$B" set gre1 key 5
	[ ! -e "$option" ] || echo 0 >"$option"
	trace_event skb:kfree_skb drop
	check "drops" grep -q ' location=' "$WORK/trace"
	if [ -e "$option" ]; then
		echo 1 >"$option"
		in_grex || fail "none in the module: $(grep -m 5 location "$WORK/trace")"
	fi
}

send() {
	ping_ok "$A" 10.0.0.2 || fail "no ping"
}

test_transmit() {
	setup_pair
	tunnel_pair
	send
	trace_event net:net_dev_start_xmit send
	check "the inner packet" grep -q 'dev=gre1 .*len=84 ' "$WORK/trace"
	check "the outer packet" grep -q 'dev=v0 .*len=122 ' "$WORK/trace"
}

# line EVENT: the bpftrace program of the page for this event
line() {
	programs | sed -nE "s/^bpftrace -e '(tracepoint:$1 .*)' \$/\1/p"
}

# bpftrace_line EVENT PATTERN command...: the line says PATTERN meanwhile
bpftrace_line() {
	local program pattern=$2
	program=$(line "$1")
	[ -n "$program" ] || fail "$1: no line"
	shift 2
	bpftrace_begin "$program"
	"$@"
	bpftrace_end
	check "$program" grep -qE "$pattern" "$WORK/bpftrace"
}

test_bpftrace() {
	bpftrace_runs || return
	setup_pair
	bpftrace_line grex:grex_keepalive '^gre1: 1 to 3, flaps 0$' peer_comes_up
	run gretool -n "$B" set gre1 key 5
	bpftrace_line skb:kfree_skb '\bgrex_' drop
	run gretool -n "$B" set gre1 nokey
	bpftrace_line net:net_dev_start_xmit '^@\[gre1\]:' send
}

run_tests
