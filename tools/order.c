// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "order.h"

/* Of a section: where it was, and the one that has to come before it. */
struct place {
	struct section *section;
	struct place *before; /* NULL: none */
	bool is_put;
};

struct order {
	struct place *places;
	struct place **by_name;
	const struct tunnel **by_ends;
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

/* Who has its ends now, and will have others? */
static struct place *find_before(const struct order *o, size_t nsections,
				 size_t ntunnels, const struct place *place)
{
	const struct config *c = &place->section->config;
	const struct tunnel **holder;
	struct place **found;

	holder = bsearch(c, o->by_ends, ntunnels, sizeof(*o->by_ends),
			 compare_to_ends);
	if (!holder || !strcmp((*holder)->config.name, c->name))
		return NULL;
	found = bsearch((*holder)->config.name, o->by_name, nsections,
			sizeof(*o->by_name), compare_to_name);
	return found ? *found : NULL;
}

/* A circle ends where it began: there is no order then. */
static void put(struct order *o, struct place *place)
{
	if (place->is_put)
		return;
	place->is_put = true;
	if (place->before)
		put(o, place->before);
	o->sorted[o->nsorted++] = *place->section;
}

static void sort_sections(struct order *o, struct conf *conf,
			  const struct tunnels *running)
{
	size_t i;

	for (i = 0; i < running->count; i++)
		o->by_ends[i] = &running->list[i];
	qsort(o->by_ends, running->count, sizeof(*o->by_ends), compare_tunnels);
	for (i = 0; i < conf->count; i++) {
		o->places[i].section = &conf->sections[i];
		o->by_name[i] = &o->places[i];
	}
	qsort(o->by_name, conf->count, sizeof(*o->by_name), compare_places);
	for (i = 0; i < conf->count; i++)
		o->places[i].before = find_before(o, conf->count,
						  running->count,
						  &o->places[i]);
	for (i = 0; i < conf->count; i++)
		put(o, &o->places[i]);
}

bool order_sections(struct conf *conf, const struct tunnels *running)
{
	struct order o = {
		.places = calloc(conf->count + 1, sizeof(*o.places)),
		.by_name = calloc(conf->count + 1, sizeof(*o.by_name)),
		.by_ends = calloc(running->count + 1, sizeof(*o.by_ends)),
		.sorted = calloc(conf->count + 1, sizeof(*o.sorted)),
	};
	const bool done = o.places && o.by_name && o.by_ends && o.sorted;

	if (done) {
		sort_sections(&o, conf, running);
		free(conf->sections);
		conf->sections = o.sorted;
	} else {
		free(o.sorted);
	}
	free(o.places);
	free(o.by_name);
	free(o.by_ends);
	return done;
}
