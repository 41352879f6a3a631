/* SPDX-License-Identifier: GPL-2.0 */
/* Routes in netlink. */
#ifndef NETLINK_ROUTE_H
#define NETLINK_ROUTE_H

#include "netlink/nl.h"
#include "option/config.h"

/* A route of IPv4 or IPv6, as RTM_NEWROUTE has it. */
struct route {
	struct static_route config; /* what a file of tunnels can say of it */
	bool odd; /* it has more than that */
	uint8_t type; /* RTN_* */
	bool is_cached; /* an exception of another route */
	int oif; /* 0: none, or several next hops */
	struct ip source; /* what it chooses for packets of this machine */
	uint32_t mtu; /* bytes; 0: that of the interface */
	uint32_t expires; /* s; not 0: an ICMP error has told the MTU */
	const struct nlattr *hops; /* in the message; NULL: there is one */
};

/* Of a family, by one interface; 0: by any. Not every kernel selects. */
struct rtmsg *route_dump(struct nl_request *request, int family, int ifindex);

/* A reply or notification. False: it is malformed. */
bool route_read(const struct nlmsghdr *message, struct route *r);
/* The first of several next hops, or the one after hop; NULL: no more. */
const struct rtnexthop *route_next_hop(const struct route *r,
				       const struct rtnexthop *hop);

#endif /* NETLINK_ROUTE_H */
