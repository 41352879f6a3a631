/* SPDX-License-Identifier: GPL-2.0 */
/* Routes, as `ip route` shows them. */
#ifndef ROUTE_H
#define ROUTE_H

#include <linux/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netlink/nl.h"

/* What the kernel says to `ip route get`. */
struct route_lookup {
	bool asked;
	int error; /* errno value: there is none */
	uint8_t type; /* RTN_* */
	int oif;
	struct in_addr gateway; /* 0.0.0.0: on the link */
	struct in_addr source;
	uint32_t mtu; /* 0: the interface's */
	uint32_t expires; /* s; not 0: an ICMP error has told the MTU */
};

/* A route that leads into the tunnel. */
struct inner_route {
	int family;
	struct in6_addr to; /* or an in_addr at its beginning */
	uint8_t length;
	uint8_t protocol; /* RTPROT_* */
	bool shared; /* one of several next hops */
	int back; /* where packets to it really go, 0: not asked */
};

/* What decides over a route besides the destination. */
struct flow {
	struct in_addr source;
	uint32_t oif, mark;
	uint8_t tos;
};

void route_ask(struct nl *nl, struct in_addr to, const struct flow *flow,
	       struct route_lookup *l);
/*
 * Does a rule choose GRE packets, or all others, by their IP protocol? The kernel
 * takes no such protocol in a question for a route.
 */
bool route_rules_name_gre(struct nl *nl);
/* The best route of the main table that does not use an interface. */
void route_ask_without(struct nl *nl, struct in_addr to, int ifindex,
		       struct route_lookup *l);
/* NUD_* of a neighbour, 0: there is none. */
uint16_t route_neighbour(struct nl *nl, struct in_addr hop, int ifindex);

struct inner_routes {
	struct inner_route *list;
	size_t count;
	int ifindex; /* of the tunnel */
	char back_dev[IFNAMSIZ]; /* of the first whose way back is another */
};

/* All that lead into the tunnel. 0 or -errno; the caller frees the list. */
int inner_routes_read(struct nl *nl, int ifindex, struct inner_routes *routes);
/* Where do answers to what comes out of the tunnel go? */
void inner_routes_ask_back(struct nl *nl, struct inner_routes *routes);

#endif /* ROUTE_H */
