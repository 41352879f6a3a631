#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# On bad input, gretool either reports a usage error that names the word and what is
# expected (status 2, nothing is sent), or passes on the kernel's refusal (status 1,
# nothing changes).
# make check-debug: left out
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	test_usage
	test_usage_status
	test_refused
	test_refused_is_undone
	test_control_characters
	test_permission
	test_user_namespace
	test_module_is_loaded
	test_module_cannot_be_loaded
	test_module_is_not_built
	test_ip_gre_is_loaded
"

# USAGE: the arguments of gretool, and a regular expression for the message
USAGE='
	add t remote 192.0.2.2 frobnicate | "frobnicate" is not an option
	add t remote 192.0.2.2 tll 9 | "tll" is not an option, did you mean "ttl"
	add t remote 192.0.2.2 ttl | ttl: the value is missing, expected 1\.\.255 or inherit
	add t remote | remote: the value is missing, expected a unicast address or any
	add t local 192.0.2.1 | remote: missing, expected "remote ADDRESS"
	add t | remote: missing
	add | name of the tunnel is missing
	add remote 192.0.2.2 | name: "remote" is an option, expected the name
	add much-too-long-a-name remote any | name: "much-too-long-a-name" is longer than the 15
	add a/b remote any | name: "a/b" cannot be an interface name
	add t remote 192.0.2.2 ttl 0 | ttl: "0" is not 1\.\.255 or inherit
	add t remote 192.0.2.2 ttl 256 | ttl: "256" is not 1\.\.255 or inherit
	add t remote 192.0.2.2 ttl -1 | ttl: "-1" is not 1\.\.255 or inherit
	add t remote 192.0.2.2 ttl 9x | ttl: "9x" is not 1\.\.255 or inherit
	add t remote 192.0.2.2 ttl "" | ttl: "" is not 1\.\.255 or inherit
	add t remote 192.0.2.2 ttl-min 0 | ttl-min: "0" is not off or 1\.\.255
	add t remote 192.0.2.2 ttl-min 256 | ttl-min: "256" is not off or 1\.\.255
	add t remote 192.0.2.2 ttl-min inherit | ttl-min: "inherit" is not off or 1\.\.255
	add t remote 192.0.2.2 ttl-min | ttl-min: the value is missing, expected off or 1\.\.255
	add t remote 192.0.2.2 tos 3 | tos: "3" is not a multiple of 4
	add t remote 192.0.2.2 tos 256 | tos: "256" is not a multiple of 4
	add t remote 192.0.2.2 tos af44 | tos: "af44" is not .*DSCP
	add t remote 192.0.2.2 key 4294967296 | key: "4294967296" is not 0\.\.4294967295
	add t remote 192.0.2.2 key -1 | key: "-1" is not
	add t remote 192.0.2.2 key 1.2.3 | key: "1\.2\.3" is not .*dotted quad
	add t remote 192.0.2.2 ikey one | ikey: "one" is not
	add t remote 192.0.2.2 fwmark 0x1ffffffff | fwmark: "0x1ffffffff" is not 0\.\.4294967295
	add t remote 192.0.2.2 keepalive 99ms | keepalive: "99ms" is not off, or a time of 100ms\.\.1h and perhaps 1\.\.255 retries
	add t remote 192.0.2.2 keepalive 0 | keepalive: "0" is not off, or a time
	add t remote 192.0.2.2 keepalive 2h | keepalive: "2h" is not off, or a time
	add t remote 192.0.2.2 keepalive 10x | keepalive: "10x" is not off, or a time
	add t remote 192.0.2.2 keepalive 10 0 | keepalive: "10 0" is not off, or a time
	add t remote 192.0.2.2 keepalive 10 256 | keepalive: "10 256" is not off, or a time
	add t remote 192.0.2.2 keepalive 10 off | keepalive: "10 off" is not off, or a time
	add t remote 192.0.2.2 keepalive off 3 | keepalive: "off 3" is not off, or a time
	add t remote 192.0.2.2 keepalive 10 3 4 | "4" is not an option
	add t remote 192.0.2.2 keepalive yes | "yes" is not an option
	add t remote 192.0.2.2 keepalive keepalive 5 | keepalive: given twice
	add t remote any keepalive | keepalive: needs a peer to ask, expected a "remote"
	add t remote 192.0.2.2 keepalive-reply yes | keepalive-reply: "yes" is not on or off
	add t remote 192.0.2.2 keepalive-reply | keepalive-reply: the value is missing, expected on or off
	add t remote 192.0.2.2 keepalive-secret 0001 | keepalive-secret: the value is not off or 32 hexadecimal digits \(16 bytes\)$
	add t remote 192.0.2.2 keepalive-secret 000102030405060708090a0b0c0d0e0f0 | keepalive-secret: the value is not off or 32 hex
	add t remote 192.0.2.2 keepalive-secret 0x0102030405060708090a0b0c0d0e0f | keepalive-secret: the value is not off or 32 hex
	add t remote 192.0.2.2 keepalive-secret 00 01 02 | keepalive-secret: the value is not off or 32 hex
	add t remote 192.0.2.2 keepalive-secret (id 0xdd0e0e31) | keepalive-secret: the value is not off or 32 hex
	add t remote 192.0.2.2 keepalive-secret | keepalive-secret: the value is missing, expected off or 32 hex
	add t remote any keepalive-secret 000102030405060708090a0b0c0d0e0f | keepalive-secret: needs a peer that knows it, expected a "remote"
	add t remote 192.0.2.2 mtu 67 | mtu: "67" is not 68\.\.65499
	add t remote 192.0.2.2 mtu 65500 | mtu: "65500" is not 68\.\.65499
	add t remote 192.0.2.2 df maybe | df: "maybe" is not set, inherit or clear
	add t remote 192.0.2.2 multicast yes | multicast: "yes" is not on or off
	add t remote ff02::1 | remote: "ff02::1" is a multicast address
	add t local 192.0.2.1 remote 2001:db8::2 | local: is IPv4, but remote is IPv6
	add t remote nowhere | remote: "nowhere" is not a unicast address
	add t remote 192.0.2.300 | remote: "192\.0\.2\.300" is not
	add t local 224.0.0.1 remote any | local: "224\.0\.0\.1" is a multicast address
	add t remote 239.1.2.3 | remote: "239\.1\.2\.3" is a multicast address
	add t remote 255.255.255.255 | remote: "255\.255\.255\.255" is the broadcast address
	add t remote 192.0.2.2 key 1 key 1 | key: given twice, expected once
	add t remote 192.0.2.2 key 1 ikey 2 | ikey: cannot be combined with "key"
	add t remote 192.0.2.2 okey 1 nokey | nokey: cannot be combined with "okey"
	add t remote 192.0.2.2 ttl 1 hoplimit 1 | hoplimit: cannot be combined with "ttl"
	add t remote 192.0.2.2 df set nopmtudisc | nopmtudisc: cannot be combined with "df"
	add t remote 192.0.2.2 up down | down: cannot be combined with "up"|up: cannot be combined|down: given twice
	add t remote 192.0.2.2 remote 192.0.2.3 | remote: given twice
	add t remote 192.0.2.2 ignore-df | ignore-df: needs "nopmtudisc"
	add t remote 192.0.2.2 addr 10.0.0.1/33 | addr: "10\.0\.0\.1/33" is not an IPv4 or IPv6 address
	add t remote 192.0.2.2 addr 10.0.0.1/ | addr: "10\.0\.0\.1/" is not
	add t remote 192.0.2.2 addr 224.0.0.1/24 | addr: "224\.0\.0\.1/24" is a multicast address
	add t remote 192.0.2.2 peer 10.0.0.2 | peer: "10\.0\.0\.2" has no addr before it
	add t remote 192.0.2.2 addr 10.0.0.1 peer fd00::2 | peer: "fd00::2" is IPv6, but its addr is IPv4
	add t remote 192.0.2.2 addr 10.0.0.1 addr 10.0.0.1 | addr: "10\.0\.0\.1/32" is given twice
	add t remote 192.0.2.2 dev this-name-is-too-long | dev: "this-name-is-too-long" is longer
	add t remote 192.0.2.2 link-netnsid -1 | link-netnsid: "-1" is not 0\.\.2147483647
	set t | t: nothing to change
	set t link-netns x | link-netns: cannot be changed
	set | name of the tunnel is missing
	del | name of the tunnel is missing
	del t u | unexpected argument "u"
	show t u | unexpected argument "u"
	set t remote any keepalive 5 | keepalive: needs a peer to ask
	probe | name of the tunnel is missing
	probe t u | unexpected argument "u"
	probe t -x | "-x" is not an option, expected -c, -i, -s or -j
	probe t -c | -c: the value is missing
	probe t -c 0 | -c: "0" is not 1\.\.4294967295
	probe t -i 9ms | -i: "9ms" is not a time of 10ms or more
	probe t -s 55 | -s: "55" is not 56\.\.65499 bytes
	top t | unexpected argument "t"
	top -i 99ms | -i: "99ms" is not a time of 100ms or more
	top -c 0 | -c: "0" is not 1 or more
	frobnicate | "frobnicate" is not a command
	shwo | "shwo" is not a command, did you mean "show"
