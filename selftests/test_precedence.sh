#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Which tunnel a received packet belongs to: both addresses, remote alone, local
# alone, neither; then the device it came in by. The key must be the same, or
# absent from both. And which tunnels cannot be told apart, and are refused.

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

TESTS="
	test_addresses
	test_reverse_order
	test_link
	test_vrf
	test_key
	test_key_and_addresses
	test_duplicate
	test_duplicate_by_change
	test_same_but_different
"

SENTENCE='has the same local, remote, input key and link'

# A has 192.0.2.1 and .111 on v0; B .2 and .3, and a second cable to A's v1.
setup() {
	setup_pair
	run ip -n "$A" addr add 192.0.2.111/24 dev v0
	run ip -n "$B" addr add 192.0.2.3/24 dev v0
	run ip link add v1 netns "$A" type veth peer name v1 netns "$B"
	run ip -n "$A" addr add 198.51.100.1/24 dev v1
	run ip -n "$B" addr add 198.51.100.2/24 dev v1
	run ip -n "$A" link set v1 up
	run ip -n "$B" link set v1 up
	ns "$A" sysctl -qw net.ipv4.conf.all.rp_filter=0 \
		net.ipv4.conf.v0.rp_filter=0 net.ipv4.conf.v1.rp_filter=0
}

tunnel() {
	local name=$1
	shift
	run gretool -n "$A" add "$name" "$@" up || fail "add $name $*"
}

# The lines of the standard input: see whose.py.
packets_go_to() {
	helper whose.py "$A" "$B"
}

# refused OPTIONS: the tunnel is there already
refused() {
	local said status
	said=$(gretool -n "$A" add twin "$@" 2>&1)
	status=$?
	check_eq "status of add twin $*" 1 "$status"
	check_match "add twin $*" "$SENTENCE" "$said"
	check_fails "twin is not there" ip -n "$A" link show twin
}

test_addresses() {
	setup
	tunnel exact local 192.0.2.1 remote 192.0.2.2
	tunnel remoteonly local any remote 192.0.2.2
	tunnel localonly local 192.0.2.1 remote any
	tunnel neither local any remote any
	packets_go_to <<-END
		exact      192.0.2.2 192.0.2.1
		remoteonly 192.0.2.2 192.0.2.111
		localonly  192.0.2.3 192.0.2.1
		neither    192.0.2.3 192.0.2.111
	END
	run gretool -n "$A" del exact
	packets_go_to <<-END
		remoteonly 192.0.2.2 192.0.2.1
		localonly  192.0.2.3 192.0.2.1
	END
	run gretool -n "$A" del remoteonly
	packets_go_to <<-END
		localonly  192.0.2.2 192.0.2.1
		neither    192.0.2.2 192.0.2.111
	END
	run gretool -n "$A" del localonly
	packets_go_to <<-END
		neither    192.0.2.2 192.0.2.1
		neither    192.0.2.3 192.0.2.111
	END
	run gretool -n "$A" del neither
	packets_go_to <<-END
		nobody     192.0.2.2 192.0.2.1
	END
}

# It is not the oldest that wins, nor the youngest.
test_reverse_order() {
	setup
	tunnel neither local any remote any
	tunnel localonly local 192.0.2.1 remote any
	tunnel remoteonly local any remote 192.0.2.2
	tunnel exact local 192.0.2.1 remote 192.0.2.2
	packets_go_to <<-END
		exact      192.0.2.2 192.0.2.1
		remoteonly 192.0.2.2 192.0.2.111
		localonly  192.0.2.3 192.0.2.1
		neither    192.0.2.3 192.0.2.111
	END
}

test_link() {
	setup
	tunnel unbound local 192.0.2.1 remote 192.0.2.2
	tunnel bound local 192.0.2.1 remote 192.0.2.2 dev v0
	packets_go_to <<-END
		bound      192.0.2.2 192.0.2.1
		unbound    192.0.2.2 192.0.2.1 out v1
	END
	run gretool -n "$A" del unbound
	# A better match that is bound elsewhere is none.
	tunnel any local any remote any
	packets_go_to <<-END
		bound      192.0.2.2 192.0.2.1
		any        192.0.2.2 192.0.2.1 out v1
	END
	run gretool -n "$A" del any
	packets_go_to <<-END
		nobody     192.0.2.2 192.0.2.1 out v1
	END
	# Addresses go before the link.
	tunnel exact local 192.0.2.1 remote 192.0.2.3
	tunnel anyv0 local any remote any dev v0
	packets_go_to <<-END
		exact      192.0.2.3 192.0.2.1
		anyv0      192.0.2.3 192.0.2.111
	END
}

