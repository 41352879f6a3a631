// SPDX-License-Identifier: GPL-2.0
/*
 * A packet is lost when it arrives at an interface that is down, or when no interface has
 * the route for it. Both links are up at the same time, and what they send is the same, so
 * that routes can be replaced one by one. The new link is prepared while it is down; what
 * has to happen at once is then sent to the kernel in one go.
 *
 * Names: the kernel renames an interface of the kind gre only while it is down (before
 * 6.2), and a grex link at any time. With --keep-name, it is therefore the grex link that
 * has a temporary name for a moment, whichever direction it is.
 */
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "apply/diff.h"
#include "lib/attr.h"
#include "lib/report.h"
#include "migrate/move.h"
#include "migrate/sysctls.h"
#include "netlink/change.h"
#include "netlink/error.h"
#include "option/options.h"

/* Flags that an operator sets, apart from IFF_UP. */
#define FLAGS (IFF_MULTICAST | IFF_ALLMULTI | IFF_PROMISC | IFF_NOARP)

/* What is known of the move, and how far it has come. */
struct progress {
	struct move *mv;
	const char *name; /* of the old link, before */
	int old, new; /* ifindex; new is 0 as long as there is none */
	char old_name[IFNAMSIZ], new_name[IFNAMSIZ]; /* now */
	char temporary_old[IFNAMSIZ], temporary_new[IFNAMSIZ];
	char carrier[IFNAMSIZ]; /* the name in the copies of the rules */
	struct tunnel link; /* the new one, when it was created */
	bool is_undoing; /* go on after an error */
	bool is_taken; /* the new link may have taken over */
	bool names_are_off; /* the old link has no other names any more */
};

typedef int (*step_fn)(struct progress *p);

static int talk(struct progress *p, struct nl_request *request)
{
	if (nl_talk(p->mv->nl, request, NULL, NULL))
		return report_error(p->mv->nl, request, p->name);
	return STATUS_OK;
}

static int send_all(struct progress *p, struct messages *m)
{
	const int status = m->count || m->no_memory
				   ? messages_send(m, p->mv->nl, p->name)
				   : STATUS_OK;

	messages_free(m);
	return status;
}

static struct ifinfomsg *start_change(struct nl_request *request, int ifindex)
{
	struct ifinfomsg *ifm = nl_start(request, RTM_SETLINK, 0, sizeof(*ifm));

	ifm->ifi_index = ifindex;
	return ifm;
}

static void add_state(struct messages *m, int ifindex, bool up)
{
	struct nl_request request;
	struct ifinfomsg *ifm = start_change(&request, ifindex);

	ifm->ifi_change = IFF_UP;
	ifm->ifi_flags = up ? IFF_UP : 0;
	messages_add(m, &request.header, 0);
}

static int set_down(struct progress *p, int ifindex)
{
	struct messages m = { 0 };

	add_state(&m, ifindex, false);
	return send_all(p, &m);
}

static int set_name(struct progress *p, int ifindex, const char *to,
		    char name[IFNAMSIZ])
{
	struct nl_request request;
	int status;

	start_change(&request, ifindex);
	mnl_attr_put_strz(&request.header, IFLA_IFNAME, to);
	status = talk(p, &request);
	if (!status)
		snprintf(name, IFNAMSIZ, "%s", to);
	return status;
}

const char *move_kind(const struct config *c)
{
	return config_family(c) == AF_INET6 ? "ip6gre" : "gre";
}

/* --- names ------------------------------------------------------------------ */

/* Without --keep-name, gre1 becomes gre1x, and gre1x becomes gre1. */
int move_find_name(struct move *mv)
{
	const char *name = mv->old->tunnel.config.name;
	const size_t length = strlen(name);

	snprintf(mv->final_name, sizeof(mv->final_name), "%s", name);
	if (mv->keep_name)
		return STATUS_OK;
	if (mv->back && (length < 2 || name[length - 1] != 'x'))
		return refused("%s: only the name of a migrated tunnel, which ends "
			       "with x, becomes shorter; use --keep-name",
			       name);
	if (mv->back) {
		mv->final_name[length - 1] = '\0';
		return STATUS_OK;
	}
	if (length == IFNAMSIZ - 1)
		return refused("%s: the name is too long for an x behind it; use "
			       "--keep-name",
			       name);
	mv->final_name[length] = 'x';
	mv->final_name[length + 1] = '\0';
	return STATUS_OK;
}

