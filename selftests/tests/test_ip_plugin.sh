#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# ip(8) with the plugin link_grex.so takes the words of gretool and of "type gre". It
# makes the same tunnels, and prints the same in text and in JSON.
# make check-debug: left out
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	test_help
	test_add
	test_as_type_gre
	test_every_word_is_here
	test_refused
	test_refused_by_the_kernel
	test_set
	test_dev
	test_underlay
	test_show
	test_show_json
	test_stats
	test_stats_json
	test_batch
	test_installed
"

# Use the plugin of this checkout.
IP_LIB_DIR=$(realpath "$(dirname "$0")/../../tools")
export IP_LIB_DIR

# BOTH: options that gretool and ip accept alike
BOTH="
	remote 192.0.2.2
	remote any
	local 192.0.2.1 remote 192.0.2.2 key 5 keepalive 10 3
	remote 192.0.2.2 dev v0 ttl 255 ttl-min 254 up
	remote 192.0.2.2 nodev ttl inherit decap-ttl copy down
	remote 192.0.2.2 hoplimit 9 dsfield 0x48 pmtudisc
	remote 192.0.2.2 hlim 9 tclass af11 nopmtudisc
	remote 192.0.2.2 nopmtudisc ignore-df tos inherit
	remote 192.0.2.2 noignore-df encap none
	remote 192.0.2.2 noencap tos cs6
	remote 2001:db8::2 flowlabel inherit
	remote 2001:db8::2 encaplimit 3
	remote 192.0.2.2 ikey 1 okey 0.0.1.2 icsum oseq
	remote 192.0.2.2 ikey 0x10 nookey iseq ocsum
	remote 192.0.2.2 noikey okey 9 noicsum noocsum noiseq nooseq
	remote 192.0.2.2 nokey csum seq
	remote 192.0.2.2 nocsum noseq df inherit fwmark 0x77
	remote 192.0.2.2 df clear icmp-relay off
	remote 192.0.2.2 icmp-source hop keepalive off keepalive-reply off
	remote 192.0.2.2 keepalive keepalive-reply on
	remote 192.0.2.2 keepalive 300ms mss 1360 multicast on
	remote 192.0.2.2 mss auto mtu-probe on mtu auto
	remote 192.0.2.2 mtu auto
	remote 192.0.2.2 mtu auto mtu-probe off
	remote 192.0.2.2 keepalive-secret 000102030405060708090a0b0c0d0e0f
"

# TYPE_GRE: options that have another meaning with "type gre" = what show prints
TYPE_GRE="
	remote 192.0.2.2 tos 10            = remote 192.0.2.2 tos 0x10 mtu 1476
	remote 192.0.2.2 tos 0x10          = remote 192.0.2.2 tos 0x10 mtu 1476
	remote 192.0.2.2 dsfield 28        = remote 192.0.2.2 tos 0x28 mtu 1476
	remote 192.0.2.2 tos EF            = remote 192.0.2.2 tos 0xb8 mtu 1476
	local 192.0.2.1                    = local 192.0.2.1 remote any mtu 1476
	local any key 1.2.3.4              = remote any key 16909060 mtu 1472
	local 0.0.0.0 remote 0.0.0.0 ttl 5 = remote any ttl 5 mtu 1476
"

setup() {
	[ -z "${A:-}" ] || return 0
	setup_pair
}
SETUP=setup

# text_of NAME: print the tunnel's options as gretool shows them
text_of() {
	gretool -n "$A" show "$1" | cut -d' ' -f2-
}

delete() {
	ip -n "$A" link del "$1"
}

test_help() {
	local out word
	out=$(ip link help grex 2>&1)
	check_match "usage" "type grex \[OPTION\]" "$out"
	while read -r word _; do
		case $word in
		addr | peer | link-netns | link-netnsid | ether)
			[[ $out != *$'\n'"  $word "* ]] ||
				fail "$word is in the help, and is ip's"
			;;
		*)
			[[ $out == *$'\n'"  $word "* ]] ||
				fail "$word is not in the help"
			;;
		esac
	done < <(gretool words add)
	check_fails "help among the words" ip link add g type grex help
}

test_add() {
	local line one two
	while read -r line; do
		[ -n "$line" ] || continue
		# shellcheck disable=SC2086 # words
		check "gretool $line" gretool -n "$A" add g $line
		one=$(text_of g)
		delete g
		# shellcheck disable=SC2086 # words
		check "ip $line" run ip -n "$A" link add g type grex $line
		two=$(text_of g)
		delete g
		check_eq "$line" "$one" "$two"
	done <<<"$BOTH"
	# Options of ip itself come before the type.
	check "mtu" ip -n "$A" link add g mtu 1300 type grex remote 192.0.2.2
	check_eq "mtu" "remote 192.0.2.2 mtu 1300" "$(text_of g)"
	delete g
	# Both the name and the options may be missing.
	check "no name" ip -n "$A" link add type grex remote 192.0.2.2
	check "its name" delete grex0
}

