#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The JSON of gretool is as gretool(8) documents it: every member is there, has its type,
# and agrees with the text output.
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	test_schema
	test_values
	test_defaults
	test_stats
	test_probes
	test_verified
	test_pretty
	test_monitor
"

# TUNNEL: the type of each member; several types are separated by a bar
TUNNEL='{
	ifname: "string", ifindex: "number", ether: "boolean",
	local: "string|null", remote: "string|null", dev: "string|null",
	link_netns: "string|null", link_netnsid: "number|null",
	ikey: "number|null", okey: "number|null",
	icsum: "boolean", ocsum: "boolean", iseq: "boolean", oseq: "boolean",
	ttl: "number|string", ttl_min: "number|null", decap_ttl: "string", tos: "number|string",
	flowlabel: "number|string", encaplimit: "number|string",
	df: "string", fwmark: "number", icmp_relay: "boolean",
	icmp_source: "string", keepalive: "object|null",
	keepalive_reply: "boolean", keepalive_secret_id: "number|null",
	mss: "number|string|null",
	mtu_probe: "boolean", mtu_auto: "boolean",
	mtu: "number", multicast: "boolean",
	up: "boolean", carrier: "boolean", operstate: "string", peer: "string",
	path_mtu: "object|null", peer_mtu: "object|null",
	last_rx_ms: "number|null", last_tx_ms: "number|null"
}'
SHOWN='{schema: "number", addresses: "array"}'
KEEPALIVE='{interval_ms: "number", retries: "number"}'
ADDRESS='{addr: "string", prefix: "number", peer: "string|null"}'
STATS='{
	rx_packets: "number", rx_bytes: "number", rx_errors: "number",
	rx_dropped: "number", tx_packets: "number", tx_bytes: "number",
	tx_errors: "number", tx_dropped: "number", keepalives: "object|null",
	probes: "object|null", counters: "object"
}'
PROBES='{
	sent: "number", answered: "number", rtt_ns: "number",
	rtt_smoothed_ns: "number", rtt_min_ns: "number", rtt_max_ns: "number",
	jitter_ns: "number", rtt_sum_ns: "number", rtt_buckets: "array",
	history_us: "array"
}'

# shellcheck disable=SC2016 # variables of jq
# wrong(expected): list the members that are missing, unexpected, or of another type
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

