#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Keepalives detect that the far end of a tunnel is lost although no interface here goes
# down, and traffic moves to a second tunnel. The topology is in two_paths.sh.
# underlay: IPv4 or IPv6
# make check: left out

# shellcheck source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/two_paths.sh
. "$(dirname "$0")/../lib/two_paths.sh"

TESTS="
	kernel_alone
	static_routes
	ospf
"

# The kernel needs no daemon for this, only a sysctl and routes of two metrics.
kernel_alone() {
	local end

	setup_two_paths
	for end in "$A" "$B"; do
		ns "$end" sysctl -qw \
			net.ipv4.conf.all.ignore_routes_with_linkdown=1 \
			net.ipv4.conf.default.ignore_routes_with_linkdown=1 \
			net.ipv4.conf.gre1.ignore_routes_with_linkdown=1
	done
	ips "$A" <<-END
		route add 172.17.0.0/24 dev gre1 metric 10
		route add 172.17.0.0/24 dev gre2 metric 20
	END
	ips "$B" <<-END
		route add 172.16.0.0/24 dev gre1 metric 10
		route add 172.16.0.0/24 dev gre2 metric 20
	END
	switch 0.8
}

# bird NAMESPACE N: start BIRD with the configuration on standard input in addition
bird() {
	{
		cat <<-END
			router id 10.255.0.$2;
			protocol device { scan time 60; }
			protocol kernel { ipv4 { export all; }; }
		END
		cat
	} >"$WORK/bird$2.conf"
	ns_background "$1" bird -f -c "$WORK/bird$2.conf" \
		-s "$WORK/bird$2.ctl" >"$WORK/bird$2.log" 2>&1
}

static_bird() {
	bird "$1" "$2" <<-END
		protocol static by_gre1 {
			ipv4 { preference 210; };
			check link;
			route 172.1$((5 + $3)).0.0/24 via "gre1";
		}
		protocol static by_gre2 {
			ipv4 { preference 200; };
			check link;
			route 172.1$((5 + $3)).0.0/24 via "gre2";
		}
	END
}

static_routes() {
	setup_two_paths
	static_bird "$A" 1 2
	static_bird "$B" 2 1
	switch 0.8
}

# The dead interval is BIRD's default of 40 s.
ospf_bird() {
	bird "$1" "$2" <<-END
		protocol ospf v2 {
			ipv4 { export none; };
			area 0 {
				interface "gre1" { type ptp; cost 10; check link; hello 1; dead 40; };
				interface "gre2" { type ptp; cost 20; check link; hello 1; dead 40; };
				interface "lan0" { stub; };
			};
		}
	END
}

ospf() {
	setup_two_paths
	ospf_bird "$A" 1
	ospf_bird "$B" 2
	# Both ends have to notice it, and BIRD calculates routes once a second.
	switch 5
}

run_tests