test_as_type_gre() {
	local line
	while read -r line; do
		[ -n "$line" ] || continue
		# shellcheck disable=SC2086 # words
		check "$line" run ip -n "$A" link add g type grex ${line%%=*}
		check_eq "$line" "${line#*= }" "$(text_of g)"
		delete g
	done <<<"$TYPE_GRE"
}

test_every_word_is_here() {
	local word
	while read -r word _; do
		case $word in
		# ip has its own, and another kind for Ethernet.
		addr | peer | link-netns | link-netnsid | ether) continue ;;
		esac
		[[ "$BOTH" =~ [[:space:]]${word}[[:space:]] ]] ||
			fail "$word is not tested"
	done < <(gretool words add)
}

# refused WORDS SENTENCE: ip must refuse the words with this message
refused() {
	local out
	# shellcheck disable=SC2086 # words
	if out=$(ip -n "$A" link add g type grex $1 2>&1); then
		fail "$1 is taken"
		delete g
	fi
	check_match "$1" "$2" "$out"
	[ ! -e "/sys/class/net/g" ] || fail "$1 has made a tunnel"
}

test_refused() {
	refused "remot 192.0.2.2" '^ip: grex: "remot" is not an option, did you mean "remote"\?$'
	refused "remote 192.0.2.300" '^ip: grex: remote: "192.0.2.300" is not a unicast'
	refused "remote 192.0.2.2 remote 192.0.2.3" '^ip: grex: remote: given twice'
	refused "remote 192.0.2.2 key" '^ip: grex: key: the value is missing'
	refused "remote 192.0.2.2 mtu 1400" 'expected "mtu" before "type"$'
	refused "remote 192.0.2.2 addr 10.0.0.1/30" 'expected "ip address add"$'
	refused "remote 192.0.2.2 link-netns x" 'expected "link-netnsid" before "type"$'
	refused "remote 192.0.2.2 dev nowhere" '^ip: grex: dev: "nowhere": there is no such interface$'
	refused "external" '^ip: grex: "external" is not an option'
	refused "remote 192.0.2.2 encap gue" '^ip: grex: encap: "gue" is not none'
	refused "remote 192.0.2.2 ttl-min 256" '^ip: grex: ttl-min: "256" is not off or 1..255$'
	refused "remote 192.0.2.2 keepalive-secret 0001" '^ip: grex: keepalive-secret: the value is not off or 32 hex'
	refused "keepalive-secret 000102030405060708090a0b0c0d0e0f" '^Error: IFLA_GREX_KEEPALIVE_SECRET needs a peer'
	refused "remote 192.0.2.2 tos 12" '^ip: grex: tos: "12" is not a multiple of 4'
}

test_refused_by_the_kernel() {
	refused "keepalive 10 3" '^Error: IFLA_GREX_KEEPALIVE_INTERVAL needs a peer'
	check "one" ip -n "$A" link add one type grex remote 192.0.2.2
	refused "remote 192.0.2.2" 'same local, remote'
	check_fails "not a grex" ip -n "$A" link set v0 type grex ttl 5
	delete one
}

test_set() {
	check "add" gretool -n "$A" add g remote 192.0.2.2 ikey 1 okey 2 icsum \
		ttl 9 keepalive 5 2
	check "ttl" run ip -n "$A" link set g type grex ttl 255
	check_eq "the rest stays" \
		"remote 192.0.2.2 ikey 1 okey 2 icsum ttl 255 keepalive 5 2 mtu 1472" \
		"$(text_of g)"
	check "key" run ip -n "$A" link set g type grex ikey 7 oseq
	check_eq "flags of a direction stay" \
		"remote 192.0.2.2 ikey 7 okey 2 icsum oseq ttl 255 keepalive 5 2 mtu 1468" \
		"$(text_of g)"
	check "off" run ip -n "$A" link set g type grex nokey nocsum noseq keepalive off up
	check_eq "off and up" "remote 192.0.2.2 ttl 255 mtu 1476 up" "$(text_of g)"
	check "secret" ip -n "$A" link set g type grex keepalive-secret 000102030405060708090a0b0c0d0e0f
	check "it stays" run ip -n "$A" link set g type grex mtu auto
	check_eq "secret, and probes" "remote 192.0.2.2 ttl 255 keepalive-secret (id 0xdd0e0e31) mtu auto up" \
		"$(text_of g)"
	check "off" run ip -n "$A" link set g type grex keepalive-secret off mtu-probe off
	check_eq "off" "remote 192.0.2.2 ttl 255 mtu-probe off mtu auto up" \
		"$(text_of g)"
	run gretool -n "$A" set g mtu 1476
	check_fails "wrong word" ip -n "$A" link set g type grex ttl 256
	check_eq "nothing changed" "remote 192.0.2.2 ttl 255 mtu 1476 up" "$(text_of g)"
	check "with a flag of ip" ip -n "$A" link set g down mtu 1400 type grex ttl 64
	check_eq "both" "remote 192.0.2.2 mtu 1400" "$(text_of g)"
	delete g
}