'

# says STATUS REGEX ARGUMENT...: gretool must end with this status and message in A
says() {
	local status=$1 regex=$2 got
	shift 2
	ip netns exec "$A" gretool "$@" >"$WORK/out" 2>"$WORK/err"
	got=$?
	check_eq "status of $*" "$status" "$got"
	check_match "$*" "$regex" "$(cat "$WORK/err")"
	check_eq "$*: nothing but the message" "" "$(cat "$WORK/out")"
}

# One gretool -force runs all commands as a batch and counts the lines.
test_usage() {
	local line number=0 before
	setup_pair
	while IFS= read -r line; do
		[ -n "$line" ] && printf '%s\n' "${line%% | *}"
	done <<<"$USAGE" >"$WORK/batch"
	before=$(ip -n "$A" -o link)
	gretool -n "$A" -force -batch "$WORK/batch" >"$WORK/out" 2>"$WORK/err"
	check_eq "status" 2 "$?"
	check_eq "each line has its message" "$(wc -l <"$WORK/batch")" \
		"$(wc -l <"$WORK/err")"
	while IFS= read -r line; do
		[ -n "$line" ] || continue
		number=$((number + 1))
		check_match "${line%% | *}" "^$WORK/batch:$number: .*(${line#* | })" \
			"$(sed -n "${number}p" "$WORK/err")"
	done <<<"$USAGE"
	check_eq "no output" "" "$(cat "$WORK/out")"
	check_eq "nothing was made" "$before" "$(ip -n "$A" -o link)"
}