static void find_names(struct progress *p)
{
	const struct move *mv = p->mv;

	snprintf(p->old_name, IFNAMSIZ, "%s", p->name);
	snprintf(p->new_name, IFNAMSIZ, "%s", mv->final_name);
	if (mv->keep_name) {
		snprintf(p->temporary_new, IFNAMSIZ, "new-%d", p->old);
		snprintf(p->temporary_old, IFNAMSIZ, "old-%d", p->old);
		snprintf(p->new_name, IFNAMSIZ, "%s", p->temporary_new);
	}
	snprintf(p->carrier, IFNAMSIZ, "%s",
		 mv->keep_name && mv->back ? p->temporary_old : p->new_name);
}

/* A name is unique, so that others of a link move after the new one has taken over. */
static void add_other_names(const struct progress *p, struct messages *m,
			    int ifindex, uint16_t type)
{
	const struct nlattr *names =
		belongings_attr(p->mv->old, IFLA_PROP_LIST);
	const struct nlattr *name;
	struct nl_request request;
	struct ifinfomsg *ifm;
	struct nlattr *list;

	if (!names)
		return;
	mnl_attr_for_each_nested(name, names) {
		/* The new link has it as its first name. */
		if (ifindex == p->new &&
		    !strcmp(mnl_attr_get_str(name), p->mv->final_name))
			continue;
		ifm = nl_start(&request, type,
			       type == RTM_NEWLINKPROP
				       ? NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND
				       : 0,
			       sizeof(*ifm));
		ifm->ifi_index = ifindex;
		list = mnl_attr_nest_start(&request.header, IFLA_PROP_LIST);
		mnl_attr_put_strz(&request.header, IFLA_ALT_IFNAME,
				  mnl_attr_get_str(name));
		mnl_attr_nest_end(&request.header, list);
		messages_add(m, &request.header,
			     type == RTM_NEWLINKPROP ? EEXIST : ENOENT);
	}
}

/* --- the routes and what else has to happen at once --------------------------- */

/*
 * Put a route by an interface in the place of that by another. The first of several to the
 * same place is the one that the kernel uses, and is replaced at once. The kernel creates
 * a route for each address, but uses it only after the route of the other interface.
 */
static void add_route(struct messages *m, const struct nlmsghdr *route,
		      bool is_first, const struct exchange *to,
		      const struct exchange *from)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(route);

	if (rtm->rtm_protocol == RTPROT_KERNEL)
		messages_add_route(m, route, to, RTM_DELROUTE, 0, ESRCH);
	if (is_first) {
		messages_add_route(m, route, to, RTM_NEWROUTE,
				   NLM_F_CREATE | NLM_F_REPLACE, 0);
		return;
	}
	messages_add_route(m, route, to, RTM_NEWROUTE,
			   NLM_F_CREATE | NLM_F_APPEND, EEXIST);
	messages_add_route(m, route, from, RTM_DELROUTE, 0, ESRCH);
}

/* A gateway has to be reachable by a route that is there already. */
static void add_routes(struct messages *m, const struct belongings *b,
		       int family, bool gateways, const struct exchange *to,
		       const struct exchange *from)
{
	size_t i;

	for (i = 0; i < b->routes.count; i++) {
		const struct nlmsghdr *route = messages_get(&b->routes, i);
		const struct rtmsg *rtm = mnl_nlmsg_get_payload(route);

		if (rtm->rtm_family == family &&
		    message_route_has_gateway(route) == gateways)
			add_route(m, route, b->routes.list[i].is_first, to,
				  from);
	}
}

static void add_family(struct messages *m, const struct belongings *b,
		       int family, const struct exchange *to,
		       const struct exchange *from)
{
	size_t i;

	add_routes(m, b, family, false, to, from);
	for (i = 0; i < b->nexthops.count; i++) {
		const struct nlmsghdr *nexthop = messages_get(&b->nexthops, i);
		const struct nhmsg *nhm = mnl_nlmsg_get_payload(nexthop);

		if (nhm->nh_family == family)
			messages_add_nexthop(m, nexthop, to);
	}
	add_routes(m, b, family, true, to, from);
}

