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

static void read_ip(const struct nlattr *attr, int family, struct ip *ip)
{
	ip->family = family;
	attr_read(attr, &ip->v6,
		  family == AF_INET ? sizeof(ip->v4) : sizeof(ip->v6));
}

static void read_metrics(const struct nlattr *metrics, struct route *r)
{
	const struct nlattr *attr;

	r->is_unsupported |= mnl_attr_get_payload_len(metrics) > 0;
	mnl_attr_for_each_nested(attr, metrics)
		if (mnl_attr_get_type(attr) == RTAX_MTU)
			attr_read(attr, &r->mtu, sizeof(r->mtu));
}

static int read_attr(const struct nlattr *attr, void *arg)
{
	struct route *r = arg;
	struct static_route *c = &r->config;
	struct rta_cacheinfo cache = { 0 };
	uint8_t preference = 0;

	switch (mnl_attr_get_type(attr)) {
	case RTA_DST:
		read_ip(attr, c->to.family, &c->to);
		break;
	case RTA_OIF:
		attr_read(attr, &r->oif, sizeof(r->oif));
		break;
	case RTA_GATEWAY:
		read_ip(attr, c->to.family, &c->via);
		break;
	case RTA_PRIORITY:
		attr_read(attr, &c->metric, sizeof(c->metric));
		break;
	case RTA_TABLE:
		attr_read(attr, &c->table, sizeof(c->table));
		break;
	case RTA_PREF:
		attr_read(attr, &preference, sizeof(preference));
		r->is_unsupported |= preference;
		break;
	case RTA_MULTIPATH:
		r->hops = attr;
		r->is_unsupported = true;
		break;
	case RTA_METRICS:
		read_metrics(attr, r);
		break;
	case RTA_CACHEINFO:
		attr_read(attr, &cache, sizeof(cache));
		/* The unit is a hundredth of a second. */
		if (cache.rta_expires > 0)
			r->expires = (uint32_t)cache.rta_expires / 100 + 1;
		break;
	case RTA_PREFSRC:
		read_ip(attr, c->to.family, &r->source);
		r->is_unsupported = true;
		break;
	default:
		/* A gateway of another family, labels, ... */
		r->is_unsupported = true;
	}
	return MNL_CB_OK;
}

bool route_read(const struct nlmsghdr *message, struct route *r)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(message);

	memset(r, 0, sizeof(*r));
	if (mnl_nlmsg_get_payload_len(message) < sizeof(*rtm))
		return false;
	r->config.to.family = rtm->rtm_family;
	r->config.prefix = rtm->rtm_dst_len;
	r->config.table = rtm->rtm_table;
	r->config.protocol = rtm->rtm_protocol;
	r->type = rtm->rtm_type;
	r->is_cached = rtm->rtm_flags & RTM_F_CLONED;
	r->is_kept = rtm->rtm_flags & RTNH_F_LINKDOWN &&
		     !(rtm->rtm_flags & RTNH_F_DEAD);
	r->is_unsupported = rtm->rtm_tos || rtm->rtm_src_len ||
			    rtm->rtm_flags & RTNH_F_ONLINK;
	mnl_attr_parse(message, sizeof(*rtm), read_attr, r);
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