test_dev() {
	check "add" run ip -n "$A" link add g type grex remote 192.0.2.2 dev v0
	check_eq "dev" "remote 192.0.2.2 dev v0 mtu 1476" "$(text_of g)"
	check_match "ip tells" "g@v0: " "$(ip -n "$A" -o -d link show g)"
	check "nodev" run ip -n "$A" link set g type grex nodev
	check_eq "nodev" "remote 192.0.2.2 mtu 1476" "$(text_of g)"
	delete g
}

test_underlay() {
	new_ns INSIDE
	ip -n "$INSIDE" link add u0 type dummy
	check "id" ip -n "$INSIDE" netns set "$A" 7
	# v0 exists only there, and u0 only here.
	check "add" run ip -n "$INSIDE" link add g link-netnsid 7 type grex \
		remote 192.0.2.2 dev v0
	check_match "where it is" "dev v0 link-netns" \
		"$(gretool -n "$INSIDE" show g)"
	check_fails "an interface of here" ip -n "$INSIDE" link set g type grex dev u0
	check "nodev" ip -n "$INSIDE" link set g type grex nodev
	check "dev again" ip -n "$INSIDE" link set g type grex dev v0
	check_match "set looks there" "dev v0 link-netns" \
		"$(gretool -n "$INSIDE" show g)"
}

test_show() {
	local out
	check "add" gretool -n "$A" add g local 192.0.2.1 remote 192.0.2.2 \
		key 5 ttl-min 254 tos 0x48 mss auto mtu auto keepalive 10 3 icmp-relay off
	out=$(ip -n "$A" -d -o link show g)
	check_match "what is not as always" "\\\\ *grex local 192.0.2.1 remote 192.0.2.2 key 5 ttl 64 ttl-min 254 tos 0x48 icmp-relay off keepalive 10 3 mss auto mtu auto (addrgenmode [a-z0-9]+ )?numtxqueues" "$out"
	check_eq "one line" 1 "$(wc -l <<<"$out")"
	run gretool -n "$A" set g keepalive-secret 000102030405060708090a0b0c0d0e0f mtu-probe off
	out=$(ip -n "$A" -d -o link show g)
	check_match "secret, no probes" " keepalive-secret \(id 0xdd0e0e31\) mss auto mtu-probe off mtu auto " "$out"
	[[ $out != *000102030405060708090a0b0c0d0e0f* ]] || fail "the secret: $out"
	out=$(ip -n "$A" -d link show g)
	check_match "several lines" $'\n    grex local 192.0.2.1 remote' "$out"
	out=$(ip -n "$A" link show g)
	[[ $out != *remote* ]] || fail "without -d: $out"
	delete g
	# What ip prints can be typed back.
	check "add" ip -n "$A" link add g type grex remote 192.0.2.2 csum
	out=$(ip -n "$A" -d -o link show g |
		sed -E 's/.* grex (.*) numtxqueues.*/\1/; s/ addrgenmode.*//')
	delete g
	# shellcheck disable=SC2086 # words
	check "typed back: $out" ip -n "$A" link add g type grex $out
	check_eq "the same" "remote 192.0.2.2 csum mtu 1472" "$(text_of g)"
	delete g
}

# Every member that ip prints has the value that gretool prints, and only a few are left
# out.
# shellcheck disable=SC2016 # variables of jq
SAME='
	[.[0], .[1]] as [$ip, $tool] |
	($ip | to_entries[] | select(.value != $tool[.key]) |
		"\(.key): \(.value), not \($tool[.key])"),
	($tool | keys - ($ip | keys) | join(" "))
'

