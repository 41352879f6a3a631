#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# gretool import converts links of the kind gre, stanzas of ifupdown, and units of
# systemd-networkd into a file that can be applied.
# make check-debug: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

TESTS="
	ifupdown_tunnel
	ifupdown_commands
	ifupdown_sources
	ifupdown_inherits
	ifupdown_refused
	networkd
	networkd_binding
	links
"

# imports STATUS ARGUMENT...: import to $WORK/conf, with the warnings in $WORK/err
imports() {
	local status=$1
	shift
	gretool -n "$A" import "$@" >"$WORK/conf" 2>"$WORK/err"
	check_eq "status of import $*" "$status" "$?"
}

# applied EXPECTED: the imported file must be valid and make these tunnels
applied() {
	check "apply" gretool -n "$A" apply "$WORK/conf" --prune
	check_eq "nothing differs" "" \
		"$(gretool -n "$A" apply "$WORK/conf" --prune 2>&1)"
	check_eq "what is there" "$1" "$(gretool -n "$A" show)"
}

ifupdown_tunnel() {
	setup_pair
	cat >"$WORK/interfaces" <<-'END'
		auto lo gre1
		iface lo inet loopback

		iface gre1 inet tunnel
		    mode gre
		    local 192.0.2.1
		    endpoint 192.0.2.2
		    address 10.0.0.1
		    netmask 255.255.255.252
		    ttl 255
		    mtu 1400
		    gateway 10.0.0.2
		    dns-nameservers 10.0.0.2
		    post-up ip route add 10.8.0.0/16 via 10.0.0.2 dev $IFACE || true
		    pre-down ip route del 10.8.0.0/16
		    post-up iptables -A FORWARD -o gre1 -j ACCEPT

		iface gre1 inet6 static
		    address fd00::1/64

		iface p2p inet tunnel
		    mode gre
		    endpoint 192.0.2.3
		    address 10.1.0.1
		    dstaddr 10.1.0.2

		iface other inet tunnel
		    mode ipip
		    endpoint 192.0.2.4
		    something unknown
	END
	imports 0 ifupdown "$WORK/interfaces"
	check_eq "the file" "[gre1]
local 192.0.2.1
remote 192.0.2.2
ttl 255
tos 0x00
mtu 1400
addr 10.0.0.1/30
addr fd00::1/64
route 10.8.0.0/16 via 10.0.0.2
route default via 10.0.0.2
up
# not taken over: $WORK/interfaces:13: dns-nameservers 10.0.0.2
# not taken over: $WORK/interfaces:16: post-up iptables -A FORWARD -o gre1 -j ACCEPT

[p2p]
remote 192.0.2.3
ttl inherit
tos 0x00
addr 10.1.0.1/32 peer 10.1.0.2
up" "$(cat "$WORK/conf")"
	check_eq "warnings" "$WORK/interfaces:13: import: not taken over: dns-nameservers 10.0.0.2
$WORK/interfaces:16: import: not taken over: post-up iptables -A FORWARD -o gre1 -j ACCEPT" \
		"$(cat "$WORK/err")"
	applied "gre1 local 192.0.2.1 remote 192.0.2.2 ttl 255 tos 0x00 mtu 1400 addr 10.0.0.1/30 addr fd00::1/64 up
p2p remote 192.0.2.3 ttl inherit tos 0x00 mtu 1476 addr 10.1.0.1/32 peer 10.1.0.2 up"
	check_eq "routes" "default via 10.0.0.2 proto 47
10.8.0.0/16 via 10.0.0.2 proto 47" \
		"$(ip -n "$A" route show dev gre1 proto 47 |
			sed 's/$/ proto 47/; s/  */ /g')"
}

