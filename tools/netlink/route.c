// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "lib/attr.h"
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

/* A file can express these; not a gateway of another family, labels, ... */
#define PLAIN                                                                 \
	(BIT(RTA_DST) | BIT(RTA_OIF) | BIT(RTA_GATEWAY) | BIT(RTA_PRIORITY) | \
	 BIT(RTA_TABLE) | BIT(RTA_PREF) | BIT(RTA_METRICS) |                  \
	 BIT(RTA_CACHEINFO))

static void read_ip(const struct nlattr *attr, int family, struct ip *ip)
{
	ip->family = attr ? family : AF_UNSPEC;
	attr_read(attr, &ip->v6,
		  family == AF_INET ? sizeof(ip->v4) : sizeof(ip->v6));
}

bool route_read(const struct nlmsghdr *message, struct route *r)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(message);
	const struct nlattr *attrs[ATTRS], *metrics[RTAX_MTU + 1];
	struct static_route *c = &r->config;
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
	attr_sort(message, sizeof(*rtm), attrs, ATTRS);
	read_ip(attrs[RTA_DST], rtm->rtm_family, &c->to);
	c->to.family = rtm->rtm_family;
	read_ip(attrs[RTA_GATEWAY], rtm->rtm_family, &c->via);
	read_ip(attrs[RTA_PREFSRC], rtm->rtm_family, &r->source);
	ATTR_READ(attrs[RTA_OIF], r->oif);
	ATTR_READ(attrs[RTA_PRIORITY], c->metric);
	ATTR_READ(attrs[RTA_TABLE], c->table);
	ATTR_READ(attrs[RTA_PREF], preference);
	attr_sort_nest(attrs[RTA_METRICS], metrics, RTAX_MTU + 1);
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
