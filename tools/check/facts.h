/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What there is to know of a tunnel and of its surroundings. Reading it is one
 * thing, see facts.c; what to think of it another, see checks.h.
 */
#ifndef FACTS_H
#define FACTS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/files.h"
#include "check/place.h"
#include "check/route.h"
#include "check/underlay.h"
#include "netlink/link.h"
#include "netlink/nl.h"

struct facts {
	const struct tunnel *tunnel;
	struct file_difference file;
	bool ip_gre; /* the kernel's own module is loaded */

	/* In the namespace of the tunnel. */
	struct place here;
	struct inner_routes routes;
	int rp_filter; /* what counts for the tunnel, -1: not known */
	int accept_local; /* likewise */
	int forwarding, forwarding_all, forwarding6;
	int ignore_linkdown;
	uint64_t not_for_us; /* packets that were dropped for want of forwarding */
	uint64_t bad_source; /* packets that rp_filter dropped */
	uint64_t martians; /* and those of other such sources, of all namespaces */

	/* In that of the outer packets. */
	struct place there;
	bool same; /* it is the same one */
	const struct underlay *underlay; /* NULL: it cannot be entered */
	int no_pmtu_disc; /* sysctl net.ipv4.ip_no_pmtu_disc, -1: not known */
	/* A rule chooses GRE by its protocol: routes are not asked for. */
	bool rule_names_gre;
	struct route_lookup route; /* to the remote, as the tunnel asks for it */
	struct route_lookup plain; /* likewise, as anybody else asks for it */
	struct route_lookup detour; /* the best one that does not use the tunnel */
	bool local_routed; /* the local address is local by a route */
	char loop[4 * IFNAMSIZ]; /* where the route leads in a circle, or "" */
	uint16_t neighbour; /* NUD_* of the next hop, 0: not known */
	int entry; /* ifindex by which packets of the remote should come, or 0 */
	int entry_rp_filter;
};

struct facts_reader {
	struct nl *nl;
	const char *netns; /* as -n had it, or NULL */
	int home; /* file of the namespace that the shell is in, or -1 */
	int here; /* of the namespace of the tunnels, or -1 */
	int32_t home_id; /* the id of the former in the latter, or -1 */
	struct place place;
	struct files files;
	/* Those of the last tunnel: the next one often has the same. */
	bool has_underlay;
	int32_t underlay_id;
	struct nl *underlay_nl;
	struct underlay underlay;
};

/* home: -1 if the shell is in the namespace of the tunnels. */
void facts_open(struct facts_reader *r, struct nl *nl, const char *netns,
		int home);
void facts_close(struct facts_reader *r);

/* Returns enum status, after a report. Free with facts_free() in both cases. */
int facts_read(struct facts_reader *r, const struct tunnel *tunnel,
	       struct facts *f);
void facts_free(struct facts *f);

bool facts_ip_gre_is_loaded(void);

#endif /* FACTS_H */
