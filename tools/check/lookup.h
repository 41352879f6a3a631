/* SPDX-License-Identifier: GPL-2.0 */
/* Questions to the kernel about routes. */
#ifndef LOOKUP_H
#define LOOKUP_H

#include <linux/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netlink/nl.h"
#include "option/ip.h"

/* The answer of the kernel, as `ip route get` shows it. */
struct route_lookup {
	bool asked;
	int error; /* 0, or why there is no route: a positive errno value */
	uint8_t type; /* RTN_* */
	int oif;
	struct ip gateway; /* AF_UNSPEC: the destination is on the link */
	struct ip source;
	uint32_t mtu; /* bytes; 0: that of the interface */
	uint32_t expires; /* s; not 0: the MTU is from an ICMP error */
};

/* A route that leads into the tunnel. */
struct inner_route {
	int family;
	struct in6_addr to; /* of IPv4: the first four bytes */
	uint8_t length;
	uint8_t protocol; /* RTPROT_* */
	bool shared; /* the tunnel is one of several next hops */
	bool is_kept; /* the kernel uses it although there is no carrier */
	int back; /* the interface to which answers go, 0: not known */
};

/* What the choice of a route depends on besides the destination. */
struct flow {
	struct ip source; /* AF_UNSPEC: the kernel selects it */
	uint32_t oif, mark;
	uint8_t tos; /* or traffic class */
};

void route_ask(struct nl *nl, const struct ip *to, const struct flow *flow,
	       struct route_lookup *l);
/*
 * Whether a routing rule of a family selects packets by IP protocol GRE. The kernel accepts no
 * GRE in a question for a route, so its answer would be wrong then.
 */
bool route_rules_name_gre(struct nl *nl, int family);
/* Find the best route of the main table that avoids an interface. */
void route_ask_without(struct nl *nl, const struct ip *to, int ifindex,
		       struct route_lookup *l);
/* Get the NUD_* state of a neighbour, 0 if there is none. */
uint16_t route_neighbour(struct nl *nl, const struct ip *hop, int ifindex);

struct inner_routes {
	struct inner_route *list;
	size_t count;
	int ifindex; /* of the tunnel */
	char back_dev[IFNAMSIZ]; /* of the first route whose answers go elsewhere */
};

/* Read all routes into the tunnel. Returns 0 or -errno; the caller frees the list. */
int inner_routes_read(struct nl *nl, int ifindex, struct inner_routes *routes);
/* Find out where answers to packets from the tunnel go. */
void inner_routes_ask_back(struct nl *nl, struct inner_routes *routes);

#endif /* LOOKUP_H */
