/* SPDX-License-Identifier: GPL-2.0 */
/* Routes in netlink. */
#ifndef ROUTE_H
#define ROUTE_H

#include "netlink/nl.h"
#include "option/config.h"

/* A route of IPv4 or IPv6, as RTM_NEWROUTE has it. */
struct route {
	struct entry config; /* what a file of tunnels can express */
	bool is_unsupported; /* it has attributes beyond that */
	uint8_t type; /* RTN_* */
	bool is_cached; /* it is an exception of another route */
	bool is_kept; /* it is used although its interface has no carrier */
	int oif; /* 0: none, or several next hops */
	struct ip source; /* the preferred source address */
	uint32_t mtu; /* bytes; 0: that of the interface */
	uint32_t expires; /* s; not 0: the MTU is from an ICMP error */
	const struct nlattr *hops; /* in the message; NULL: there is only one */
};

struct static_routes {
	struct route *list;
	size_t count;
};

/*
 * Ask for the routes of a family by one interface, or by any if ifindex is 0. Not
 * every kernel selects them.
 */
struct rtmsg *route_dump(struct nl_request *request, int family, int ifindex);

/* Read a reply or notification. False: it is malformed. */
bool route_read(const struct nlmsghdr *message, struct route *r);
/* Get the next hop after hop, or the first if hop is NULL. NULL: there is none. */
const struct rtnexthop *route_next_hop(const struct route *r,
				       const struct rtnexthop *hop);

/* With beside, the route goes behind one to the same destination. */
void static_route_add(struct nl_request *request, int ifindex,
		      const struct entry *r, bool beside);
void static_route_delete(struct nl_request *request, int ifindex,
			 const struct entry *r);

/*
 * Read the routes of gretool, of users (RTPROT_BOOT) and of scripts (RTPROT_STATIC)
 * by one interface, or by all if ifindex is 0. Routes of the kernel and of daemons
 * are left out. The list is sorted by destination; the caller frees it in any case.
 * Returns 0 or -errno; with -EINTR some may be missing.
 */
int static_routes_read(struct nl *nl, int ifindex,
		       struct static_routes *routes);

#endif /* ROUTE_H */
