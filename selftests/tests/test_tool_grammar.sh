#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# gretool accepts every word of add and set and the words of ip-link(8). What it shows can
# be typed back. It runs batches, enters namespaces, and monitors tunnels.
# make check-debug: left out
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	test_add
	test_set
	test_every_word_is_here
	test_show
	test_show_typed_back
	test_secret
	test_addresses
	test_link_netns
	test_netns
	test_batch
	test_batch_errors
	test_monitor
	test_monitor_json
	test_keepalive
	test_probe
	test_probe_without_answer
	test_top
	test_help
"

# ADD: the options of add = what show prints
ADD="
	remote 192.0.2.2                   = remote 192.0.2.2 mtu 1476
	remote any                         = remote any mtu 1476
	remote 0.0.0.0 local 0.0.0.0       = remote any mtu 1476
	local any remote 192.0.2.2         = remote 192.0.2.2 mtu 1476
	local 192.0.2.1 remote 192.0.2.2   = local 192.0.2.1 remote 192.0.2.2 mtu 1476
	remote 192.0.2.2 local 192.0.2.1   = local 192.0.2.1 remote 192.0.2.2 mtu 1476
	local 192.0.2.1 remote any         = local 192.0.2.1 remote any mtu 1476
	remote 192.0.2.2 dev v0            = remote 192.0.2.2 dev v0 mtu 1476
	remote 192.0.2.2 nodev             = remote 192.0.2.2 mtu 1476
	remote 192.0.2.2 key 0             = remote 192.0.2.2 key 0 mtu 1472
	remote 192.0.2.2 key 4294967295    = remote 192.0.2.2 key 4294967295 mtu 1472
	remote 192.0.2.2 key 0x10          = remote 192.0.2.2 key 16 mtu 1472
	remote 192.0.2.2 key 1.2.3.4       = remote 192.0.2.2 key 16909060 mtu 1472
	remote 192.0.2.2 ikey 1 okey 2     = remote 192.0.2.2 ikey 1 okey 2 mtu 1472
	remote 192.0.2.2 okey 3 ikey 3     = remote 192.0.2.2 key 3 mtu 1472
	remote 192.0.2.2 ikey 1            = remote 192.0.2.2 ikey 1 mtu 1476
	remote 192.0.2.2 okey 0            = remote 192.0.2.2 okey 0 mtu 1472
	remote 192.0.2.2 nokey             = remote 192.0.2.2 mtu 1476
	remote 192.0.2.2 noikey okey 9     = remote 192.0.2.2 okey 9 mtu 1472
	remote 192.0.2.2 ikey 9 nookey     = remote 192.0.2.2 ikey 9 mtu 1476
	remote 192.0.2.2 csum              = remote 192.0.2.2 csum mtu 1472
	remote 192.0.2.2 icsum             = remote 192.0.2.2 icsum mtu 1476
	remote 192.0.2.2 ocsum             = remote 192.0.2.2 ocsum mtu 1472
	remote 192.0.2.2 icsum ocsum       = remote 192.0.2.2 csum mtu 1472
	remote 192.0.2.2 nocsum            = remote 192.0.2.2 mtu 1476
	remote 192.0.2.2 noicsum ocsum     = remote 192.0.2.2 ocsum mtu 1472
	remote 192.0.2.2 icsum noocsum     = remote 192.0.2.2 icsum mtu 1476
	remote 192.0.2.2 seq               = remote 192.0.2.2 seq mtu 1472
	remote 192.0.2.2 iseq              = remote 192.0.2.2 iseq mtu 1476
	remote 192.0.2.2 oseq              = remote 192.0.2.2 oseq mtu 1472
	remote 192.0.2.2 noseq             = remote 192.0.2.2 mtu 1476
	remote 192.0.2.2 noiseq oseq       = remote 192.0.2.2 oseq mtu 1472
	remote 192.0.2.2 iseq nooseq       = remote 192.0.2.2 iseq mtu 1476
	remote 192.0.2.2 key 5 csum seq    = remote 192.0.2.2 key 5 csum seq mtu 1464
	remote 192.0.2.2 ttl 1             = remote 192.0.2.2 ttl 1 mtu 1476
	remote 192.0.2.2 ttl 255           = remote 192.0.2.2 ttl 255 mtu 1476
	remote 192.0.2.2 ttl 64            = remote 192.0.2.2 mtu 1476
	remote 192.0.2.2 ttl 0x20          = remote 192.0.2.2 ttl 32 mtu 1476
	remote 192.0.2.2 ttl inherit       = remote 192.0.2.2 ttl inherit mtu 1476
	remote 192.0.2.2 hoplimit 9        = remote 192.0.2.2 ttl 9 mtu 1476
	remote 192.0.2.2 hlim 9            = remote 192.0.2.2 ttl 9 mtu 1476
	remote 192.0.2.2 hoplimit inherit  = remote 192.0.2.2 ttl inherit mtu 1476
	remote 192.0.2.2 ttl-min 1         = remote 192.0.2.2 ttl-min 1 mtu 1476
	remote 192.0.2.2 ttl-min 255       = remote 192.0.2.2 ttl-min 255 mtu 1476
	remote any ttl-min off             = remote any mtu 1476
	remote 192.0.2.2 decap-ttl copy    = remote 192.0.2.2 decap-ttl copy mtu 1476
	remote 192.0.2.2 decap-ttl keep    = remote 192.0.2.2 mtu 1476
	remote 192.0.2.2 tos inherit       = remote 192.0.2.2 mtu 1476
	remote 192.0.2.2 tos 0             = remote 192.0.2.2 tos 0x00 mtu 1476
	remote 192.0.2.2 tos 0xfc          = remote 192.0.2.2 tos 0xfc mtu 1476
	remote 192.0.2.2 tos 8             = remote 192.0.2.2 tos 0x08 mtu 1476
	remote 192.0.2.2 tos ef            = remote 192.0.2.2 tos 0xb8 mtu 1476
	remote 192.0.2.2 tos cs6           = remote 192.0.2.2 tos 0xc0 mtu 1476
	remote 192.0.2.2 tos af41          = remote 192.0.2.2 tos 0x88 mtu 1476
	remote 192.0.2.2 dsfield 0x10      = remote 192.0.2.2 tos 0x10 mtu 1476
	remote 192.0.2.2 tclass AF41       = remote 192.0.2.2 tos 0x88 mtu 1476
	remote 192.0.2.2 ether             = ether remote 192.0.2.2 mtu 1462
	ether remote 192.0.2.2 key 5       = ether remote 192.0.2.2 key 5 mtu 1458
	remote 2001:db8::2 flowlabel auto  = remote 2001:db8::2 mtu 1456
	remote 2001:db8::2 flowlabel inherit = remote 2001:db8::2 flowlabel inherit mtu 1456
	remote 2001:db8::2 flowlabel 255   = remote 2001:db8::2 flowlabel 0xff mtu 1456
	remote 2001:db8::2 encaplimit 4    = remote 2001:db8::2 encaplimit 4 mtu 1448
	remote 2001:db8::2 encaplimit none = remote 2001:db8::2 mtu 1456
	remote 192.0.2.2 encap none        = remote 192.0.2.2 mtu 1476
	remote 192.0.2.2 noencap           = remote 192.0.2.2 mtu 1476
	remote 192.0.2.2 df set            = remote 192.0.2.2 mtu 1476
	remote 192.0.2.2 df inherit        = remote 192.0.2.2 df inherit mtu 1476
	remote 192.0.2.2 df clear          = remote 192.0.2.2 df clear mtu 1476
	remote 192.0.2.2 pmtudisc          = remote 192.0.2.2 mtu 1476
	remote 192.0.2.2 nopmtudisc        = remote 192.0.2.2 df inherit mtu 1476
	remote 192.0.2.2 nopmtudisc ignore-df = remote 192.0.2.2 df clear mtu 1476
	remote 192.0.2.2 ignore-df nopmtudisc = remote 192.0.2.2 df clear mtu 1476
	remote 192.0.2.2 noignore-df       = remote 192.0.2.2 mtu 1476
	remote 192.0.2.2 fwmark 0          = remote 192.0.2.2 mtu 1476
	remote 192.0.2.2 fwmark 10         = remote 192.0.2.2 fwmark 0xa mtu 1476
	remote 192.0.2.2 fwmark 0xffffffff = remote 192.0.2.2 fwmark 0xffffffff mtu 1476
	remote 192.0.2.2 icmp-relay on     = remote 192.0.2.2 mtu 1476
	remote 192.0.2.2 icmp-relay off    = remote 192.0.2.2 icmp-relay off mtu 1476
	remote 192.0.2.2 icmp-source self  = remote 192.0.2.2 mtu 1476
	remote 192.0.2.2 icmp-source hop   = remote 192.0.2.2 icmp-source hop mtu 1476
	remote 192.0.2.2 icmp-source self icmp-relay off = remote 192.0.2.2 icmp-relay off mtu 1476
	remote 192.0.2.2 icmp-source hop decap-ttl copy ttl inherit = remote 192.0.2.2 ttl inherit decap-ttl copy icmp-source hop mtu 1476
	remote 192.0.2.2 keepalive         = remote 192.0.2.2 keepalive 10 3 mtu 1476
	remote 192.0.2.2 keepalive off     = remote 192.0.2.2 mtu 1476
	remote 192.0.2.2 keepalive 100ms 1 = remote 192.0.2.2 keepalive 100ms 1 mtu 1476
	remote 192.0.2.2 keepalive 0.5     = remote 192.0.2.2 keepalive 500ms 3 mtu 1476
	remote 192.0.2.2 keepalive 1s      = remote 192.0.2.2 keepalive 1 3 mtu 1476
	remote 192.0.2.2 keepalive 2m 255  = remote 192.0.2.2 keepalive 120 255 mtu 1476
	remote 192.0.2.2 keepalive 1h      = remote 192.0.2.2 keepalive 3600 3 mtu 1476
	remote 192.0.2.2 keepalive up      = remote 192.0.2.2 keepalive 10 3 mtu 1476 up
	keepalive 20 remote 192.0.2.2      = remote 192.0.2.2 keepalive 20 3 mtu 1476
	remote any keepalive off           = remote any mtu 1476
	remote 192.0.2.2 keepalive-reply on = remote 192.0.2.2 mtu 1476
	remote any keepalive-reply off     = remote any keepalive-reply off mtu 1476
	remote 192.0.2.2 keepalive-reply off keepalive 5 2 = remote 192.0.2.2 keepalive 5 2 keepalive-reply off mtu 1476
	remote any keepalive-secret off    = remote any mtu 1476
	remote any mss off                 = remote any mtu 1476
	remote any mss auto                = remote any mss auto mtu 1476
	remote any mss 1360 mtu 1400       = remote any mss 1360 mtu 1400
	remote 192.0.2.2 mtu auto          = remote 192.0.2.2 mtu auto
	remote 192.0.2.2 mtu-probe on mtu auto = remote 192.0.2.2 mtu auto
	remote 192.0.2.2 mtu auto mtu-probe off = remote 192.0.2.2 mtu-probe off mtu auto
	remote 192.0.2.2 mtu-probe on mtu 1400 = remote 192.0.2.2 mtu-probe on mtu 1400
	remote 192.0.2.2 mtu-probe off     = remote 192.0.2.2 mtu 1476
	remote 192.0.2.2 mtu 68            = remote 192.0.2.2 mtu 68
	remote 192.0.2.2 mtu 65499         = remote 192.0.2.2 mtu 65499
	remote 192.0.2.2 multicast on      = remote 192.0.2.2 mtu 1476 multicast on
	remote 192.0.2.2 multicast off     = remote 192.0.2.2 mtu 1476
	remote 192.0.2.2 up                = remote 192.0.2.2 mtu 1476 up
	remote 192.0.2.2 down              = remote 192.0.2.2 mtu 1476
	remote 192.0.2.2 addr 10.0.0.1/30  = remote 192.0.2.2 mtu 1476 addr 10.0.0.1/30
	remote 192.0.2.2 addr 10.0.0.1     = remote 192.0.2.2 mtu 1476 addr 10.0.0.1/32
	remote 192.0.2.2 addr fd00::1/64   = remote 192.0.2.2 mtu 1476 addr fd00::1/64
	remote 192.0.2.2 addr 10.0.0.1 peer 10.0.0.2 = remote 192.0.2.2 mtu 1476 addr 10.0.0.1/32 peer 10.0.0.2
	remote 192.0.2.2 addr 10.0.0.1/30 addr 10.9.0.1/24 up = remote 192.0.2.2 mtu 1476 addr 10.0.0.1/30 addr 10.9.0.1/24 up