static void add_addresses(struct messages *m, const struct belongings *b,
			  int family, const struct exchange *to)
{
	const struct messages *addresses = &b->addresses;
	size_t i;

	for (i = 0; i < addresses->count; i++) {
		/* The kernel puts the latest IPv6 address first. */
		const size_t number =
			family == AF_INET ? i : addresses->count - 1 - i;
		const struct nlmsghdr *address =
			messages_get(addresses, number);
		const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(address);

		if (ifa->ifa_family == family)
			messages_add_address(m, address, to, RTM_NEWADDR);
	}
}

static void add_neighbours(struct messages *m, const struct belongings *b,
			   const struct exchange *to)
{
	size_t i;

	for (i = 0; i < b->neighbours.count; i++)
		messages_add_neighbour(m, messages_get(&b->neighbours, i), to);
}

/* Return what the kernel calls addr_gen_mode of the old link, or NULL if that has no IPv6. */
static const struct nlattr *address_mode(const struct progress *p)
{
	const struct nlattr *spec = belongings_attr(p->mv->old, IFLA_AF_SPEC);
	const struct nlattr *family, *attr;

	if (!spec)
		return NULL;
	mnl_attr_for_each_nested(family, spec) {
		if (mnl_attr_get_type(family) != AF_INET6)
			continue;
		mnl_attr_for_each_nested(attr, family)
			if (mnl_attr_get_type(attr) == IFLA_INET6_ADDR_GEN_MODE)
				return attr;
	}
	return NULL;
}

static void add_address_mode(struct messages *m, int ifindex, uint8_t mode)
{
	struct nl_request request;
	struct nlmsghdr *nlh = &request.header;
	struct nlattr *spec, *family;

	start_change(&request, ifindex);
	spec = mnl_attr_nest_start(nlh, IFLA_AF_SPEC);
	family = mnl_attr_nest_start(nlh, AF_INET6);
	mnl_attr_put_u8(nlh, IFLA_INET6_ADDR_GEN_MODE, mode);
	mnl_attr_nest_end(nlh, family);
	mnl_attr_nest_end(nlh, spec);
	messages_add(m, nlh, 0);
}

/*
 * One link takes the place of the other, which is up. A grex link gets the packets of its
 * peer as soon as it is up, and the other one as soon as the grex link is down, so that
 * the routes of IPv4, where the source of a packet may be checked against them, change
 * with that. IPv6 addresses are usable some time after the link is up.
 */
static int take_over(struct progress *p, int to, int from, bool is_grex)
{
	const struct belongings *b = p->mv->old;
	const struct exchange here = { p->old, to, p->name, p->name };
	const struct exchange there = { p->old, from, p->name, p->name };
	const struct nlattr *mode = address_mode(p);
	struct messages m = { 0 };
	int status, err;

	/* It has the link-local address of the other, and gets none of its own. */
	if (mode)
		add_address_mode(&m, to, IN6_ADDR_GEN_MODE_NONE);
	add_state(&m, to, true);
	/* The kernel has deleted them if the link was down. */
	add_addresses(&m, b, AF_INET6, &here);
	add_neighbours(&m, b, &here);
	if (is_grex)
		add_family(&m, b, AF_INET, &here, &there);
	status = send_all(p, &m);
	if (status && !p->is_undoing)
		return status;
	if (belongings_wait(p->mv->nl, to))
		status =
			refused("%s: an IPv6 address stays tentative", p->name);
	if (!is_grex)
		add_family(&m, b, AF_INET, &here, &there);
	add_family(&m, b, AF_INET6, &here, &there);
	add_family(&m, b, AF_MPLS, &here, &there);
	if (mode)
		add_address_mode(&m, to, mnl_attr_get_u8(mode));
	err = send_all(p, &m);
	status = status ? status : err;
	if (is_grex || (status && !p->is_undoing))
		return status;
	/* A link that goes down takes the routes with it that it still has. */
	err = set_down(p, from);
	return status ? status : err;
}

