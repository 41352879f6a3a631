#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "gretool import ifupdown" resolves inherits, source and source-directory as
# ifquery of ifupdown does.

cd "$(dirname "$0")" || exit 1
gretool=$PWD/../gretool
number=0
failed=0
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
PATH=$PATH:/usr/sbin:/sbin
RANDOM=1

echo "KTAP version 1"
[[ -x $gretool ]] || {
	echo "1..0 # SKIP ../gretool is not built"
	exit 4
}
command -v ifquery >/dev/null || {
	echo "1..0 # SKIP ifquery is not installed"
	exit 4
}

# by_ifquery NAME: print the section that corresponds to the options of ifquery. If an
# option occurs more than once, ifquery prints its later values in lines of their own.
by_ifquery() {
	ifquery -i interfaces "$1" 2>/dev/null | awk -v name="$1" '
		/^[a-z]+: / {
			option = $1
			sub(/^[a-z]+: /, "")
		}
		{ value[option] = $0 }
		END {
			if (value["mode:"] != "gre")
				exit
			print "[" name "]"
			if (value["local:"])
				print "local " value["local:"]
			print "remote " (value["endpoint:"] ? value["endpoint:"] : "any")
			print "ttl " (value["ttl:"] ? value["ttl:"] : "inherit")
			print "tos 0x00"
			if (value["mtu:"])
				print "mtu " value["mtu:"]
			if (value["dstaddr:"])
				print "addr " value["address:"] "/32 peer " value["dstaddr:"]
			else if (value["address:"])
				print "addr " value["address:"] (value["netmask:"] ? "/24" : "")
			print "up"
		}'
}

by_gretool() {
	"$gretool" import ifupdown interfaces 2>&1 | sed -n "/^\[$1\]$/,/^$/p" | sed '/^$/d'
}

# same WHAT NAME...: both must agree about these interfaces
same() {
	local what=$1 name want got
	shift
	for name; do
		want=$(by_ifquery "$name")
		got=$(by_gretool "$name")
		number=$((number + 1))
		if [[ $got == "$want" ]]; then
			echo "ok $number $what: $name"
		else
			echo "not ok $number $what: $name"
			echo "# ifquery: ${want//$'\n'/, }"
			echo "# gretool: ${got//$'\n'/, }"
			failed=1
		fi
	done
}

mkdir "$temporary/interfaces.d" "$temporary/more" || exit 1
cd "$temporary" || exit 1
cat >interfaces <<-'END'
	# The first.
	auto hub spoke far one two no bak hidden
	source-directory interfaces.d
	source more/*.conf
	source /nowhere/*
	iface template inet tunnel
	    mode gre
	    local 192.0.2.1
	    ttl 255
	iface hub inherits template
	    address 10.0.0.1/24
	iface spoke inet tunnel inherits template
	    endpoint 192.0.2.2
	    ttl \
	        9
	    address 10.0.0.2
	    netmask 255.255.255.0
	    # A comment.
	iface far inherits spoke
	    mtu 1400
END
printf 'iface one inet tunnel\n\tmode\tgre\n endpoint  192.0.2.3\naddress 10.1.0.1\ndstaddr 10.1.0.2\n' \
	>interfaces.d/one
sed 's/ one / no /' interfaces.d/one >interfaces.d/no.bak
sed 's/ one / hidden /' interfaces.d/one >interfaces.d/.hidden
sed 's/ one / bak /' interfaces.d/one >more/bak
sed 's/ one / two /' interfaces.d/one >more/two.conf
same "files" hub spoke far one two no bak hidden

# stanza NAME PARENT: print a stanza with some of the options
stanza() {
	local option family=
	((RANDOM % 2)) || family=" inet tunnel"
	if [[ $2 ]]; then
		echo "iface $1$family inherits $2"
	else
		printf 'iface %s inet tunnel\n  mode gre\n' "$1"
	fi
	for option in "local 192.0.2.$((RANDOM % 200 + 1))" "endpoint 198.51.100.$((RANDOM % 200 + 1))" \
		"ttl $((RANDOM % 60 + 1))" "mtu $((RANDOM % 100 + 1300))" "address 10.0.$((RANDOM % 200)).1/24"; do
		((RANDOM % 2)) || echo "  $option"
	done
}

rm -rf interfaces.d more/*
for ((round = 0; round < 12; round++)); do
	echo "auto g0 g1 g2 g3 g4" >interfaces
	for ((i = 0; i < 5; i++)); do
		parent=
		((i == 0 || RANDOM % 3 == 0)) || parent=g$((RANDOM % i))
		if ((RANDOM % 3)); then
			stanza "g$i" "$parent" >>interfaces
		else
			stanza "g$i" "$parent" >"more/$i"
			echo "source more/$i" >>interfaces
		fi
	done
	same "round $round" g0 g1 g2 g3 g4
done

echo "1..$number"
exit "$failed"