"

# FULL: the options of the tunnel that the changes of SET begin with
FULL="local 192.0.2.1 remote 192.0.2.2 dev v0 ikey 1 okey 2 icsum oseq ttl 9 ttl-min 253 decap-ttl copy tos 0x08 df inherit fwmark 0x7 icmp-source hop keepalive-reply off mss 1400"
# SET: the options of set = what show printed before = what show prints instead
SET="
	local any             = local 192.0.2.1 =
	local 192.0.2.9       = local 192.0.2.1 = local 192.0.2.9
	remote any            = remote 192.0.2.2 = remote any
	remote 192.0.2.3      = remote 192.0.2.2 = remote 192.0.2.3
	nodev                 = dev v0 =
	dev lo                = dev v0 = dev lo
	key 5                 = ikey 1 okey 2 = key 5
	ikey 5                = ikey 1 = ikey 5
	okey 5                = okey 2 = okey 5
	nokey                 = ikey 1 okey 2 =
	noikey                = ikey 1 =
	nookey                = okey 2 =
	csum                  = icsum = csum
	icsum                 = icsum = icsum
	ocsum                 = icsum = csum
	nocsum                = icsum =
	noicsum               = icsum =
	noocsum               = icsum = icsum
	seq                   = oseq = seq
	iseq                  = oseq = seq
	noiseq                = oseq = oseq
	nooseq                = oseq =
	noseq                 = oseq =
	ttl 64                = ttl 9 =
	ttl inherit           = ttl 9 = ttl inherit
	ttl-min 254           = ttl-min 253 = ttl-min 254
	ttl-min off           = ttl-min 253 =
	decap-ttl keep        = decap-ttl copy =
	decap-ttl copy        = decap-ttl copy = decap-ttl copy
	tos inherit           = tos 0x08 =
	tos cs1               = tos 0x08 = tos 0x20
	df set                = df inherit =
	df clear              = df inherit = df clear
	pmtudisc              = df inherit =
	nopmtudisc ignore-df  = df inherit = df clear
	noignore-df           = df inherit = df inherit
	fwmark 0              = fwmark 0x7 =
	fwmark 0xffffffff     = fwmark 0x7 = fwmark 0xffffffff
	icmp-relay on         = icmp-source hop = icmp-source hop
	icmp-source self      = icmp-source hop =
	icmp-relay off icmp-source self = icmp-source hop = icmp-relay off
	keepalive             = icmp-source hop = icmp-source hop keepalive 10 3
	keepalive 300ms 5     = icmp-source hop = icmp-source hop keepalive 300ms 5
	keepalive off         = icmp-source hop = icmp-source hop
	keepalive-reply on    = keepalive-reply off =
	keepalive-reply off   = keepalive-reply off = keepalive-reply off
	keepalive-secret 000102030405060708090A0b0c0d0e0f = mss 1400 = keepalive-secret (id 0xdd0e0e31) mss 1400
	keepalive-secret off  = mss 1400 = mss 1400
	mss off               = mss 1400 =
	mss auto              = mss 1400 = mss auto
	mtu 1300              = mtu 1468 = mtu 1300
	mtu auto              = mtu 1468 = mtu auto
	mtu auto mtu-probe off = mtu 1468 = mtu-probe off mtu auto
	mtu-probe on          = mtu 1468 = mtu-probe on mtu 1468
	multicast on          = mtu 1468 = mtu 1468 multicast on
	up                    = mtu 1468 = mtu 1468 up
	addr 10.0.0.1/30      = mtu 1468 = mtu 1468 addr 10.0.0.1/30