test_usage_status() {
	setup_pair
	says 2 '^gretool: add: ttl: "0" is not' add t remote 192.0.2.2 ttl 0
	says 2 '^gretool: "frob" is not a command' frob
	says 2 '^gretool: "-x" is not an option' -x show
	says 2 '-n: the value is missing' -n
	says 2 '-batch: the value is missing' -batch
	says 2 'nothing to change' set t
	check_eq "nothing was made" "" "$(gretool -n "$A" show)"
}

test_refused() {
	setup_pair
	run gretool -n "$A" add t remote 192.0.2.2
	run ip -n "$A" link add name d type dummy
	says 1 '^gretool: add: t: .*exists already$' add t remote 192.0.2.9
	says 1 '^gretool: add: d: .*exists already$' add d remote 192.0.2.9
	says 1 '^gretool: add: u: Another tunnel of this namespace has the same local, remote, input key and link$' \
		add u remote 192.0.2.2
	says 1 '^gretool: set: u: there is no such interface$' set u ttl 9
	says 1 '^gretool: del: u: there is no such interface$' del u
	says 1 '^gretool: show: u: there is no such interface$' show u
	says 1 'd: is of kind "dummy", not a grex tunnel' del d
	says 1 'd: is of kind "dummy", not a grex tunnel' set d ttl 9
	says 1 'd: is of kind "dummy", not a grex tunnel' show d
	says 1 'v0: is of kind "veth"' show v0
	says 1 'lo: is not a grex tunnel' show lo
	says 1 '^gretool: probe: u: there is no such interface$' probe u -c 1
	says 1 'd: is of kind "dummy", not a grex tunnel' probe d -c 1
	says 1 '^gretool: probe: t: probe refused: The tunnel is down$' probe t -c 1
	says 1 'dev: "nothing": there is no such interface' \
		add u remote 192.0.2.3 dev nothing
	says 1 'link-netns: "nothing": No such file' \
		add u remote 192.0.2.3 link-netns nothing
	says 1 'network namespace "nothing": No such file' -n nothing show
	says 1 'nothing: No such file' -batch nothing
	run gretool -n "$A" add many remote any key 1 up
	run gretool -n "$A" add away remote 203.0.113.1 up
	says 1 '^gretool: probe: many: probe refused: The tunnel has no remote to ask$' \
		probe many -c 1
	says 1 '^gretool: probe: away: probe refused: There is no route to the remote$' \
		probe away -c 1
	says 1 '^gretool: set: many: keepalive refused: .*needs a peer to ask' \
		set many keepalive
	says 1 '^gretool: set: many: keepalive-secret refused: .*needs a peer that knows it' \
		set many keepalive-secret 000102030405060708090a0b0c0d0e0f
	run gretool -n "$A" del many
	run gretool -n "$A" del away
	check "d is still there" ip -n "$A" link show d
	check_eq "and t alone" "t remote 192.0.2.2 mtu 1476" \
		"$(gretool -n "$A" show)"
}