/* --- the steps, in order ----------------------------------------------------- */

static void add_rules(const struct progress *p, struct messages *m,
		      const char *name, uint16_t type)
{
	const struct belongings *b = p->mv->old;
	const struct exchange ex = { p->old, p->old, p->name, name };
	size_t i;

	for (i = 0; i < b->rules.count; i++)
		messages_add_rule(m, messages_get(&b->rules, i), &ex, type);
}

/* A rule finds its interface when one of its name appears, or gets the name. */
static int copy_rules(struct progress *p)
{
	struct messages m = { 0 };

	add_rules(p, &m, p->carrier, RTM_NEWRULE);
	return send_all(p, &m);
}

static int move_names_off(struct progress *p)
{
	struct messages m = { 0 };

	add_other_names(p, &m, p->old, RTM_DELLINKPROP);
	p->names_are_off = true;
	return send_all(p, &m);
}

/* gre1 may still be a name of gre1x, which becomes gre1 again. */
static int free_final_name(struct progress *p)
{
	const struct nlattr *names =
		belongings_attr(p->mv->old, IFLA_PROP_LIST);
	const struct nlattr *name;

	if (!names || p->mv->keep_name)
		return STATUS_OK;
	mnl_attr_for_each_nested(name, names)
		if (!strcmp(mnl_attr_get_str(name), p->mv->final_name))
			return move_names_off(p);
	return STATUS_OK;
}

static int create_gre(struct progress *p, const struct config *c)
{
	const bool is_ipv6 = config_family(c) == AF_INET6;
	struct nl_request request;
	struct nlmsghdr *nlh = &request.header;
	struct nlattr *info, *data;

	nl_start(&request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL,
		 sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, c->name);
	if (c->given & F_LINK_NETNS)
		mnl_attr_put_u32(nlh, IFLA_LINK_NETNSID,
				 (uint32_t)c->link_netnsid);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, move_kind(c));
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	/* The defaults of the kinds differ, so that each option is given. */
	if (is_ipv6)
		link_put_ip6_gre(nlh, c);
	options_put(nlh, c,
		    F_LOCAL | F_REMOTE | F_IN | F_OUT | F_TTL | F_FWMARK |
			    (is_ipv6 ? 0 : F_TOS | F_DF) |
			    (c->link ? F_DEV : 0));
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	return talk(p, &request);
}

static int create_grex(struct progress *p, struct config *c)
{
	const struct tunnel *t = &p->mv->old->tunnel;

	c->given = options_needed(c) | (c->given & F_LINK_NETNS);
	c->given &= ~(F_UP | F_MULTICAST | F_ADDR | F_ROUTE);
	/* The MTU that the kernel has chosen follows the route. */
	if (c->mtu == diff_default_mtu(t))
		c->given &= ~F_MTU;
	return change_create(p->mv->nl, c, &p->new);
}

static int create(struct progress *p)
{
	struct config c = p->mv->old->tunnel.config;
	struct nl_request request;
	int status;

	snprintf(c.name, sizeof(c.name), "%s", p->new_name);
	c.up = false;
	status = p->mv->back ? create_gre(p, &c) : create_grex(p, &c);
	if (status)
		return status;
	link_get(&request, -1, p->new_name, 0);
	if (link_talk(p->mv->nl, &request, &p->link))
		return report_error(p->mv->nl, &request, p->new_name);
	p->new = p->link.ifindex;
	return STATUS_OK;
}

static void put_attr(struct nlmsghdr *nlh, const struct progress *p,
		     uint16_t type)
{
	const struct nlattr *attr = belongings_attr(p->mv->old, type);

	if (attr)
		mnl_attr_put(nlh, type, mnl_attr_get_payload_len(attr),
			     mnl_attr_get_payload(attr));
}

