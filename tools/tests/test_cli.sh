#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Test the command line: exit statuses, output streams, and batch files. None of these
# commands sends anything to the kernel.

cd "$(dirname "$0")" || exit 1
gretool=${GRETOOL:-../gretool}
number=0
failed=0

temporary=$(mktemp -d) || exit 1
trap 'rm -rf "$temporary"' EXIT

# result STATUS NAME: print one line of KTAP.
result() {
	number=$((number + 1))
	if (($1 == 0)); then
		echo "ok $number $2"
	else
		echo "not ok $number $2"
		failed=1
	fi
}

# run STATUS PATTERN ARGUMENT...: gretool must end with this status, and its message must
# match. The pattern "" means that there must be no message.
run() {
	local want=$1 pattern=$2 out err status
	shift 2

	out=$("$gretool" "$@" 2>"$temporary/err" </dev/null)
	status=$?
	err=$(<"$temporary/err")
	# shellcheck disable=SC2053 # a pattern it is
	[[ $status == "$want" && $err == $pattern ]]
	local wrong=$?
	if ((wrong)); then
		echo "# status $status, not $want; message: $err"
	elif ((want == 2)) && [[ $out ]]; then
		echo "# a usage error prints to standard output: $out"
		wrong=1
	fi
	result $wrong "gretool $(tr -c '[:print:]' '?' <<<"$*" | head -c -1) ($want)"
}

# batch STATUS PATTERN TEXT ARGUMENT...: test a batch file in the same way.
batch() {
	local want=$1 pattern=$2 text=$3
	shift 3

	printf '%b' "$text" >"$temporary/batch"
	run "$want" "$pattern" "$@" -batch "$temporary/batch"
}

echo "KTAP version 1"
[[ -x $gretool ]] || {
	echo "1..0 # SKIP $gretool is not built"
	exit 4
}

run 2 'gretool: the command is missing, see "gretool help"'
run 2 'gretool: "shwo" is not a command, did you mean "show"?' shwo
run 2 'gretool: "frobnicate" is not a command, see "gretool help"' frobnicate
run 2 'gretool: "-x" is not an option, see "gretool help"' -x
run 2 'gretool: -n: the value is missing,*' -n
run 2 'gretool: --netns: the value is missing, expected the name, path or pid *' -s --netns
run 2 'gretool: -batch: the value is missing,*' -batch
run 2 'gretool: -batch: unexpected argument "show",*' -batch - show
run 1 'gretool: network namespace "/nowhere": No such file*' -n /nowhere show
# Bytes that could control a terminal are printed as \xNN.
run 2 'gretool: "a\\x1b\[31m\\x0ab\\x7f" is not a command,*' $'a\e[31m\nb\x7f'
run 2 'gretool: add: ttl: "\\xc2\\x9b\\x9b\\xff'$'\303\244''" is not*' \
	add g1 remote any ttl $'\xc2\x9b\x9b\xff\303\244'
run 1 'gretool: apply: /nowhere/\\x1bc: No such file*' apply $'/nowhere/\ec'
run 0 '' --version
run 0 '' -V
run 0 '' help
run 0 '' --help
run 0 '' -h
for command in add set del show monitor probe top check metrics apply save import migrate help; do
	run 0 '' help "$command"
	run 0 '' "$command" --help
	run 0 '' "$command" gre1 remote 192.0.2.31 -h
