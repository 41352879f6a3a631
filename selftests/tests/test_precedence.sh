#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Which tunnel a received packet belongs to: one with both addresses goes before one with
# the remote alone, then the local address alone, then neither; after that, the device
# counts that the packet came in by. The key must be the same, or absent from both. Tunnels
# that cannot be told apart are refused.
# underlay: IPv4 or IPv6

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

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

# A has 192.0.2.1 and .111 on v0; B has .2 and .3, and a second cable to A's v1.
setup() {
	setup_pair
	veth "$A" v1 "$B" v1
	ips "$A" <<-END
		addr add 192.0.2.111/24 dev v0
		addr add 198.51.100.1/24 dev v1
		link set v1 up
	END
	ips "$B" <<-END
		addr add 192.0.2.3/24 dev v0
		addr add 198.51.100.2/24 dev v1
		link set v1 up
	END
	ns "$A" sysctl -qw net.ipv4.conf.all.rp_filter=0 \
		net.ipv4.conf.v0.rp_filter=0 net.ipv4.conf.v1.rp_filter=0
	[ "${GREX_UNDERLAY:-}" = ipv6 ] || return 0
	outer_address "$A" v0 192.0.2.111
	outer_address "$B" v0 192.0.2.3
	# B sends packets to v0 of A by its second cable, too. Over IPv6, A would not answer there.
	ips "$B" <<-END
		route add 2001:db8::/64 dev v1 metric 2000
		neigh add 2001:db8::1 lladdr $(ip netns exec "$A" cat /sys/class/net/v1/address) dev v1
	END
}

# in_family: the standard input, with the outer addresses of the family that is tested
in_family() {
	[ "${GREX_UNDERLAY:-}" = ipv6 ] || { cat; return; }
	sed -E 's/192\.0\.2\.([0-9]+)/2001:db8::\1/g; s/(local any )?remote any/remote ::/'
}

tunnel() {
	local name=$1 words
	shift
	read -ra words < <(in_family <<<"$*")
	run gretool -n "$A" add "$name" "${words[@]}" up || fail "add $name $*"
}

# The lines of the standard input are commands of gretool in A.
tunnels() {
	in_family | gretool -n "$A" -batch - || fail "tunnels"
}

# whose.py describes the lines of the standard input.
packets_go_to() {
	in_family >"$WORK/packets"
	check "packets" "$PY/whose.py" "$A" "$B" <"$WORK/packets"
}

# move_v0 MASTER...: IPv6 addresses do not stay when a device changes its VRF
move_v0() {
	run ip -n "$A" link set v0 "$@"
	outer_address "$A" v0 192.0.2.1
	outer_address "$A" v0 192.0.2.111
}

# refused OPTIONS: this tunnel must be refused, since there is one like it
refused() {
	local said status words
	read -ra words < <(in_family <<<"$*")
	said=$(gretool -n "$A" add twin "${words[@]}" 2>&1)
	status=$?
	check_eq "status of add twin $*" 1 "$status"
	check_match "add twin $*" "$SENTENCE" "$said"
	check_fails "twin is not there" ip -n "$A" link show twin
}

test_addresses() {
	setup
	tunnels <<-END
		add exact local 192.0.2.1 remote 192.0.2.2 up
		add remoteonly local any remote 192.0.2.2 up
		add localonly local 192.0.2.1 remote any up
		add neither local any remote any up
	END
	packets_go_to <<-END
		exact      192.0.2.2 192.0.2.1
		remoteonly 192.0.2.2 192.0.2.111
		localonly  192.0.2.3 192.0.2.1
		neither    192.0.2.3 192.0.2.111
		# A tunnel that is down takes nothing from those that are up.
		gretool set exact down
		remoteonly 192.0.2.2 192.0.2.1
		gretool set exact up
		exact      192.0.2.2 192.0.2.1
		gretool del exact
		remoteonly 192.0.2.2 192.0.2.1
		localonly  192.0.2.3 192.0.2.1
		gretool del remoteonly
		localonly  192.0.2.2 192.0.2.1
		neither    192.0.2.2 192.0.2.111
		gretool del localonly
		neither    192.0.2.2 192.0.2.1
		neither    192.0.2.3 192.0.2.111
		gretool del neither
		nobody     192.0.2.2 192.0.2.1
	END
}

# The age of a tunnel does not matter.
test_reverse_order() {
	setup
	tunnels <<-END
		add neither local any remote any up
		add localonly local 192.0.2.1 remote any up
		add remoteonly local any remote 192.0.2.2 up
		add exact local 192.0.2.1 remote 192.0.2.2 up
	END
	packets_go_to <<-END
		exact      192.0.2.2 192.0.2.1
		remoteonly 192.0.2.2 192.0.2.111
		localonly  192.0.2.3 192.0.2.1
		neither    192.0.2.3 192.0.2.111
	END
}

