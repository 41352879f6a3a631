/* SPDX-License-Identifier: GPL-2.0 */
/* Routes in netlink that a file of tunnels can express. */
#ifndef STATIC_ROUTE_H
#define STATIC_ROUTE_H

#include "netlink/route.h"

struct static_routes {
	struct route *list;
	size_t count;
};

/* With beside, the route goes behind one to the same destination. */
void static_route_add(struct nl_request *request, int ifindex,
		      const struct static_route *r, bool beside);
void static_route_delete(struct nl_request *request, int ifindex,
			 const struct static_route *r);

/*
 * Read the routes of gretool, of users (RTPROT_BOOT) and of scripts (RTPROT_STATIC)
 * by one interface, or by all if ifindex is 0. Routes of the kernel and of daemons
 * are left out. The list is sorted by interface and destination; the caller frees
 * it in any case. Returns 0 or -errno; with -EINTR some may be missing.
 */
int static_routes_read(struct nl *nl, int ifindex,
		       struct static_routes *routes);

#endif /* STATIC_ROUTE_H */
