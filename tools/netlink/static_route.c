// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/list.h"
#include "netlink/static_route.h"

static size_t ip_size(int family)
{
	return family == AF_INET ? sizeof(struct in_addr)
				 : sizeof(struct in6_addr);
}

static void put_route(struct nl_request *request, int ifindex,
		      const struct static_route *r, struct rtmsg *rtm)
{
	struct nlmsghdr *nlh = &request->header;
	size_t size = ip_size(r->to.family);

	rtm->rtm_family = (uint8_t)r->to.family;
	rtm->rtm_dst_len = (uint8_t)r->prefix;
	rtm->rtm_protocol = r->protocol;
	rtm->rtm_type = RTN_UNICAST;
	rtm->rtm_scope = RT_SCOPE_UNIVERSE;
	if (r->to.family == AF_INET && !r->via.family)
		rtm->rtm_scope = RT_SCOPE_LINK;
	rtm->rtm_table = r->table < 256 ? (uint8_t)r->table : RT_TABLE_UNSPEC;
	mnl_attr_put(nlh, RTA_DST, size, &r->to.v6);
	mnl_attr_put_u32(nlh, RTA_OIF, (uint32_t)ifindex);
	mnl_attr_put_u32(nlh, RTA_TABLE, r->table);
	if (r->via.family)
		mnl_attr_put(nlh, RTA_GATEWAY, size, &r->via.v6);
	if (r->metric)
		mnl_attr_put_u32(nlh, RTA_PRIORITY, r->metric);
}

void static_route_add(struct nl_request *request, int ifindex,
		      const struct static_route *r, bool beside)
{
	put_route(request, ifindex, r,
		  nl_start(request, RTM_NEWROUTE,
			   NLM_F_CREATE | (beside ? NLM_F_APPEND : NLM_F_EXCL),
			   sizeof(struct rtmsg)));
}

void static_route_delete(struct nl_request *request, int ifindex,
			 const struct static_route *r)
{
	put_route(request, ifindex, r,
		  nl_start(request, RTM_DELROUTE, 0, sizeof(struct rtmsg)));
}

struct selection {
	struct static_routes *routes;
	int family, only;
	uint8_t protocol;
};

static void collect_route(struct selection *s, const struct route *r)
{
	struct static_routes *routes = s->routes;
	struct route kept = *r;

	if (!r->oif || (s->only && r->oif != s->only))
		return;
	/* They are valid as long as the message. */
	kept.hops = NULL;
	list_add(&routes->list, &routes->count, &kept, sizeof(kept));
}

static int read_message(const struct nlmsghdr *message, void *arg)
{
	const struct rtnexthop *hop = NULL;
	struct selection *s = arg;
	struct route r;

	if (!route_read(message, &r))
		return -EBADMSG;
	/* Not every kernel selects the routes, or has IPv6. */
	if (r.config.to.family != s->family ||
	    r.config.protocol != s->protocol || r.type != RTN_UNICAST ||
	    r.is_cached)
		return 0;
	/* A route with several next hops counts for each of their interfaces. */
	if (!r.hops)
		collect_route(s, &r);
	while ((hop = route_next_hop(&r, hop))) {
		r.oif = hop->rtnh_ifindex;
		collect_route(s, &r);
	}
	return 0;
}

static int compare_numbers(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_routes(const void *left, const void *right)
{
	const struct route *a = left, *b = right;
	const struct static_route *r = &a->config, *s = &b->config;

	if (a->oif != b->oif)
		return a->oif < b->oif ? -1 : 1;
	return compare_numbers(r->table, s->table)
		?: compare_numbers((uint32_t)r->to.family,
				   (uint32_t)s->to.family)
		?: memcmp(&r->to.v6, &s->to.v6, ip_size(r->to.family))
		?: compare_numbers(r->prefix, s->prefix)
		?: compare_numbers(r->metric, s->metric);
}

int static_routes_read(struct nl *nl, int ifindex, struct static_routes *routes)
{
	static const int families[] = { AF_INET, AF_INET6 };
	static const uint8_t protocols[] = { ROUTE_PROTOCOL, RTPROT_BOOT,
					     RTPROT_STATIC };
	struct selection selection = { .routes = routes, .only = ifindex };
	struct nl_request request;
	bool partial = false;
	size_t i, j;
	int err = 0;

	memset(routes, 0, sizeof(*routes));
	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		selection.family = families[i];
		for (j = 0; j < sizeof(protocols) && !err; j++) {
			selection.protocol = protocols[j];
			route_dump(&request, selection.family, ifindex)
				->rtm_protocol = selection.protocol;
			err = nl_dump(nl, &request, read_message, &selection,
				      &routes->count);
			partial |= err == -EINTR;
			err = err == -EINTR ? 0 : err;
		}
		/* Not every kernel has IPv6. */
		if (err && selection.family == AF_INET)
			return err;
	}
	if (routes->count)
		qsort(routes->list, routes->count, sizeof(*routes->list),
		      compare_routes);
	return partial ? -EINTR : 0;
}
