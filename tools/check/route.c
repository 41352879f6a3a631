// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/neighbour.h>
#include <stdlib.h>
#include <string.h>

#include "check/route.h"
#include "lib/attr.h"
#include "lib/list.h"
#include "netlink/link.h"
#include "netlink/refusal.h"

/* Routes of a tunnel whose way back is looked at; those of a full table are
 * all alike.
 */
#define BACK_MAX 256
/* What stands for the addresses that only a default route is for. */
#define SOMEWHERE 0xc6120001 /* 198.18.0.1, RFC 2544 */

static void read_metrics(const struct nlattr *metrics, struct route *r)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, metrics)
		if (mnl_attr_get_type(attr) == RTAX_MTU)
			attr_read(attr, &r->mtu, sizeof(r->mtu));
}

static int read_route(const struct nlmsghdr *message, void *arg)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(message);
	struct rta_cacheinfo cache = { 0 };
	const struct nlattr *attr;
	struct route *r = arg;
	uint32_t oif = 0;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*rtm))
		return -EBADMSG;
	r->type = rtm->rtm_type;
	mnl_attr_for_each(attr, message, sizeof(*rtm)) {
		switch (mnl_attr_get_type(attr)) {
		case RTA_OIF:
			attr_read(attr, &oif, sizeof(oif));
			break;
		case RTA_GATEWAY:
			attr_read(attr, &r->gateway, sizeof(r->gateway));
			break;
		case RTA_PREFSRC:
			attr_read(attr, &r->source, sizeof(r->source));
			break;
		case RTA_METRICS:
			read_metrics(attr, r);
			break;
		case RTA_CACHEINFO:
			attr_read(attr, &cache, sizeof(cache));
			break;
		}
	}
	r->oif = (int)oif;
	/* In ticks of a hundredth of a second. */
	if (cache.rta_expires > 0)
		r->expires = (uint32_t)cache.rta_expires / 100 + 1;
	return 0;
}

void route_ask(struct nl *nl, struct in_addr to, const struct flow *flow,
	       struct route *r)
{
	struct nl_request request;
	struct rtmsg *rtm = nl_start(&request, RTM_GETROUTE, 0, sizeof(*rtm));
	struct nlmsghdr *nlh = &request.header;

	memset(r, 0, sizeof(*r));
	rtm->rtm_family = AF_INET;
	rtm->rtm_dst_len = 32;
	rtm->rtm_tos = flow->tos;
	mnl_attr_put(nlh, RTA_DST, sizeof(to), &to);
	if (flow->source.s_addr) {
		rtm->rtm_src_len = 32;
		mnl_attr_put(nlh, RTA_SRC, sizeof(flow->source), &flow->source);
	}
	if (flow->oif)
		mnl_attr_put_u32(nlh, RTA_OIF, flow->oif);
	if (flow->mark)
		mnl_attr_put_u32(nlh, RTA_MARK, flow->mark);
	r->asked = true;
	r->error = -nl_talk(nl, &request, read_route, r);
}

static int look_at_rule(const struct nlmsghdr *message, void *arg)
{
	const struct nlattr *attr;
	uint8_t protocol = 0;
	bool *named = arg;

	mnl_attr_for_each(attr, message, sizeof(struct fib_rule_hdr))
		if (mnl_attr_get_type(attr) == FRA_IP_PROTO)
			attr_read(attr, &protocol, sizeof(protocol));
	*named |= protocol == IPPROTO_GRE;
	return 0;
}

bool route_rules_name_gre(struct nl *nl)
{
	struct nl_request request;
	struct fib_rule_hdr *rule =
		nl_start(&request, RTM_GETRULE, NLM_F_DUMP, sizeof(*rule));
	bool named = false;

	rule->family = AF_INET;
	nl_dump(nl, &request, look_at_rule, &named, NULL);
	return named;
}

struct search {
	struct in_addr to;
	int not_by;
	int best; /* prefix length, -1: none so far */
	struct route *found;
};

static int look_at_route(const struct nlmsghdr *message, void *arg)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(message);
	struct route r = { .asked = true };
	struct in_addr to = { 0 };
	struct search *s = arg;
	const struct nlattr *attr;
	uint32_t mask;

	if (read_route(message, &r))
		return -EBADMSG;
	mnl_attr_for_each(attr, message, sizeof(*rtm))
		if (mnl_attr_get_type(attr) == RTA_DST)
			attr_read(attr, &to, sizeof(to));
	mask = rtm->rtm_dst_len ? htonl(~0U << (32 - rtm->rtm_dst_len)) : 0;
	if (rtm->rtm_type == RTN_UNICAST && r.oif && r.oif != s->not_by &&
	    rtm->rtm_dst_len > s->best &&
	    !((to.s_addr ^ s->to.s_addr) & mask)) {
		s->best = rtm->rtm_dst_len;
		*s->found = r;
	}
	return 0;
}

void route_ask_without(struct nl *nl, struct in_addr to, int not_by,
		       struct route *found)
{
	struct search s = {
		.to = to, .not_by = not_by, .best = -1, .found = found
	};
	struct nl_request request;
	struct rtmsg *rtm =
		nl_start(&request, RTM_GETROUTE, NLM_F_DUMP, sizeof(*rtm));