"

gretool_a() {
	gretool -n "$A" "$@"
}

squeeze() {
	read -ra WORDS <<<"$*"
	echo "${WORDS[*]}"
}

# check_lines WHAT FILE: the lines of $WORK/shown must be those of FILE. One gretool makes
# all of them, since an emulated machine takes long to start a program.
check_lines() {
	local told expected shown
	check_eq "$1: lines" "$(wc -l <"$2")" "$(wc -l <"$WORK/shown")"
	while IFS='=' read -r told expected && IFS= read -r shown <&3; do
		check_eq "$1 $told" "$expected" "$shown"
	done <"$2" 3<"$WORK/shown"
}

test_add() {
	local line told expected
	setup_pair
	while IFS= read -r line; do
		[ -n "$line" ] || continue
		told=$(squeeze "${line%% = *}")
		expected="t ${line##* = }"
		printf '%s=%s\n' "$told" "$expected" >>"$WORK/expected"
		printf 'add t %s\nshow t\ndel t\n' "$told" >>"$WORK/batch"
		printf 'add %s\nshow t\ndel t\n' "$expected" >>"$WORK/again"
	done <<<"$ADD"
	gretool_a -batch "$WORK/batch" >"$WORK/shown" || fail "add"
	check_lines "add t" "$WORK/expected"
	gretool_a -batch "$WORK/again" >"$WORK/shown" || fail "typed back"
	check_lines "typed back, add t" "$WORK/expected"
}