test_show_json() {
	local file=$WORK/json
	check "add" gretool -n "$A" add g local 192.0.2.1 remote 192.0.2.2 \
		dev v0 okey 5 tos 0x48 mss 1400 keepalive 10 3 ttl inherit
	for options in "-j" "-j -p"; do
		# shellcheck disable=SC2086 # options
		ip -n "$A" -d $options link show g >"$file" || fail "ip $options"
		check "ip $options is JSON" jq . "$file"
		check_eq "the kind" grex "$(jq -r '.[0].linkinfo.info_kind' "$file")"
		jq '.[0].linkinfo.info_data' "$file" >"$WORK/ip"
		gretool -n "$A" -j show g | jq '.[0]' >"$WORK/tool"
		check_eq "as gretool" "addresses carrier dev ether ifindex ifname last_rx_ms last_tx_ms link_netns link_netnsid mtu multicast operstate path_mtu peer peer_mtu schema up" \
			"$(jq -rs "$SAME | select(. != \"\")" "$WORK/ip" "$WORK/tool")"
	done
	check_eq "the interface" v0 "$(jq -r '.[0].link' "$file")"
	check_eq "pretty is indented" 1 \
		"$(grep -c '^ *"keepalive": {$' "$file")"
	delete g
}

test_stats() {
	local out
	tunnel_pair keepalive 100ms 3
	busywait 10 ping_ok "$A" 10.0.0.2 || fail "no ping"
	out=$(ip -n "$A" -d -s link show gre1)
	check_match "the peer" $'\n    peer up for [0-9.]+ s flaps 0 keepalives [0-9]+ sent' "$out"
	check_match "its time" $'\n    rtt last [0-9.]+ ms smoothed' "$out"
	check_match "the path" $'\n    path mtu 1500 from route\n' "$out"
	check_match "the last packet" $'\n    last packet received' "$out"
	check_match "a counter" $'\n    keepalive_answered [1-9]' "$out"
	[[ $out != *rx_csum* ]] || fail "a counter that is 0: $out"
	check_match "what ip goes on with" $'\n    (addrgenmode [a-z0-9]+ )?numtxqueues' "$out"
	out=$(ip -n "$A" -d -s -s link show gre1)
	check_match "all counters" $'\n    rx_csum 0  GRE checksum wrong' "$out"
	check_eq "one line" 1 "$(ip -n "$A" -d -s -s -o link show gre1 | wc -l)"
	check_match "parts of it" '\\ +rx_csum 0 ' "$(ip -n "$A" -d -s -s -o link show gre1)"
	gretool -n "$A" del gre1
	gretool -n "$B" del gre1
}

test_stats_json() {
	local file=$WORK/xstats
	tunnel_pair
	run ip -n "$B" link set gre1 down
	ping_fails "$A" 10.0.0.2
	run ip -n "$A" link set gre1 down # stops the counters
	ip -n "$A" -d -s -j link show gre1 |
		jq '.[0].linkinfo.info_xstats' >"$file"
	gretool -n "$A" -j -s show gre1 | jq '.[0].stats' >"$WORK/stats"
	check_eq "counters" "$(jq -c .counters "$WORK/stats")" \
		"$(jq -c .counters "$file")"
	check_eq "members" "counters keepalives last_rx_ms last_tx_ms path_mtu peer peer_mtu probes" \
		"$(jq -r 'keys | join(" ")' "$file")"
	gretool -n "$A" del gre1
	gretool -n "$B" del gre1
}

test_batch() {
	check "batch" ip -n "$A" -batch - <<-END
		link add g1 type grex remote 192.0.2.2 key 1
		link add g2 type grex remote 192.0.2.2 key 2 ttl 9
		link set g1 type grex ttl 5
	END
	check_eq "both" "g1 remote 192.0.2.2 key 1 ttl 5 mtu 1472
g2 remote 192.0.2.2 key 2 ttl 9 mtu 1472" "$(gretool -n "$A" show)"
	check_fails "an error ends it" ip -n "$A" -batch - <<-END
		link add g3 type grex remot 192.0.2.2
		link add g4 type grex remote 192.0.2.2 key 4
	END
	check_eq "two" 2 "$(gretool -n "$A" show | wc -l)"
	delete g1
	delete g2
}

test_installed() {
	local tools=$IP_LIB_DIR
	[ "${GREX_LAB:-}" ] || { skip "only in the lab, whose files are not kept"; return; }
	unset IP_LIB_DIR
	check_fails "not before" ip link help grex
	# make must not build the programs again, as a guest has no compiler.
	check "install" make -s -C "$tools" PKG_CONFIG=: -o gretool -o link_grex.so install-core
	check "found where it was installed" ip link help grex
	check "uninstall" make -s -C "$tools" PKG_CONFIG=: uninstall
	check_fails "not after" ip link help grex
	export IP_LIB_DIR=$tools
}

run_tests