/* Give the new link what does not depend on its kind. */
static int dress(struct progress *p)
{
	const struct tunnel *t = &p->mv->old->tunnel;
	struct nl_request request;
	struct ifinfomsg *ifm = start_change(&request, p->new);
	const unsigned int flags = (t->flags ^ p->link.flags) & FLAGS;

	ifm->ifi_change = flags;
	ifm->ifi_flags = t->flags & flags;
	put_attr(&request.header, p, IFLA_TXQLEN);
	put_attr(&request.header, p, IFLA_GROUP);
	put_attr(&request.header, p, IFLA_IFALIAS);
	put_attr(&request.header, p, IFLA_MASTER);
	if (t->config.mtu != p->link.config.mtu)
		put_attr(&request.header, p, IFLA_MTU);
	return talk(p, &request);
}

static int copy_qdisc(struct progress *p)
{
	const struct belongings *b = p->mv->old;
	const struct exchange ex = { p->old, p->new, p->name, p->new_name };
	struct messages m = { 0 };

	if (b->qdiscs.count && belongings_can_queue(b))
		messages_add_qdisc(&m, messages_get(&b->qdiscs, 0), &ex);
	return send_all(p, &m);
}

static int copy_sysctls(struct progress *p)
{
	return sysctls_copy(p->old_name, p->new_name);
}

/* Two interfaces may have the same address. */
static int copy_addresses(struct progress *p)
{
	const struct exchange ex = { p->old, p->new, p->name, p->new_name };
	struct messages m = { 0 };

	add_addresses(&m, p->mv->old, AF_INET, &ex);
	add_addresses(&m, p->mv->old, AF_INET6, &ex);
	return send_all(p, &m);
}

/* A link that is down has no routes, but it may have neighbours. */
static int move_traffic(struct progress *p)
{
	const struct exchange ex = { p->old, p->new, p->name, p->name };
	struct messages m = { 0 };

	/* A daemon may have changed something meanwhile. */
	const int status = belongings_read_routes(p->mv->nl, p->mv->old);

	if (status)
		return status;
	if (p->mv->old->tunnel.config.up) {
		p->is_taken = true;
		return take_over(p, p->new, p->old, !p->mv->back);
	}
	add_neighbours(&m, p->mv->old, &ex);
	return send_all(p, &m);
}

/*
 * Renaming gives the second and each further IPv4 address of an interface a label with a
 * number. The right one comes with the address alone. It is an address of the other link
 * as well, so that it stays one of this machine.
 */
static void add_labels(const struct progress *p, struct messages *m,
		       int ifindex)
{
	const struct messages *addresses = &p->mv->old->addresses;
	const struct exchange ex = { p->old, ifindex, p->name, p->name };
	const struct nlmsghdr *address;
	const struct ifaddrmsg *ifa;
	bool is_first = true;
	size_t i, pass;

	for (pass = 0; pass < 2; pass++, is_first = true)
		for (i = 0; i < addresses->count; i++) {
			address = messages_get(addresses, i);
			ifa = mnl_nlmsg_get_payload(address);
			if (ifa->ifa_family != AF_INET)
				continue;
			if (!is_first)
				messages_add_address(m, address, &ex,
						     pass ? RTM_NEWADDR
							  : RTM_DELADDR);
			is_first = false;
		}
}

static int set_labels(struct progress *p, int ifindex)
{
	struct messages m = { 0 };

	add_labels(p, &m, ifindex);
	return send_all(p, &m);
}

static int hand_over_name(struct progress *p)
{
	int status = set_name(p, p->old, p->temporary_old, p->old_name);

	if (!status)
		status = set_name(p, p->new, p->name, p->new_name);
	return status ? status : set_labels(p, p->new);
}

static int hand_name_back(struct progress *p)
{
	/* It may have lost one when its labels were set. */
	int status = copy_addresses(p);

	if (!status && !strcmp(p->new_name, p->name))
		status = set_name(p, p->new, p->temporary_new, p->new_name);
	if (!status)
		status = set_name(p, p->old, p->name, p->old_name);
	return status ? status : set_labels(p, p->old);
}

/* At this time, the link of the kind gre is down. The grex link may be up. */
static int name_gre(struct progress *p)
{
	return p->mv->keep_name && p->mv->back ? hand_over_name(p) : STATUS_OK;
}

/* The link of the kernel is not needed any more. */
static int name_grex(struct progress *p)
{
	int status;

	if (!p->mv->keep_name || p->mv->back)
		return STATUS_OK;
	status = set_down(p, p->old);
	return status ? status : hand_over_name(p);
}

