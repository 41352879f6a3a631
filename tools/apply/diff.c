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

/* Others may need an entry that they have added, and that does not exclude what is said. */
static void take_entries(struct entries *target, const struct entries *said,
			 const struct entries *running, entry_same_fn *same,
			 bool prune)
{
	size_t i;

	*target = (struct entries){ 0 };
	for (i = 0; i < said->count; i++)
		entries_add(target, &said->list[i]);
	for (i = 0; i < running->count; i++)
		if (!entries_find(said, &running->list[i], same) &&
		    !(prune && running->list[i].protocol == ENTRY_PROTOCOL))
			entries_add(target, &running->list[i]);
}

void diff_target(struct config *target, const struct config *said,
		 const struct tunnel *running, bool prune)
{
	const struct config *has = &running->config;

	*target = *said;
	/* Each kind has its payload, and those of ip_gre and ip6_gre also their family. */
	target->is_gre = has->is_gre && said->ether == has->ether &&
			 config_family(said) == config_family(has);
	target->given = F_ALL & ~F_LINK_NETNS;
	target->given |= said->given & F_LINK_NETNS;
	if (!(said->given & F_MTU))
		take_mtu(target, running);
	take_entries(&target->addrs, &said->addrs, &has->addrs,
		     entry_same_address, prune);
	/* The kernel removes the routes of an interface that goes down. */
	if (target->up)
		take_entries(&target->routes, &said->routes, &has->routes,
			     entry_same_place, prune);
	else
		target->routes = (struct entries){ 0 };
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
	if (d->fields & DIFF_RECREATES ||
	    config_family(from) != config_family(to))
		d->action = ACTION_RECREATE;
	else if (d->fields)
		d->action = ACTION_CHANGE;
}
