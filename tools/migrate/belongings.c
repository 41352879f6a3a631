// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <linux/pkt_sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/attr.h"
#include "lib/report.h"
#include "migrate/belongings.h"
#include "netlink/addr.h"
#include "netlink/error.h"
#include "netlink/resolve.h"
#include "netlink/route.h"

/* Rules of multicast routing are of families of their own. */
#define FAMILY_IPMR 128
#define FAMILY_IP6MR 129

/* How long the kernel may take to check that an IPv6 address is free. */
#define WAIT_STEP_US 1000
#define WAIT_STEPS 5000

struct reading {
	struct belongings *b;
	int family; /* some kernels report others as well */
	struct nlmsghdr *previous; /* the route before this one, or NULL */
	char place[NL_RECEIVE_SIZE]
		__attribute__((aligned(__alignof__(struct nlmsghdr))));
};

void belongings_free(struct belongings *b)
{
	config_free(&b->tunnel.config);
	messages_free(&b->link);
	messages_free(&b->addresses);
	messages_free(&b->routes);
	messages_free(&b->nexthops);
	messages_free(&b->rules);
	messages_free(&b->neighbours);
	messages_free(&b->others);
	messages_free(&b->qdiscs);
	messages_free(&b->filters);
}

const struct nlattr *belongings_attr(const struct belongings *b,
				     unsigned int type)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, messages_get(&b->link, 0),
			  sizeof(struct ifinfomsg))
		if (mnl_attr_get_type(attr) == type)
			return attr;
	return NULL;
}

static int take_link(const struct nlmsghdr *message, void *arg)
{
	struct belongings *b = arg;

	messages_add(&b->link, message, 0);
	return link_read(message, &b->tunnel) ? 0 : -EBADMSG;
}

int belongings_read_link(struct nl *nl, const char *name, struct belongings *b)
{
	struct nl_request request;

	link_get(&request, -1, name, 0);
	if (!nl_talk(nl, &request, take_link, b)) {
		resolve_names(nl, &b->tunnel.config);
		return STATUS_OK;
	}
	if (nl->error.code == ENODEV)
		return refused("%s: there is no such interface", name);
	return report_error(nl, &request, name);
}

static int take_address(const struct nlmsghdr *message, void *arg)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(message);
	struct belongings *b = arg;

	if ((int)ifa->ifa_index != b->tunnel.ifindex ||
	    (ifa->ifa_family != AF_INET && ifa->ifa_family != AF_INET6))
		return 0;
	/* The kernel makes the temporary addresses of RFC 8981 itself. */
	if (ifa->ifa_family == AF_INET6 && ifa->ifa_flags & IFA_F_TEMPORARY)
		return 0;
	messages_add(&b->addresses, message, 0);
	return 0;
}

/* The kernel makes those of an address, also when another interface has it. */
static bool comes_with_address(const struct nlmsghdr *route)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(route);

	return rtm->rtm_protocol == RTPROT_KERNEL &&
	       (rtm->rtm_type != RTN_UNICAST ||
		rtm->rtm_table == RT_TABLE_LOCAL);
}

/* The kernel reports the routes to one place one after the other, the one in use first. */
static int take_route(const struct nlmsghdr *message, void *arg)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(message);
	struct reading *reading = arg;
	struct messages *routes = &reading->b->routes;
	bool is_first = !reading->previous ||
			!message_same_place(message, reading->previous);

	if (rtm->rtm_family != reading->family)
		return 0;
	if (message->nlmsg_len <= sizeof(reading->place)) {
		reading->previous = (void *)reading->place;
		memcpy(reading->previous, message, message->nlmsg_len);
	}
	if (!message_route_uses(message, reading->b->tunnel.ifindex) ||
	    comes_with_address(message) || rtm->rtm_flags & RTM_F_CLONED)
		return 0;
	messages_add(routes, message, 0);
	if (!routes->no_memory)
		routes->list[routes->count - 1].is_first = is_first;
	return 0;
}

static int take_nexthop(const struct nlmsghdr *message, void *arg)
{
	struct belongings *b = arg;

	messages_add(&b->nexthops, message, 0);
	return 0;
}

static int take_rule(const struct nlmsghdr *message, void *arg)
{
	struct belongings *b = arg;

	if (message_rule_names(message, b->tunnel.config.name))
		messages_add(&b->rules, message, 0);
	return 0;
}