test_vrf() {
	setup
	run ip -n "$A" link add red type vrf table 10 ||
		{ skip "no VRF in this kernel"; return; }
	run ip -n "$A" link set red up
	run ip -n "$A" link set v0 master red
	tunnel unbound local 192.0.2.1 remote 192.0.2.2
	tunnel invrf local 192.0.2.1 remote 192.0.2.2 dev red
	packets_go_to <<-END
		invrf      192.0.2.2 192.0.2.1
	END
	run gretool -n "$A" del invrf
	packets_go_to <<-END
		unbound    192.0.2.2 192.0.2.1
	END
}

test_key() {
	setup
	tunnel zero local 192.0.2.1 remote 192.0.2.2 key 0
	tunnel five local 192.0.2.1 remote 192.0.2.2 key 5
	packets_go_to <<-END
		zero       192.0.2.2 192.0.2.1 key 0
		five       192.0.2.2 192.0.2.1 key 5
		nobody     192.0.2.2 192.0.2.1
		nobody     192.0.2.2 192.0.2.1 key 6
	END
	tunnel none local 192.0.2.1 remote 192.0.2.2
	run gretool -n "$A" del zero
	packets_go_to <<-END
		none       192.0.2.2 192.0.2.1
		nobody     192.0.2.2 192.0.2.1 key 0
	END
	# The key is that of what is received.
	run gretool -n "$A" set none okey 7
	packets_go_to <<-END
		none       192.0.2.2 192.0.2.1
		nobody     192.0.2.2 192.0.2.1 key 7
	END
}

# A tunnel whose key differs does not stand in the way of a worse match.
test_key_and_addresses() {
	setup
	tunnel exact local 192.0.2.1 remote 192.0.2.2 key 5
	tunnel remoteonly local any remote 192.0.2.2
	tunnel neither local any remote any key 0
	packets_go_to <<-END
		exact      192.0.2.2 192.0.2.1 key 5
		remoteonly 192.0.2.2 192.0.2.1
		neither    192.0.2.2 192.0.2.1 key 0
		nobody     192.0.2.2 192.0.2.1 key 1
	END
}

test_duplicate() {
	setup
	tunnel one local 192.0.2.1 remote 192.0.2.2
	refused local 192.0.2.1 remote 192.0.2.2
	refused local 192.0.2.1 remote 192.0.2.2 okey 5
	refused local 192.0.2.1 remote 192.0.2.2 csum seq ttl 9 fwmark 3
	tunnel two local any remote any key 0 dev v0
	refused remote any key 0 dev v0
	# The first is as it was.
	packets_go_to <<-END
		one        192.0.2.2 192.0.2.1
		two        192.0.2.3 192.0.2.1 key 0
	END
}

test_duplicate_by_change() {
	local before said
	setup
	tunnel one local 192.0.2.1 remote 192.0.2.2
	tunnel two local 192.0.2.1 remote 192.0.2.2 key 5 ttl 7
	before=$(gretool -n "$A" show)
	said=$(gretool -n "$A" set two nokey ttl 8 2>&1)
	check_eq "status" 1 "$?"
	check_match "set two nokey" "$SENTENCE" "$said"
	check_eq "nothing has changed" "$before" "$(gretool -n "$A" show)"
	packets_go_to <<-END
		one        192.0.2.2 192.0.2.1
		two        192.0.2.2 192.0.2.1 key 5
	END
	# Changed to what it is, a tunnel is not its own twin.
	check "set to the same" gretool -n "$A" set two key 5 ttl 8
}

test_same_but_different() {
	setup
	tunnel one local 192.0.2.1 remote 192.0.2.2
	tunnel key0 local 192.0.2.1 remote 192.0.2.2 key 0
	tunnel key1 local 192.0.2.1 remote 192.0.2.2 key 1
	tunnel onv0 local 192.0.2.1 remote 192.0.2.2 dev v0
	tunnel onv1 local 192.0.2.1 remote 192.0.2.2 dev v1
	tunnel onv1key local 192.0.2.1 remote 192.0.2.2 dev v1 key 1
	packets_go_to <<-END
		key0       192.0.2.2 192.0.2.1 key 0
		key1       192.0.2.2 192.0.2.1 key 1
		onv0       192.0.2.2 192.0.2.1
		onv1       192.0.2.2 192.0.2.1 out v1
		onv1key    192.0.2.2 192.0.2.1 out v1 key 1
	END
	# Other namespaces are other worlds.
	check "in B" gretool -n "$B" add one local 192.0.2.1 remote 192.0.2.2
}

run_tests
