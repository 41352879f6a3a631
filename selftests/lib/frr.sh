# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# FRR's daemons in namespaces, each router with its own zebra; for the test files
# that source it after lib.sh.

FRR=/usr/lib/frr

# frr NAMESPACE DAEMON...: with the configuration of the input
frr() {
	local name=$1 dir=$WORK/frr-$1 daemon socket
	shift

	[ -x "$FRR/zebra" ] || { fail "FRR is not installed"; return; }
	chmod 711 "$WORK" # the daemons leave root behind
	mkdir -p "$dir"
	cat >"$dir/conf"
	chown -R frr:frr "$dir"
	for daemon in zebra "$@"; do
		# What it does not like of the configuration it prints, and goes on.
		ns_background "$name" "$FRR/$daemon" -i "$dir/$daemon.pid" \
			-f "$dir/conf" -z "$dir/zserv" --vty_socket "$dir" \
			-A 127.0.0.1 -P 0 --log "file:$dir/log" \
			>"$dir/$daemon.out" 2>&1
		socket=$dir/$daemon.vty
		busywait 30 test -S "$socket" || fail "$daemon: does not start"
		# It also speaks of a kernel without MPLS, and of an address that zebra
		# has not told it yet.
		check_eq "what $daemon says" "" \
			"$(grep -vE 'MPLS|No Path to RP' "$dir/$daemon.out")"
	done
}

# vtysh_in NAMESPACE COMMAND
vtysh_in() {
	vtysh --vty_socket "$WORK/frr-$1" -c "$2"
}
