#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What netfilter sees of a tunnel: nftables counts the inner packets of each flow on
# the tunnel and the outer ones below it, conntrack knows them, and a flowtable takes
# them past the routing of the router.
#
#  $LAN 172.16.0.2 -- lan0 $A v0 192.0.2.1 ===== v0 192.0.2.2 $B gre1 10.0.0.2
#
# underlay: IPv4 or IPv6
# make check-debug: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

modprobe -q nf_tables 2>/dev/null || [ -d /proc/sys/net/netfilter ] ||
	skip_all "this kernel has no nftables"

TESTS="
	inner_and_outer
	flows_apart
	conntrack_entry
	flowtable
"

SETUP=setup
setup() {
	setup_pair
	tunnel_pair
	add_lan LAN "$A" 172.16.0
	run ip -n "$B" route add 172.16.0.0/24 via 10.0.0.1
}

rules() {
	ns "$A" nft flush ruleset
	ns "$A" nft -f - || fail "nft"
}

# counted NAME: print "packets bytes" of a named counter
counted() {
	ns "$A" nft -j list counter inet t "$1" |
		jq -r '.nftables[] | .counter // empty | "\(.packets) \(.bytes)"'
}

# pings N: send so many of 128 bytes each from the LAN to the other end
pings() {
	check "ping" ns "$LAN" ping -q -c "$1" -i 0.05 -W 2 -s 100 10.0.0.2
}

# A packet has 128 bytes inside and those of the headers outside, and is seen once in each direction.
inner_and_outer() {
	local name
	rules <<-END
		table inet t {
			counter there { }
			counter back { }
			counter outer_there { }
			counter outer_back { }
			chain forward {
				type filter hook forward priority 0;
				oifname "gre1" ip saddr 172.16.0.2 ip daddr 10.0.0.2 counter name "there"
				iifname "gre1" ip saddr 10.0.0.2 ip daddr 172.16.0.2 counter name "back"
			}
			chain output {
				type filter hook output priority 0;
				oifname "v0" meta l4proto gre counter name "outer_there"
			}
			chain input {
				type filter hook input priority 0;
				iifname "v0" meta l4proto gre counter name "outer_back"
			}
		}
	END
	pings 10
	for name in there back; do
		check_eq "$name" "10 1280" "$(counted "$name")"
		check_eq "outer, $name" "10 $((10 * (128 + OUTER_LEN)))" "$(counted "outer_$name")"
	done
}

flows_apart() {
	rules <<-END
		table inet t {
			set flows {
				type ipv4_addr . ipv4_addr . inet_proto
				flags dynamic
				counter
			}
			chain forward {
				type filter hook forward priority 0;
				meta iifname "gre1" update @flows { ip saddr . ip daddr . meta l4proto }
				meta oifname "gre1" update @flows { ip saddr . ip daddr . meta l4proto }
			}
		}
	END
	pings 7
	# Somebody listens, so that nothing comes back.
	ns_background "$B" socat -u UDP4-RECV:9 OPEN:/dev/null
	busywait 10 ns "$B" grep -q ':0009 ' /proc/net/udp || fail "socat does not listen"
	ns "$LAN" bash -c 'for i in 1 2 3; do echo hello >/dev/udp/10.0.0.2/9; done'
	busywait 5 has_flow udp || fail "no flow of UDP"
	check_eq "flows" "10.0.0.2 172.16.0.2 icmp 7 896
172.16.0.2 10.0.0.2 icmp 7 896
172.16.0.2 10.0.0.2 udp 3 102" "$(flows)"
}

flows() {
	ns "$A" nft -j list set inet t flows | jq -r '.nftables[] | .set.elem // empty |
		.[].elem | "\(.val.concat | join(" ")) \(.counter.packets) \(.counter.bytes)"' | sort
}

has_flow() {
	flows | grep -q " $1 3 "
}

conntrack_entry() {
	rules <<-END
		table inet t {
			chain forward {
				type filter hook forward priority 0;
				ct state new,established accept
			}
		}
	END
	pings 3
	check_match "conntrack" 'icmp .*src=172.16.0.2 dst=10.0.0.2 .*src=10.0.0.2 dst=172.16.0.2 ' \
		"$(ns "$A" conntrack -L -p icmp 2>/dev/null)"
}

# Established connections go from one device to the other.
flowtable() {
	modprobe -q nf_flow_table 2>/dev/null
	ns "$A" nft flush ruleset
	if ! ns "$A" nft -f - <<-END 2>"$WORK/nft"; then
		table inet t {
			flowtable fast {
				hook ingress priority 0
				devices = { lan0, gre1 }
			}
			counter slow { }
			chain forward {
				type filter hook forward priority 0;
				meta l4proto tcp flow add @fast
				meta l4proto tcp counter name "slow"
			}
		}
	END
		skip "no flowtables: $(tail -n 1 "$WORK/nft")"
		return
	fi
	ns_background "$B" socat -u TCP4-LISTEN:5001,reuseaddr "CREATE:$WORK/received"
	busywait 10 tcp_listening "$B" 5001 || fail "socat does not listen"
	head -c 2000000 /dev/urandom >"$WORK/sent"
	check "TCP" timeout 60 ip netns exec "$LAN" socat -u \
		"OPEN:$WORK/sent,rdonly" TCP4:10.0.0.2:5001
	check "what arrived" busywait 5 cmp "$WORK/sent" "$WORK/received"
	printf '# 2 MB of TCP, packets that were routed: %s\n' "$(counted slow)"
	[ "$(counted slow | cut -d' ' -f1)" -lt 100 ] ||
		fail "the flowtable takes nothing: $(counted slow)"
}

run_tests