ifupdown_commands() {
	setup_pair
	cat >"$WORK/interfaces" <<-'END'
		iface gre1 inet static
		    address 10.0.0.1/30
		    pre-up ip tunnel add $IFACE mode gre local 192.0.2.1 \
		        remote 192.0.2.2 ttl 64 key 5 tos 10 dev v0
		    post-up /sbin/ip r a 10.9.0.0/16 via 10.0.0.2 metric 7 table 100
		    post-down ip tunnel del gre1
		iface eth0 inet static
		    address 192.0.2.1/24
		    up ip link add gre2 mtu 1300 type gre remote 192.0.2.3 nopmtudisc okey 7 csum hoplimit 0 && ip addr add 10.3.0.1/30 dev gre2; ip link set dev gre2 up multicast on
		    up ip -6 route add default dev gre2
		    up ip route add 10.9.0.0/16 dev gre2 src 10.3.0.1
		    up ip link set gre2 txqueuelen 100
		    up ip tunnel add x mode ipip remote 192.0.2.4
		    up sysctl -w a=b
	END
	imports 0 ifupdown "$WORK/interfaces"
	check_eq "the file" "[gre1]
local 192.0.2.1
remote 192.0.2.2
dev v0
key 5
ttl 64
tos 0x10
addr 10.0.0.1/30
route 10.9.0.0/16 via 10.0.0.2 metric 7 table 100
up

[gre2]
remote 192.0.2.3
okey 7
csum
ttl inherit
tos 0x00
df inherit
mtu 1300
multicast on
addr 10.3.0.1/30
route ::/0
up
# not taken over: $WORK/interfaces:11: route 10.9.0.0/16, which has \"src\"
# not taken over: $WORK/interfaces:12: ip link set txqueuelen 100
# not taken over: $WORK/interfaces:13: up ip tunnel add x mode ipip remote 192.0.2.4
# not taken over: $WORK/interfaces:14: up sysctl -w a=b" \
		"$(cat "$WORK/conf")"
	applied "gre1 local 192.0.2.1 remote 192.0.2.2 dev v0 key 5 tos 0x10 mtu 1472 addr 10.0.0.1/30 up
gre2 remote 192.0.2.3 okey 7 csum ttl inherit tos 0x00 df inherit mtu 1300 multicast on addr 10.3.0.1/30 up"
}

ifupdown_sources() {
	setup_pair
	mkdir -p "$WORK/more" "$WORK/interfaces.d"
	printf 'source-directory interfaces.d\nsource more/*.conf\nsource /nowhere/*\n' \
		>"$WORK/interfaces"
	printf 'iface one inet tunnel\nmode gre\nendpoint 192.0.2.2\nfoo bar\n' \
		>"$WORK/interfaces.d/one"
	printf 'iface no inet tunnel\nmode gre\nendpoint 192.0.2.9\n' \
		>"$WORK/interfaces.d/no.bak"
	printf 'iface two inet tunnel\nmode gre\nendpoint 192.0.2.3\nlocal 192.0.2.1' \
		>"$WORK/more/two.conf"
	imports 0 ifupdown "$WORK/interfaces"
	check_eq "the warning" "$WORK/interfaces.d/one:4: import: not taken over: foo bar" \
		"$(cat "$WORK/err")"
	applied "one remote 192.0.2.2 ttl inherit tos 0x00 mtu 1476 up
two local 192.0.2.1 remote 192.0.2.3 ttl inherit tos 0x00 mtu 1476 up"
	printf 'source interfaces\n' >"$WORK/interfaces"
	imports 1 ifupdown "$WORK/interfaces"
	check_match "a loop" "files that include each other" "$(cat "$WORK/err")"
}

# A tunnel without an endpoint receives from any source.
ifupdown_inherits() {
	setup_pair
	cat >"$WORK/interfaces" <<-'END'
		auto hub spoke
		iface template inet tunnel
		    mode gre
		    local 192.0.2.1
		    ttl 255
		iface hub inherits template
		    address 10.0.0.1/24
		iface spoke inet tunnel inherits template
		    endpoint 192.0.2.2
	END
	imports 0 ifupdown "$WORK/interfaces"
	check_eq "no warning" "" "$(cat "$WORK/err")"
	applied "hub local 192.0.2.1 remote any ttl 255 tos 0x00 mtu 1476 addr 10.0.0.1/24 up
spoke local 192.0.2.1 remote 192.0.2.2 ttl 255 tos 0x00 mtu 1476 up"
}

# import reports the options that grex does not support, and takes over the rest.
ifupdown_refused() {
	setup_pair
	cat >"$WORK/interfaces" <<-'END'
		iface bad inet tunnel
		    mode gre
		    endpoint 224.0.0.9
		iface good inet tunnel
		    mode gre
		    endpoint 192.0.2.2
		    ttl 300
		    up ip link set good mtu 12 && ip tunnel add z mode gre remote 192.0.2.5 6rd-prefix x
	END
	imports 1 ifupdown "$WORK/interfaces"
	check_match "the remote" "$WORK/interfaces:3: import: remote: \"224.0.0.9\" is a multicast address" \
		"$(cat "$WORK/err")"
	check_match "the tunnel" "$WORK/interfaces:2: import: not taken over: bad" \
		"$(cat "$WORK/err")"
	check_eq "the file" "# not taken over: bad: ttl inherit tos 0 up 
# not taken over: $WORK/interfaces:3: remote 224.0.0.9

[good]
remote 192.0.2.2
tos 0x00
up
# not taken over: $WORK/interfaces:7: ttl 300
# not taken over: $WORK/interfaces:8: mtu 12

[z]
remote 192.0.2.5
ttl inherit
tos 0x00
# not taken over: $WORK/interfaces:8: 6rd-prefix x" "$(cat "$WORK/conf")"
	applied "good remote 192.0.2.2 tos 0x00 mtu 1476 up
z remote 192.0.2.5 ttl inherit tos 0x00 mtu 1476"
}

