// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>

#include "apply/diff.h"
#include "netlink/addr.h"
#include "netlink/change.h"
#include "netlink/error.h"
#include "netlink/route.h"
#include "netlink/tunnels.h"

/*
 * A route to the same destination as an old one is added beside it, and the old one is
 * removed later, so that there is no gap. NLM_F_REPLACE would replace the first route to
 * the destination, which may belong to somebody else.
 */
static int add_routes(struct nl *nl, int ifindex, const struct config *from,
		      const struct config *to)
{
	char ip[INET6_ADDRSTRLEN];
	struct nl_request request;
	size_t i;

	for (i = 0; i < to->routes.count; i++) {
		const struct entry *r = &to->routes.list[i];

		if (from && entries_have(&from->routes, r))
			continue;
		static_route_add(&request, ifindex, r,
				 from && entries_find(&from->routes, r,
						      entry_same_place));
		if (!nl_talk(nl, &request, NULL, NULL))
			continue;
		if (nl->error.code == EEXIST)
			return refused_about(source_word(&to->source, r->word),
					     "%s: route %s/%u: there is another one with this metric",
					     to->name, ip_text(&r->to, ip),
					     r->prefix);
		return change_refused(nl, &request, to, "route", r);
	}
	return STATUS_OK;
}

/* Errors do not matter: the kernel may have removed a route with its address. */
static void remove_routes(struct nl *nl, int ifindex, const struct config *from,
			  const struct config *to)
{
	struct nl_request request;
	size_t i;

	for (i = 0; i < from->routes.count; i++) {
		const struct entry *r = &from->routes.list[i];

		if (entries_have(&to->routes, r))
			continue;
		static_route_delete(&request, ifindex, r);
		nl_talk(nl, &request, NULL, NULL);
	}
}

/* in_the_way: only addresses that are added again with other properties. */
static int remove_addresses(struct nl *nl, int ifindex,
			    const struct config *from, const struct config *to,
			    bool in_the_way)
{
	struct nl_request request;
	size_t i;

	for (i = 0; i < from->addrs.count; i++) {
		const struct entry *a = &from->addrs.list[i];
		bool is_in_the_way =
			entries_find(&to->addrs, a, entry_same_address);

		if (entries_have(&to->addrs, a) || is_in_the_way != in_the_way)
			continue;
		addr_delete(&request, ifindex, a);
		/*
		 * A primary address takes its secondaries along, and an MTU of
		 * less than 1280 all of IPv6.
		 */
		if (nl_talk(nl, &request, NULL, NULL) &&
		    nl->error.code != EADDRNOTAVAIL && nl->error.code != ENXIO)
			return report_error_about(nl, &request, to->name,
						  &to->source, NULL);
	}
	return STATUS_OK;
}

static int add_addresses(struct nl *nl, int ifindex, const struct config *from,
			 const struct config *to)
{
	struct config added = *to;
	int status;
	size_t i;

	added.addrs = (struct entries){ 0 };
	for (i = 0; i < to->addrs.count; i++)
		if (!entries_have(&from->addrs, &to->addrs.list[i]))
			config_add_address(&added, &to->addrs.list[i]);
	status = change_addresses(nl, ifindex, &added, true);
	free(added.addrs.list);
	return status;
}

/*
 * The kernel removes secondary addresses with their primary one, and all routes with the
 * last address, including those of daemons. So one address is added as a primary one
 * of its own; change_again() removes it.
 */
static void hold_address(struct nl *nl, int ifindex, const struct config *from,
			 const struct config *to)
{
	struct entry held = { .prefix = 32 };
	struct nl_request request;
	bool goes = false;
	size_t i;

	for (i = 0; i < from->addrs.count; i++)
		goes |= from->addrs.list[i].local.family == AF_INET &&
			!entries_have(&to->addrs, &from->addrs.list[i]);
	for (i = 0; goes && i < to->addrs.count; i++) {
		if (to->addrs.list[i].local.family != AF_INET)
			continue;
		held.local = to->addrs.list[i].local;
		addr_add(&request, ifindex, &held);
		/* The address may be a primary one already. */
		nl_talk(nl, &request, NULL, NULL);
		return;
	}
}

/*
 * What the kernel may refuse comes first, all options in one message. What removes
 * something comes last.
 */
static int change(struct nl *nl, int ifindex, const struct diff *d)
{
	const struct config *from = d->from, *to = d->to;
	uint64_t fields = d->fields & ~(F_ADDR | F_ROUTE);
	uint64_t first, last = 0;
	int status = STATUS_OK;

	/* The kernel turns the probes on with "mtu auto", unless the message has them. */
	if (fields & F_MTU && to->mtu_auto)
		fields |= F_MTU_PROBE;
	/* A tunnel without a remote cannot have a secret, so it is removed at once. */
	if ((d->fields & (F_ADDR | F_ROUTE) || !to->up) && to->remote.family)
		last = change_for_good(from, fields);
	fields &= ~last;
	first = fields;
	/* Addresses change before the tunnel comes up, routes before it goes down. */
	if (d->fields & F_ADDR || !to->up)
		first &= ~F_UP;
	if (first)
		status = change_link(nl, ifindex, to, first);
	if (!status)
		status = remove_addresses(nl, ifindex, from, to, true);
	if (!status)
		status = add_addresses(nl, ifindex, from, to);
	if (!status && fields & ~first && to->up)
		status = change_link(nl, ifindex, to, F_UP);
	if (!status && to->up)
		status = add_routes(nl, ifindex, from, to);
	if (status)
		return status;
	remove_routes(nl, ifindex, from, to);
	hold_address(nl, ifindex, from, to);
	status = remove_addresses(nl, ifindex, from, to, false);
	if (!status && fields & ~first && !to->up)
		status = change_link(nl, ifindex, to, F_UP);
	if (!status && last)
		status = change_link(nl, ifindex, to, last);
	return status;
}

