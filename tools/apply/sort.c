// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "apply/sort.h"

/* A route of a running tunnel. */
struct holding {
	const struct static_route *route;
	const struct tunnel *tunnel;
};

struct sort {
	const struct conf *conf;
	const struct tunnel **by_ends;
	size_t ntunnels;
	struct holding *by_route;
	size_t nroutes;
	struct section **sorted;
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
 * Two tunnels cannot be equal in these. The namespace of the underlay is left out, which
 * makes at most some constraints needless.
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

static void put(struct sort *s, struct section *section);

/* The holder has what another section wants, so its own section comes first. */
static void put_first(struct sort *s, const struct tunnel *holder)
{
	struct section *section = conf_find(s->conf, holder->config.name);

	if (section)
		put(s, section);
}

/* A cycle has no order, and is_sorted ends it where it began. */
static void put(struct sort *s, struct section *section)
{
	const struct config *c = &section->config;
	const struct tunnel **holder;
	const struct holding *held;
	struct holding wanted = { 0 };
	size_t i;

	if (section->is_sorted)
		return;
	section->is_sorted = true;
	holder = bsearch(c, s->by_ends, s->ntunnels, sizeof(*s->by_ends),
			 compare_to_ends);
	if (holder)
		put_first(s, *holder);
	for (i = 0; i < c->nroutes; i++) {
		wanted.route = &c->routes[i];
		held = bsearch(&wanted, s->by_route, s->nroutes,
			       sizeof(*s->by_route), compare_routes);
		if (held)
			put_first(s, held->tunnel);
	}
	s->sorted[s->nsorted++] = section;
}

static void sort_running(struct sort *s, const struct tunnels *running)
{
	size_t i, j;

	for (i = 0; i < running->count; i++) {
		const struct tunnel *t = &running->list[i];

		s->by_ends[s->ntunnels++] = t;
		for (j = 0; j < t->config.nroutes; j++)
			s->by_route[s->nroutes++] = (struct holding){
				&t->config.routes[j],
				t,
			};
	}
	qsort(s->by_ends, s->ntunnels, sizeof(*s->by_ends), compare_tunnels);
	qsort(s->by_route, s->nroutes, sizeof(*s->by_route), compare_routes);
}

static size_t count_routes(const struct tunnels *running)
{
	size_t i, count = 0;

	for (i = 0; i < running->count; i++)
		count += running->list[i].config.nroutes;
	return count;
}

struct section **sort_sections(const struct conf *conf,
			       const struct tunnels *running)
{
	struct sort s = {
		.conf = conf,
		.by_ends = calloc(running->count + 1, sizeof(*s.by_ends)),
		.by_route =
			calloc(count_routes(running) + 1, sizeof(*s.by_route)),
		.sorted = calloc(conf->count + 1, sizeof(struct section *)),
	};
	size_t i;

	if (s.by_ends && s.by_route && s.sorted) {
		sort_running(&s, running);
		for (i = 0; i < conf->count; i++)
			put(&s, &conf->sections[i]);
	} else {
		free(s.sorted);
		s.sorted = NULL;
	}
	free(s.by_ends);
	free(s.by_route);
	return s.sorted;
}
