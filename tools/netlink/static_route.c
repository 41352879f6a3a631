// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/attr.h"
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

struct route_attrs {
	struct static_route_of *of;
	const struct nlattr *hops;
};

static void read_ip(const struct nlattr *attr, int family, struct ip *ip)
{
	ip->family = family;
	attr_read(attr, &ip->v6, ip_size(family));
}

static int read_route_attr(const struct nlattr *attr, void *arg)
{
	struct route_attrs *attrs = arg;
	struct static_route_of *of = attrs->of;
	struct static_route *r = &of->route;
	uint8_t preference = 0;

	switch (mnl_attr_get_type(attr)) {
	case RTA_DST:
		read_ip(attr, r->to.family, &r->to);
		break;
	case RTA_OIF:
		attr_read(attr, &of->ifindex, sizeof(of->ifindex));
		break;
	case RTA_GATEWAY:
		read_ip(attr, r->to.family, &r->via);
		break;
	case RTA_PRIORITY:
		attr_read(attr, &r->metric, sizeof(r->metric));
		break;
	case RTA_TABLE:
		attr_read(attr, &r->table, sizeof(r->table));
		break;
	case RTA_PREF:
		attr_read(attr, &preference, sizeof(preference));
		of->odd |= preference;
		break;
	case RTA_MULTIPATH:
		attrs->hops = attr;
		of->odd = true;
		break;
	case RTA_METRICS:
		of->odd |= mnl_attr_get_payload_len(attr) > 0;
		break;
	case RTA_CACHEINFO:
		break;
	default:
		/* A source, another family's gateway, labels, ... */
		of->odd = true;
	}
	return MNL_CB_OK;
}

struct reading {
	struct static_routes *routes;
	int family, only;
	uint8_t protocol;
};

static int collect_route(struct reading *reading,
			 const struct static_route_of *of)
{
	struct static_routes *routes = reading->routes;

	if (!of->ifindex || (reading->only && of->ifindex != reading->only))
		return 0;
	return list_add(&routes->list, &routes->count, of, sizeof(*of))
		       ? 0
		       : -ENOMEM;
}

/* A route with several next hops is one of each of their devices. */
static int collect_hops(struct reading *reading, struct static_route_of *of,
			const struct nlattr *hops)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(hops);
	int left = mnl_attr_get_payload_len(hops);
	int err = 0;

	while (!err && RTNH_OK(hop, left)) {
		of->ifindex = hop->rtnh_ifindex;
		err = collect_route(reading, of);
		left -= (int)RTNH_ALIGN(hop->rtnh_len);
		hop = RTNH_NEXT(hop);
	}
	return err;
}

static int read_message(const struct nlmsghdr *message, void *arg)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(message);
	struct static_route_of of = { 0 };
	struct route_attrs attrs = { .of = &of };
	struct reading *reading = arg;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*rtm))
		return -EBADMSG;
	/* Not every kernel selects, or has IPv6. */
	if (rtm->rtm_family != reading->family ||
	    rtm->rtm_protocol != reading->protocol ||
	    rtm->rtm_type != RTN_UNICAST || rtm->rtm_flags & RTM_F_CLONED)
		return 0;
	of.route.to.family = rtm->rtm_family;
	of.route.prefix = rtm->rtm_dst_len;
	of.route.table = rtm->rtm_table;
	of.route.protocol = rtm->rtm_protocol;
	of.odd = rtm->rtm_tos || rtm->rtm_src_len ||
		 rtm->rtm_flags & RTNH_F_ONLINK;
	mnl_attr_parse(message, sizeof(*rtm), read_route_attr, &attrs);
	if (attrs.hops)
		return collect_hops(reading, &of, attrs.hops);
	return collect_route(reading, &of);
}

static int compare_numbers(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_routes(const void *left, const void *right)
{
	const struct static_route_of *a = left, *b = right;
	const struct static_route *r = &a->route, *s = &b->route;

	if (a->ifindex != b->ifindex)
		return a->ifindex < b->ifindex ? -1 : 1;
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
	struct reading reading = { .routes = routes, .only = ifindex };
	struct nl_request request;
	struct rtmsg *rtm;
	bool partial = false;
	size_t i, j;
	int err = 0;

	memset(routes, 0, sizeof(*routes));
	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		reading.family = families[i];
		for (j = 0; j < sizeof(protocols) && !err; j++) {
			reading.protocol = protocols[j];
			rtm = nl_start(&request, RTM_GETROUTE, NLM_F_DUMP,
				       sizeof(*rtm));
			rtm->rtm_family = (uint8_t)reading.family;
			rtm->rtm_protocol = reading.protocol;
			if (ifindex)
				mnl_attr_put_u32(&request.header, RTA_OIF,
						 (uint32_t)ifindex);
			err = nl_dump(nl, &request, read_message, &reading,
				      &routes->count);
			partial |= err == -EINTR;
			err = err == -EINTR ? 0 : err;
		}
		/* Not every kernel has IPv6. */
		if (err && reading.family == AF_INET)
			return err;
	}
	if (routes->count)
		qsort(routes->list, routes->count, sizeof(*routes->list),
		      compare_routes);
	return partial ? -EINTR : 0;
}
