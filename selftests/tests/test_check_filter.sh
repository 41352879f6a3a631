#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# gretool check finds the filters that drop protocol 47, says where they are, and prints a
# command that lets GRE through. If it cannot tell what a rule does, it prints a command
# that shows what the kernel does. More rules are in tools/tests/test_filter.c. Systems
# without sets are in test_office_routers.sh.
# make check-debug: left out
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/check.sh
. "$(dirname "$0")/../lib/check.sh"

modprobe -q nf_tables 2>/dev/null || [ -d /proc/sys/net/netfilter ] ||
	skip_all "this kernel has no nftables"

TESTS="
	healthy
	policy
	only_answers
	rule_with_counter
	chain_of_its_own
	before_input
	cannot_tell
	untracked
	output
	output_policy
	not_about_us
	other_namespace
	unprivileged
"

SETUP=setup
setup() {
	setup_pair
	tunnel_pair
}

# rules [NAMESPACE]: replace all rules by those on standard input
rules() {
	ns "${1:-$A}" nft flush ruleset
	ns "${1:-$A}" nft -f - || fail "nft"
}

# works, works_not: see if packets that begin a connection get through, as the finding
# says
works() {
	ns "$B" ping -q -c 1 -W 1 10.0.0.1
}

works_not() {
	! works
}

healthy() {
	rules <<-END
		table inet filter {
			chain input {
				type filter hook input priority filter; policy drop;
				ct state established accept
				ip protocol gre accept
				ip protocol icmp accept
			}
		}
	END
	finds "accepted" "" "$A" gre1
	check "it works" works
	ns "$A" nft flush ruleset
	finds "no rules" "" "$A" gre1
}

policy() {
	rules <<-END
		table inet filter {
			chain input {
				type filter hook input priority filter; policy drop;
				iif lo accept
				iifname "gre1" accept
				tcp dport 22 accept
			}
		}
	END
	finds "policy" "problem filter_input" "$A" gre1
	check_match "it is said so" "policy is drop" "$(said '.[0].text')"
	check "it does not work" works_not
	mend filter_input "$A" gre1
	finds "mended" "" "$A" gre1
	check "it works" works
}

# A usual set of rules does not mention GRE. The tunnel works only after this end has sent
# something.
only_answers() {
	rules <<-END
		table ip filter {
			chain in {
				type filter hook input priority filter; policy drop;
				ct state established accept
				ct state related accept
				iifname "gre1" accept
				iif lo accept
			}
		}
	END
	finds "only answers" "warning filter_input" "$A" gre1
	mend filter_input "$A" gre1
	finds "mended" "" "$A" gre1
	check "it works" works
}

rule_with_counter() {
	local handle

	rules <<-END
		table inet filter {
			chain input {
				type filter hook input priority filter; policy accept;
				tcp dport 22 accept
				ip saddr 192.0.2.0/24 meta l4proto gre counter drop
			}
		}
	END
	check "it does not work" works_not
	finds "rule" "problem filter_input" "$A" gre1
	handle=$(ns "$A" nft -a list chain inet filter input |
		sed -n 's/.*drop # handle //p')
	check_match "numbers" "handle $handle, which has dropped [1-9][0-9]* packets" \
		"$(said '.[0].text')"
	mend filter_input "$A" gre1
	check "it works" works
	# Deleting the rule helps, too.
	rules </dev/null
	finds "no rule" "" "$A" gre1
}

chain_of_its_own() {
	rules <<-END
		table inet fw {
			chain tunnels {
				ip protocol gre reject
			}
			chain input {
				type filter hook input priority filter; policy accept;
				iifname "v9" accept
				iifname "v0" jump tunnels
			}
		}
	END
	finds "jump" "problem filter_input" "$A" gre1
	check_match "where" "of chain tunnels" "$(said '.[0].text')"
	mend filter_input "$A" gre1
	check "it works" works
}

before_input() {
	rules <<-END
		table ip raw {
			chain pre {
				type filter hook prerouting priority raw; policy accept;
				ip saddr 192.0.2.2 ip protocol gre drop
			}
		}
	END
	finds "prerouting" "problem filter_input" "$A" gre1
	mend filter_input "$A" gre1
	check "it works" works
}

# anew: make the tunnel again, so that no packet has ever passed
anew() {
	run gretool -n "$A" del gre1
	run gretool -n "$A" add gre1 local 192.0.2.1 remote 192.0.2.2 \
		addr 10.0.0.1/30 addr fd00::1/64 up || fail "add in A"
}

# traced FILE: run the printed command while packets arrive
traced() {
	local fix pid

	fix=$(fix_of filter_input)
	bash -c "${fix/timeout 30/timeout 5}" >"$1" 2>&1 &
	pid=$!
	busywait 4 came_in "$1"
	wait "$pid"
	check_eq "the trace is gone" "" "$(ns "$A" nft list tables | grep grex_trace)"
}

came_in() {
	works_not
	grep -q verdict "$1"
}

