#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the driver mlxsw reads of a tunnel. It takes the private area of any device of the
# type of GRE for the struct ip_tunnel of ip_gre, and its switch takes over a tunnel with
# suitable parameters. Of grex, it reads zeros, which do not suit: the tunnel has no
# addresses. bpftrace reads the private area, as there is no such switch here.
# limit: 900
# real time: bpftrace takes half of the files of this machine
# make check-debug: left out
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/bpftrace.sh
. "$(dirname "$0")/../lib/bpftrace.sh"

TESTS="
	grex_tunnels
	ip_gre_tunnel
"

# read_areas DEVICE...: print the name of each device, its address, and the first words of its
# private area, which begins behind the device, at a multiple of 32 bytes
read_areas() {
	local dev

	# shellcheck disable=SC2016 # variables of bpftrace
	bpftrace_begin 'kprobe:dev_get_stats / ((struct net_device *)arg0)->type == 778 / {
			$word = (uint64)arg0 + (sizeof(struct net_device) + 31) / 32 * 32;
			printf("area %s %lx", ((struct net_device *)arg0)->name, (uint64)arg0);
			unroll(40) {
				printf(" %lx", *(uint64 *)$word);
				$word += 8;
			}
			printf("\n");
		}'
	for dev; do ip -n "$A" -s link show "$dev" >/dev/null; done
	bpftrace_end
	sed -n 's/^area //p' "$WORK/bpftrace" | sort -u
}

# zeros DEVICE: how many words of its area come before the address of the device, which
# follows the zeros in struct grex_tunnel; -1 if one of them is not zero
zeros() {
	awk -v name="$1" '$1 == name {
			for (i = 3; i <= NF && $i == "0"; i++)
				;
			print $i == $2 ? i - 3 : -1
			exit
		}' "$WORK/areas"
}

# with MODULE [PARAMETER]: load it in the place of grex
with() {
	run modprobe -r grex ip_gre
	run modprobe "$@"
	setup_pair
}

# In the kernels from 5.10 to 7.2, struct ip_tunnel has 20 words or more.
grex_tunnels() {
	local dev

	bpftrace_runs || return
	with grex kinds=gre
	run ip -n "$A" link add gre1 type gre local 192.0.2.1 remote 192.0.2.2 key 5 tos inherit
	run gretool -n "$A" add grex1 local 192.0.2.1 remote 192.0.2.2 key 6
	read_areas gre0 gre1 grex1 >"$WORK/areas"
	for dev in gre0 gre1 grex1; do
		check "$(grep "^$dev " "$WORK/areas")" [ "$(zeros "$dev")" -ge 20 ]
	done
}

# The same look at a tunnel of ip_gre finds its remote.
ip_gre_tunnel() {
	bpftrace_runs || return
	with ip_gre
	run ip -n "$A" link add gre1 type gre local 192.0.2.1 remote 192.0.2.2 key 5
	read_areas gre1 >"$WORK/areas"
	check "$(cat "$WORK/areas")" grep -q '^gre1 .*20200c0' "$WORK/areas"
	cleanup
	with grex
}

run_tests
