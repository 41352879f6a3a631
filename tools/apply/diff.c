// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "apply/diff.h"

#define ETHERNET_MTU 1500

static uint32_t mtu_inside(const struct config *c, uint32_t outside)
{
	if (outside < GREX_MTU_MIN + config_overhead(c))
		return GREX_MTU_MIN;
	outside -= config_overhead(c);
	return outside < GREX_MTU_MAX ? outside : GREX_MTU_MAX;
}

uint32_t diff_default_mtu(const struct tunnel *t)
{
	const struct config *c = &t->config;

	/* Without a route the kernel uses the MTU of dev, which is not known here. */
	if (!t->path.mtu)
		return c->link ? 0 : ETHERNET_MTU - config_overhead(c);
	if (t->path.source != GREX_PATH_FROM_ROUTE)
		return 0;
	return mtu_inside(c, t->path.mtu);
}

/* The kernel chooses an MTU that no file gives; the number is only printed. */
static void take_mtu(struct config *target, const struct tunnel *running)
{
	uint32_t usual = diff_default_mtu(running);

	target->mtu_auto = false;
	target->mtu_default = true;
	target->mtu = 0;
	if (usual)
		target->mtu = usual + config_overhead(&running->config) -
			      config_overhead(target);
}

static void take_addresses(struct config *target, const struct config *said,
			   const struct config *running, bool prune)
{
	size_t i;

	for (i = 0; i < said->naddrs; i++)
		config_add_address(target, &said->addrs[i]);
	for (i = 0; i < running->naddrs; i++) {
		const struct address *a = &running->addrs[i];

		if (config_has_address(said, a))
			continue;
		/* Others may need an address that they have added. */
		if (prune && a->protocol == ADDRESS_PROTOCOL)
			continue;
		/* An IPv6 address exists only once, whatever its prefix is. */
		if (a->local.family == AF_INET6 && config_has_local(said, a))
			continue;
		config_add_address(target, a);
	}
}

static void take_routes(struct config *target, const struct config *said,
			const struct config *running, bool prune)
{
	size_t i;

	/* The kernel removes the routes of an interface that goes down. */
	if (!target->up)
		return;
	for (i = 0; i < said->nroutes; i++)
		config_add_route(target, &said->routes[i]);
	for (i = 0; i < running->nroutes; i++) {
		const struct static_route *r = &running->routes[i];

		if (config_has_place(said, r))
			continue;
		/* Others may need a route that they have added. */
		if (prune && r->protocol == ROUTE_PROTOCOL)
			continue;
		config_add_route(target, r);
	}
}

void diff_target(struct config *target, const struct config *said,
		 const struct tunnel *running, bool prune)
{
	*target = *said;
	target->addrs = NULL;
	target->naddrs = 0;
	target->routes = NULL;
	target->nroutes = 0;
	target->given = F_ALL & ~(F_LINK_NETNS | F_ADDR | F_ROUTE);
	target->given |= said->given & F_LINK_NETNS;
	if (!(said->given & F_MTU))
		take_mtu(target, running);
	take_addresses(target, said, &running->config, prune);
	take_routes(target, said, &running->config, prune);
}

void diff_find(struct diff *d, const struct config *from,
	       const struct config *to)
{
	memset(d, 0, sizeof(*d));
	d->from = from;
	d->to = to;
	if (!from || !to) {
		d->action = to	   ? ACTION_ADD
			    : from ? ACTION_DELETE
				   : ACTION_NONE;
		return;
	}
	d->fields = config_diff(from, to);
	if (d->fields & DIFF_RECREATES)
		d->action = ACTION_RECREATE;
	else if (d->fields)
		d->action = ACTION_CHANGE;
}