test_set() {
	local line told was is expected before
	setup_pair
	rm -f "$WORK/batch" "$WORK/expected"
	# shellcheck disable=SC2086 # words
	check "add t $FULL" gretool_a add t $FULL
	before=$(gretool_a show t)
	gretool_a del t
	while IFS= read -r line; do
		[ -n "$line" ] || continue
		told=$(squeeze "${line%% = *}")
		was=${line#*= }
		is=$(squeeze "${was#*=}")
		was=$(squeeze "${was%%=*}")
		expected=$(squeeze "${before/ $was/ $is}")
		# The overhead of the tunnel changes with these options, and so does the
		# default MTU.
		case $told in
		nokey | nookey | nooseq | noseq) expected=${expected/1468/1472} ;;
		csum | ocsum) expected=${expected/1468/1464} ;;
		"dev lo") expected=${expected/1468/65499} ;;
		esac
		printf '%s=%s\n' "$told" "$expected" >>"$WORK/expected"
		printf 'add t %s\nset t %s\nshow t\ndel t\n' "$FULL" "$told" \
			>>"$WORK/batch"
	done <<<"$SET"
	gretool_a -batch "$WORK/batch" >"$WORK/shown" || fail "set"
	check_lines "set t" "$WORK/expected"
}

test_every_word_is_here() {
	local word
	while read -r word _; do
		case $word in
		peer | link-netns | link-netnsid) continue ;; # tested by other functions
		esac
		[[ $ADD =~ [[:space:]]${word}[[:space:]] ]] ||
			fail "add $word is not tested"
	done < <(gretool words add)
	while read -r word _; do
		case $word in
		# Other functions test these, as they need another tunnel than FULL.
		peer | down | oseq | hoplimit | dsfield) continue ;;
		hlim | tclass | encap | noencap | flowlabel | encaplimit) continue ;;
		esac
		[[ $SET =~ [[:space:]]${word}[[:space:]] ]] ||
			fail "set $word is not tested"
	done < <(gretool words set)
}

test_show() {
	setup_pair
	check_eq "no tunnel" "" "$(gretool_a show)"
	check "add b" gretool_a add b remote 192.0.2.2
	check "add a" gretool_a add a remote 192.0.2.3 up
	run ip -n "$A" link add other type dummy
	# show prints tunnels in the order of their creation, and leaves out other kinds.
	check_eq "two tunnels" "b remote 192.0.2.2 mtu 1476
a remote 192.0.2.3 mtu 1476 up" "$(gretool_a show)"
	check_eq "one of them" "a remote 192.0.2.3 mtu 1476 up" \
		"$(gretool_a show a)"
	check_match "details" "^a local any remote 192.0.2.3 nodev nokey nocsum noseq ttl 64 ttl-min off decap-ttl keep tos inherit flowlabel auto encaplimit none df set fwmark 0x0 icmp-relay on icmp-source self keepalive off keepalive-reply on keepalive-secret off mss off mtu-probe off mtu 1476 multicast off up
 +ifindex [0-9]+ carrier on operstate unknown mtu 1476
 +path mtu 1500 from route\$" "$(gretool_a show a -d)"
	check_eq "flags before the command" "$(gretool_a show -d -s a)" \
		"$(gretool_a -d --stats show a)"
	check_match "statistics" "^b [^
]*
 +rx 0 packets 0 bytes 0 errors 0 dropped
 +tx 0 packets 0 bytes 0 errors 0 dropped\$" "$(gretool_a show -s b)"
	# show -s explains a counter that is not 0.
	gretool_a add m remote any key 1 addr 10.5.0.1/24 up
	ns "$A" ping -q -c 2 -i 0.01 -W 0.1 10.5.0.2 >/dev/null
	check_match "a drop" "
 +tx_no_remote 2  remote any, and no neighbour entry" \
		"$(gretool_a show -s m)"
	[[ $(gretool_a show -s m) != *rx_csum* ]] || fail "-s shows zeros"
	check_match "all drops" "
 +rx_csum 0  " "$(gretool_a show -s -s m)"
}

SECRET=000102030405060708090a0b0c0d0e0f

