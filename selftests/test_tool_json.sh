#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The JSON of gretool as gretool(8) documents it: every member is there, of its
# type, and says what the text says.

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

TESTS="
	test_schema
	test_values
	test_defaults
	test_stats
	test_pretty
	test_monitor
"

# The type of each member; several with a bar between.
TUNNEL='{
	ifname: "string", ifindex: "number",
	local: "string|null", remote: "string|null", dev: "string|null",
	link_netns: "string|null", link_netnsid: "number|null",
	ikey: "number|null", okey: "number|null",
	icsum: "boolean", ocsum: "boolean", iseq: "boolean", oseq: "boolean",
	ttl: "number|string", decap_ttl: "string", tos: "number|string",
	df: "string", fwmark: "number", icmp_relay: "boolean",
	icmp_source: "string", mtu: "number", multicast: "boolean",
	up: "boolean", carrier: "boolean", operstate: "string"
}'
ADDRESS='{addr: "string", prefix: "number", peer: "string|null"}'
STATS='{
	rx_packets: "number", rx_bytes: "number", rx_errors: "number",
	rx_dropped: "number", tx_packets: "number", tx_bytes: "number",
	tx_errors: "number", tx_dropped: "number", counters: "object"
}'

# shellcheck disable=SC2016 # variables of jq
# wrong(expected): what is missing, too much, or of another type
FUNCTIONS='
	def wrong($expected):
		. as $object |
		([$expected | keys[] | select(in($object) | not) |
			"no \(.)"] +
		 [keys[] | select(in($expected) | not) | "unknown \(.)"] +
		 [to_entries[] | select($expected[.key]) |
			select((.value | type) as $type |
				$expected[.key] | split("|") |
				index($type) | not) |
			"\(.key) is a \(.value | type)"])[];
'

jq_of() {
	jq -rc "$FUNCTIONS $*"
}

# check_json WHAT EXPECTED FILTER FILE
check_json() {
	check_eq "$1" "$2" "$(jq_of "$3" <"$4" 2>&1)"
}

# Some tunnels, and what is said of them: once for all functions.
setup() {
	[ ! -f "$WORK/show" ] || return 0
	setup_pair
	gretool -n "$A" -batch - <<-END || fail "batch"
		add bare remote any
		add full local 192.0.2.1 remote 192.0.2.2 dev v0 ikey 0 okey 4294967295 icsum oseq ttl 9 tos 0x48 df inherit fwmark 4294967295 icmp-relay off mtu 1300 multicast on addr 10.0.0.1/32 peer 10.0.0.2 addr fd00::1/64 up
		add clear remote 192.0.2.3 ttl inherit decap-ttl copy df clear csum seq key 7 icmp-source hop
	END
	new_ns INSIDE
	gretool -n "$INSIDE" add inside remote 192.0.2.9 link-netns "$A"
	gretool -n "$A" -j show >"$WORK/show" || fail "show -j"
	gretool -n "$A" -j -s show >"$WORK/stats" || fail "show -j -s"
	gretool -n "$INSIDE" -j show >"$WORK/inside" || fail "show -j"
	gretool -n "$A" -j show full >"$WORK/one" || fail "show -j full"
	gretool -n "$B" -j show >"$WORK/none" || fail "show -j"
	gretool -n "$A" -j -p show >"$WORK/pretty" || fail "show -j -p"
	ip -n "$A" -j link show full >"$WORK/link"
	UNDERLAY=$A
}

