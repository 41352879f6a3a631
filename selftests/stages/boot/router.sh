#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# router.sh first|second: what system_boot.sh looks at in each boot of its router:
#
#    router (systemd, ifupdown)                  peer, a namespace
#    +---------------------------+   +---------------------------+
#    |  gre1 10.0.0.1  service   |   |  gre1 10.0.0.2            |
#    |  gre2 10.1.0.1  ifupdown  |   |  gre2 10.1.0.2            |
#    |  late 10.2.0.1  service   |   |  late 10.2.0.2            |
#    |  v0   192.0.2.1/24 ===========  v0   192.0.2.2/24         |
#    |  v1   198.51.100.1/24 - - - - - v1   198.51.100.2/24      |
#    +---------------------------+   +---------------------------+

# shellcheck source=../../lib/lib.sh
. "$(dirname "$0")/../../lib/lib.sh"

CONF=/etc/gretool
DIALLED="dialled remote 203.0.113.2 dev ppp0 key 9 mtu 1472 addr 10.4.0.1/30 up"

# The peer is configured here, since nothing but the service may have loaded the module.
setup_peer() {
	check "gre1 of the peer" gretool -n peer add gre1 \
		local 192.0.2.2 remote 192.0.2.1 key 5 addr 10.0.0.2/30 up
	check "gre2 of the peer" gretool -n peer add gre2 \
		local 192.0.2.2 remote 192.0.2.1 key 7 addr 10.1.0.2/30 up
}

# pings ADDRESS: whether all of three packets are answered
pings() {
	ping -q -c 3 -i 0.05 -W 2 "$1" | grep -q ' 0% packet loss'
}

# said_since CURSOR: what the units have printed since then
said_since() {
	journalctl -q --no-pager -o cat --after-cursor "$1" -u gretool.service
}

cursor() {
	journalctl -q --no-pager -n 1 --show-cursor -o cat | sed -n 's/^-- cursor: //p'
}

tunnels_are_up() {
	check_eq "the service" active "$(systemctl is-active gretool.service)"
	check_eq "gre1" "gre1 local 192.0.2.1 remote 192.0.2.2 key 5 ttl $1 mtu 1472 addr 10.0.0.1/30 up" \
		"$(gretool show gre1)"
	check_eq "its route" "10.8.0.0/16 via 10.0.0.2 dev gre1" \
		"$(ip route show proto 47 | sed 's/ *$//')"
	check "ping through gre1" pings 10.0.0.2
}

first_boot() {
	tunnels_are_up 200
	check "loaded when others could load ip_gre" grep -q "^grex " /run/rival
	check "beside ip_gre" grep -q beside /sys/module/grex/parameters/demux
	check_match "tunnels when the network was online" 'gre1' "$(cat /run/online)"
	check_match "tunnels when the network was online" 'gre2' "$(cat /run/online)"
}

# This is the stanza of the man page.
ifupdown() {
	check_eq "gre2" "gre2 local 192.0.2.1 remote 192.0.2.2 key 7 keepalive 1 3 mss auto mtu 1472 addr 10.1.0.1/30 up" \
		"$(gretool show gre2)"
	check "ping through gre2" pings 10.1.0.2
	check "its carrier" busywait 10 grep -qx 1 /sys/class/net/gre2/carrier
}

# These are options with one value, with several, and with none; all options are tried by
# tools/tests/test_ifupdown.sh.
ifupdown_words() {
	cat >/etc/network/interfaces.d/words <<-'END'
		iface gre3 inet manual
		    gre-remote 192.0.2.3
		    gre-ikey 1
		    gre-okey 2
		    gre-csum on
		    gre-decap-ttl copy
		    gre-keepalive 300ms 5
		    gre-mtu-probe on
		    gre-addr 10.3.0.1/30 10.3.1.1 peer 10.3.1.2 fd00::1/64
		    gre-up on
		iface gre4 inet manual
		    gre-remote any
		    gre-addr 10.4.0.1
		    gre-peer 10.4.0.2
	END
	check "ifup" ifup gre3
	check_eq "gre3" "gre3 remote 192.0.2.3 ikey 1 okey 2 csum decap-ttl copy keepalive 300ms 5 mtu-probe on mtu 1468 addr 10.3.0.1/30 addr 10.3.1.1/32 peer 10.3.1.2 addr fd00::1/64 up" \
		"$(gretool show gre3)"
	check "ifup" ifup gre4
	check_match "gre4" "gre4 remote any .*addr 10.4.0.1/32 peer 10.4.0.2" \
		"$(gretool show gre4)"
	check "ifdown" ifdown gre3 gre4
	check_fails "gre3 is left" gretool show gre3
	check_fails "gre4 is left" gretool show gre4
}