# If both ends have the same secret, keepalives are verified. No output contains the
# secret.
test_secret() {
	local other=ffffffffffffffffffffffffffffffff
	setup_pair
	background ip netns exec "$A" gretool monitor >"$WORK/events"
	background ip netns exec "$A" gretool monitor -j >"$WORK/json"
	tunnel_pair keepalive 200ms 3 keepalive-secret "$SECRET"
	busywait 10 some_answered || fail "no answer: $(gretool_a show -s gre1)"
	check_eq "both show its id" "1 1" "$(for ns in "$A" "$B"; do
		gretool -n "$ns" show gre1 |
			grep -c ' keepalive-secret (id 0xdd0e0e31) '
	done | xargs)"
	check_match "details" ' keepalive-secret \(id 0xdd0e0e31\) ' \
		"$(gretool_a show -d gre1)"
	{
		gretool_a show -d -s gre1
		gretool_a -j -p -s show
		gretool_a save 2>&1
		gretool_a check
		gretool_a metrics
		ip -n "$A" -d -s -s link show gre1
		IP_LIB_DIR=$(realpath "$(dirname "$0")/../../tools") \
			ip -n "$A" -d -s -j link show gre1
		gretool_a add gre2 remote 192.0.2.9 keepalive-secret "${SECRET}0" 2>&1
	} >"$WORK/out"
	# If the secrets differ, each end drops the keepalives of the other one.
	gretool_a set gre1 keepalive-secret "$other"
	busywait 10 is_unproved "$A" || fail "A: $(gretool_a show -s gre1)"
	busywait 10 is_unproved "$B" ||
		fail "B: $(gretool -n "$B" show -s gre1)"
	busywait 10 grep -q "keepalive-secret (id 0x" "$WORK/events" ||
		fail "no event: $(cat "$WORK/events")"
	check "outputs" [ "$(wc -l <"$WORK/out")" -gt 100 ]
	check "events" grep -q gre1 "$WORK/json"
	check_eq "the secret is nowhere" "" "$(grep -ilE "$SECRET|$other" \
		"$WORK/out" "$WORK/events" "$WORK/json")"
	gretool_a set gre1 keepalive-secret off
	run gretool -n "$B" set gre1 keepalive-secret off
	check_eq "off" 0 "$(gretool_a show gre1 | grep -c secret)"
	check "carrier" busywait 20 has_carrier
}

is_unproved() {
	[ "$(counter "$1" gre1 rx_keepalive_unproved)" -gt 0 ]
}

has_carrier() {
	[ "$(gretool_a -j show gre1 | member carrier)" = true ]
}

# A batch makes many tunnels in one namespace, and what show prints makes them in another.
test_show_typed_back() {
	local shown
	setup_pair
	gretool_a -batch - <<-END || fail "batch"
		add one local 192.0.2.1 remote 192.0.2.2 dev v0 ikey 1 okey 2 csum seq
		add two remote 192.0.2.2 ttl inherit decap-ttl copy tos 0x48 df clear icmp-source hop keepalive 300ms 5 up
		add three remote any multicast on addr 10.0.0.1/24 addr fd00::1/64 up
		add "fo#ur" remote 192.0.2.4 addr 10.1.0.1/32 peer 10.1.0.2
		add 'fi"ve' remote 192.0.2.5 fwmark 3 icmp-relay off keepalive-reply off mtu 1280 addr fd01::1/128 peer fd01::2 up
	END
	shown=$(gretool_a show)
	check_eq "tunnels" 5 "$(wc -l <<<"$shown")"
	gretool_a show | sed 's/^/add /' | gretool -n "$B" -batch - ||
		fail "what is shown is not taken"
	check_eq "the same" "$shown" "$(gretool -n "$B" show)"
}

test_addresses() {
	setup_pair
	check "add" gretool_a add t remote 192.0.2.2 \
		addr 10.0.0.1/30 addr fd00::1/64 addr 10.0.1.1 peer 10.0.1.2 \
		addr 10.0.2.1 peer 10.0.2.2/24 up
	check_match "a peer" "inet 10.0.1.1 peer 10.0.1.2/32" \
		"$(ip -n "$A" addr show t)"
	check_match "a prefix at the peer" "inet 10.0.2.1 peer 10.0.2.2/24" \
		"$(ip -n "$A" addr show t)"
	check_match "IPv6" "inet6 fd00::1/64" "$(ip -n "$A" addr show t)"
	check "one more" gretool_a set t addr 10.0.3.1/24
	check_match "one more" "inet 10.0.3.1/24" "$(ip -n "$A" addr show t)"
	check "again is no error" gretool_a set t addr 10.0.3.1/24
	# The device comes up after the addresses were set, so that only the kernel's own
	# link-local address is there besides.
	check_match "shown" "addr 10.0.0.1/30 addr 10.0.1.1/32 peer 10.0.1.2 addr 10.0.2.1/24 peer 10.0.2.2 addr 10.0.3.1/24 addr fd00::1/64 up\$" \
		"$(gretool_a show t)"
}