# If one of several settings is refused, gretool undoes the others.
test_refused_is_undone() {
	local before word
	setup_pair
	ns "$A" sh -c 'echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6'
	says 1 'addr fd00::1/64' add t remote 192.0.2.2 addr 10.0.0.1/30 \
		addr fd00::1/64 up
	check_fails "there is no tunnel" ip -n "$A" link show t
	[[ $(cat "$WORK/err") != *CAP_NET_ADMIN* ]] ||
		fail "root lacks no permission: $(cat "$WORK/err")"
	run gretool -n "$A" add t remote 192.0.2.2 addr 10.0.0.1/30
	run gretool -n "$A" add u remote 192.0.2.3
	before=$(gretool -n "$A" show -d)
	says 1 'addr fd00::1/64' set t ttl 9 mtu 1300 multicast on \
		addr 10.0.1.1/24 addr fd00::1/64 up
	check_eq "an address is refused" "$before" "$(gretool -n "$A" show -d)"
	says 1 'has the same local' set u ttl 9 remote 192.0.2.2 mtu 1300 \
		addr 10.0.1.1/24 up
	check_eq "the options are refused" "$before" \
		"$(gretool -n "$A" show -d)"
	says 1 'addr fd00::1/64' set t mtu auto addr fd00::1/64
	check_eq "probes of mtu auto" "$before" "$(gretool -n "$A" show -d)"
	says 1 'addr fd00::1/64' set t keepalive-secret 000102030405060708090a0b0c0d0e0f addr fd00::1/64
	check_eq "the first secret" "$before" "$(gretool -n "$A" show -d)"
	# An existing tunnel whose secret has changed cannot be restored.
	run gretool -n "$A" set t keepalive-secret 000102030405060708090a0b0c0d0e0f
	before=$(gretool -n "$A" show -d)
	for word in off ffffffffffffffffffffffffffffffff; do
		says 1 'addr fd00::1/64' set t keepalive-secret "$word" ttl 9 \
			addr fd00::1/64
		check_eq "secret $word" "$before" "$(gretool -n "$A" show -d)"
	done
	run gretool -n "$A" set t keepalive-secret off addr 10.0.2.1/24
	check_match "secret and address" '^t remote 192.0.2.2 mtu 1476 addr 10.0.0.1/30 addr 10.0.2.1/24$' \
		"$(gretool -n "$A" show t)"
	run gretool -n "$A" set t keepalive-secret 000102030405060708090a0b0c0d0e0f
	says 1 'addr fd00::1/64' set t remote any keepalive-secret off \
		addr fd00::1/64
	check_match "it is said" 't: the keepalive-secret could not be put back' \
		"$(cat "$WORK/err")"
	check_match "the rest is as before" '^t remote 192.0.2.2 mtu 1476 addr' \
		"$(gretool -n "$A" show t)"
}

# gretool never prints control characters of a name to a terminal, and a saved name can be
# applied again.
test_control_characters() {
	local name=$'a\e[31m\x9b' words
	setup_pair
	run gretool -n "$A" -batch - <<<'add "a\x1b[31m\x9b" remote 192.0.2.2 up'
	check "the interface" ip -n "$A" link show "$name"
	gretool -n "$A" monitor >"$WORK/monitor" &
	for words in "show" "show -s -d" "-j show" "save" "check" "-j check" \
		"metrics" "top -c 1" "apply --dry-run --prune /dev/null" \
		"probe $name -c 1 -i 10ms" "add $name remote 192.0.2.3"; do
		# shellcheck disable=SC2086 # words
		ns "$A" gretool $words >"$WORK/out" 2>&1
		check_match "$words prints something" . "$(cat "$WORK/out")"
		check_fails "$words prints no control characters" \
			grep -aP '[\x00-\x09\x0b-\x1f\x7f]|[^\xc2-\xf4\x80-\xbf]\x9b' "$WORK/out"
	done
	gretool -n "$A" save "$WORK/conf"
	check_eq "the file" '["a\x1b[31m\x9b"]
remote 192.0.2.2
up' "$(cat "$WORK/conf")"
	check_eq "nothing differs" "" "$(gretool -n "$A" apply "$WORK/conf" --prune 2>&1)"
	check "it is deleted" gretool -n "$A" del "$name"
	busywait 5 grep -q deleted "$WORK/monitor" || fail "monitor says nothing"
	kill %+ && wait %+ 2>/dev/null
	check_fails "monitor prints no control characters" \
		grep -aP '[\x00-\x09\x0b-\x1f\x7f]' "$WORK/monitor"
}

