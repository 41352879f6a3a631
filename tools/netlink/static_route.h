/* SPDX-License-Identifier: GPL-2.0 */
/* The routes in netlink that a file of tunnels can say. */
#ifndef STATIC_ROUTE_H
#define STATIC_ROUTE_H

#include "netlink/route.h"

struct static_routes {
	struct route *list;
	size_t count;
};

/* beside: also where there is one to the same place, which goes on before it. */
void static_route_add(struct nl_request *request, int ifindex,
		      const struct static_route *r, bool beside);
void static_route_delete(struct nl_request *request, int ifindex,
			 const struct static_route *r);

/*
 * Those of gretool, of people (RTPROT_BOOT) and of scripts (RTPROT_STATIC), of
 * one device or, with 0, of all, sorted by device and destination. What the
 * kernel and daemons have made is left out. 0 or -errno; the caller frees the
 * list in both cases.
 */
int static_routes_read(struct nl *nl, int ifindex,
		       struct static_routes *routes);

#endif /* STATIC_ROUTE_H */
