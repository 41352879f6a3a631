// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/attr.h"
#include "lib/list.h"
#include "netlink/route.h"

struct rtmsg *route_dump(struct nl_request *request, int family, int ifindex)
{
	struct rtmsg *rtm =
		nl_start(request, RTM_GETROUTE, NLM_F_DUMP, sizeof(*rtm));

	rtm->rtm_family = (uint8_t)family;
	if (ifindex)
		mnl_attr_put_u32(&request->header, RTA_OIF, (uint32_t)ifindex);
	return rtm;
}

/* Newer kernels may have more attributes, but hardly beyond this. */
#define ATTRS 64
#define BIT(type) (UINT64_C(1) << (type))

/* A file can express these attributes, but not a gateway of another family or labels. */
#define PLAIN                                                                 \
	(BIT(RTA_DST) | BIT(RTA_OIF) | BIT(RTA_GATEWAY) | BIT(RTA_PRIORITY) | \
	 BIT(RTA_TABLE) | BIT(RTA_PREF) | BIT(RTA_METRICS) |                  \
	 BIT(RTA_CACHEINFO))

static void read_ip(const struct nlattr *attr, int family, struct ip *ip)
{
	ip->family = attr ? family : AF_UNSPEC;
	attr_read(attr, &ip->v6, ip_size(ip));
}

bool route_read(const struct nlmsghdr *message, struct route *r)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(message);
	const struct nlattr *attrs[ATTRS], *metrics[RTAX_MTU + 1];
	struct entry *c = &r->config;
	struct rta_cacheinfo cache = { 0 };
	uint8_t preference = 0;
	size_t i;

	memset(r, 0, sizeof(*r));
	if (mnl_nlmsg_get_payload_len(message) < sizeof(*rtm))
		return false;
	c->prefix = rtm->rtm_dst_len;
	c->table = rtm->rtm_table;
	c->protocol = rtm->rtm_protocol;
	r->type = rtm->rtm_type;
	r->is_cached = rtm->rtm_flags & RTM_F_CLONED;
	r->is_kept = rtm->rtm_flags & RTNH_F_LINKDOWN &&
		     !(rtm->rtm_flags & RTNH_F_DEAD);
	ATTR_SORT(message, sizeof(*rtm), attrs);
	read_ip(attrs[RTA_DST], rtm->rtm_family, &c->to);
	c->to.family = rtm->rtm_family;
	read_ip(attrs[RTA_GATEWAY], rtm->rtm_family, &c->via);
	read_ip(attrs[RTA_PREFSRC], rtm->rtm_family, &r->source);
	ATTR_READ(attrs[RTA_OIF], r->oif);
	ATTR_READ(attrs[RTA_PRIORITY], c->metric);
	ATTR_READ(attrs[RTA_TABLE], c->table);
	ATTR_READ(attrs[RTA_PREF], preference);
	ATTR_SORT_NEST(attrs[RTA_METRICS], metrics);
	ATTR_READ(metrics[RTAX_MTU], r->mtu);
	ATTR_READ(attrs[RTA_CACHEINFO], cache);
	/* The unit is a hundredth of a second. */
	if (cache.rta_expires > 0)
		r->expires = (uint32_t)cache.rta_expires / 100 + 1;
	r->hops = attrs[RTA_MULTIPATH];
	r->is_unsupported = rtm->rtm_tos || rtm->rtm_src_len ||
			    rtm->rtm_flags & RTNH_F_ONLINK || preference;
	r->is_unsupported |= attrs[RTA_METRICS] &&
			     mnl_attr_get_payload_len(attrs[RTA_METRICS]);
	for (i = 0; i < ATTRS; i++)
		r->is_unsupported |= attrs[i] && !(PLAIN & BIT(i));
	return true;
}

const struct rtnexthop *route_next_hop(const struct route *r,
				       const struct rtnexthop *hop)
{
	int left;

	if (!r->hops)
		return NULL;
	hop = hop ? RTNH_NEXT(hop) : mnl_attr_get_payload(r->hops);
	left = (int)((const char *)mnl_attr_get_payload(r->hops) +
		     mnl_attr_get_payload_len(r->hops) - (const char *)hop);
	return left >= (int)sizeof(*hop) && RTNH_OK(hop, left) ? hop : NULL;
}

static void put_route(struct nl_request *request, int ifindex,
		      const struct entry *r, struct rtmsg *rtm)
{
	struct nlmsghdr *nlh = &request->header;
	size_t size = ip_size(&r->to);

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
		      const struct entry *r, bool beside)
{
	put_route(request, ifindex, r,
		  nl_start(request, RTM_NEWROUTE,
			   NLM_F_CREATE | (beside ? NLM_F_APPEND : NLM_F_EXCL),
			   sizeof(struct rtmsg)));
}

void static_route_delete(struct nl_request *request, int ifindex,
			 const struct entry *r)
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
	const struct entry *r = &a->config, *s = &b->config;

	return compare_numbers(r->table, s->table)
		?: compare_numbers((uint32_t)r->to.family,
				   (uint32_t)s->to.family)
		?: memcmp(&r->to.v6, &s->to.v6, ip_size(&r->to))
		?: compare_numbers(r->prefix, s->prefix)
		?: compare_numbers(r->metric, s->metric);
}

int static_routes_read(struct nl *nl, int ifindex, struct static_routes *routes)
{
	static const int families[] = { AF_INET, AF_INET6 };
	static const uint8_t protocols[] = { ENTRY_PROTOCOL, RTPROT_BOOT,
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
