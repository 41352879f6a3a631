#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Test what the script of ifupdown does with each option of a stanza. The list of options
# comes from the tool, and the script prints its commands instead of running them.

cd "$(dirname "$0")" || exit 1
number=0
failed=0
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT

echo "KTAP version 1"
[[ -x ../gretool ]] || {
	echo "1..0 # SKIP ../gretool is not built"
	exit 4
}

cat >"$temporary/gretool" <<END
#!/bin/sh
[ "\$1" = words ] && exec "$PWD/../gretool" "\$@"
echo "\$@"
END
chmod 755 "$temporary/gretool"

# becomes EXPECTED PHASE VARIABLE=VALUE...: the script must print these commands
becomes() {
	local expected=$1 phase=$2 got
	shift 2
	got=$(env -i "PATH=$temporary:/usr/bin:/bin" IFACE=lo "PHASE=$phase" "$@" ../dist/gretool.ifupdown 2>&1)
	# The shell determines the order of variables.
	[[ $got != *' remote x'* ]] || got=${got/ remote x/} got="add lo remote x${got#add lo}"
	number=$((number + 1))
	if [[ $got == "$expected" ]]; then
		echo "ok $number $phase $*"
	else
		echo "not ok $number $phase $*"
		echo "# expected \"$expected\", got \"$got\""
		failed=1
	fi
}

while read -r word _ value _; do
	option=IF_GRE_${word^^}
	option=${option//-/_}
	case $word:$value in
	remote:*) becomes 'add lo remote on' pre-up "$option=on" ;;
	*:0) becomes "add lo remote x $word" pre-up IF_GRE_REMOTE=x "$option=on" ;;
	*) becomes "add lo remote x $word on" pre-up IF_GRE_REMOTE=x "$option=on" ;;
	esac
done < <(../gretool words add)
becomes 'add lo remote x keepalive 300ms 5' pre-up IF_GRE_REMOTE=x 'IF_GRE_KEEPALIVE=300ms 5'
becomes 'add lo remote x csum off' pre-up IF_GRE_REMOTE=x IF_GRE_CSUM=off
becomes 'add lo remote x unknown2 on' pre-up IF_GRE_REMOTE=x IF_GRE_UNKNOWN2=on
becomes 'add lo remote x key *' pre-up IF_GRE_REMOTE=x 'IF_GRE_KEY=*'
becomes 'add lo remote x addr 10.0.0.1 addr fd00::1/64' pre-up IF_GRE_REMOTE=x 'IF_GRE_ADDR=10.0.0.1 fd00::1/64'
becomes 'add lo remote x addr 10.0.0.1 peer 10.0.0.2 addr fd00::1' pre-up IF_GRE_REMOTE=x 'IF_GRE_ADDR=10.0.0.1 peer 10.0.0.2 fd00::1'
becomes 'add lo remote x addr 10.0.0.1 peer 10.0.0.2' pre-up IF_GRE_PEER=10.0.0.2 IF_GRE_REMOTE=x IF_GRE_ADDR=10.0.0.1
becomes '' pre-up IF_GRE_KEY=5 IF_ADDRESS=10.0.0.1
becomes '' post-down IF_GRE_KEY=5
becomes '' post-up IF_GRE_REMOTE=x
becomes 'del lo' post-down IF_GRE_REMOTE=x
becomes '' post-down IF_GRE_REMOTE=x IFACE=nothere

echo "1..$number"
exit "$failed"