done
run 2 'gretool: help: "nonsense" is not a command*' help nonsense
run 2 'gretool: add: the name of the tunnel is missing*' add
run 2 'gretool: add: remote: missing, expected*' add g1
run 2 'gretool: add: ttl: "300" is not 1..255 or inherit' add g1 remote any ttl 300
run 2 'gretool: set: g1: nothing to change,*' set g1
run 2 'gretool: del: the name of the tunnel is missing*' del
run 2 'gretool: del: unexpected argument "g2"' del g1 g2
run 2 'gretool: del: name: "a/b" cannot be*' del a/b
run 2 'gretool: show: unexpected argument "g2"' show g1 g2
run 2 'gretool: show: "-x" is not an option,*' show -x
run 2 'gretool: show: "--det" is not an option, expected -s, -d, -j or -p' show --det
run 2 'gretool: show: "-json=1" is not an option,*' show -json=1
run 2 'gretool: show: unexpected argument "g2"' show -details --json g1 -p -s g2
run 2 'gretool: show: name: "-x" *' show -s -- -x
run 2 'gretool: show: name: "wrong-name-of-an-interface" is longer*' show wrong-name-of-an-interface
run 2 'gretool: monitor: unexpected argument "g1"' monitor g1
run 2 'gretool: monitor: "-x" is not an option, expected only -j' monitor -x
run 2 'gretool: monitor: -s, -d and -p say nothing here,*' -s monitor
run 2 'gretool: add: keepalive: "99ms" is not off, or a time*' \
	add g1 remote 192.0.2.2 keepalive 99ms
run 2 'gretool: add: keepalive: needs a peer to ask,*' add g1 remote any keepalive
run 2 'gretool: "prob" is not a command, did you mean "probe"?' prob
run 2 'gretool: probe: the name of the tunnel is missing, expected NAME' probe
run 2 'gretool: probe: the name of the tunnel is missing, expected NAME' probe -c 3
run 2 'gretool: probe: unexpected argument "g2"' probe g1 g2
run 2 'gretool: probe: "-x" is not an option, expected -c, -i, -s or -j' probe g1 -x
run 2 'gretool: probe: "-cc" is not an option,*' probe g1 -cc 3
run 2 'gretool: probe: name: "a/b" cannot be*' probe a/b -c 1
run 2 'gretool: probe: -c: the value is missing' probe g1 -c
run 2 'gretool: probe: -i: the value is missing' probe g1 -c 1 -i
run 2 'gretool: probe: -s: the value is missing' probe -s
for value in 0 -1 +1 x 3x '' ' 3' 0x3 4294967296 18446744073709551617; do
	run 2 "gretool: probe: -c: \"$value\" is not 1..4294967295" probe g1 -c "$value"
done
for value in 0 9ms 0.009 -1 1x '' 1d 50d; do
	run 2 "gretool: probe: -i: \"$value\" is not a time of 10ms or more" \
		probe g1 -i "$value"
done
for value in 0 1 55 65500 -56 56x '' 4294967352; do
	run 2 "gretool: probe: -s: \"$value\" is not 56..65499 bytes" probe g1 -s "$value"
done
run 2 'gretool: top: unexpected argument "g1"' top g1
run 2 'gretool: top: "-s" is not an option, expected -i or -c' top -s
run 2 'gretool: top: -i: the value is missing' top -i
run 2 'gretool: top: -c: the value is missing' top -i 1s -c
for value in 0 -1 +1 x 3x '' ' 3'; do
	run 2 "gretool: top: -c: \"$value\" is not 1 or more" top -c "$value"
done
for value in 0 99ms 0.099 x ''; do
	run 2 "gretool: top: -i: \"$value\" is not a time of 100ms or more" top -i "$value"
done

run 2 'gretool: check: unexpected argument "g2"' check g1 g2
run 2 'gretool: check: "-x" is not an option, expected -j or -p' check -x
run 2 'gretool: check: name: "a/b" cannot be*' check a/b
run 2 'gretool: check: -s and -d say nothing here,*' -s check
run 2 'gretool: check: -s and -d say nothing here,*' check g1 -d