networkd() {
	setup_pair
	mkdir -p "$WORK/n/20-gre2.netdev.d"
	cat >"$WORK/n/10-gre1.netdev" <<-'END'
		# The first.
		[Tunnel]
		Independent=yes
		Local=192.0.2.1
		Remote = 192.0.2.2
		TTL=255
		Key=1.2.3.4

		[NetDev]
		Name=gre1
		Kind=gre
		MTUBytes=1400
	END
	cat >"$WORK/n/20-gre2.netdev" <<-'END'
		[NetDev]
		Name=gre2
		Kind=gre
		[Tunnel]
		Independent=yes
		Local=any
		Remote=192.0.2.3
		InputKey=5
		DiscoverPathMTU=no
		IgnoreDontFragment=no
		FooOverUDP=yes
	END
	printf '[Tunnel]\nTOS=16\n' >"$WORK/n/20-gre2.netdev.d/tos.conf"
	printf '[NetDev]\nName=tap\nKind=gretap\n[Tunnel]\nRemote=192.0.2.4\n' \
		>"$WORK/n/30-tap.netdev"
	printf '[NetDev]\nName=six\nKind=ip6gre\n[Tunnel]\nLocal=2001:db8::1\nRemote=2001:db8::6\n' \
		>"$WORK/n/31-six.netdev"
	cat >"$WORK/n/40-gre.network" <<-'END'
		[Match]
		Name=gre*

		[Link]
		Multicast=yes
	END
	cat >"$WORK/n/50-gre1.network" <<-'END'
		[Match]
		Name=gre1

		[Network]
		Address=10.0.0.1/30
		Address=fd00::1/64
		Gateway=10.0.0.2
		DNS=10.0.0.2

		[Address]
		Address=10.7.0.1/32
		Peer=10.7.0.2/32

		[Route]
		Destination=10.8.0.0/16
		Gateway=10.0.0.2
		Metric=5

		[Route]
		Destination=10.9.0.0/16
		Table=100

		[Route]
		Type=blackhole
		Destination=10.0.0.0/8
	END
	imports 0 networkd "$WORK/n"
	check_eq "the file" "[gre1]
local 192.0.2.1
remote 192.0.2.2
key 16909060
ttl 255
tos 0x00
mtu 1400
multicast on
addr 10.0.0.1/30
addr fd00::1/64
addr 10.7.0.1/32 peer 10.7.0.2
route default via 10.0.0.2
route 10.8.0.0/16 via 10.0.0.2 metric 5
route 10.9.0.0/16 table 100
up
# not taken over: $WORK/n/50-gre1.network:8: [Network] DNS=10.0.0.2
# not taken over: $WORK/n/50-gre1.network:25: [Route] Type=blackhole Destination=10.0.0.0/8

[gre2]
local any
remote 192.0.2.3
ikey 5
ttl inherit
tos 0x10
df inherit
multicast on
up
# not taken over: $WORK/n/20-gre2.netdev:11: [Tunnel] FooOverUDP=yes

[tap]
ether
remote 192.0.2.4
ttl inherit
tos 0x00
up

[six]
local 2001:db8::1
remote 2001:db8::6
tos 0x00
up" \
		"$(cat "$WORK/conf")"
	check_eq "warnings" "$WORK/n/50-gre1.network:8: import: not taken over: [Network] DNS=10.0.0.2
$WORK/n/50-gre1.network:25: import: not taken over: [Route] Type=blackhole Destination=10.0.0.0/8
$WORK/n/20-gre2.netdev:11: import: not taken over: [Tunnel] FooOverUDP=yes" \
		"$(cat "$WORK/err")"
	applied "gre1 local 192.0.2.1 remote 192.0.2.2 key 16909060 ttl 255 tos 0x00 mtu 1400 multicast on addr 10.0.0.1/30 addr 10.7.0.1/32 peer 10.7.0.2 addr fd00::1/64 up
gre2 remote 192.0.2.3 ikey 5 ttl inherit tos 0x10 df inherit mtu 1476 multicast on up
tap ether remote 192.0.2.4 ttl inherit tos 0x00 mtu 1462 up
six local 2001:db8::1 remote 2001:db8::6 tos 0x00 mtu 1456 up"
}

