// SPDX-License-Identifier: GPL-2.0
/* Parsing of routes from netlink. */
#include <arpa/inet.h>
#include <string.h>

#include "netlink/route.h"
#include "tap.h"

static struct nl_request request;
static struct nlmsghdr *const nlh = &request.header;
static struct route r;

/* Put a route of `gretool apply` as the kernel would report it. */
static void put_route(struct entry to)
{
	to.protocol = ENTRY_PROTOCOL;
	static_route_add(&request, 7, &to, false);
}

static void put_plain(void)
{
	put_route((struct entry){
		.to.family = AF_INET, .prefix = 16, .table = RT_TABLE_MAIN });
}

static void test_static(void)
{
	struct entry to = { .prefix = 16, .metric = 5, .table = 1000 };
	bool ok;

	to.to.family = AF_INET;
	put_route(to);
	ok = route_read(nlh, &r);
	ok &= r.oif == 7 && r.type == RTN_UNICAST && !r.is_cached;
	check(ok && !r.is_unsupported, "a route that a file can express");
	ok = r.config.to.family == AF_INET && !r.config.via.family;
	ok &= r.config.prefix == 16 && r.config.protocol == ENTRY_PROTOCOL;
	ok &= r.config.metric == 5 && r.config.table == 1000;
	check(ok, "all of it");
	to.to.family = AF_INET6;
	to.via.family = AF_INET6;
	put_route(to);
	ok = route_read(nlh, &r) && !r.is_unsupported;
	ok &= r.config.to.family == AF_INET6;
	check(ok && r.config.via.family == AF_INET6,
	      "a route of IPv6, by a gateway");
	mnl_attr_put_u8(nlh, RTA_PREF, 0);
	ok = route_read(nlh, &r);
	check(ok && !r.is_unsupported, "the usual preference");
	mnl_attr_put_u8(nlh, RTA_PREF, 1);
	ok = route_read(nlh, &r);
	check(ok && r.is_unsupported, "another preference");
	put_plain();
	mnl_attr_put_u32(nlh, RTA_FLOW, 1);
	ok = route_read(nlh, &r);
	check(ok && r.is_unsupported, "an attribute that is not known");
	nl_start(&request, RTM_NEWROUTE, 0, sizeof(struct rtmsg) - 4);
	check(!route_read(nlh, &r), "a message without its header is refused");
}

/* The answer that `ip route get` shows. */
static void test_answer(void)
{
	const struct in_addr source = { htonl(0xc0000201) };
	const struct rta_cacheinfo cache = { .rta_expires = 1250 };
	struct nlattr *metrics;
	struct rtmsg *rtm;

	rtm = nl_start(&request, RTM_NEWROUTE, 0, sizeof(*rtm));
	rtm->rtm_family = AF_INET;
	rtm->rtm_type = RTN_LOCAL;
	rtm->rtm_flags = RTM_F_CLONED;
	mnl_attr_put(nlh, RTA_PREFSRC, sizeof(source), &source);
	mnl_attr_put(nlh, RTA_CACHEINFO, sizeof(cache), &cache);
	metrics = mnl_attr_nest_start(nlh, RTA_METRICS);
	mnl_attr_put_u32(nlh, RTAX_MTU, 1400);
	mnl_attr_nest_end(nlh, metrics);
	mnl_attr_put(nlh, RTA_OIF, 2, "\1");
	check(route_read(nlh, &r) && r.type == RTN_LOCAL && r.is_cached,
	      "an answer");
	check(r.source.v4.s_addr == source.s_addr, "its source");
	check(r.mtu == 1400 && r.expires == 13, "a learned MTU, and how long");
	check(!r.oif, "a value that is too short is none");
	rtm->rtm_flags = RTNH_F_LINKDOWN;
	check(route_read(nlh, &r) && r.is_kept, "no carrier, and still used");
	rtm->rtm_flags = RTNH_F_LINKDOWN | RTNH_F_DEAD;
	check(route_read(nlh, &r) && !r.is_kept, "no carrier, and not used");
}

static void test_hops(void)
{
	struct rtnexthop hops[3] = {
		{ .rtnh_len = sizeof(hops[0]), .rtnh_ifindex = 3 },
		{ .rtnh_len = sizeof(hops[0]), .rtnh_ifindex = 4 },
		{ .rtnh_len = sizeof(hops[0]), .rtnh_ifindex = 5 },
	};
	const struct rtnexthop *hop = NULL;
	char list[8] = "";

	put_plain();
	mnl_attr_put(nlh, RTA_MULTIPATH, sizeof(hops), hops);
	check(route_read(nlh, &r) && r.is_unsupported, "several next hops");
	while ((hop = route_next_hop(&r, hop)))
		list[strlen(list)] = (char)('0' + hop->rtnh_ifindex);
	check_text(list, "345", "each of them");

	hops[1].rtnh_len = 100;
	put_plain();
	mnl_attr_put(nlh, RTA_MULTIPATH, sizeof(hops), hops);
	hop = route_read(nlh, &r) ? route_next_hop(&r, NULL) : NULL;
	check(hop && !route_next_hop(&r, hop),
	      "one that is longer than the list ends it");
	put_plain();
	mnl_attr_put(nlh, RTA_MULTIPATH, 4, hops);
	check(route_read(nlh, &r) && !route_next_hop(&r, NULL),
	      "less than a next hop is none");
	put_plain();
	check(route_read(nlh, &r) && !route_next_hop(&r, NULL),
	      "a route with a single one has no list");
}

int main(void)
{
	test_static();
	test_answer();
	test_hops();
	return finish();
}