test_link_netns() {
	setup_pair
	new_ns INSIDE
	check "by name" gretool -n "$INSIDE" add t remote 192.0.2.2 \
		link-netns "$A" dev v0 addr 10.0.0.1/30 up
	check_eq "shown" "t remote 192.0.2.2 dev v0 link-netns $A mtu 1476 addr 10.0.0.1/30 up" \
		"$(gretool -n "$INSIDE" show)"
	check "far end" gretool -n "$B" add t remote 192.0.2.1 \
		addr 10.0.0.2/30 up
	check "ping" ping_ok "$INSIDE" 10.0.0.2
	# shellcheck disable=SC2046 # words
	check "typed back" gretool -n "$INSIDE" add two \
		$(gretool -n "$INSIDE" show | sed 's/^t //; s/addr.*/key 9/')
	check "by path" gretool -n "$INSIDE" add three remote 192.0.2.3 \
		link-netns "/run/netns/$A"
	check "by id" gretool -n "$INSIDE" add four remote 192.0.2.4 \
		link-netnsid "$(gretool -n "$INSIDE" -j show t |
			member link_netnsid)"
	check_eq "by id, shown" "four remote 192.0.2.4 link-netns $A mtu 1476" \
		"$(gretool -n "$INSIDE" show four)"
	check_match "no such name" "Errno|No such file" "$(
		gretool add t remote 192.0.2.2 link-netns nothing 2>&1)"
}

test_netns() {
	setup_pair
	check "by name" gretool -n "$A" add t remote 192.0.2.2
	check "by path" gretool -n "/run/netns/$A" show t
	background ip netns exec "$A" sleep 60
	check "by pid" busywait 5 gretool -netns "${PIDS[-1]}" show t
	check_fails "not here" gretool show t
	gretool -n nowhere show >/dev/null 2>"$WORK/said"
	check_eq "no such namespace" 1 "$?"
	check_match "no such namespace" '"nowhere": No such file' \
		"$(cat "$WORK/said")"
}

test_batch() {
	setup_pair
	cat >"$WORK/batch" <<-END
		# a comment, and an empty line

		add t remote 192.0.2.2 # behind a command
		  set   t	ttl 9
		add "u" remote '192.0.2.3' key 0x\10
		del u
		show
		-s
	END
	sed -i '$d' "$WORK/batch"
	check_eq "output of the batch" "t remote 192.0.2.2 ttl 9 mtu 1476" \
		"$(gretool_a -batch "$WORK/batch")"
	check_eq "from standard input" "t remote 192.0.2.2 ttl 9 mtu 1476" \
		"$(echo "show t" | gretool_a -b -)"
	check "empty" gretool_a -batch /dev/null
	# check and metrics are programs: they enter the namespace by themselves, and
	# their errors name the line of the batch.
	printf '%s\n' "show t" "metrics" "check -j t" "show t" >"$WORK/batch"
	gretool_a -force -batch "$WORK/batch" >"$WORK/said"
	check_match "metrics" 'device="t"' "$(cat "$WORK/said")"
	check_match "check" '"ifname":"t"' "$(cat "$WORK/said")"
	check_eq "goes on" 2 "$(grep -c '^t remote' "$WORK/said")"
	gretool_a -force -batch - <<<"metrics a b" 2>"$WORK/said"
	check_eq "the line" 'stdin:1: metrics: unexpected argument "b"' "$(cat "$WORK/said")"
}

test_batch_errors() {
	setup_pair
	printf '%s\n' "add t remote 192.0.2.2" "add u remote" \
		"add v remote 192.0.2.4" >"$WORK/batch"
	gretool_a -batch "$WORK/batch" 2>"$WORK/said"
	check_eq "status of usage" 2 "$?"
	check_match "file and line" "^$WORK/batch:2: add: remote: the value is missing" \
		"$(cat "$WORK/said")"
	check "before it" gretool_a show t
	check_fails "behind it" gretool_a show v
	gretool_a del t
	gretool_a -force -batch "$WORK/batch" 2>/dev/null
	check_eq "status with -force" 2 "$?"
	check "behind it with -force" gretool_a show v
	# t already exists.
	gretool_a -batch "$WORK/batch" 2>"$WORK/said"
	check_eq "status of a refusal" 1 "$?"
	check_match "refusal" "^$WORK/batch:1: add: t: " "$(cat "$WORK/said")"
	gretool_a -batch "$WORK/nothing" 2>"$WORK/said"
	check_eq "status without a file" 1 "$?"
}

# watch_changes [-j]: write what the monitor prints about some changes to $WORK/seen
watch_changes() {
	rm -f "$WORK/events" "$WORK/seen"
	# poke is made before the monitor starts, so that its creation is no event.
	gretool_a add poke remote 192.0.2.99
	background ip netns exec "$A" gretool monitor "$@" >"$WORK/events"
	# The monitor does not say when it is ready: change poke until it reports an
	# event.
	busywait 10 poked || fail "the monitor hears nothing"
	gretool_a add t remote 192.0.2.2 ikey 5
	heard created
	gretool_a set t ttl 9 noikey
	heard changed
	gretool_a set t up
	heard up
	gretool_a set t down
	heard down
	ip -n "$A" link set dev t name u
	heard renamed
	ip -n "$A" link add other type dummy
	gretool_a del u
	heard deleted
	grep -v poke "$WORK/events" >"$WORK/seen"
}

poked() {
	gretool_a set poke ttl $((RANDOM % 250 + 1))
	grep -q poke "$WORK/events"
}

# heard EVENT: wait for this event of another tunnel than poke
heard() {
	busywait 10 grep -Eq "( $1 |\"$1\".*\"ifname\":)\"?[tu]" \
		"$WORK/events" || fail "no event: $1"
}

test_monitor() {
	setup_pair
	watch_changes
	check_eq "each event has a time" "" \
		"$(grep -Ev '^2[0-9-]{9}T[0-9:]{8}\.[0-9]{6}Z ' "$WORK/seen")"
	check_eq "events" "created t remote 192.0.2.2 ikey 5 mtu 1476
changed t noikey ttl 9
up t
down t
renamed u from t
deleted u" "$(cut -d ' ' -f 2- "$WORK/seen")"
}

