// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "check/filter.h"

/* As deep as the kernel lets chains call each other. */
#define DEPTH_MAX 16

static void *add_zeroed(void *list, size_t *count, size_t size)
{
	void **array = list;
	char *grown = reallocarray(*array, *count + 1, size);

	if (!grown)
		return NULL;
	*array = grown;
	grown += (*count)++ * size;
	memset(grown, 0, size);
	return grown;
}

struct filter_chain *filter_add_chain(struct filter *f)
{
	return add_zeroed(&f->chains, &f->nchains, sizeof(*f->chains));
}

struct filter_rule *filter_add_rule(struct filter_chain *chain)
{
	return add_zeroed(&chain->rules, &chain->nrules, sizeof(*chain->rules));
}

void filter_free(struct filter *f)
{
	size_t i;

	for (i = 0; i < f->nchains; i++)
		free(f->chains[i].rules);
	free(f->chains);
	memset(f, 0, sizeof(*f));
}

bool filter_untracks(const struct filter *f)
{
	size_t i, j;

	for (i = 0; i < f->nchains; i++)
		for (j = 0; j < f->chains[i].nrules; j++)
			if (f->chains[i].rules[j].untracks &&
			    f->chains[i].rules[j].match == FILTER_YES)
				return true;
	return false;
}

struct filter_chain *filter_find(const struct filter *f, const char *family,
				 const char *table, const char *name)
{
	size_t i;

	for (i = 0; i < f->nchains; i++) {
		struct filter_chain *c = &f->chains[i];

		if (!strcmp(c->name, name) && !strcmp(c->table, table) &&
		    !strcmp(c->family, family))
			return c;
	}
	return NULL;
}

enum filter_sure filter_and(enum filter_sure a, enum filter_sure b)
{
	return a < b ? a : b;
}

enum filter_sure filter_not(enum filter_sure a)
{
	return (enum filter_sure)(FILTER_YES - a);
}

enum filter_sure filter_is_device(const char *device, const char *pattern,
				  char wildcard)
{
	const size_t length = strlen(pattern);
	bool same;

	if (!device[0])
		return FILTER_MAYBE;
	if (length && pattern[length - 1] == wildcard)
		same = !strncmp(device, pattern, length - 1);
	else
		same = !strcmp(device, pattern);
	return same ? FILTER_YES : FILTER_NO;
}

struct walk {
	const struct filter *filter;
	bool doubt; /* something before may have accepted it */
	struct filter_end suspect; /* a rule that may drop it, and is about it */
};

/* Returns FILTER_NEXT at the end of the chain. */
static enum filter_verdict walk_chain(struct walk *w,
				      const struct filter_chain *chain,
				      unsigned int depth,
				      struct filter_end *end)
{
	const struct filter_chain *target;
	enum filter_verdict verdict;
	bool doubt;
	size_t i;

	for (i = 0; i < chain->nrules; i++) {
		const struct filter_rule *r = &chain->rules[i];
		const bool sure = r->match == FILTER_YES;

		if (r->match == FILTER_NO || r->verdict == FILTER_NEXT)
			continue;
		verdict = r->verdict;
		end->chain = chain;
		end->rule = r;
		if (verdict == FILTER_JUMP || verdict == FILTER_GOTO) {
			target = filter_find(w->filter, chain->family,
					     chain->table, r->target);
			if (!target || depth == DEPTH_MAX) {
				w->doubt = true;
				continue;
			}
			doubt = w->doubt;
			verdict = walk_chain(w, target, depth + 1, end);
			if (verdict == FILTER_NEXT ||
			    verdict == FILTER_RETURN) {
				/* Behind a goto is the end of this chain. */
				if (sure && r->verdict == FILTER_GOTO)
					return FILTER_NEXT;
				continue;
			}
			if (sure)
				return verdict;
			w->doubt = doubt;
		}
		if (sure)
			return verdict;
		/* A chance to be dropped counts if the rule is about GRE. */
		if (verdict == FILTER_DROP &&
		    (r->names_gre || end->rule->names_gre) &&
		    !w->suspect.dropped) {
			w->suspect = *end;
			w->suspect.dropped = true;
		}
		if (verdict == FILTER_ACCEPT || verdict == FILTER_RETURN)
			w->doubt = true;
	}
	return FILTER_NEXT;
}

static bool is_on_the_way(const struct filter_chain *c, bool out)
{
	static const char *const hooks[2][4] = {
		{ "ingress", "prerouting", "input", "" },
		{ "output", "postrouting", "egress", "" },
	};
	size_t i;

	for (i = 0; hooks[out][i][0]; i++)
		if (!strcmp(c->hook, hooks[out][i]))
			return true;
	return false;
}

/* Each base chain must let it pass: the order of them does not matter. */
void filter_walk(const struct filter *f, bool out, struct filter_end *worst)
{
	enum filter_verdict verdict;
	size_t i;

	memset(worst, 0, sizeof(*worst));
	for (i = 0; i < f->nchains; i++) {
		const struct filter_chain *c = &f->chains[i];
		struct walk w = { .filter = f };
		struct filter_end end = { .base = c };

		if (!is_on_the_way(c, out))
			continue;
		w.suspect.base = c;
		verdict = walk_chain(&w, c, 0, &end);
		if (verdict == FILTER_NEXT || verdict == FILTER_RETURN) {
			end.chain = c;
			end.rule = NULL;
			verdict = c->drops ? FILTER_DROP : FILTER_ACCEPT;
		}
		end.dropped = verdict == FILTER_DROP;
		end.sure = !w.doubt;
		if (!end.dropped && w.suspect.dropped) {
			end = w.suspect;
			end.base = c;
			end.sure = false;
		}
		if (end.dropped &&
		    (!worst->dropped || (end.sure && !worst->sure)))
			*worst = end;
	}
}
