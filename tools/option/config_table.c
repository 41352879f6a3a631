// SPDX-License-Identifier: GPL-2.0
/* The functions of config.h that work by the table of options. */
#include <string.h>

#include "option/option.h"

void config_init(struct config *c)
{
	const struct option *o;

	memset(c, 0, sizeof(*c));
	for (o = option_table; o->name; o++)
		if (o->initial)
			option_set_number(o, c, o->initial);
	/* These are not the only members of their options. */
	c->pmtudisc = true;
	c->keepalive_retries = GREX_KEEPALIVE_RETRIES_DEFAULT;
	c->mtu_default = true;
}

uint64_t config_diff(const struct config *a, const struct config *b)
{
	const struct option *o;
	uint64_t diff = 0;
	bool equal;

	for (o = option_table; o->name; o++) {
		if (!o->type)
			continue;
		equal = o->type->equal ? o->type->equal(o, a, b)
				       : !memcmp(option_member(o, a),
						 option_member(o, b), o->size);
		if (!equal)
			diff |= o->fields;
	}
	return diff;
}

void config_overlay(struct config *dst, const struct config *src)
{
	const uint64_t given = src->given & ~(F_ADDR | F_ROUTE);
	const struct option *o;

	for (o = option_table; o->name; o++) {
		if (!o->type || !(given & o->fields))
			continue;
		if (o->type->copy)
			o->type->copy(o, dst, src);
		else
			memcpy(option_member(o, dst), option_member(o, src),
			       o->size);
	}
	dst->given |= given;
}