# The tunnels and their output are made once for all functions.
setup() {
	[ ! -f "$WORK/show" ] || return 0
	setup_pair
	gretool -n "$A" -batch - <<-END || fail "batch"
		add bare remote any
		add full local 192.0.2.1 remote 192.0.2.2 dev v0 ikey 0 okey 4294967295 icsum oseq ttl 9 ttl-min 254 tos 0x48 df inherit fwmark 4294967295 icmp-relay off mss auto mtu 1300 multicast on addr 10.0.0.1/32 peer 10.0.0.2 addr fd00::1/64 up
		add clear remote 192.0.2.3 ttl inherit decap-ttl copy df clear csum seq key 7 icmp-source hop keepalive 300ms 5 keepalive-reply off keepalive-secret 000102030405060708090a0b0c0d0e0f mss 1400 mtu auto
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
	check_json "keepalive" "" ".[].keepalive | select(.) |
		wrong($KEEPALIVE)" "$WORK/show"
	for file in show inside; do
		check_json "tunnels of $file" "" \
			".[] | wrong($TUNNEL + $SHOWN)" \
			"$WORK/$file"
		check_json "addresses of $file" "" \
			".[].addresses[] | wrong($ADDRESS)" "$WORK/$file"
	done
	check_json "tunnels with -s" "" ".[] | wrong($TUNNEL +
		$SHOWN + {stats: \"object\"})" "$WORK/stats"
	check_json "stats" "" ".[].stats | wrong($STATS)" "$WORK/stats"
	check_json "counters are numbers" '["number"]' \
		'[.[].stats.counters[] | type] | unique' "$WORK/stats"
	# The schema number changes when the meaning of a member changes.
	check_json "version" '[1,1,1]' 'map(.schema)' "$WORK/show"
	# The order of members is not guaranteed, but people see these two first.
	check_json "first members" '["schema","ifname"]' \
		'.[0] | keys_unsorted[:2]' "$WORK/show"
}

test_values() {
	setup
	check_json "full" '["full","192.0.2.1","192.0.2.2","v0",null,null]' \
		'.[1] | [.ifname, .local, .remote, .dev, .link_netns,
			.link_netnsid]' "$WORK/show"
	# Key 0 is valid, and a key has 32 bits.
	check_json "keys and flags" '[0,4294967295,true,false,false,true]' \
		'.[1] | [.ikey, .okey, .icsum, .ocsum, .iseq, .oseq]' \
		"$WORK/show"
	check_json "outer header" '[9,72,"inherit",4294967295]' \
		'.[1] | [.ttl, .tos, .df, .fwmark]' "$WORK/show"
	check_json "ttl_min" '[null,254,null]' 'map(.ttl_min)' "$WORK/show"
	check_json "ICMP errors" '[["keep",false,"self"],["copy",true,"hop"]]' \
		'.[1:3] | map([.decap_ttl, .icmp_relay, .icmp_source])' \
		"$WORK/show"
	check_json "keepalive" '[null,null,{"interval_ms":300,"retries":5}]' \
		'map(.keepalive)' "$WORK/show"
	check_json "keepalive-reply" '[true,true,false]' \
		'map(.keepalive_reply)' "$WORK/show"
	check_json "path MTU" '[null,[1500,"route",null,"off",0,0,0],[1500,"route",null,"off",0,0,0]]' \
		'map(.path_mtu | if . then [.bytes, .source, .age_ms, .search,
			.tried, .sent, .answered] else . end)' "$WORK/show"
	check_json "what peers say" '[null,null,null]' 'map(.peer_mtu)' \
		"$WORK/show"
	check_json "mtu" '[[false,false],[false,false],[true,true]]' \
		'map([.mtu_probe, .mtu_auto])' "$WORK/show"
	check_json "secret" '[null,null,3708685873]' 'map(.keepalive_secret_id)' \
		"$WORK/show"
	check_json "mss" '[null,"auto",1400]' 'map(.mss)' "$WORK/show"
	check_json "nobody is asked" '["off","off","off"]' 'map(.peer)' \
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
	check_json "bare" '["bare",null,null,null,null,null,null,null,false,false,false,false,64,"keep","inherit","set",0,true,"self",null,true,null,false,false,1476,false,false,"down","off",[]]' \
		'.[0] | [.ifname, .local, .remote, .dev, .link_netns,
			.link_netnsid, .ikey, .okey, .icsum, .ocsum, .iseq,
			.oseq, .ttl, .decap_ttl, .tos, .df, .fwmark,
			.icmp_relay, .icmp_source, .keepalive,
			.keepalive_reply, .mss, .mtu_probe, .mtu_auto,
			.mtu, .multicast, .up, .operstate,
			.peer, .addresses]' "$WORK/show"
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
	names=$(sed -nE '/_(UNSPEC|PAD),$/d; s/^\tGREX_STAT_([A-Z_]+),$/\L\1/p' \
		"$(dirname "$0")/../../uapi/linux/grex.h")
	check_eq "the counters of the contract" "$names" \
		"$(jq -r '.[0].stats.counters | keys_unsorted[]' "$WORK/stats")"
	check_json "none dropped" 0 '[.[0].stats.counters[]] | add' "$WORK/stats"
}

