# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Two paths between two sites. The far end of the first can be lost without any interface
# here going down. Test files source this after lib.sh.
#
#                 gre1  v0 192.0.2.1 --- $WIRE --- v0 203.0.113.2  gre1
#   $A 172.16.0.1                                                 $B 172.17.0.1
#                 gre2  w0 198.51.100.1 ========= w0 198.51.100.2  gre2
#
# $WIRE is a router, whose link to $B goes down.

INTERVAL=0.05 # seconds between two pings
DETECT="200ms 3" # the loss is seen after 0.8 s at most

# With GREX_UNDERLAY=ipv6, outer (topology.sh) says which addresses stand for the outer ones.
setup_two_paths() {
	new_ns A
	new_ns B
	new_ns WIRE
	veth "$A" v0 "$WIRE" a0
	veth "$B" v0 "$WIRE" b0
	veth "$A" w0 "$B" w0
	configure "$WIRE" a0 192.0.2.9/24
	configure "$WIRE" b0 203.0.113.9/24
	outer_address "$WIRE" a0 192.0.2.9
	outer_address "$WIRE" b0 203.0.113.9
	outer_router "$WIRE"
	# IPv6 would lose its addresses when the link goes down.
	ns "$WIRE" sysctl -qw net.ipv6.conf.b0.keep_addr_on_down=1
	ns "$WIRE" sysctl -qw net.ipv4.ip_forward=1
	end "$A" 1 2 192.0.2 203.0.113
	end "$B" 2 1 203.0.113 192.0.2
}

# end NAMESPACE N OTHER NET OTHER_NET: configure one site
end() {
	ips "$1" <<-END
		addr add $4.$2/24 dev v0
		addr add 198.51.100.$2/24 dev w0
		link set v0 up
		link set w0 up
		route add $5.0/24 via $4.9
		link add lan0 type dummy
		addr add 172.1$((5 + $2)).0.1/24 dev lan0
		link set lan0 up
	END
	outer_address "$1" v0 "$4.$2" via "$4.9"
	outer_address "$1" w0 "198.51.100.$2"
	gretool -n "$1" -batch - <<-END || fail "add"
		add gre1 local $(outer "$4.$2") remote $(outer "$5.$3") multicast on keepalive $DETECT addr 10.0.1.$2/30 up
		add gre2 local $(outer "198.51.100.$2") remote $(outer "198.51.100.$3") multicast on keepalive $DETECT addr 10.0.2.$2/30 up
	END
}

# way: the tunnel that A uses now
way() {
	ip -n "$A" route get 172.17.0.1 from 172.16.0.1 | grep -o 'dev gre[12]'
}

goes_by() {
	[ "$(way)" = "dev $1" ]
}

# switch SECONDS: lose the far end of gre1 under a ping, then give it back; packets may be
# lost for at most so long
switch() {
	local said sent got lost most

	check "before" busywait 30 goes_by gre1
	check "ping before" busywait 10 ping_ok "$A" 172.17.0.1 -I 172.16.0.1
	ip netns exec "$A" ping -q -i "$INTERVAL" -c 120 -W 1 -I 172.16.0.1 \
		172.17.0.1 >"$WORK/ping" 2>&1 &
	PIDS+=($!)
	read -rt 1 -u "$NOTHING" || :
	ip -n "$WIRE" link set b0 down
	wait "$!"
	check "way after the loss" busywait 10 goes_by gre2
	said=$(grep transmitted "$WORK/ping")
	sent=${said%% *}
	got=$(sed -E 's/.*, ([0-9]+) received.*/\1/' <<<"$said")
	lost=$((sent - got))
	most=$(awk -v s="$1" -v i="$INTERVAL" \
		'BEGIN { print int((s + 0.4) / i) }')
	printf '# %s of %s lost, %d ms apart, with keepalive %s\n' "$lost" \
		"$sent" 50 "$DETECT"
	if [ "$lost" -gt "$most" ] || [ "$lost" -lt 4 ]; then
		fail "$lost of $sent lost, expected 4..$most"
	fi
	ip -n "$WIRE" link set b0 up
	check "back" busywait 30 goes_by gre1
}