test_monitor_json() {
	setup_pair
	watch_changes -j
	check_eq "events" '["created","t",5,64,false,null]
["changed","t",null,9,false,null]
["up","t",null,9,true,null]
["down","t",null,9,false,null]
["renamed","u",null,9,false,"t"]
["deleted","u",null,9,false,null]' "$(jq -c '[.event, .tunnel.ifname,
		.tunnel.ikey, .tunnel.ttl, .tunnel.up, .old_ifname]' \
		"$WORK/seen")"
	check_eq "time" 6 "$(jq -r .time "$WORK/seen" |
		grep -Ec '^2[0-9-]{9}T[0-9:]{8}\.[0-9]{6}Z$')"
}

# keepalive can be turned on and off, and show tells the state of the peer.
test_keepalive() {
	local shown
	setup_pair
	tunnel_pair
	check_eq "nothing is said of a peer that is not asked" 3 \
		"$(gretool_a show -s gre1 | wc -l)"
	check "on" gretool_a set gre1 keepalive 100ms 2
	check_match "shown" " keepalive 100ms 2 mtu " "$(gretool_a show gre1)"
	busywait 10 peer_is "$A" up || fail "the peer is not up"
	busywait 10 some_answered || fail "no answer: $(gretool_a show -s gre1)"
	shown=$(gretool_a show -s gre1)
	check_match "the peer" "
    peer up for [0-9]+\.[0-9][0-9] s flaps 0 keepalives [0-9]+ sent [0-9]+ answered [0-9]+ of the last [0-9]+ lost
    rtt last [0-9.]+ ms smoothed [0-9.]+ ms min [0-9.]+ ms max [0-9.]+ ms jitter [0-9.]+ ms" "$shown"
	check_match "the answers are counted" "keepalive_answered [1-9]" \
		"$(gretool -n "$B" show -s gre1)"
	# A bare keepalive uses the default number of retries, not the previous one.
	check "off" gretool_a set gre1 keepalive off
	check_match "off" "remote 192.0.2.2 mtu " "$(gretool_a show gre1)"
	busywait 10 peer_is "$A" off || fail "the peer is not off"
	check_match "what was learned stays" "peer off for .* keepalives [0-9]+ sent" \
		"$(gretool_a show -s gre1)"
	check "bare" gretool_a set gre1 keepalive
	check_match "defaults" " keepalive 10 3 mtu " "$(gretool_a show gre1)"
	gretool_a set gre1 remote any >"$WORK/out" 2>"$WORK/err"
	check_eq "status of remote any" 1 "$?"
	check_match "remote any" '^gretool: set: gre1: remote refused: .*needs a peer' \
		"$(cat "$WORK/err")"
	check "both" gretool_a set gre1 remote any keepalive off

	# This peer does not answer.
	check "add" gretool_a add lost remote 192.0.2.9 keepalive 100ms 1 up
	check_match "down" "lost .* up
.* carrier off operstate " "$(gretool_a show -d lost)"
	check_match "down" "
    peer down for [0-9.]+ s flaps 0 keepalives [0-9]+ sent 0 answered" \
		"$(gretool_a show -s lost)"
	[[ $(gretool_a show -s lost) != *" rtt "* ]] || fail "an RTT of nothing"
	background ip netns exec "$A" gretool monitor >"$WORK/carrier"
	busywait 10 change_is_heard lost "$WORK/carrier" ||
		fail "the monitor hears nothing"
	# When keepalives are turned off, the carrier comes back.
	check "off" gretool_a set lost keepalive off
	busywait 10 grep -q " carrier-on lost$" "$WORK/carrier" ||
		fail "no event: $(cat "$WORK/carrier")"
}

# change_is_heard TUNNEL FILE: change the tunnel, and see if a monitor reports it in FILE
change_is_heard() {
	gretool_a set "$1" ttl $((RANDOM % 250 + 1))
	grep -q " changed $1 " "$2"
}

some_answered() {
	[[ $(gretool_a -j -s show gre1 |
		member stats.keepalives.answered) -ge 3 ]]
}

lost_was_asked() {
	[[ $(gretool_a -j -s show lost |
		member stats.keepalives.sent) -ge 3 ]]
}

test_probe() {
	setup_pair
	tunnel_pair
	gretool_a probe gre1 -c 3 -i 50ms >"$WORK/out" 2>"$WORK/err"
	check_eq "status" 0 "$?"
	check_eq "no message" "" "$(cat "$WORK/err")"
	check_match "probe" "^gre1: asking 192.0.2.2
gre1: seq=0 time=[0-9]+\.[0-9]{3} ms
gre1: seq=1 time=[0-9]+\.[0-9]{3} ms
gre1: seq=2 time=[0-9]+\.[0-9]{3} ms
gre1: 3 sent, 3 answered, 0% lost, rtt min/avg/max ([0-9]+\.[0-9]{3}/){2}[0-9]+\.[0-9]{3} ms\$" \
		"$(cat "$WORK/out")"
	check_eq "they are counted" '[3,3,3]' "$(gretool_a -j -s show gre1 |
		jq -c '.[0].stats.probes | [.sent, .answered,
			(.history_us | map(select(. > 0)) | length)]')"
	check_match "shown" "
    probes 3 sent 3 answered
    rtt last " "$(gretool_a show gre1 -s)"
	# A probe may be as large as the path MTU, with or without DF.
	check "the least" gretool_a probe gre1 -c 1 -s 56
	check "the largest" gretool_a probe gre1 -c 1 -s 1476
	gretool_a probe gre1 -c 1 -s 1477 >"$WORK/out" 2>"$WORK/err"
	check_eq "status of one byte more" 1 "$?"
	check_eq "one byte more" \
		"gretool: probe: gre1: probe refused: The probe is larger than the path MTU" \
		"$(cat "$WORK/err")"
	check_eq "and no more" "" "$(cat "$WORK/out")"
	gretool_a set gre1 df clear
	check "one byte more without DF" gretool_a probe gre1 -c 1 -s 1477
	# Two probes that run at the same time report their own answers only.
	background ip netns exec "$A" gretool probe gre1 -c 20 -i 20ms \
		>"$WORK/one"
	gretool_a probe gre1 -c 20 -i 20ms >"$WORK/two"
	busywait 10 grep -q " lost" "$WORK/one" || fail "no end"
	check_eq "answers" 40 "$(cat "$WORK/one" "$WORK/two" | grep -c time=)"
	# The answer to a probe with a key has the key too.
	gretool_a set gre1 key 5
	gretool -n "$B" set gre1 key 5
	check "with a key" gretool_a probe gre1 -c 1
	gretool_a probe gre1 -c 1 -s 59 >"$WORK/out" 2>"$WORK/err"
	check_match "59 bytes with a key" 'probe refused: .*56..65499' \
		"$(cat "$WORK/err")"
}