# The units of networkd list the tunnels in the section of the underlay's interface.
networkd_binding() {
	setup_pair
	mkdir -p "$WORK/b"
	printf '[NetDev]\nName=gre1\nKind=gre\n[Tunnel]\nRemote=192.0.2.2\n' \
		>"$WORK/b/1.netdev"
	printf '[Match]\nName=v0\n[Network]\nTunnel=gre1\nAddress=192.0.2.1/24\n' \
		>"$WORK/b/1.network"
	imports 0 networkd "$WORK/b"
	check_eq "no warning" "" "$(cat "$WORK/err")"
	applied "gre1 remote 192.0.2.2 dev v0 ttl inherit tos 0x00 mtu 1476 up"
}

# A link of ip_gre is imported and made again as a tunnel of grex.
links() {
	[ -n "${GREX_LAB:-}" ] || { skip "only in the lab: unloads the module"; return; }
	modprobe -n ip_gre 2>/dev/null || { skip "no ip_gre here"; return; }
	setup_pair
	check "rmmod" rmmod grex
	check "ip_gre" modprobe ip_gre
	ips "$A" <<-END
		link add gre1 type gre local 192.0.2.1 remote 192.0.2.2 dev v0 ttl 255 key 5 icsum ocsum
		addr add 10.0.0.1/30 dev gre1
		addr add 10.7.0.1 peer 10.7.0.2 dev gre1
		addr add fd00::1/64 dev gre1
		link set gre1 up mtu 1300
		route add 10.8.0.0/16 via 10.0.0.2 metric 3
		route add 10.9.0.0/16 dev gre1 proto bird
		route add 10.10.0.0/16 dev gre1 src 10.0.0.1
		link add gre2 type gre remote 192.0.2.3 tos inherit nopmtudisc ikey 1 okey 2 oseq
		link add gre3 type gre remote 192.0.2.4 nopmtudisc ignore-df tos 0x10
		link add tap type gretap remote 192.0.2.5
		link add tap6 type ip6gretap local 2001:db8::1 remote 2001:db8::5 key 7 hoplimit 9 tclass 0x20
		link add gre6 type ip6gre local 2001:db8::1 remote 2001:db8::6 tclass inherit
		link add flow type gre external
	END
	imports 0 links
	# The MTU of the tunnels over IPv6 leaves room for an extension header there.
	check_eq "the file" "[gre1]
local 192.0.2.1
remote 192.0.2.2
dev v0
key 5
csum
ttl 255
tos 0x00
mtu 1300
addr 10.0.0.1/30
addr 10.7.0.1/32 peer 10.7.0.2
addr fd00::1/64
route 10.8.0.0/16 via 10.0.0.2 metric 3
up
# not taken over: route 10.10.0.0/16, which has attributes that a file cannot express

[gre2]
remote 192.0.2.3
ikey 1 okey 2
oseq
ttl inherit
df inherit

[gre3]
remote 192.0.2.4
ttl inherit
tos 0x10
df clear

[tap]
ether
remote 192.0.2.5
ttl inherit
tos 0x00

[tap6]
ether
local 2001:db8::1
remote 2001:db8::5
key 7
ttl 9
tos 0x20

[gre6]
local 2001:db8::1
remote 2001:db8::6" "$(sed '/^\[flow\]/,$d' "$WORK/conf" | sed '$d')"
	check_match "external" "# not taken over: flow has an encapsulation of its own, is external, or copies" \
		"$(cat "$WORK/conf")"
	for link in gre1 gre2 gre3 tap tap6 gre6 flow; do
		ip -n "$A" link del "$link"
	done
	check "rmmod ip_gre" rmmod ip6_gre ip_gre
	check "modprobe" modprobe grex
	sed -i '/^\[flow\]/,$d' "$WORK/conf"
	applied "gre1 local 192.0.2.1 remote 192.0.2.2 dev v0 key 5 csum ttl 255 tos 0x00 mtu 1300 addr 10.0.0.1/30 addr 10.7.0.1/32 peer 10.7.0.2 addr fd00::1/64 up
gre2 remote 192.0.2.3 ikey 1 okey 2 oseq ttl inherit df inherit mtu 1468
gre3 remote 192.0.2.4 ttl inherit tos 0x10 df clear mtu 1476
tap ether remote 192.0.2.5 ttl inherit tos 0x00 mtu 1462
tap6 ether local 2001:db8::1 remote 2001:db8::5 key 7 ttl 9 tos 0x20 mtu 1438
gre6 local 2001:db8::1 remote 2001:db8::6 mtu 1456"
}

run_tests