static int move_rules(struct progress *p)
{
	struct messages m = { 0 };

	add_rules(p, &m, p->mv->keep_name ? p->carrier : p->name, RTM_DELRULE);
	return send_all(p, &m);
}

static int move_other_names(struct progress *p)
{
	struct messages m = { 0 };

	if (!p->names_are_off)
		add_other_names(p, &m, p->old, RTM_DELLINKPROP);
	add_other_names(p, &m, p->new, RTM_NEWLINKPROP);
	return send_all(p, &m);
}

static int delete_old(struct progress *p)
{
	return change_delete(p->mv->nl, p->name, p->old);
}

static const step_fn steps[] = {
	free_final_name, create,	   copy_rules, dress,	     copy_qdisc,
	copy_sysctls,	 copy_addresses,   name_gre,   move_traffic, name_grex,
	move_rules,	 move_other_names, delete_old,
};

/* --- back to where it began -------------------------------------------------- */

static int restore_rules(struct progress *p)
{
	struct messages m = { 0 };

	add_rules(p, &m, p->name, RTM_NEWRULE);
	add_rules(p, &m, p->carrier, RTM_DELRULE);
	return send_all(p, &m);
}

static int restore_other_names(struct progress *p)
{
	struct messages m = { 0 };

	add_other_names(p, &m, p->old, RTM_NEWLINKPROP);
	return send_all(p, &m);
}

static int restore_traffic(struct progress *p)
{
	return p->is_taken ? take_over(p, p->old, p->new, p->mv->back)
			   : STATUS_OK;
}

/* The link of the kernel is down while it gets another name. */
static int restore_name(struct progress *p)
{
	int status = STATUS_OK;

	if (!strcmp(p->old_name, p->name))
		return STATUS_OK;
	if (p->mv->back)
		status = set_down(p, p->new);
	return status ? status : hand_name_back(p);
}

static int delete_new(struct progress *p)
{
	return p->new ? change_delete(p->mv->nl, p->new_name, p->new)
		      : STATUS_OK;
}

static void roll_back(struct progress *p)
{
	const bool back = p->mv->back;
	const step_fn undo[] = {
		back ? restore_traffic : restore_name,
		back ? restore_name : restore_traffic,
		delete_new,
		restore_rules,
		restore_other_names,
	};
	bool is_done = true;
	size_t i;

	p->is_undoing = true;
	for (i = 0; i < sizeof(undo) / sizeof(undo[0]); i++)
		is_done &= !undo[i](p);
	report(is_done ? "%s: everything is as it was before"
		       : "%s: not everything is as it was before",
	       p->name);
}

/* --- all of it ---------------------------------------------------------------- */

static void fill_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGQUIT);
	sigaddset(set, SIGPIPE);
}

/* Without a terminal or a pipe to print to, the move goes on. */
static bool is_interrupted(void)
{
	sigset_t set;

	sigpending(&set);
	return sigismember(&set, SIGHUP) || sigismember(&set, SIGINT) ||
	       sigismember(&set, SIGTERM);
}

static void print_result(const struct progress *p)
{
	const char *name = p->mv->final_name;

	if (p->mv->back)
		printf("%s is a link of the kind %s now", p->name,
		       move_kind(&p->mv->old->tunnel.config));
	else
		printf("%s is a grex tunnel now", p->name);
	printf(p->mv->keep_name ? "\n" : ", %s\n", name);
	fflush(stdout);
}

int move_link(struct move *mv)
{
	struct progress p = {
		.mv = mv,
		.name = mv->old->tunnel.config.name,
		.old = mv->old->tunnel.ifindex,
	};
	int status = STATUS_OK;
	sigset_t set, before;
	size_t i;

	find_names(&p);
	fill_signals(&set);
	/* A signal ends this program when all is done, or undone. */
	sigprocmask(SIG_BLOCK, &set, &before);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]) && !status; i++)
		status = is_interrupted() ? refused("%s: interrupted", p.name)
					  : steps[i](&p);
	if (status)
		roll_back(&p);
	else
		print_result(&p);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return status;
}
