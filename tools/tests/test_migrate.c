// SPDX-License-Identifier: GPL-2.0
/* Requests of gretool migrate from what the kernel has reported. */
#include <arpa/inet.h>
#include <linux/fib_rules.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/nexthop.h>
#include <stdlib.h>
#include <string.h>

#include "lib/attr.h"
#include "migrate/messages.h"
#include "migrate/obstacles.h"
#include "tap.h"

#define OLD 7
#define NEW 9
#define OTHER 3

static const struct exchange ex = { OLD, NEW, "gre1", "gre1x" };
static struct nl_request request;
static struct nlmsghdr *const nlh = &request.header;
static struct messages made;

static uint32_t number_of(size_t header, unsigned int type)
{
	const struct nlattr *attr =
		attr_find(messages_get(&made, 0), header, type);

	return attr ? mnl_attr_get_u32(attr) : 0;
}

static const char *text_in(size_t header, unsigned int type)
{
	const struct nlattr *attr =
		attr_find(messages_get(&made, 0), header, type);

	return attr ? mnl_attr_get_str(attr) : "";
}

static struct rtmsg *put_route(uint32_t to, uint32_t metric, int oif)
{
	struct rtmsg *rtm = nl_start(&request, RTM_NEWROUTE, 0, sizeof(*rtm));

	rtm->rtm_family = AF_INET;
	rtm->rtm_dst_len = 16;
	rtm->rtm_table = RT_TABLE_MAIN;
	rtm->rtm_protocol = RTPROT_STATIC;
	rtm->rtm_flags = RTNH_F_ONLINK | RTNH_F_LINKDOWN;
	mnl_attr_put_u32(nlh, RTA_TABLE, RT_TABLE_MAIN);
	mnl_attr_put_u32(nlh, RTA_DST, htonl(to));
	if (metric)
		mnl_attr_put_u32(nlh, RTA_PRIORITY, metric);
	if (oif)
		mnl_attr_put_u32(nlh, RTA_OIF, (uint32_t)oif);
	return rtm;
}

static void put_hop(int ifindex)
{
	const struct rtnexthop hop = {
		.rtnh_len = sizeof(hop),
		.rtnh_flags = RTNH_F_DEAD,
		.rtnh_ifindex = ifindex,
	};

	memcpy((char *)nlh + nlh->nlmsg_len, &hop, sizeof(hop));
	nlh->nlmsg_len += sizeof(hop);
}

static void put_hops(void)
{
	struct nlattr *hops;

	put_route(0x0a080000, 0, 0);
	hops = mnl_attr_nest_start(nlh, RTA_MULTIPATH);
	put_hop(OTHER);
	put_hop(OLD);
	mnl_attr_nest_end(nlh, hops);
}

static void test_route(void)
{
	const struct rta_cacheinfo cache = { .rta_used = 1 };
	const struct rtmsg *rtm;
	bool ok;

	put_route(0x0a080000, 7, OLD);
	mnl_attr_put(nlh, RTA_CACHEINFO, sizeof(cache), &cache);
	mnl_attr_put_u32(nlh, RTA_FLOW, 5);
	check(message_route_uses(nlh, OLD), "a route uses its interface");
	check(!message_route_uses(nlh, NEW), "and no other one");
	messages_add_route(&made, nlh, &ex, RTM_NEWROUTE, NLM_F_REPLACE, 0);
	rtm = mnl_nlmsg_get_payload(messages_get(&made, 0));
	check(number_of(sizeof(*rtm), RTA_OIF) == NEW,
	      "a route moves to another interface");
	ok = number_of(sizeof(*rtm), RTA_FLOW) == 5;
	ok &= number_of(sizeof(*rtm), RTA_PRIORITY) == 7;
	check(ok && rtm->rtm_protocol == RTPROT_STATIC,
	      "with all that belongs to it");
	ok = !attr_find(messages_get(&made, 0), sizeof(*rtm), RTA_CACHEINFO);
	check(ok && rtm->rtm_flags == RTNH_F_ONLINK,
	      "and without what the kernel has found out");
	messages_free(&made);
	mnl_attr_put_u32(nlh, RTA_NH_ID, 1);
	check(!message_route_uses(nlh, OLD),
	      "a route with a nexthop object moves with that");
}

static void test_hops(void)
{
	const struct nlattr *attr;
	const struct rtnexthop *hop;

	put_hops();
	check(message_route_uses(nlh, OLD) && message_route_uses(nlh, OTHER),
	      "a route with several hops uses all their interfaces");
	check(message_route_has_gateway(nlh),
	      "it comes after those without a gateway");
	messages_add_route(&made, nlh, &ex, RTM_NEWROUTE, 0, 0);
	attr = attr_find(messages_get(&made, 0), sizeof(struct rtmsg),
			 RTA_MULTIPATH);
	hop = mnl_attr_get_payload(attr);
	check(hop[0].rtnh_ifindex == OTHER && hop[1].rtnh_ifindex == NEW,
	      "only the hops of the interface move");
	check(!hop[0].rtnh_flags && !hop[1].rtnh_flags,
	      "their state is that of the new interface");
	messages_free(&made);
}

static struct nlmsghdr *clone(void)
{
	struct nlmsghdr *copy = malloc(nlh->nlmsg_len);

	memcpy(copy, nlh, nlh->nlmsg_len);
	return copy;
}

