// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/neighbour.h>
#include <stdlib.h>
#include <string.h>

#include "check/lookup.h"
#include "lib/attr.h"
#include "lib/list.h"
#include "netlink/error.h"
#include "netlink/link.h"
#include "netlink/route.h"

/* So many routes of a tunnel are checked for their way back. */
#define BACK_MAX 256
/* This address stands for all that only a default route leads to. */
#define SOMEWHERE 0xc6120001 /* 198.18.0.1, RFC 2544 */

static void take_answer(const struct route *r, struct route_lookup *l)
{
	l->type = r->type;
	l->oif = r->oif;
	l->gateway = r->config.via;
	l->source = r->source;
	l->mtu = r->mtu;
	l->expires = r->expires;
}

static int read_answer(const struct nlmsghdr *message, void *arg)
{
	struct route r;

	if (!route_read(message, &r))
		return -EBADMSG;
	take_answer(&r, arg);
	return 0;
}

void route_ask(struct nl *nl, const struct ip *to, const struct flow *flow,
	       struct route_lookup *l)
{
	struct nl_request request;
	struct rtmsg *rtm = nl_start(&request, RTM_GETROUTE, 0, sizeof(*rtm));
	struct nlmsghdr *nlh = &request.header;

	memset(l, 0, sizeof(*l));
	rtm->rtm_family = (uint8_t)to->family;
	rtm->rtm_dst_len = (uint8_t)(8 * ip_size(to));
	rtm->rtm_tos = flow->tos;
	mnl_attr_put(nlh, RTA_DST, ip_size(to), &to->v6);
	if (flow->source.family) {
		rtm->rtm_src_len = rtm->rtm_dst_len;
		mnl_attr_put(nlh, RTA_SRC, ip_size(&flow->source),
			     &flow->source.v6);
	}
	if (flow->oif)
		mnl_attr_put_u32(nlh, RTA_OIF, flow->oif);
	if (flow->mark)
		mnl_attr_put_u32(nlh, RTA_MARK, flow->mark);
	l->asked = true;
	l->error = -nl_talk(nl, &request, read_answer, l);
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

bool route_rules_name_gre(struct nl *nl, int family)
{
	struct nl_request request;
	struct fib_rule_hdr *rule =
		nl_start(&request, RTM_GETRULE, NLM_F_DUMP, sizeof(*rule));
	bool named = false;

	rule->family = (uint8_t)family;
	nl_dump(nl, &request, look_at_rule, &named, NULL);
	return named;
}

struct search {
	const struct ip *to;
	int not_by;
	int best; /* the longest prefix so far, or -1 */
	struct route_lookup *found;
};

static int look_at_route(const struct nlmsghdr *message, void *arg)
{
	struct search *s = arg;
	struct route r;
	int length;

	if (!route_read(message, &r))
		return -EBADMSG;
	length = (int)r.config.prefix;
	if (r.type == RTN_UNICAST && r.oif && r.oif != s->not_by &&
	    length > s->best &&
	    ip_is_in(s->to, &r.config.to, r.config.prefix)) {
		s->best = length;
		s->found->asked = true;
		take_answer(&r, s->found);
	}
	return 0;
}

void route_ask_without(struct nl *nl, const struct ip *to, int not_by,
		       struct route_lookup *found)
{
	struct search s = {
		.to = to, .not_by = not_by, .best = -1, .found = found
	};
	struct nl_request request;

	route_dump(&request, to->family, 0);
	mnl_attr_put_u32(&request.header, RTA_TABLE, RT_TABLE_MAIN);
	/* What it finds is a hint, so it need not have seen all routes. */
	nl_dump(nl, &request, look_at_route, &s, NULL);
}

/* Whether the interface is one of several next hops. */
static bool has_hop(const struct route *r, int ifindex)
{
	const struct rtnexthop *hop = NULL;

	while ((hop = route_next_hop(r, hop)))
		if (hop->rtnh_ifindex == ifindex)
			return true;
	return false;
}

static bool is_link_scope(const struct inner_route *r)
{
	return r->family == AF_INET6 &&
	       (IN6_IS_ADDR_LINKLOCAL(&r->to) || IN6_IS_ADDR_MULTICAST(&r->to));
}

static int collect_route(const struct nlmsghdr *message, void *arg)
{
	struct inner_routes *routes = arg;
	struct inner_route inner;
	struct route r;

	if (!route_read(message, &r))
		return -EBADMSG;
	if (r.type != RTN_UNICAST || r.is_cached)
		return 0;
	inner = (struct inner_route){
		.family = r.config.to.family,
		.to = r.config.to.v6,
		.length = (uint8_t)r.config.prefix,
		.protocol = r.config.protocol,
		.shared = has_hop(&r, routes->ifindex),
		.is_kept = r.is_kept,
	};
	/* Not every kernel selects routes by interface. */
	if (r.oif != routes->ifindex && !inner.shared)
		return 0;
	if (is_link_scope(&inner))
		return 0;
	list_add(&routes->list, &routes->count, &inner, sizeof(inner));
	return 0;
}

int inner_routes_read(struct nl *nl, int ifindex, struct inner_routes *routes)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct nl_request request;
	int err = 0;
	size_t i;

	memset(routes, 0, sizeof(*routes));
	routes->ifindex = ifindex;
	for (i = 0; i < sizeof(families) && !err; i++) {
		route_dump(&request, families[i], ifindex);
		err = nl_dump(nl, &request, collect_route, routes,
			      &routes->count);
		/* Some routes are better than none. */
		if (err == -EINTR)
			err = report_partial("routes");
	}
	/* Not every kernel has IPv6. */
	return i == sizeof(families) ? 0 : err;
}

/* Choose an address to which the route leads. */
static struct ip somebody(const struct inner_route *r)
{
	struct ip to = { .family = AF_INET };

	memcpy(&to.v4, &r->to, sizeof(to.v4));
	if (!r->length)
		to.v4.s_addr = htonl(SOMEWHERE);
	else if (r->length < 31)
		to.v4.s_addr |= htonl(1);
	return to;
}

void inner_routes_ask_back(struct nl *nl, struct inner_routes *routes)
{
	static const struct flow none;
	struct nl_request request;
	struct tunnel way_back;
	struct route_lookup back;
	size_t i, asked = 0;
	struct ip to;

	for (i = 0; i < routes->count && asked < BACK_MAX; i++) {
		struct inner_route *r = &routes->list[i];

		if (r->family != AF_INET || r->shared)
			continue;
		asked++;
		to = somebody(r);
		route_ask(nl, &to, &none, &back);
		/* A local address tells nothing about the way back. */
		if (back.error || back.type == RTN_LOCAL)
			continue;
		r->back = back.oif;
		if (routes->back_dev[0] || back.oif == routes->ifindex)
			continue;
		link_get(&request, -1, NULL, (uint32_t)back.oif);
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

uint16_t route_neighbour(struct nl *nl, const struct ip *hop, int ifindex)
{
	struct nl_request request;
	struct ndmsg *ndm = nl_start(&request, RTM_GETNEIGH, 0, sizeof(*ndm));
	uint16_t state = 0;

	ndm->ndm_family = (uint8_t)hop->family;
	ndm->ndm_ifindex = ifindex;
	mnl_attr_put(&request.header, NDA_DST, ip_size(hop), &hop->v6);
	nl_talk(nl, &request, read_neighbour_state, &state);
	return state;
}