run 2 'gretool: apply: unexpected argument "b"' apply a b
run 2 'gretool: apply: "-x" is not an option, expected --dry-run, --prune, --state-file, --keep-going, --dev, -j or -p' apply -x
run 2 'gretool: apply: --state-file: the value is missing, expected a file' apply a --state-file
run 2 'gretool: apply: --made: the value is missing, expected a file' apply a --made
run 2 'gretool: apply: -made: the value is missing, expected a file' apply -dry-run a -made
run 2 'gretool: apply: --prune and --dev: expected only one*' apply --dev=eth0 -prune a
run 2 'gretool: apply: -s and -d say nothing here, expected -j or -p' -s apply a
run 1 'gretool: apply: /nowhere: No such file or directory' apply /nowhere
run 2 'gretool: save: unexpected argument "b"' save a b
run 2 'gretool: save: "-j" is not an option, expected only FILE' save -j
run 2 'gretool: add: route: only in a file of "gretool apply",*' add g1 remote any route 10.0.0.0/8
run 2 'gretool: import: the source is missing, expected links, ifupdown or networkd' import
run 2 'gretool: import: "x" is not links, ifupdown or networkd' import x
run 2 'gretool: import: unexpected argument "x"' import links x
run 2 'gretool: import: unexpected argument "y"' import ifupdown x y
run 2 'gretool: migrate: NAME is missing, or --all' migrate
run 2 'gretool: migrate: unexpected argument "gre1" beside --all' migrate --all gre1
run 2 'gretool: migrate: unexpected argument "gre2"' migrate gre1 gre2
run 2 'gretool: migrate: "--keep" is not an option, expected *' migrate --keep gre1
run 1 'gretool: migrate: nosuch: there is no such interface' migrate nosuch
run 1 'gretool: migrate: lo: is of kind "", not gre or ip6gre' migrate lo
run 1 'gretool: import: /nowhere: No such file or directory' import ifupdown /nowhere
run 1 'gretool: import: /nowhere: No such file or directory*' import networkd /nowhere
printf '[g1]\nremote any ttl x\n' >"$temporary/conf"
run 2 "$temporary/conf:2:16: ttl: \"x\" is not 1..255 or inherit" apply "$temporary/conf"
batch 2 "$temporary/conf:2:16: ttl:*
$temporary/batch:2: \"shwo\" is not a command*" "apply $temporary/conf\nshwo\n" -force
run 2 'gretool: metrics: unexpected argument "b"' metrics a b
run 2 'gretool: metrics: "-j" is not an option, expected only FILE' metrics -j
run 1 'gretool: metrics: /dev/null: is not a regular file' metrics /dev/null
run 1 'gretool: metrics: /nowhere/a: No such file or directory' metrics /nowhere/a

run 1 'gretool: /nowhere: No such file or directory' -batch /nowhere
batch 0 '' ''
batch 0 '' '# nothing\n\n   # indented\n'
batch 2 '*/batch:3: add: ttl: "x" is not 1..255 or inherit' \
	'# first\n\nadd g1 remote any ttl x\nshwo\n'
batch 2 '*/batch:1: "shwo" is not a command*/batch:2: add: ttl:*' \
	'shwo\nadd g1 remote any ttl x\n' -force
batch 2 '*/batch:1: the line has a quote that does not end' 'add "g1 remote any\n'
batch 2 '*/batch:1: the line begins with a byte order mark (U+FEFF),*' '\xef\xbb\xbfhelp\n'
batch 2 '*/batch:1: the line ends in a backslash, which joins no lines here' \
	'add g1 remote any \\\n\tttl 9\n'
batch 2 '*/batch:1: the line has a NUL byte' 'add g1 \0 remote any\n'
batch 2 '*/batch:2: add: "romote" is not an option, did you mean "remote"?' \
	"# last line without an end\nadd 'g1' romote any"
batch 2 '*/batch:1: probe: -c: "0" is not*/batch:2: top: unexpected argument "x"' \
	'probe g1 -c 0\ntop x\n' -force
batch 2 '*/batch:1: the line has too many words' "add $(printf 'x %.0s' {1..600})\n"

[[ $(printf 'help add\n' | "$gretool" -batch - | head -n 1) == 'gretool add NAME '* ]]
result $? 'a batch from standard input'
[[ $(printf 'shwo\n' | "$gretool" -b - 2>&1) == 'stdin:1: "shwo" is not'* ]]
result $? 'an error in standard input has its line'
[[ $("$gretool" --version) =~ ^gretool\ [0-9] ]]
result $? 'the version is a number'
if [[ -c /dev/full ]]; then
	"$gretool" help >/dev/full 2>"$temporary/err"
	[[ $? == 1 && $(<"$temporary/err") == *'cannot write the output'* ]]
	result $? 'a full disk is an error'