static int take_neighbour(const struct nlmsghdr *message, void *arg)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(message);
	const unsigned int known = NUD_PERMANENT | NUD_REACHABLE | NUD_STALE |
				   NUD_DELAY | NUD_PROBE;
	struct belongings *b = arg;

	if (ndm->ndm_ifindex == b->tunnel.ifindex &&
	    (ndm->ndm_state & known || ndm->ndm_flags & NTF_PROXY))
		messages_add(&b->neighbours, message, 0);
	return 0;
}

static int take_qdisc(const struct nlmsghdr *message, void *arg)
{
	const struct tcmsg *tcm = mnl_nlmsg_get_payload(message);
	struct belongings *b = arg;

	/* What the kernel has chosen has no handle. */
	if (tcm->tcm_ifindex == b->tunnel.ifindex && tcm->tcm_handle)
		messages_add(&b->qdiscs, message, 0);
	return 0;
}

/* The underlay of another tunnel may be this one. */
static int take_other(const struct nlmsghdr *message, void *arg)
{
	struct belongings *b = arg;
	const struct nlattr *attr;
	uint32_t lower = 0;
	bool is_here = true;

	mnl_attr_for_each(attr, message, sizeof(struct ifinfomsg)) {
		if (mnl_attr_get_type(attr) == IFLA_LINK)
			attr_read(attr, &lower, sizeof(lower));
		if (mnl_attr_get_type(attr) == IFLA_LINK_NETNSID)
			is_here = false;
	}
	if (is_here && (int)lower == b->tunnel.ifindex)
		messages_add(&b->others, message, 0);
	return 0;
}

/* A kernel without a family, or without nexthop objects, has nothing of the kind. */
static int dump(struct nl *nl, const struct nl_request *request, nl_reply_fn fn,
		void *arg, struct messages *m, const char *what)
{
	int err = nl_dump(nl, request, fn, arg, &m->count);

	if (err == -EINTR)
		return refused("the %s change faster than they can be read",
			       what);
	if (m->no_memory)
		return refused("%s", strerror(ENOMEM));
	if (!err || err == -EOPNOTSUPP || err == -EAFNOSUPPORT)
		return STATUS_OK;
	return report_error(nl, request, what);
}

static int read_addresses(struct nl *nl, struct belongings *b)
{
	struct nl_request request;

	addr_dump(&request, b->tunnel.ifindex);
	return dump(nl, &request, take_address, b, &b->addresses, "addresses");
}

/*
 * All routes are read, because those of other interfaces show which one of several to the
 * same place the kernel uses.
 */
static int read_all_routes(struct nl *nl, struct belongings *b)
{
	static const int families[] = { AF_INET, AF_INET6, AF_MPLS };
	static struct reading reading; /* too large for the stack */
	struct nl_request request;
	int status = STATUS_OK;
	size_t i;

	reading.b = b;
	for (i = 0; i < sizeof(families) / sizeof(families[0]) && !status;
	     i++) {
		reading.family = families[i];
		reading.previous = NULL;
		route_dump(&request, families[i], 0);
		status = dump(nl, &request, take_route, &reading, &b->routes,
			      "routes");
	}
	return status;
}

static int read_nexthops(struct nl *nl, struct belongings *b)
{
	struct nl_request request;

	nl_start(&request, RTM_GETNEXTHOP, NLM_F_DUMP, sizeof(struct nhmsg));
	mnl_attr_put_u32(&request.header, NHA_OIF, (uint32_t)b->tunnel.ifindex);
	return dump(nl, &request, take_nexthop, b, &b->nexthops, "nexthops");
}

static int read_rules(struct nl *nl, struct belongings *b)
{
	static const uint8_t families[] = { AF_INET, AF_INET6, FAMILY_IPMR,
					    FAMILY_IP6MR };
	struct nl_request request;
	struct fib_rule_hdr *frh;
	int status = STATUS_OK;
	size_t i;

	for (i = 0; i < sizeof(families) / sizeof(families[0]) && !status;
	     i++) {
		frh = nl_start(&request, RTM_GETRULE, NLM_F_DUMP, sizeof(*frh));
		frh->family = families[i];
		status = dump(nl, &request, take_rule, b, &b->rules, "rules");
	}
	return status;
}

static int read_neighbours(struct nl *nl, struct belongings *b)
{
	struct nl_request request;
	struct ndmsg *ndm;
	int status, i;

	for (i = 0, status = STATUS_OK; i < 2 && !status; i++) {
		ndm = nl_start(&request, RTM_GETNEIGH, NLM_F_DUMP,
			       sizeof(*ndm));
		ndm->ndm_flags = i ? NTF_PROXY : 0;
		mnl_attr_put_u32(&request.header, NDA_IFINDEX,
				 (uint32_t)b->tunnel.ifindex);
		status = dump(nl, &request, take_neighbour, b, &b->neighbours,
			      "neighbours");
	}
	return status;
}