# gretool check does not understand all conditions of this rule.
cannot_tell() {
	rules <<-END
		table inet filter {
			chain input {
				type filter hook input priority filter; policy drop;
				meta mark 7 ip protocol gre accept
				iifname "gre1" accept
			}
		}
	END
	anew
	notes "the rule" filter_input "$A" gre1
	finds "no more than that" "" "$A" gre1
	check_match "on what it depends" "depends on the rule with handle [0-9]+" \
		"$(said 'map(select(.id == "filter_input").text)[]')"
	traced "$WORK/trace"
	check_match "the kernel tells" "policy drop" "$(cat "$WORK/trace")"
	# If packets get through, there is no finding.
	run ns "$A" nft insert rule inet filter input meta mark 0 accept
	check "it works" works
	check "they come" has_no_finding filter_input "$A" gre1
	# If keepalives are not answered, there is one.
	run ns "$A" nft flush chain inet filter input
	run ns "$A" nft add rule inet filter input meta mark 7 accept
	anew
	run gretool -n "$A" set gre1 keepalive 100ms 3
	check "asked" busywait 10 has_finding peer_down "$A" gre1
	busywait 10 is_warned || fail "no warning"
	run gretool -n "$A" set gre1 keepalive off
}

is_warned() {
	examine "$A" gre1
	[[ $(wrong) == *"warning filter_input"* ]]
}

# Untracked packets have no state, so that "established" does not match.
untracked() {
	rules <<-END
		table inet filter {
			chain pre {
				type filter hook prerouting priority raw; policy accept;
				ip protocol gre notrack
			}
			chain out {
				type filter hook output priority raw; policy accept;
				ip protocol gre notrack
			}
			chain input {
				type filter hook input priority filter; policy drop;
				ct state established accept
				iifname "gre1" accept
			}
		}
	END
	anew
	check "from here" ping_fails "$A" 10.0.0.2
	notes "untracked" filter_input "$A" gre1
	check_match "why" "notrack" "$(said 'map(select(.id == "filter_input").text)[]')"
	run ns "$A" nft flush chain inet filter input
	run ns "$A" nft add rule inet filter input ct state untracked accept
	run ns "$A" nft add rule inet filter input iifname gre1 accept
	check "it works" works
	finds "untracked is accepted" "" "$A" gre1
}

output() {
	rules <<-END
		table inet filter {
			chain output {
				type filter hook output priority filter; policy accept;
				oifname "v0" ip daddr 192.0.2.2 ip protocol gre drop
			}
		}
	END
	finds "output" "problem filter_output" "$A" gre1
	check "it does not work" works_not
	mend filter_output "$A" gre1
	finds "mended" "" "$A" gre1
	check "it works" works
}

# The policy also drops what this machine sends into the tunnel.
output_policy() {
	rules <<-END
		table inet filter {
			chain output {
				type filter hook output priority filter; policy drop;
				ct state established accept
			}
		}
	END
	finds "policy" "warning filter_output" "$A" gre1
	check_match "who has to begin" "until the peer has sent" \
		"$(said 'map(select(.id == "filter_output").text)[]')"
	mend filter_output "$A" gre1
	finds "mended" "" "$A" gre1
	check "it works" works
	check "from here, too" ping_ok "$A" 10.0.0.2
}

not_about_us() {
	rules <<-END
		table inet filter {
			chain input {
				type filter hook input priority filter; policy accept;
				ct state invalid drop
				ip saddr 203.0.113.0/24 drop
				ip saddr != 192.0.2.0/24 ip protocol gre drop
				iifname "v9" drop
				ip protocol != gre ip protocol udp drop
				meta nfproto ipv6 drop
				icmp type echo-request limit rate over 1000/second drop
			}
			chain forward {
				type filter hook forward priority filter; policy drop;
			}
			chain unused {
				drop
			}
		}
		table ip6 filter {
			chain input {
				type filter hook input priority filter; policy drop;
			}
		}
	END
	finds "others" "" "$A" gre1
	check "it works" works
}

other_namespace() {
	new_ns INSIDE
	rules </dev/null
	run gretool -n "$INSIDE" add gre2 local 192.0.2.1 remote 192.0.2.2 \
		key 7 link-netns "$A" addr 10.0.1.1/30 up
	rules <<-END
		table inet filter {
			chain input {
				type filter hook input priority filter; policy drop;
			}
		}
	END
	finds "underlay" "problem filter_input" "$INSIDE" gre2
	check_match "there" "^ip netns exec $A nft " "$(fix_of filter_input)"
	mend filter_input "$INSIDE" gre2
	rules </dev/null
	rules "$INSIDE" <<-END
		table inet filter {
			chain input {
				type filter hook input priority filter; policy drop;
			}
		}
	END
	finds "not where no outer packet comes" "" "$INSIDE" gre2
	run gretool -n "$INSIDE" del gre2
}

unprivileged() {
	rules <<-END
		table inet filter {
			chain input {
				type filter hook input priority filter; policy drop;
			}
		}
	END
	ns "$A" setpriv --reuid 65534 --clear-groups \
		"$(command -v gretool)" check -j >"$WORK/check"
	check_eq "it is said" note \
		"$(said 'map(select(.id == "filter_unread"))[0].severity')"
	check_eq "no more than that" "" "$(wrong)"
	ns "$A" nft flush ruleset
}

run_tests