fi
for program in check import metrics migrate top; do
	message=$(../gretool-$program -batch /dev/null 2>&1)
	[[ $? == 2 && $message == 'gretool: -batch: only gretool itself '* ]]
	result $? "gretool-$program runs no batch"
done

# Some commands are separate programs; this one prints its arguments.
mkdir "$temporary/programs"
cp "$gretool" "$temporary/programs/gretool"
cat >"$temporary/programs/gretool-check" <<-'END'
	#!/bin/sh
	printf '%s\n' "$*"
	exit 3
END
chmod 755 "$temporary/programs/gretool-check"
gretool=$temporary/programs/gretool

# passes STATUS OUTPUT ARGUMENT...: the program must print this and end with this status
passes() {
	local want=$1 expected=$2 out status
	shift 2

	out=$("$gretool" "$@" 2>&1)
	status=$?
	[[ $status == "$want" && $out == "$expected" ]]
	result $? "gretool $*"
	[[ $out == "$expected" ]] || echo "# $out"
}

passes 3 '--' check
passes 3 '-- g1 -j -x' check g1 -j -x
passes 3 '-n /nowhere -s -s -d -p -- g1' -n /nowhere -s -s -d -j -p -s check g1
passes 3 '-- --help' help check
printf 'help top\n-x\ncheck -p g1\ncheck\nhelp\n' >"$temporary/batch"
passes 1 "$temporary/batch:1: help: top is not installed; it is in the package gretool-extra" \
	-batch "$temporary/batch"
sed -i 1,2d "$temporary/batch"
passes 3 "-j --batch-file $temporary/batch --batch-line 1 -- -p g1" -j -batch "$temporary/batch"
[[ $("$gretool" -force -batch "$temporary/batch" | sed -n 2p) == *'--batch-line 2 --' ]]
result $? "a batch goes on after a program"
# A reader that stops reading ends the batch without a message.
cat >"$temporary/programs/gretool-top" <<-'END'
	#!/bin/sh
	kill -PIPE $$
END
chmod 755 "$temporary/programs/gretool-top"
printf 'top\nhelp\n' >"$temporary/batch"
passes 141 '' -force -batch "$temporary/batch"
# A user namespace cannot go back to the network namespace of the shell.
if unshare -Ur true 2>/dev/null; then
	printf 'check\n' >"$temporary/batch"
	# shellcheck disable=SC2016 # the other shell expands it
	out=$(unshare -Ur bash -c 'exec 2>&1
		unshare -n sleep 60 >/dev/null &
		until [[ ! /proc/$!/ns/net -ef /proc/self/ns/net ]]; do sleep 0.1; done
		"$1" -n "$!" -batch "$2"
		kill "$!"' bash "$gretool" "$temporary/batch")
	[[ $out == '-n '*' --batch-line 1 --' ]]
	result $? "a batch runs a program in a namespace without a way back"
	[[ $out == '-n '* ]] || echo "# $out"
fi
gretool=../gretool

for command in add set del show monitor probe top check metrics apply save import migrate help; do
	long=$("$gretool" help "$command" | awk 'length > 80')
	[[ ! $long ]]
	result $? "help $command fits 80 columns $long"
done
long=$("$gretool" help | awk 'length > 80')
[[ ! $long ]]
result $? "help fits 80 columns $long"
for command in add set apply; do
	# Below an option that is too long for its column, the text has its own line.
	broken=$("$gretool" help "$command" | awk '
		/^Options:/ { options = 1 }
		long { if (substr($0, 1, 27) ~ /[^ ]/) print long; long = "" }
		options && /^  [^ ]/ && substr($0, 26, 3) !~ /^. [^ ]/ { long = $0 }
		END { if (long) print long }')
	[[ ! $broken ]]
	result $? "the texts of help $command begin in one column $broken"
done

echo "1..$number"
exit $failed