UNPRIVILEGED="setpriv --reuid=65534 --regid=65534 --clear-groups
	--inh-caps=-all --bounding-set=-all"

test_permission() {
	local tool word
	setup_pair
	run gretool -n "$A" add t remote 192.0.2.2
	# The checkout may be in a folder that only root can enter.
	tool=$WORK/gretool
	cp "$(command -v gretool)" "$tool"
	chmod 755 "$WORK" "$tool"
	for word in "add u remote 192.0.2.3" "set t ttl 9" "del t" \
		"set t keepalive 1" "probe t -c 1" \
		"add u remote 192.0.2.3 addr 10.0.0.1/30 up"; do
		# shellcheck disable=SC2086 # words
		ns "$A" $UNPRIVILEGED "$tool" $word >"$WORK/out" 2>"$WORK/err" \
			</dev/null
		check_eq "status of $word" 1 "$?"
		check_match "$word" '^gretool: [a-z]+: [tu]: CAP_NET_ADMIN is needed' \
			"$(cat "$WORK/err")"
	done
	# shellcheck disable=SC2086 # words
	check_eq "all can look" "t remote 192.0.2.2 mtu 1476" \
		"$(ns "$A" $UNPRIVILEGED "$tool" show)"
}

# A user without privileges can make tunnels in his own network namespace, if their
# underlay is there too.
test_user_namespace() {
	unshare -Ur true 2>/dev/null || { skip "no user namespaces"; return; }
	setup_pair
	check_eq "in a namespace of one's own" "t remote 192.0.2.2 mtu 1476 up" \
		"$(unshare -Urn sh -c 'gretool add t remote 192.0.2.2 up &&
			gretool set t ttl 9 && gretool set t ttl 64 &&
			gretool show' 2>&1)"
	unshare -Urn gretool add t remote 192.0.2.2 link-netns "$A" \
		>/dev/null 2>"$WORK/err"
	check_eq "status with somebody's underlay" 1 "$?"
	check_match "somebody's underlay" 'CAP_NET_ADMIN is needed' \
		"$(cat "$WORK/err")"
}

# only_in_lab: skip tests on this machine that unload the module or load another one
only_in_lab() {
	[ -n "${GREX_LAB:-}" ] && return
	skip "only in the lab: unloads the module"
	return 1
}

loaded() {
	[ -d "/sys/module/$1" ]
}

test_module_is_loaded() {
	local helper
	only_in_lab || return
	setup_pair
	check "rmmod" rmmod grex
	check_eq "nothing to show" "" "$(gretool -n "$A" show 2>&1)"
	check "the kernel loads it" gretool -n "$A" add t remote 192.0.2.2
	check "loaded" loaded grex
	gretool -n "$A" del t
	# If the kernel does not load the module, gretool does.
	check "rmmod" rmmod grex
	helper=$(cat /proc/sys/kernel/modprobe)
	echo /bin/false >/proc/sys/kernel/modprobe
	check "the tool loads it" gretool -n "$A" add t remote 192.0.2.2
	echo "$helper" >/proc/sys/kernel/modprobe
	check "loaded" loaded grex
}

test_module_cannot_be_loaded() {
	local conf=/run/modprobe.d/grex-selftest.conf
	only_in_lab || return
	setup_pair
	check "rmmod" rmmod grex
	mkdir -p "${conf%/*}"
	echo 'install grex echo the disk is full >&2; false' >"$conf"
	says 1 '^gretool: add: modprobe grex failed: .*the disk is full' \
		add t remote 192.0.2.2
	echo 'install grex echo "could not insert: Key was rejected by service" >&2; false' \
		>"$conf"
	says 1 'Secure Boot.*mokutil --import /var/lib/dkms/mok.pub' \
		add t remote 192.0.2.2
	echo 'install grex echo "could not insert: Operation not permitted" >&2; false' \
		>"$conf"
	check_eq "not by a lock" 0 "$(gretool -n "$A" add t remote 192.0.2.2 2>&1 |
		grep -c mokutil)"
	run mount -t tmpfs none /sys/kernel/security
	echo 'none [integrity] confidentiality' >/sys/kernel/security/lockdown
	# "ip netns exec" would mount another /sys.
	check_match "locked down" 'it is locked down.*mokutil' \
		"$(gretool -n "$A" add t remote 192.0.2.2 2>&1)"
	umount /sys/kernel/security
	rm -f "$conf"
	check "modprobe" modprobe grex
}