static void test_place(void)
{
	struct nlmsghdr *first;

	put_route(0x0a080000, 7, OLD);
	first = clone();
	put_route(0x0a080000, 7, OTHER);
	check(message_same_place(first, nlh), "two routes to the same place");
	put_route(0x0a080000, 8, OTHER);
	check(!message_same_place(first, nlh), "another metric");
	put_route(0x0a080000, 0, OTHER);
	check(!message_same_place(first, nlh), "no metric");
	put_route(0x0a090000, 7, OTHER);
	check(!message_same_place(first, nlh), "another destination");
	put_route(0x0a080000, 7, OTHER)->rtm_tos = 4;
	check(!message_same_place(first, nlh), "another TOS");
	put_route(0x0a080000, 7, OTHER)->rtm_dst_len = 17;
	check(!message_same_place(first, nlh), "another prefix length");
	free(first);
}

static void put_rule(const char *iif, const char *oif)
{
	struct fib_rule_hdr *frh =
		nl_start(&request, RTM_NEWRULE, 0, sizeof(*frh));

	frh->family = AF_INET;
	frh->flags = FIB_RULE_INVERT | FIB_RULE_IIF_DETACHED;
	if (iif)
		mnl_attr_put_strz(nlh, FRA_IIFNAME, iif);
	if (oif)
		mnl_attr_put_strz(nlh, FRA_OIFNAME, oif);
}

static void test_rule(void)
{
	const size_t header = sizeof(struct fib_rule_hdr);
	const struct fib_rule_hdr *frh;
	bool ok;

	put_rule("gre1", "eth0");
	check(message_rule_names(nlh, "gre1") && message_rule_names(nlh, "eth0"),
	      "a rule names two interfaces");
	ok = !message_rule_names(nlh, "gre11");
	check(ok && !message_rule_names(nlh, "gre"),
	      "a name that is a part of another is not that");
	messages_add_rule(&made, nlh, &ex, RTM_NEWRULE);
	frh = mnl_nlmsg_get_payload(messages_get(&made, 0));
	check_text(text_in(header, FRA_IIFNAME), "gre1x",
		   "the name of the interface changes");
	check_text(text_in(header, FRA_OIFNAME), "eth0",
		   "that of another one does not");
	check(frh->flags == FIB_RULE_INVERT,
	      "a rule that is inverted stays so");
	check(attr_find(messages_get(&made, 0), header, FRA_PRIORITY),
	      "the kernel reports no priority 0, and needs it");
	messages_free(&made);
}

static const char *label_of(const char *label)
{
	struct ifaddrmsg *ifa =
		nl_start(&request, RTM_NEWADDR, 0, sizeof(*ifa));

	ifa->ifa_family = AF_INET;
	ifa->ifa_index = OLD;
	mnl_attr_put_strz(nlh, IFA_LABEL, label);
	messages_free(&made);
	messages_add_address(&made, nlh, &ex, RTM_NEWADDR);
	return text_in(sizeof(*ifa), IFA_LABEL);
}

static void test_label(void)
{
	const struct ifaddrmsg *ifa;

	check_text(label_of("gre1"), "gre1x", "the label of an address");
	ifa = mnl_nlmsg_get_payload(messages_get(&made, 0));
	check(ifa->ifa_index == NEW, "it moves to another interface");
	check_text(label_of("gre1:0"), "gre1x:0", "a label with a number");
	check_text(label_of("gre11"), "gre11", "a label that is no name");
	messages_free(&made);
}

static void test_nexthop(void)
{
	struct nhmsg *nhm = nl_start(&request, RTM_NEWNEXTHOP, 0, sizeof(*nhm));
	bool ok;

	nhm->nh_family = AF_INET;
	nhm->nh_scope = RT_SCOPE_LINK;
	nhm->nh_flags = RTNH_F_LINKDOWN;
	mnl_attr_put_u32(nlh, NHA_ID, 5);
	mnl_attr_put_u32(nlh, NHA_OIF, OLD);
	messages_add_nexthop(&made, nlh, &ex);
	nhm = mnl_nlmsg_get_payload(messages_get(&made, 0));
	ok = number_of(sizeof(*nhm), NHA_ID) == 5;
	check(ok && number_of(sizeof(*nhm), NHA_OIF) == NEW,
	      "a nexthop object moves to another interface");
	check(!nhm->nh_scope && !nhm->nh_flags,
	      "the kernel accepts what it reports about it");
	messages_free(&made);
}

/* The MTU alone is not a reason. */
static void test_options(void)
{
	struct config c;

	config_init(&c);
	c.ttl = 0;
	c.mtu = 1400;
	check(!obstacles_options(&c), "what both kinds have can move back");
	c.mtu_auto = true;
	check(obstacles_options(&c) & F_MTU, "an automatic MTU cannot");
	c.mtu_auto = false;
	c.keepalive_interval = 1000;
	c.mss = GREX_MSS_AUTO;
	check((obstacles_options(&c) & (F_KEEPALIVE | F_MSS)) ==
		      (F_KEEPALIVE | F_MSS),
	      "options of grex cannot");
	config_free(&c);
}

int main(void)
{
	test_route();
	test_hops();
	test_place();
	test_rule();
	test_label();
	test_nexthop();
	test_options();
	return finish();
}