ifupdown_wrong() {
	cat >/etc/network/interfaces.d/wrong <<-'END'
		iface bad inet manual
		    gre-remote 192.0.2.3
		    gre-romote 192.0.2.4
		iface bad2 inet manual
		    gre-remote 192.0.2.3
		    gre-ttl 300
		iface plain inet manual
		    gre-key 5
		    pre-up ip link add plain type dummy
		    post-down ip link del plain
	END
	OUT=$(ifup bad 2>&1) && fail "ifup bad: $OUT"
	check_match "an unknown option" 'gretool: add: "romote" is not an option, did you mean "remote"\?' "$OUT"
	OUT=$(ifup bad2 2>&1) && fail "ifup bad2: $OUT"
	check_match "a wrong value" 'gretool: add: ttl: "300" is not 1..255 or inherit' "$OUT"
	check_fails "a tunnel of it" ip link show bad
	check "a stanza without gre-remote" ifup plain
	check_match "it" dummy "$(ip -d link show plain)"
	check "and down" ifdown plain
}

late_underlay() {
	check_match "late is there" "late .*up" "$(gretool show late)"
	check_fails "without an underlay" pings 10.2.0.2
	run ip link add v1 type veth peer name v1 netns peer
	run ip addr add 198.51.100.1/24 dev v1
	run ip link set v1 up
	run ip -n peer addr add 198.51.100.2/24 dev v1
	run ip -n peer link set v1 up
	gretool -n peer add late local 198.51.100.2 remote 198.51.100.1 addr 10.2.0.2/30 up ||
		fail "late of the peer"
	check "with one" pings 10.2.0.2
}

# An interface of the underlay comes after the tunnel, goes, and comes again, like a line
# that is dialled.
late_dev() {
	local at

	check_match "before" '^dialled remote 203\.0\.113\.2 key 9 .*/30$' \
		"$(gretool show dialled)"
	run ip link add ppp0 type dummy
	check "with the interface" busywait 60 shows dialled "$DIALLED"
	check_match "its route" "^10\.9\.0\.0/16 via 10\.4\.0\.2 " \
		"$(ip route show dev dialled proto 47)"
	run ip link del ppp0
	check_fails "without it" shows dialled "$DIALLED"
	run ip link add dial type dummy
	run ip link set dial name ppp0
	check "with the next one" busywait 60 shows dialled "$DIALLED"
	run udevadm settle -t 30

	# Other interfaces do not matter to it, nor does the rest of the files.
	run ip link del ppp0
	run gretool set gre1 ttl 99
	at=$(cursor)
	run ip link add ppp01 type dummy
	run ip link add pp type dummy
	run udevadm settle -t 30
	check_eq "other interfaces" "" "$(journalctl -q --no-pager -o cat \
		--after-cursor "$at" -t systemd -t gretool)"
	run ip link add ppp0 type dummy
	check "once more" busywait 60 shows dialled "$DIALLED"
	check_match "changed by hand" "ttl 99" "$(gretool show gre1)"
	run gretool set gre1 ttl 200
	# A unit that is not running is not started.
	run systemctl stop gretool.service
	run ip link del ppp0
	run ip link add ppp0 type dummy
	run udevadm settle -t 30
	run systemctl start gretool-dev@ppp0.service
	check_fails "stopped" gretool show dialled
	run systemctl start gretool.service
	check "from the start" shows dialled "$DIALLED"
	run ip link del ppp0
	run ip link del ppp01
	run ip link del pp
}

# shows TUNNEL LINE: whether gretool prints this line about it
shows() {
	[ "$(gretool show "$1")" = "$2" ]
}

# The change is made in place: the interface stays, and no packet is lost.
reload() {
	local before after pid
	before=$(cat /sys/class/net/gre1/ifindex)
	gretool add byhand remote 192.0.2.77
	printf '[extra]\nremote 192.0.2.66\n' >"$CONF/extra.conf"
	ping -n -i 0.05 -W 2 10.0.0.2 >"$WORK/replies" &
	pid=$!
	busywait 10 grep -qs icmp_seq=3 "$WORK/replies" || fail "no stream"
	sed -i 's/ttl 200/ttl 100/' "$CONF/office.conf"
	check "reload" systemctl reload gretool.service
	check_eq "gre1" "gre1 local 192.0.2.1 remote 192.0.2.2 key 5 ttl 100 mtu 1472 addr 10.0.0.1/30 up" \
		"$(gretool show gre1)"
	check "a new file" gretool show extra
	rm "$CONF/extra.conf"
	check "reload" systemctl reload gretool.service
	kill -INT "$pid"
	wait "$pid"
	check_match "packets" ' 0% packet loss' "$(cat "$WORK/replies")"
	after=$(cat /sys/class/net/gre1/ifindex)
	check_eq "the interface" "$before" "$after"
	check_fails "the tunnel of a file that is gone" gretool show extra
	check "one made by hand stays" gretool show byhand
	check "one of ifupdown stays" gretool show gre2
	gretool del byhand
}