# cause WHAT TEXT FIX: gretool must say why there is no module, and how to get it
cause() {
	check_match "$1: add" "$2.*$3" \
		"$(gretool -n "$A" add t remote 192.0.2.2 2>&1)"
	check_match "$1: show" "^gretool: show: .*$2.*$3" "$(gretool -n "$A" show 2>&1)"
	gretool -n "$A" -j check >"$WORK/check"
	check_eq "$1: check: exit status" 3 $?
	check_eq "$1: check" "problem module null" "$(jq -r '.[] |
		"\(.findings[0].severity) \(.findings[0].id) \(.ifname)"' "$WORK/check")"
	check_match "$1: check" "$2" "$(jq -r '.[].findings[0].text' "$WORK/check")"
	check_match "$1: check, fix" "$3" "$(jq -r '.[].findings[0].fix' "$WORK/check")"
}

test_module_is_not_built() {
	local release modules
	only_in_lab || return
	setup_pair
	modules=/lib/modules/$(uname -r)
	# A release such as 6.12.95+deb12-amd64 stands in a pattern.
	release=$(uname -r | sed 's/[.+]/\\&/g')
	check "rmmod" rmmod grex
	run mount -t tmpfs none "$modules"
	run mkdir -p /var/lib/dkms
	run mount -t tmpfs none /var/lib/dkms
	echo "kernel/net/ipv4/gre.ko:" >"$modules/modules.dep"
	cause "no headers" "no module grex for this kernel .$release." \
		"apt install linux-headers-$release"
	mkdir "$modules/build"
	cause "not installed" "DKMS does not know it" ""
	mkdir -p /var/lib/dkms/grex/0.1/build
	cause "not built" "DKMS has built no module grex" "dkms autoinstall -k $release"
	touch /var/lib/dkms/grex/0.1/build/make.log
	cause "failed" "see /var/lib/dkms/grex/0.1/build/make.log" \
		"dkms autoinstall -k $release"
	printf '[%s]\nremote 192.0.2.9\n' g1 g2 g3 >"$WORK/three"
	gretool -n "$A" apply "$WORK/three" >/dev/null 2>"$WORK/errors"
	check_eq "apply: exit status" 1 $?
	check_eq "apply says it once" 2 "$(wc -l <"$WORK/errors")"
	umount /var/lib/dkms "$modules"
	check "then it works" gretool -n "$A" add t remote 192.0.2.2
	check_eq "nothing to say" "" "$(gretool -n "$A" show 2>&1 >/dev/null)"
}

test_ip_gre_is_loaded() {
	local lines conf=/run/modprobe.d/grex-selftest.conf
	only_in_lab || return
	modprobe -n ip_gre 2>/dev/null || { skip "no ip_gre here"; return; }
	setup_pair
	mkdir -p "${conf%/*}"
	echo "options grex demux=native" >"$conf"
	check "rmmod" rmmod grex
	check "ip_gre" modprobe ip_gre
	lines=$(dmesg | wc -l)
	modprobe grex >"$WORK/out" 2>&1
	check_eq "status of modprobe" 1 "$?"
	check_match "EBUSY" 'Device or resource busy' "$(cat "$WORK/out")"
	check_match "one line in the kernel's log" \
		'^[^ ]* *[0-9.]*\]? ?grex: IP protocol 47 \(GRE\) is owned by another module, ip_gre most likely: remove its tunnels and run "rmmod ip_gre"$' \
		"$(dmesg | tail -n +$((lines + 1)) | grep 'grex:')"
	says 1 'modprobe grex failed: .*resource busy
gretool: add: another module.*IP protocol 47 \(GRE\).*demux=native.*rmmod ip_gre' \
		add t remote 192.0.2.2
	check "rmmod ip_gre" rmmod ip_gre
	rm -f "$conf"
	check "then it works" gretool -n "$A" add t remote 192.0.2.2
}

run_tests