	rtm->rtm_family = AF_INET;
	mnl_attr_put_u32(&request.header, RTA_TABLE, RT_TABLE_MAIN);
	/* What it finds is a hint, so it need not have seen all routes. */
	nl_dump(nl, &request, look_at_route, &s, NULL);
}

/* Is the interface one of several next hops? */
static bool has_hop(const struct nlattr *multipath, int ifindex)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(multipath);
	int left = mnl_attr_get_payload_len(multipath);

	while (left >= (int)sizeof(*hop) && RTNH_OK(hop, left)) {
		if (hop->rtnh_ifindex == ifindex)
			return true;
		left -= RTNH_ALIGN(hop->rtnh_len);
		hop = RTNH_NEXT(hop);
	}
	return false;
}

static bool is_link_scope(const struct inner_route *r)
{
	return r->family == AF_INET6 &&
	       (IN6_IS_ADDR_LINKLOCAL(&r->to) || IN6_IS_ADDR_MULTICAST(&r->to));
}

static int collect_route(const struct nlmsghdr *message, void *arg)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(message);
	struct inner_route r = { 0 };
	struct inner_routes *routes = arg;
	const struct nlattr *attr;
	uint32_t oif = 0;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*rtm))
		return -EBADMSG;
	if (rtm->rtm_type != RTN_UNICAST || rtm->rtm_flags & RTM_F_CLONED)
		return 0;
	r.family = rtm->rtm_family;
	r.length = rtm->rtm_dst_len;
	r.protocol = rtm->rtm_protocol;
	mnl_attr_for_each(attr, message, sizeof(*rtm)) {
		switch (mnl_attr_get_type(attr)) {
		case RTA_DST:
			attr_read(attr, &r.to,
				  r.family == AF_INET ? sizeof(struct in_addr)
						      : sizeof(r.to));
			break;
		case RTA_OIF:
			attr_read(attr, &oif, sizeof(oif));
			break;
		case RTA_MULTIPATH:
			r.shared = has_hop(attr, routes->ifindex);
			break;
		}
	}
	/* Not every kernel selects them by interface. */
	if ((int)oif != routes->ifindex && !r.shared)
		return 0;
	if (is_link_scope(&r))
		return 0;
	return list_add(&routes->list, &routes->count, &r, sizeof(r)) ? 0
								      : -ENOMEM;
}

int inner_routes_read(struct nl *nl, int ifindex, struct inner_routes *routes)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct nl_request request;
	struct rtmsg *rtm;
	int err = 0;
	size_t i;

	memset(routes, 0, sizeof(*routes));
	routes->ifindex = ifindex;
	for (i = 0; i < sizeof(families) && !err; i++) {
		rtm = nl_start(&request, RTM_GETROUTE, NLM_F_DUMP,
			       sizeof(*rtm));
		rtm->rtm_family = families[i];
		mnl_attr_put_u32(&request.header, RTA_OIF, (uint32_t)ifindex);
		err = nl_dump(nl, &request, collect_route, routes,
			      &routes->count);
		/* Some routes are better than none. */
		if (err == -EINTR)
			err = report_partial("routes");
	}
	/* Not every kernel has IPv6. */
	return i == sizeof(families) ? 0 : err;
}

/* An address that the route is for. */
static struct in_addr somebody(const struct inner_route *r)
{
	struct in_addr to;

	memcpy(&to, &r->to, sizeof(to));
	if (!r->length)
		to.s_addr = htonl(SOMEWHERE);
	else if (r->length < 31)
		to.s_addr |= htonl(1);
	return to;
}

void inner_routes_ask_back(struct nl *nl, struct inner_routes *routes)
{
	static const struct flow none;
	struct nl_request request;
	struct tunnel way_back;
	struct route back;
	size_t i, asked = 0;

	for (i = 0; i < routes->count && asked < BACK_MAX; i++) {
		struct inner_route *r = &routes->list[i];

		if (r->family != AF_INET || r->shared)
			continue;
		asked++;
		route_ask(nl, somebody(r), &none, &back);
		/* An address of our own tells nothing. */
		if (back.error || back.type == RTN_LOCAL)
			continue;
		r->back = back.oif;
		if (routes->back_dev[0] || back.oif == routes->ifindex)
			continue;
		link_get_in(&request, -1, NULL, (uint32_t)back.oif);
		if (!link_talk(nl, &request, &way_back))
			memcpy(routes->back_dev, way_back.config.name,
			       sizeof(routes->back_dev));
	}
}

static int read_neighbour_state(const struct nlmsghdr *message, void *arg)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(message);
	uint16_t *state = arg;

	if (mnl_nlmsg_get_payload_len(message) >= sizeof(*ndm))
		*state = ndm->ndm_state;
	return 0;
}

uint16_t route_neighbour(struct nl *nl, struct in_addr hop, int ifindex)
{
	struct nl_request request;
	struct ndmsg *ndm = nl_start(&request, RTM_GETNEIGH, 0, sizeof(*ndm));
	uint16_t state = 0;

	ndm->ndm_family = AF_INET;
	ndm->ndm_ifindex = ifindex;
	mnl_attr_put(&request.header, NDA_DST, sizeof(hop), &hop);
	nl_talk(nl, &request, read_neighbour_state, &state);
	return state;
}