test_link() {
	setup
	tunnels <<-END
		add unbound local 192.0.2.1 remote 192.0.2.2 up
		add bound local 192.0.2.1 remote 192.0.2.2 dev v0 up
	END
	packets_go_to <<-END
		bound      192.0.2.2 192.0.2.1
		unbound    192.0.2.2 192.0.2.1 out v1
		gretool del unbound
		# A better match that is bound to another device does not count.
		gretool add any local any remote any up
		bound      192.0.2.2 192.0.2.1
		any        192.0.2.2 192.0.2.1 out v1
		gretool del any
		# It counts if there is no other: the peer's packets may take another path.
		bound      192.0.2.2 192.0.2.1 out v1
		# A tunnel that is down is not replaced by its twin on another device.
		gretool add twin local 192.0.2.1 remote 192.0.2.2 dev v1 up
		twin       192.0.2.2 192.0.2.1 out v1
		gretool set twin down
		nobody     192.0.2.2 192.0.2.1 out v1
		gretool del twin
		# Addresses count more than the link.
		gretool add exact local 192.0.2.1 remote 192.0.2.3 up
		gretool add anyv0 local any remote any dev v0 up
		exact      192.0.2.3 192.0.2.1
		anyv0      192.0.2.3 192.0.2.111
	END
}

test_vrf() {
	setup
	run ip -n "$A" link add red type vrf table 10 ||
		{ skip "no VRF in this kernel"; return; }
	run ip -n "$A" link set red up
	move_v0 master red
	tunnels <<-END
		add unbound local 192.0.2.1 remote 192.0.2.2 up
		add invrf local 192.0.2.1 remote 192.0.2.2 dev red up
	END
	packets_go_to <<-END
		invrf      192.0.2.2 192.0.2.1
		gretool del invrf
		unbound    192.0.2.2 192.0.2.1
		# A tunnel that is bound outside of the VRF does not count.
		gretool add outside local 192.0.2.1 remote 192.0.2.2 dev v1 up
		gretool del unbound
		nobody     192.0.2.2 192.0.2.1
	END
	# Nor does one whose device, which was outside, is gone.
	move_v0 nomaster
	run ip -n "$A" link add d0 type dummy
	run ip -n "$A" link set d0 master red
	tunnels <<-END
		set outside dev d0
	END
	run ip -n "$A" link del d0
	packets_go_to <<-END
		nobody     192.0.2.2 192.0.2.1
	END
}

test_key() {
	setup
	tunnels <<-END
		add zero local 192.0.2.1 remote 192.0.2.2 key 0 up
		add five local 192.0.2.1 remote 192.0.2.2 key 5 up
	END
	packets_go_to <<-END
		zero       192.0.2.2 192.0.2.1 key 0
		five       192.0.2.2 192.0.2.1 key 5
		nobody     192.0.2.2 192.0.2.1
		nobody     192.0.2.2 192.0.2.1 key 6
		gretool add none local 192.0.2.1 remote 192.0.2.2 up
		gretool del zero
		none       192.0.2.2 192.0.2.1
		nobody     192.0.2.2 192.0.2.1 key 0
		# The key of received packets counts.
		gretool set none okey 7
		none       192.0.2.2 192.0.2.1
		nobody     192.0.2.2 192.0.2.1 key 7
	END
}

# A tunnel whose key differs does not stand in the way of a worse match.
test_key_and_addresses() {
	setup
	tunnels <<-END
		add exact local 192.0.2.1 remote 192.0.2.2 key 5 up
		add remoteonly local any remote 192.0.2.2 up
		add neither local any remote any key 0 up
	END
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
	# The first has not changed.
	packets_go_to <<-END
		one        192.0.2.2 192.0.2.1
		two        192.0.2.3 192.0.2.1 key 0
	END
}

test_duplicate_by_change() {
	local before said
	setup
	tunnels <<-END
		add one local 192.0.2.1 remote 192.0.2.2 up
		add two local 192.0.2.1 remote 192.0.2.2 key 5 ttl 7 up
	END
	before=$(gretool -n "$A" show)
	said=$(gretool -n "$A" set two nokey ttl 8 2>&1)
	check_eq "status" 1 "$?"
	check_match "set two nokey" "$SENTENCE" "$said"
	check_eq "nothing has changed" "$before" "$(gretool -n "$A" show)"
	packets_go_to <<-END
		one        192.0.2.2 192.0.2.1
		two        192.0.2.2 192.0.2.1 key 5
	END
	# A change to what it is already does not make a tunnel its own twin.
	check "set to the same" gretool -n "$A" set two key 5 ttl 8
}

test_same_but_different() {
	setup
	tunnels <<-END
		add one local 192.0.2.1 remote 192.0.2.2 up
		add key0 local 192.0.2.1 remote 192.0.2.2 key 0 up
		add key1 local 192.0.2.1 remote 192.0.2.2 key 1 up
		add onv0 local 192.0.2.1 remote 192.0.2.2 dev v0 up
		add onv1 local 192.0.2.1 remote 192.0.2.2 dev v1 up
		add onv1key local 192.0.2.1 remote 192.0.2.2 dev v1 key 1 up
	END
	packets_go_to <<-END
		key0       192.0.2.2 192.0.2.1 key 0
		key1       192.0.2.2 192.0.2.1 key 1
		onv0       192.0.2.2 192.0.2.1
		onv1       192.0.2.2 192.0.2.1 out v1
		onv1key    192.0.2.2 192.0.2.1 out v1 key 1
	END
	# Other namespaces do not count.
	check "in B" gretool -n "$B" add one local "$(outer 192.0.2.1)" remote "$(outer 192.0.2.2)"
}

run_tests