test_probe_without_answer() {
	setup_pair
	tunnel_pair
	run gretool -n "$B" set gre1 keepalive-reply off
	gretool_a probe gre1 -c 2 -i 50ms >"$WORK/out" 2>"$WORK/err"
	check_eq "status" 1 "$?"
	check_eq "no answer" "gre1: asking 192.0.2.2
gre1: 2 sent, 0 answered, 100% lost" "$(cat "$WORK/out")"
	check_eq "that is no error" "" "$(cat "$WORK/err")"
	# probe runs until it is interrupted.
	run gretool -n "$B" set gre1 keepalive-reply on
	ip netns exec "$A" gretool probe gre1 -i 20ms >"$WORK/out" &
	PIDS+=($!)
	busywait 10 grep -q seq=5 "$WORK/out" || fail "no answers"
	kill -INT "${PIDS[-1]}"
	wait "${PIDS[-1]}"
	check_eq "status when interrupted" 0 "$?"
	check_match "the summary" "^gre1: [0-9]+ sent, [0-9]+ answered, [0-9]+% lost, rtt " \
		"$(tail -n 1 "$WORK/out")"
	# After a probe, the next command of a batch can be interrupted too.
	printf 'probe gre1 -c 1\nmonitor\n' >"$WORK/batch"
	ip netns exec "$A" gretool -batch "$WORK/batch" >"$WORK/out" &
	PIDS+=($!)
	busywait 10 change_is_heard gre1 "$WORK/out" || fail "no monitor"
	check_match "after a probe" "gre1: 1 sent, 1 answered" \
		"$(cat "$WORK/out")"
	kill -TERM "${PIDS[-1]}"
	busywait 10 has_ended "${PIDS[-1]}" || fail "the monitor goes on"
}

has_ended() {
	! kill -0 "$1"
}

test_top() {
	setup_pair
	tunnel_pair keepalive 100ms 2
	check "add" gretool_a add bare remote 192.0.2.7 up
	check "add" gretool_a add lost remote 192.0.2.9 keepalive 100ms 1 up
	busywait 10 some_answered || fail "no answer: $(gretool_a show -s gre1)"
	busywait 10 lost_was_asked || fail "asked: $(gretool_a show -s lost)"
	gretool_a top -c 2 -i 300ms >"$WORK/out" 2>"$WORK/err"
	check_eq "status" 0 "$?"
	check_eq "no message" "" "$(cat "$WORK/err")"
	check_eq "two looks at three tunnels" 8 "$(wc -l <"$WORK/out")"
	head -n 4 "$WORK/out" >"$WORK/first"
	check_match "the lost one is on top" '^TUNNEL +PEER +RTT ms +SMOOTH +LOST +FLAPS +LAST 32
lost +down +- +- +[0-9]+/[0-9]+ +0 +x* *
(bare +off +- +- +- +- +
gre1 +up +[0-9.]+ +[0-9.]+ +[0-9]+/[0-9]+ +0 .*|gre1 .*
bare .*)$' "$(cat "$WORK/first")"
	# Each block character takes one column and three bytes.
	check_eq "each line is as wide" 80 "$(sed 's/\xe2\x96./=/g' \
		"$WORK/first" | awk 'NR > 1 { print length }' | sort -u)"
	# top runs until it is interrupted. The new file shows that it has started.
	ip netns exec "$A" gretool top -i 10m >"$WORK/endless" &
	PIDS+=($!)
	busywait 10 grep -q gre1 "$WORK/endless" || fail "no table"
	kill -INT "${PIDS[-1]}"
	wait "${PIDS[-1]}"
	check_eq "status when interrupted" 0 "$?"
}

test_help() {
	local command
	check_match "version" '^gretool [0-9a-z]' "$(gretool --version)"
	for command in add set del show monitor probe top help; do
		check_match "help" "
  $command " "$(gretool help)"
		check_match "help $command" "^gretool $command" \
			"$(gretool help "$command")"
	done
	check_match "an option" "ttl 1..255.inherit" "$(gretool help add)"
	gretool >/dev/null 2>&1
	check_eq "nothing to do" 2 "$?"
	gretool help nothing >/dev/null 2>&1
	check_eq "help for nothing" 2 "$?"
}

run_tests