static int read_qdiscs(struct nl *nl, struct belongings *b)
{
	struct nl_request request;

	nl_start(&request, RTM_GETQDISC, NLM_F_DUMP, sizeof(struct tcmsg));
	return dump(nl, &request, take_qdisc, b, &b->qdiscs, "qdiscs");
}

static int take_filter(const struct nlmsghdr *message, void *arg)
{
	struct belongings *b = arg;

	messages_add(&b->filters, message, 0);
	return 0;
}

static int read_filters(struct nl *nl, struct belongings *b)
{
	struct nl_request request;
	struct tcmsg *tcm;

	/* Without a qdisc there is nothing to ask. */
	if (!b->qdiscs.count)
		return STATUS_OK;
	tcm = nl_start(&request, RTM_GETTFILTER, NLM_F_DUMP, sizeof(*tcm));
	tcm->tcm_ifindex = b->tunnel.ifindex;
	return dump(nl, &request, take_filter, b, &b->filters, "filters");
}

/* These have no classes, and the kernel accepts as options what it reports about them. */
bool belongings_can_queue(const struct belongings *b)
{
	static const char *const kinds[] = { "bfifo", "cake",	    "codel",
					     "fq",    "fq_codel",   "fq_pie",
					     "pfifo", "pfifo_fast", "pie",
					     "sfq",   "tbf" };
	const struct nlmsghdr *qdisc;
	size_t i;

	if (!b->qdiscs.count)
		return true;
	qdisc = messages_get(&b->qdiscs, 0);
	if (b->qdiscs.count > 1 || b->filters.count ||
	    ((const struct tcmsg *)mnl_nlmsg_get_payload(qdisc))->tcm_parent !=
		    TC_H_ROOT)
		return false;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(message_qdisc_kind(qdisc), kinds[i]))
			return true;
	return false;
}

static int read_others(struct nl *nl, struct belongings *b)
{
	struct nl_request request;

	link_dump(&request, false);
	return dump(nl, &request, take_other, b, &b->others, "interfaces");
}

int belongings_read_routes(struct nl *nl, struct belongings *b)
{
	int status;

	messages_free(&b->routes);
	messages_free(&b->nexthops);
	messages_free(&b->neighbours);
	status = read_all_routes(nl, b);
	if (!status)
		status = read_nexthops(nl, b);
	return status ? status : read_neighbours(nl, b);
}

int belongings_read(struct nl *nl, struct belongings *b)
{
	int status = read_addresses(nl, b);

	if (!status)
		status = belongings_read_routes(nl, b);
	if (!status)
		status = read_rules(nl, b);
	if (!status)
		status = read_qdiscs(nl, b);
	if (!status)
		status = read_filters(nl, b);
	return status ? status : read_others(nl, b);
}

static int find_tentative(const struct nlmsghdr *message, void *arg)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(message);
	const int *ifindex = ((void **)arg)[0];
	bool *found = ((void **)arg)[1];

	if ((int)ifa->ifa_index == *ifindex && ifa->ifa_family == AF_INET6 &&
	    ifa->ifa_flags & IFA_F_TENTATIVE &&
	    !(ifa->ifa_flags & IFA_F_DADFAILED))
		*found = true;
	return 0;
}

int belongings_wait(struct nl *nl, int ifindex)
{
	bool is_tentative = true;
	void *arg[] = { &ifindex, &is_tentative };
	struct nl_request request;
	int steps;

	for (steps = 0; is_tentative && steps < WAIT_STEPS; steps++) {
		if (steps)
			usleep(WAIT_STEP_US);
		is_tentative = false;
		addr_dump(&request, ifindex);
		nl_dump(nl, &request, find_tentative, arg, NULL);
	}
	return is_tentative ? -ETIMEDOUT : 0;
}

static void print_all(FILE *out, const struct messages *m)
{
	size_t i;

	for (i = 0; i < m->count; i++) {
		fputs("    ", out);
		message_print(out, messages_get(m, i));
		putc('\n', out);
	}
}

void belongings_print(FILE *out, const struct belongings *b)
{
	print_all(out, &b->addresses);
	print_all(out, &b->neighbours);
	print_all(out, &b->nexthops);
	print_all(out, &b->routes);
	print_all(out, &b->rules);
	if (belongings_can_queue(b))
		print_all(out, &b->qdiscs);
}