test_schema() {
	local file
	setup
	check_json "number of tunnels" 3 length "$WORK/show"
	check_json "one line" 1 'input_line_number' "$WORK/show"
	for file in show inside; do
		check_json "tunnels of $file" "" \
			".[] | wrong($TUNNEL + {addresses: \"array\"})" \
			"$WORK/$file"
		check_json "addresses of $file" "" \
			".[].addresses[] | wrong($ADDRESS)" "$WORK/$file"
	done
	check_json "tunnels with -s" "" ".[] | wrong($TUNNEL +
		{addresses: \"array\", stats: \"object\"})" "$WORK/stats"
	check_json "stats" "" ".[].stats | wrong($STATS)" "$WORK/stats"
	check_json "counters are numbers" '["number"]' \
		'[.[].stats.counters[] | type] | unique' "$WORK/stats"
	# The order of members is no promise, but one that people see.
	check_json "first member" ifname '.[0] | keys_unsorted[0]' "$WORK/show"
}

test_values() {
	setup
	check_json "full" '["full","192.0.2.1","192.0.2.2","v0",null,null]' \
		'.[1] | [.ifname, .local, .remote, .dev, .link_netns,
			.link_netnsid]' "$WORK/show"
	# Key 0 is a key, and 32 bits are whole.
	check_json "keys and flags" '[0,4294967295,true,false,false,true]' \
		'.[1] | [.ikey, .okey, .icsum, .ocsum, .iseq, .oseq]' \
		"$WORK/show"
	check_json "outer header" '[9,72,"inherit",4294967295]' \
		'.[1] | [.ttl, .tos, .df, .fwmark]' "$WORK/show"
	check_json "ICMP errors" '[["keep",false,"self"],["copy",true,"hop"]]' \
		'.[1:3] | map([.decap_ttl, .icmp_relay, .icmp_source])' \
		"$WORK/show"
	check_json "device" '[1300,true,true,true,"unknown"]' \
		'.[1] | [.mtu, .multicast, .up, .carrier, .operstate]' \
		"$WORK/show"
	check_json "addresses" '[["10.0.0.1",32,"10.0.0.2"],["fd00::1",64,null]]' \
		'.[1].addresses | map([.addr, .prefix, .peer])' "$WORK/show"
	check_json "clear" '["inherit","clear",true,true,true,true,7,7]' \
		'.[2] | [.ttl, .df, .icsum, .ocsum, .iseq, .oseq, .ikey,
			.okey]' "$WORK/show"
	check_json "link-netns" "[\"$UNDERLAY\",\"number\"]" \
		'.[0] | [.link_netns, (.link_netnsid | type)]' "$WORK/inside"
	check_json "ifindex" "$(jq '.[0].ifindex' "$WORK/link")" \
		'.[1].ifindex' "$WORK/show"
}

test_defaults() {
	setup
	check_json "bare" '["bare",null,null,null,null,null,null,null,false,false,false,false,64,"keep","inherit","set",0,true,"self",1476,false,false,"down",[]]' \
		'.[0] | [.ifname, .local, .remote, .dev, .link_netns,
			.link_netnsid, .ikey, .okey, .icsum, .ocsum, .iseq,
			.oseq, .ttl, .decap_ttl, .tos, .df, .fwmark,
			.icmp_relay, .icmp_source, .mtu, .multicast, .up,
			.operstate, .addresses]' "$WORK/show"
	check_eq "no tunnel" "[]" "$(cat "$WORK/none")"
	check_json "one of them" '[["full"]]' '[map(.ifname)]' "$WORK/one"
}

test_stats() {
	local names
	setup_pair
	tunnel_pair
	check "ping" ping_ok "$A" 10.0.0.2
	gretool -n "$A" show -s -j gre1 >"$WORK/stats"
	check_json "packets" '[3,252,3,252]' '.[0].stats |
		[.tx_packets, .tx_bytes, .rx_packets, .rx_bytes]' "$WORK/stats"
	# GREX_STATS_ICMP is four counters for each type of error.
	names=$(sed -nE 's/^\tX\([A-Z_]+, ([a-z_]+),.*/\1/p
		s/^\tGREX_STATS_ICMP\(X, [A-Z_]+, ([a-z_]+),.*/\1_relayed\n\1_unattributed\n\1_limited\n\1_refused/p' \
		"$(dirname "$0")/../uapi/linux/grex.h")
	check_eq "the counters of the contract" "$names" \
		"$(jq -r '.[0].stats.counters | keys_unsorted[]' "$WORK/stats")"
	check_json "none dropped" 0 '[.[0].stats.counters[]] | add' "$WORK/stats"
}

test_pretty() {
	setup
	check_eq "the same" "$(jq -c . "$WORK/show")" \
		"$(jq -c . "$WORK/pretty")"
	check "many lines" [ "$(wc -l <"$WORK/pretty")" -gt 60 ]
}

test_monitor() {
	setup_pair
	background ip netns exec "$A" gretool monitor -j >"$WORK/events"
	gretool -n "$A" add poke remote 192.0.2.99
	busywait 10 poked || fail "the monitor hears nothing"
	gretool -n "$A" add t remote 192.0.2.2
	gretool -n "$A" del t
	busywait 10 grep -q deleted "$WORK/events" || fail "no event"
	check_json "events" "" 'wrong({time: "string", event: "string",
		old_ifname: "string|null", tunnel: "object"})' "$WORK/events"
	check_json "their tunnels" "" ".tunnel | wrong($TUNNEL)" "$WORK/events"
	check_eq "one a line" "$(wc -l <"$WORK/events")" \
		"$(jq -c . "$WORK/events" | wc -l)"
}

poked() {
	gretool -n "$A" set poke ttl $((RANDOM % 250 + 1))
	grep -q poke "$WORK/events"
}

run_tests
