/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A snapshot has what the checks know about a tunnel and its surroundings. It is read
 * completely before the checks run, which only look at it (checks.h).
 */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/context.h"
#include "check/files.h"
#include "check/lookup.h"
#include "check/underlay.h"
#include "netlink/link.h"
#include "netlink/nl.h"

struct snapshot {
	const struct tunnel *tunnel;
	struct file_difference file;
	bool beside; /* another module, such as ip_gre, owns its protocol 47 */

	/* This is about the namespace of the tunnel. */
	struct context here;
	struct inner_routes routes;
	int rp_filter; /* the value in effect, -1: not known */
	int accept_local; /* the same */
	int forwarding, forwarding_all, forwarding6;
	int ignore_linkdown;
	uint64_t not_for_us; /* packets dropped because forwarding is off */
	uint64_t bad_source; /* packets dropped by rp_filter */
	uint64_t martians; /* packets from impossible sources, of all namespaces */

	/* This is about the namespace of the outer packets. */
	struct context there;
	bool same; /* both namespaces are the same */
	const struct underlay *underlay; /* NULL: it cannot be entered */
	int no_pmtu_disc; /* sysctl net.ipv4.ip_no_pmtu_disc, -1: not known */
	/* A rule selects GRE by its protocol, so no route was asked for. */
	bool rule_names_gre;
	struct route_lookup route; /* to the remote, as the tunnel asks for it */
	struct route_lookup plain; /* to the remote, as other programs ask */
	struct route_lookup detour; /* the best route that avoids the tunnel */
	bool local_routed; /* a route makes the local address local */
	char loop[4 * IFNAMSIZ]; /* the interfaces of a routing loop, or "" */
	uint16_t neighbour; /* NUD_* state of the next hop, 0: not known */
	int entry; /* ifindex on which packets of the remote should arrive, or 0 */
	int entry_rp_filter;
};

struct snapshot_reader {
	struct nl *nl;
	const char *netns; /* the argument of -n, or NULL */
	int home; /* file of the namespace of the shell, or -1 */
	int here; /* file of the namespace of the tunnels, or -1 */
	int32_t home_id; /* the id of the former in the latter, or -1 */
	struct context context;
	struct files files;
	/* The next tunnel often has the underlay of the last one. */
	bool has_underlay;
	int32_t underlay_id;
	struct nl *underlay_nl;
	struct underlay underlay;
};

/* home: -1 if the shell is in the namespace of the tunnels. */
void snapshot_open(struct snapshot_reader *r, struct nl *nl, const char *netns,
		   int home);
void snapshot_close(struct snapshot_reader *r);

/* Returns enum status, after a report. The caller frees s in any case. */
int snapshot_read(struct snapshot_reader *r, const struct tunnel *tunnel,
		  struct snapshot *s);
void snapshot_free(struct snapshot *s);

#endif /* SNAPSHOT_H */
