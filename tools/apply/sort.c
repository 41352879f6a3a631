// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdlib.h>

#include "apply/conf.h"
#include "lib/list.h"

#define KEY_SIZE 160

struct sort {
	const struct conf *conf;
	struct index holders; /* running tunnels, by what they have */
	struct section **sorted;
	size_t nsorted;
};

/*
 * Two tunnels cannot be equal in these. The namespace of the underlay is left out, which
 * makes at most some constraints needless.
 */
static void write_ends(char key[KEY_SIZE], const struct config *c)
{
	char remote[INET6_ADDRSTRLEN], local[INET6_ADDRSTRLEN];

	snprintf(key, KEY_SIZE, "%s %s %d %" PRIu32 " %s",
		 ip_text(&c->remote, remote), ip_text(&c->local, local),
		 c->in.key, c->in.key ? c->in.key_value : 0, c->dev);
}

/* Two routes cannot be equal in these. */
static void write_route(char key[KEY_SIZE], const struct entry *r)
{
	char to[INET6_ADDRSTRLEN];

	snprintf(key, KEY_SIZE, "route %s/%u %" PRIu32 " %" PRIu32,
		 ip_text(&r->to, to), r->prefix, r->metric, r->table);
}

static void put(struct sort *s, struct section *section);

/* The holder has what another section wants, so its own section comes first. */
static void put_holder(struct sort *s, const char *key)
{
	const struct tunnel *holder = index_find(&s->holders, key);
	struct section *section = NULL;

	if (holder)
		section = index_find(&s->conf->by_name, holder->config.name);
	if (section)
		put(s, section);
}

/* A cycle has no order, and is_sorted ends it where it began. */
static void put(struct sort *s, struct section *section)
{
	const struct config *c = &section->config;
	char key[KEY_SIZE];
	size_t i;

	if (section->is_sorted)
		return;
	section->is_sorted = true;
	write_ends(key, c);
	put_holder(s, key);
	for (i = 0; i < c->routes.count; i++) {
		write_route(key, &c->routes.list[i]);
		put_holder(s, key);
	}
	s->sorted[s->nsorted++] = section;
}

static void add_holder(struct sort *s, struct tunnel *t)
{
	char key[KEY_SIZE];
	size_t i;

	write_ends(key, &t->config);
	index_add(&s->holders, key, t);
	for (i = 0; i < t->config.routes.count; i++) {
		write_route(key, &t->config.routes.list[i]);
		index_add(&s->holders, key, t);
	}
}

struct section **sort_sections(const struct conf *conf,
			       const struct tunnels *running)
{
	struct sort s = { .conf = conf };
	size_t i;

	s.sorted = memory_or_end(calloc(conf->count + 1, sizeof(*s.sorted)));
	for (i = 0; i < running->count; i++)
		add_holder(&s, &running->list[i]);
	index_sort(&s.holders);
	for (i = 0; i < conf->count; i++)
		put(&s, &conf->sections[i]);
	index_free(&s.holders);
	return s.sorted;
}