static int create(struct nl *nl, const struct config *to)
{
	int ifindex, status;

	/* A tunnel that is down can have no routes. */
	if (!to->routes.count || !to->up)
		return change_create(nl, to, NULL);
	status = change_create(nl, to, &ifindex);
	if (status)
		return status;
	status = add_routes(nl, ifindex, NULL, to);
	if (status)
		change_delete(nl, NULL, ifindex);
	return status;
}

/* Read what the tunnel is now, and change it to what it should be, but for some fields. */
static int change_from_now(struct nl *nl, const struct config *to,
			   uint64_t except, struct diff *d)
{
	struct tunnels now;
	int status;

	status = tunnels_read(nl, to->name, false, &now);
	if (!status)
		status = tunnels_read_routes(nl, &now);
	if (!status) {
		diff_find(d, &now.list[0].config, to);
		d->fields &= ~except;
		if (d->fields)
			status = change(nl, now.list[0].ifindex, d);
	}
	tunnels_free(&now);
	return status;
}

/*
 * Repair what the kernel has changed by itself: it has removed secondary addresses with
 * their primary one, or adapted the MTU to another route.
 */
static int change_again(struct nl *nl, const struct diff *d)
{
	struct diff rest;

	if (!(d->fields & F_ADDR))
		return STATUS_OK;
	/* The kernel may have chosen another MTU since. */
	return change_from_now(nl, d->to, F_MTU & ~d->fields, &rest);
}

/* What the tunnel was before. Messages about it have the positions of what it should be. */
static struct config from_source_of(const struct diff *d)
{
	struct config before = *d->from;

	before.source = d->to->source;
	return before;
}

/* Undo a change that failed half way. */
static int put_back(struct nl *nl, const struct diff *d)
{
	struct config before = from_source_of(d);
	struct diff back;
	int status;

	status = change_from_now(nl, &before, 0, &back)
			 ?: change_again(nl, &back);
	if (!status && change_for_good(&before, back.fields))
		status = STATUS_REFUSED;
	return status;
}

/* The kernel would remove all of IPv6, including routes and groups of daemons. */
static int check_mtu(const struct diff *d)
{
	const struct config *to = d->to;

	if (!(d->fields & F_MTU) || !config_starves_ipv6(to))
		return STATUS_OK;
	return refused_about(source_find(&to->source, "mtu"),
			     "%s: mtu: \"%u\" leaves no room for the IPv6 that is "
			     "there, expected %u or more",
			     to->name, to->mtu, IPV6_MTU_MIN);
}

static int change_or_put_back(struct nl *nl, const struct diff *d, int ifindex)
{
	const struct position *at = source_word(&d->to->source, 0);
	int status = check_mtu(d);

	if (status)
		return status;
	status = change(nl, ifindex, d) ?: change_again(nl, d);
	if (!status)
		return STATUS_OK;
	if (put_back(nl, d))
		report_about(at, "%s: could not be put back as it was",
			     d->from->name);
	else
		report_about(at, "%s: nothing is changed", d->from->name);
	return status;
}

static int recreate(struct nl *nl, const struct diff *d, int ifindex)
{
	const struct position *at = source_word(&d->to->source, 0);
	const struct config before = from_source_of(d);
	struct nl_request request;
	int status;

	link_delete(&request, ifindex);
	if (nl_talk(nl, &request, NULL, NULL))
		return report_error_about(nl, &request, before.name,
					  &before.source, NULL);
	status = create(nl, d->to);
	if (!status)
		return STATUS_OK;
	if (create(nl, &before))
		report_about(at, "%s: could not be put back as it was",
			     before.name);
	else
		report_about(at,
			     "%s: was made again as it was, without what others had "
			     "given it%s",
			     before.name,
			     change_for_good(&before, F_KEEPALIVE_SECRET)
				     ? " and its keepalive-secret"
				     : "");
	return status;
}

int plan_execute(struct nl *nl, const struct diff *d, int ifindex)
{
	switch (d->action) {
	case ACTION_NONE:
		break;
	case ACTION_ADD:
		return create(nl, d->to);
	case ACTION_CHANGE:
		return change_or_put_back(nl, d, ifindex);
	case ACTION_RECREATE:
		return recreate(nl, d, ifindex);
	case ACTION_DELETE:
		return change_delete(nl, d->from->name, ifindex);
	}
	return STATUS_OK;
}
