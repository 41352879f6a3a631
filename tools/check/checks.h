/* SPDX-License-Identifier: GPL-2.0 */
/* Findings about the snapshot of a tunnel, and the commands that mend them. */
#ifndef CHECKS_H
#define CHECKS_H

#include <arpa/inet.h>
#include <stdio.h>

#include "check/snapshot.h"

enum severity {
	SEVERITY_NONE,
	SEVERITY_NOTE, /* this is worth knowing, but not wrong */
	SEVERITY_WARNING, /* some packets are lost, or may be */
	SEVERITY_PROBLEM, /* the tunnel does not do its job */
};

struct finding {
	const char *id;
	enum severity severity; /* SEVERITY_NONE: nothing was found */
	char text[640]; /* a sentence without a full stop */
	char fix[480]; /* a command for a shell; "": no command here mends it */
};

/*
 * Each check looks at one thing. It stays silent about a fault that another check
 * reports, so that one fault makes one finding.
 */
struct check {
	const char *id;
	void (*run)(const struct snapshot *s, struct finding *found);
};

/* Ends with a check without an id. */
extern const struct check checks[];

void found_say(struct finding *found, enum severity severity, const char *fmt,
	       ...) __attribute__((format(printf, 3, 4)));
void found_fix(struct finding *found, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

const char *severity_text(enum severity severity);

/* The findings, by the order of checks; the caller frees. NULL: no memory. */
struct finding *checks_run(const struct snapshot *s, size_t *count);
/* If there are no tunnels: whether the module is the reason. */
void check_no_tunnel(struct finding *found);

/* check_files.c: whether a tunnel is as the files in /etc/gretool say. */
void check_dev_missing(const struct snapshot *s, struct finding *found);
void check_differs(const struct snapshot *s, struct finding *found);
void check_not_there(const struct section *section, struct finding *found);

/* check_device.c: the interface, its routes, and settings of its namespace. */
void check_down(const struct snapshot *s, struct finding *found);
void check_no_address(const struct snapshot *s, struct finding *found);
void check_no_inner_route(const struct snapshot *s, struct finding *found);
void check_routes_stay(const struct snapshot *s, struct finding *found);
void check_forwarding(const struct snapshot *s, struct finding *found);
void check_forwarding6(const struct snapshot *s, struct finding *found);
void check_accept_local(const struct snapshot *s, struct finding *found);
void check_rp_filter(const struct snapshot *s, struct finding *found);

/* check_route.c: how outer packets reach the remote. */
void check_underlay_unread(const struct snapshot *s, struct finding *found);
void check_local_missing(const struct snapshot *s, struct finding *found);
void check_remote_is_local(const struct snapshot *s, struct finding *found);
void check_underlay_down(const struct snapshot *s, struct finding *found);
void check_no_route(const struct snapshot *s, struct finding *found);
void check_route_loop(const struct snapshot *s, struct finding *found);
void check_gateway_silent(const struct snapshot *s, struct finding *found);
void check_underlay_rp_filter(const struct snapshot *s, struct finding *found);

/* check_mtu.c: how large packets can be. */
void check_mtu(const struct snapshot *s, struct finding *found);
void check_ends_differ(const struct snapshot *s, struct finding *found);
void check_mtu_probe(const struct snapshot *s, struct finding *found);
void check_no_pmtu_disc(const struct snapshot *s, struct finding *found);
void check_mss(const struct snapshot *s, struct finding *found);
void check_mss_way_back(const struct snapshot *s, struct finding *found);

/* check_filter.c: filters and other owners of protocol 47. */
void check_filter_input(const struct snapshot *s, struct finding *found);
void check_filter_output(const struct snapshot *s, struct finding *found);
void check_filter_unread(const struct snapshot *s, struct finding *found);
void check_beside(const struct snapshot *s, struct finding *found);
void check_same_ends(const struct snapshot *s, struct finding *found);

/* check_peer.c: what keepalives tell about the peer. */
void check_keepalive_off(const struct snapshot *s, struct finding *found);
void check_peer_down(const struct snapshot *s, struct finding *found);
void check_peer_hold(const struct snapshot *s, struct finding *found);
void check_peer_flaps(const struct snapshot *s, struct finding *found);
void check_peer_loss(const struct snapshot *s, struct finding *found);
void check_one_way(const struct snapshot *s, struct finding *found);
void check_peer_slow(const struct snapshot *s, struct finding *found);

/* check_counters.c: why packets were dropped. */
extern const size_t counter_checks;
/* Check counter number i. found gets its id. */
void check_counter(const struct snapshot *s, size_t i, struct finding *found);

/* Helpers of the checks. */
bool local_is_missing(const struct snapshot *s);
bool remote_is_ours(const struct snapshot *s);
/* The missing interface explains other faults. */
bool waits_for_dev(const struct snapshot *s);
bool route_loops(const struct snapshot *s);
/* The largest inner packet that the route takes in one piece; 0: unknown. */
uint32_t fitting_mtu(const struct snapshot *s);

#endif /* CHECKS_H */
