// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "apply/order.h"

struct place {
	struct section *section;
	bool is_put;
};

/* A route that is there now. */
struct holding {
	const struct static_route *route;
	const struct tunnel *tunnel;
};

struct order {
	struct place *places;
	struct place **by_name;
	size_t nplaces;
	const struct tunnel **by_ends;
	size_t ntunnels;
	struct holding *by_route;
	size_t nroutes;
	struct section *sorted;
	size_t nsorted;
};

static int compare_ips(const struct ip *a, const struct ip *b)
{
	const size_t size = a->family == AF_INET ? sizeof(a->v4)
						 : sizeof(a->v6);

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return a->family == AF_UNSPEC ? 0 : memcmp(&a->v6, &b->v6, size);
}

/*
 * What the kernel tells tunnels by; but for the namespace of the underlay, without
 * which there are at most needless rules.
 */
static int compare_ends(const struct config *a, const struct config *b)
{
	int order = compare_ips(&a->remote, &b->remote);

	if (!order)
		order = compare_ips(&a->local, &b->local);
	if (!order)
		order = a->in.key - b->in.key;
	if (!order && a->in.key && a->in.key_value != b->in.key_value)
		order = a->in.key_value < b->in.key_value ? -1 : 1;
	return order ? order : strcmp(a->dev, b->dev);
}

static int compare_tunnels(const void *left, const void *right)
{
	const struct tunnel *const *a = left, *const *b = right;

	return compare_ends(&(*a)->config, &(*b)->config);
}

static int compare_to_ends(const void *ends, const void *tunnel)
{
	const struct tunnel *const *t = tunnel;

	return compare_ends(ends, &(*t)->config);
}

static int compare_places(const void *left, const void *right)
{
	const struct place *const *a = left, *const *b = right;

	return strcmp((*a)->section->config.name, (*b)->section->config.name);
}

static int compare_to_name(const void *name, const void *place)
{
	const struct place *const *p = place;

	return strcmp(name, (*p)->section->config.name);
}

static int compare_routes(const void *left, const void *right)
{
	const struct static_route *a = ((const struct holding *)left)->route;
	const struct static_route *b = ((const struct holding *)right)->route;
	int order = compare_ips(&a->to, &b->to);

	if (!order)
		order = (int)a->prefix - (int)b->prefix;
	if (!order && a->metric != b->metric)
		order = a->metric < b->metric ? -1 : 1;
	if (!order && a->table != b->table)
		order = a->table < b->table ? -1 : 1;
	return order;
}

static void put(struct order *o, struct place *place);

/* What the tunnel has is wanted, so what it is to have comes first. */
static void put_first(struct order *o, const struct tunnel *holder)
{
	struct place **found = bsearch(holder->config.name, o->by_name,
				       o->nplaces, sizeof(*o->by_name),
				       compare_to_name);

	if (found)
		put(o, *found);
}

/* A circle ends where it began: there is no order then. */
static void put(struct order *o, struct place *place)
{
	const struct config *c = &place->section->config;
	const struct tunnel **holder;
	const struct holding *held;
	struct holding wanted = { 0 };
	size_t i;

	if (place->is_put)
		return;
	place->is_put = true;
	holder = bsearch(c, o->by_ends, o->ntunnels, sizeof(*o->by_ends),
			 compare_to_ends);
	if (holder)
		put_first(o, *holder);
	for (i = 0; i < c->nroutes; i++) {
		wanted.route = &c->routes[i];
		held = bsearch(&wanted, o->by_route, o->nroutes,
			       sizeof(*o->by_route), compare_routes);
		if (held)
			put_first(o, held->tunnel);
	}
	o->sorted[o->nsorted++] = *place->section;
}

static void sort_running(struct order *o, const struct tunnels *running)
{
	size_t i, j;

	for (i = 0; i < running->count; i++) {
		const struct tunnel *t = &running->list[i];

		o->by_ends[o->ntunnels++] = t;
		for (j = 0; j < t->config.nroutes; j++)
			o->by_route[o->nroutes++] = (struct holding){
				&t->config.routes[j],
				t,
			};
	}
	qsort(o->by_ends, o->ntunnels, sizeof(*o->by_ends), compare_tunnels);
	qsort(o->by_route, o->nroutes, sizeof(*o->by_route), compare_routes);
}

static void sort_sections(struct order *o, struct conf *conf)
{
	size_t i;

	o->nplaces = conf->count;
	for (i = 0; i < conf->count; i++) {
		o->places[i].section = &conf->sections[i];
		o->by_name[i] = &o->places[i];
	}
	qsort(o->by_name, conf->count, sizeof(*o->by_name), compare_places);
	for (i = 0; i < conf->count; i++)
		put(o, &o->places[i]);
}

static size_t count_routes(const struct tunnels *running)
{
	size_t i, count = 0;

	for (i = 0; i < running->count; i++)
		count += running->list[i].config.nroutes;
	return count;
}

bool order_sections(struct conf *conf, const struct tunnels *running)
{
	struct order o = {
		.places = calloc(conf->count + 1, sizeof(*o.places)),
		.by_name = calloc(conf->count + 1, sizeof(*o.by_name)),
		.by_ends = calloc(running->count + 1, sizeof(*o.by_ends)),
		.by_route =
			calloc(count_routes(running) + 1, sizeof(*o.by_route)),
		.sorted = calloc(conf->count + 1, sizeof(*o.sorted)),
	};
	const bool done = o.places && o.by_name && o.by_ends && o.by_route &&
			  o.sorted;

	if (done) {
		sort_running(&o, running);
		sort_sections(&o, conf);
		free(conf->sections);
		conf->sections = o.sorted;
	} else {
		free(o.sorted);
	}
	free(o.places);
	free(o.by_name);
	free(o.by_ends);
	free(o.by_route);
	return done;
}
