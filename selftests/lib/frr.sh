# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# FRR's daemons in namespaces: each router has its own zebra. Test files source this after
# lib.sh.

FRR=/usr/lib/frr

# frr NAMESPACE DAEMON...: start them with the configuration that the input has
frr() {
	local name=$1 dir=$WORK/frr-$1 daemon socket
	shift

	[ -x "$FRR/zebra" ] || { fail "FRR is not installed"; return; }
	chmod 711 "$WORK" # the daemons leave root behind
	mkdir -p "$dir"
	cat >"$dir/conf"
	chown -R frr:frr "$dir"
	for daemon in zebra "$@"; do
		# It prints what it does not like of the configuration, and goes on.
		ns_background "$name" "$FRR/$daemon" -i "$dir/$daemon.pid" \
			-f "$dir/conf" -z "$dir/zserv" --vty_socket "$dir" \
			-A 127.0.0.1 -P 0 --log "file:$dir/log" \
			>"$dir/$daemon.out" 2>&1
		socket=$dir/$daemon.vty
		busywait 30 test -S "$socket" || fail "$daemon: does not start"
		# It also prints that the kernel has no MPLS, and that it does not know
		# an address yet, which zebra tells it later.
		check_eq "what $daemon says" "" \
			"$(grep -vE 'MPLS|No Path to RP' "$dir/$daemon.out")"
	done
}

# vtysh_in NAMESPACE COMMAND: run it in the shell of the daemons there. Its PAM module does not
# know the lab, and says so each time.
vtysh_in() {
	vtysh --vty_socket "$WORK/frr-$1" -c "$2" 2> >(sed 's/^vtysh_pam: Failed[^)]*)//; /^$/d' >&2)
}
