# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the tests of setup_path (topology.sh) share: questions about what senders are told,
# and routers that quote little of a packet. Test files source this after lib.sh.

# lost_until_told NAMESPACE ADDRESS SIZE: how many packets of SIZE bytes are sent
# until their sender is told that they are too big, and what it is told
lost_until_told() {
	local from=$1 to=$2 data=$(($3 - 28))
	[[ $to != *:* ]] || data=$(($3 - 48))
	ns "$from" ping -c 4 -i 0.3 -W 1 -M "do" -s "$data" "$to" 2>&1 |
		sed -n 's/^From .*icmp_seq=\([0-9]*\) \(Frag needed\|Packet too big\).*mtu *= *\([0-9]*\).*/\1 \3/p' |
		head -n 1
}

# short_quotes [MTU]: let ROUTERS[3], which has the small link on its right, quote no more
# than RFC 792 asks for
short_quotes() {
	ns "${ROUTERS[3]}" nft -f - <<-END
		table ip short {
			chain out {
				type filter hook output priority 0
				icmp code 4 icmp type 3 ip saddr 100.64.0.0/16 meta mark != 1 meta length > 60 drop
			}
		}
	END
	background "$PY/short_quotes.py" "${ROUTERS[3]}" left "${1:-1300}" >"$WORK/short"
	busywait 10 grep -q ready "$WORK/short" || fail "short_quotes.py"
}

# full_quotes: let it quote as usual again
full_quotes() {
	ns "${ROUTERS[3]}" nft delete table ip short
}

# trace NAMESPACE TO [OPTIONS]: the hops of a traceroute, a line "address[ !what]" for each
trace() {
	local name=$1 to=$2
	shift 2
	ns "$name" traceroute -n -q 1 -w "${WAIT:-3}" -m "${HOPS:-10}" "$@" "$to" 2>&1 |
		awk 'NR > 1 { print $2 ($5 == "" ? "" : " " $5) }'
}