# Keepalives and probes are null until one was sent, then objects.
test_probes() {
	local file
	setup_pair
	tunnel_pair
	gretool -n "$A" -j -s show gre1 >"$WORK/before"
	check_json "none so far" '[null,null]' \
		'.[0].stats | [.keepalives, .probes]' "$WORK/before"
	gretool -n "$A" set gre1 keepalive 100ms 2
	busywait 10 answered 3 || fail "no answer: $(cat "$WORK/probed")"
	gretool -n "$A" -j probe gre1 -c 2 -i 20ms >"$WORK/probe"
	check_eq "an object a line" 3 "$(wc -l <"$WORK/probe")"
	check_json "each answer" '[["gre1",0,true],["gre1",1,true]]' \
		'[.[:-1][] | [.ifname, .seq, .rtt_us > 0]]' \
		<(jq -s . "$WORK/probe")
	check_json "the summary" '["gre1",2,2,true,true]' 'last |
		[.ifname, .sent, .answered, .rtt_min_us <= .rtt_avg_us,
			.rtt_avg_us <= .rtt_max_us]' <(jq -s . "$WORK/probe")
	gretool -n "$A" -j -s show gre1 >"$WORK/after"
	# The peer stops answering: counters are 0, times are null, and the carrier goes
	# down.
	gretool -n "$A" set gre1 keepalive off
	gretool -n "$B" set gre1 keepalive-reply off
	gretool -n "$A" set gre1 keepalive 100ms 2
	busywait 10 peer_is_down || fail "the peer is not down: $(cat "$WORK/lost")"

	for file in after lost; do
		check_json "keepalives, $file" "" ".[0].stats.keepalives |
			wrong($PROBES + {flaps: \"number\", changed_ms: \"number\"})" \
			"$WORK/$file"
		check_json "probes, $file" "" \
			".[0].stats.probes | wrong($PROBES)" "$WORK/$file"
		check_json "tunnel, $file" "" ".[0] | wrong($TUNNEL +
			$SHOWN + {stats: \"object\"})" "$WORK/$file"
	done
	check_json "up" '["up",true,0]' \
		'.[0] | [.peer, .carrier, .stats.keepalives.flaps]' "$WORK/after"
	check_json "probes" '[2,2,2]' '.[0].stats.probes | [.sent, .answered,
		(.history_us | map(select(. > 0)) | length)]' "$WORK/after"
	check_json "every answer is in a bucket" '[[16,true],[16,true]]' \
		'.[0].stats | [.keepalives, .probes] | map([
			(.rtt_buckets | length),
			(.rtt_buckets | add) == .answered])' "$WORK/after"
	check_json "the sum of 2" true '.[0].stats.probes |
		.rtt_sum_ns == .rtt_min_ns + .rtt_max_ns' "$WORK/after"
	check_json "times out of order" "" '.[0].stats | .keepalives, .probes |
		select((.rtt_min_ns > 0 and .rtt_min_ns <= .rtt_ns and
		.rtt_ns <= .rtt_max_ns and .rtt_smoothed_ns >= .rtt_min_ns and
		.rtt_smoothed_ns <= .rtt_max_ns) | not)' "$WORK/after"
	check_json "last packets" '[true,true]' '.[0] |
		[.last_rx_ms, .last_tx_ms] | map(. >= 0 and . < 60000)' \
		"$WORK/after"
	check_json "lost" '["down",false,1]' \
		'.[0] | [.peer, .carrier, .stats.keepalives.flaps]' "$WORK/lost"
	check_json "as many as were sent" true '.[0].stats.keepalives |
		(.history_us | length) == ([.sent, 32] | min)' "$WORK/lost"
	check_json "the last are not back" '[null,null]' \
		'.[0].stats.keepalives.history_us[0:2]' "$WORK/lost"
	check_json "those before were" true \
		'[.[0].stats.keepalives.history_us[] | numbers] | length > 2' \
		"$WORK/lost"
}

peer_is_down() {
	gretool -n "$A" -j -s show gre1 >"$WORK/lost"
	jq -e '.[0].peer == "down"' "$WORK/lost"
}

answered() {
	gretool -n "$A" -j -s show gre1 >"$WORK/probed"
	jq -e ".[0].stats.keepalives.answered >= $1" "$WORK/probed"
}

# What the peer claims about itself is marked as verified or not.
test_verified() {
	setup_pair
	tunnel_pair keepalive 100ms 3
	busywait 10 claims false || fail "no claim: $(cat "$WORK/claims")"
	check_json "members" "" '.[0].peer_mtu | wrong({device: "number",
		path: "number|null", age_ms: "number", verified: "boolean"})' \
		"$WORK/claims"
	run gretool -n "$A" set gre1 keepalive-secret 000102030405060708090a0b0c0d0e0f
	run gretool -n "$B" set gre1 keepalive-secret 000102030405060708090a0b0c0d0e0f
	busywait 10 claims true || fail "no proof: $(cat "$WORK/claims")"
}

claims() {
	gretool -n "$A" -j show gre1 >"$WORK/claims"
	jq -e ".[0].peer_mtu.verified == $1" "$WORK/claims"
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
	check_json "events" "" 'wrong({schema: "number", time: "string", event: "string",
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
