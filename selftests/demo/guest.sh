#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# guest.sh: the part of the demo that runs in the booted kernel.

set -u
. "$(dirname "$0")/../lib/lib.sh"

bad=0

step() { printf '\n== %s\n' "$*"; }

# The namespaces have random names; here they read as what they stand for.
readable() {
	sed -e "s/${H1:-none}/host1/g" -e "s/${H2:-none}/host2/g"
}

# Print a command as one would type it, then its output.
type_in() {
	printf '# %s\n' "$*" | readable
	"$@" 2>&1 | sed 's/^/  /' | readable
	[ "${PIPESTATUS[0]}" = 0 ] || bad=$((bad + 1))
}

at() {
	local name=$1
	shift
	type_in ip netns exec "$name" "$@"
}

uname -sr
step "The module is where DKMS puts it, and modprobe finds it"
type_in modinfo -n grex
type_in modprobe grex
type_in modinfo -F description grex

step "Two hosts with the internet between them, each in a namespace"
cat <<'END'

   host1                    internet                     host2
   198.51.100.2 --- 198.51.100.1  203.0.113.1 --- 203.0.113.2
   gre1 10.0.0.1 ============= GRE, key 5 ============= gre1 10.0.0.2

END
setup_routed
type_in ip -n "$H1" -br addr show v0
type_in ip -n "$H2" -br addr show v0

step "One command on each host makes the tunnel"
type_in gretool -n "$H1" add gre1 local 198.51.100.2 remote 203.0.113.2 \
	key 5 ttl 255 addr 10.0.0.1/30 up
type_in gretool -n "$H2" add gre1 local 203.0.113.2 remote 198.51.100.2 \
	key 5 ttl 255 addr 10.0.0.2/30 up
type_in gretool -n "$H1" show

step "Ping through it"
capture "$NET" v1 "$WORK/demo.pcap" proto 47
at "$H1" ping -c 3 -i 0.2 10.0.0.2
capture_stop

step "One outer packet, as seen in the internet and decoded by tshark"
tshark -n -r "$WORK/demo.pcap" -c 1 -O ip,gre,icmp 2>/dev/null |
	grep -vE '^Frame|^Linux|^Ethernet|^ *\[' | sed 's/^/  /'

step "TCP through it"
background ip netns exec "$H2" iperf3 -s -1 >/dev/null
busywait 10 ns "$H2" sh -c 'ss -Hltn sport = :5201 | grep -q .'
at "$H1" iperf3 -c 10.0.0.2 -n 64M -f m

step "A neighbour with the wrong key is dropped, and counted"
type_in gretool -n "$H1" set gre1 key 6
at "$H1" ping -c 2 -i 0.2 -W 0.5 10.0.0.2
[ "$bad" = 1 ] || bad=2 # this one had to fail, and no other
bad=$((bad - 1))
type_in gretool -n "$H1" set gre1 key 5

step "What the tunnel has seen"
type_in gretool -n "$H2" -s show gre1

step "Gone without a trace"
type_in gretool -n "$H1" del gre1
type_in gretool -n "$H2" del gre1
type_in rmmod grex
printf '  taint: %s (4096 + 8192: an out-of-tree module without signature)\n' \
	"$(cat /proc/sys/kernel/tainted)"

[ "$bad" = 0 ] || echo "Something above did not work." >&2
[ "$bad" = 0 ]