# One file is wrong: the others are applied, and the journal says where the error is.
broken_file() {
	local at
	printf '[oops]\nremote 192.0.2.8 ttl x\n' >"$CONF/10-broken.conf"
	at=$(cursor)
	check_fails "reload" systemctl reload gretool.service
	check_match "the journal" "$CONF/10-broken.conf:2:22: ttl: \"x\" is not 1..255 or inherit" \
		"$(said_since "$at")"
	check_eq "the service" active "$(systemctl is-active gretool.service)"
	check_fails "restart" systemctl restart gretool.service
	check_eq "the service" failed "$(systemctl is-failed gretool.service)"
	check "gre1 all the same" pings 10.0.0.2
	rm "$CONF/10-broken.conf"
	check "mended" systemctl start gretool.service
}

# A tunnel in another namespace needs no more rights than the others.
link_netns() {
	printf '[inside]\nremote 192.0.2.55\nlink-netns peer\n' >"$CONF/inside.conf"
	check "reload" systemctl reload gretool.service
	check_match "the tunnel" "link-netns peer" "$(gretool show inside)"
	rm "$CONF/inside.conf"
	check "reload" systemctl reload gretool.service
	check_fails "it is gone" gretool show inside
}

# systemd-analyze rates the exposure of a unit: 0 is the best, 10 the worst.
hardened() {
	local said
	said=$(systemd-analyze security --no-pager --threshold=15 gretool.service 2>&1) ||
		fail "$(printf '%s\n' "$said" | grep -v '^✓')"
	printf '# %s\n' "$(printf '%s\n' "$said" | grep -i 'overall exposure')"
}

# The timer writes them, with the rights that its unit leaves it.
metrics() {
	local dir=/var/lib/prometheus/node-exporter
	mkdir -p "$dir"
	check "enable" systemctl enable --now gretool-metrics.timer
	check "metrics of gre1" busywait 60 grep -qs '^grex_up{device="gre1"} 1' \
		"$dir/grex.prom"
	check "all of them" grep -qx '# EOF' "$dir/grex.prom"
	check_eq "what is there" "grex.prom 644" "$(stat -c '%n %a' "$dir"/.[!.]* "$dir"/* 2>/dev/null |
		sed 's,.*/,,')"
	check "disable" systemctl disable --now gretool-metrics.timer
}

# links: the names of all interfaces except for those of the underlay, and of those that
# ip_gre has in each namespace, since rival.service loads it
links() {
	ip -o link | sed 's/@.*//; s/^[0-9]*: //; s/:.*//' |
		grep -vE '^(v[01]|gre0|gretap0|ip6gre0|erspan0)$' | sort
}

taken_down() {
	check "stop" systemctl stop gretool.service
	check_eq "grex links after the stop" "gre2" \
		"$(ip -o link show type grex | sed 's/@.*//; s/^[0-9]*: //')"
	check_eq "routes after the stop" "" "$(ip route show table all proto 47)"
	check "ifdown" ifdown gre2
	check_eq "links" "$(cat /run/links)" "$(links)"
	check_eq "routes" "" "$(ip route show table all | grep -v -e ' dev lo' -e ' dev v[01]')"
	check_eq "IPv6 routes" "" "$(ip -6 route show table all | grep -v -e ' dev lo' -e ' dev v[01]')"
	check_eq "notes" "" "$(cat /run/gretool/tunnels)"
	check "start" systemctl start gretool.service
	check "ifup" ifup gre2
	check "ping through gre1" pings 10.0.0.2
	check "ping through gre2" pings 10.1.0.2
}

# The next boot finds a wrong file.
leave_broken() {
	printf '[oops]\nremote 192.0.2.8 ttl x\n' >"$CONF/10-broken.conf"
}

second_boot() {
	check_eq "the service" failed "$(systemctl is-failed gretool.service)"
	check_match "the journal" "$CONF/10-broken.conf:2:22: ttl: \"x\" is not 1..255 or inherit" \
		"$(journalctl -b -q --no-pager -o cat -u gretool.service)"
	check_match "the other tunnel is back" "gre1 .* ttl 100 .* up" "$(gretool show gre1)"
	check "ping through gre1" pings 10.0.0.2
	check_match "tunnels when the network was online" 'gre1' "$(cat /run/online)"
	run ip link add ppp0 type dummy
	check "an interface that comes all the same" busywait 60 shows dialled "$DIALLED"
	run gretool del dialled
	run ip link del ppp0
	rm "$CONF/10-broken.conf"
	check "mended" systemctl start gretool.service
	tunnels_are_up 100
}

case $1 in
first) TESTS="first_boot ifupdown ifupdown_words ifupdown_wrong late_underlay late_dev reload broken_file link_netns hardened metrics taken_down leave_broken" ;;
second) TESTS="second_boot ifupdown taken_down" ;;
esac
RET=0
setup_peer
[ "$RET" = 0 ] || exit 1
run_tests
