// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "lib/line.h"
#include "lib/list.h"
#include "option/option.h"
#include "option/options.h"

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
	dst->over_ipv6 |= src->over_ipv6;
}

static bool is_printed(const struct option *o, uint64_t fields)
{
	return o->type && o->type->print && fields & o->fields;
}

void options_print(FILE *out, const struct config *c, uint64_t fields)
{
	const struct option *o;

	for (o = option_table; o->name; o++)
		if (is_printed(o, fields))
			o->type->print(o, out, c, fields);
}

uint64_t options_needed(const struct config *c)
{
	struct config defaults;

	config_init(&defaults);
	defaults.mtu_probe = config_default_probe(c);
	defaults.multicast = config_default_multicast(c);
	/* The MTU is shown even if the kernel has chosen it. */
	return config_diff(c, &defaults) | F_REMOTE | (c->mtu ? F_MTU : 0);
}

void options_json(struct json *json, const struct config *c, uint64_t fields)
{
	const struct option *o;

	for (o = option_table; o->name; o++)
		if (o->type && o->type->json && fields & o->fields)
			o->type->json(o, json, c);
}

void options_put(struct nlmsghdr *nlh, const struct config *c, uint64_t fields)
{
	const struct option *o;

	for (o = option_table; o->name; o++)
		if (o->attr && fields & (o->fields | o->sent_with))
			o->type->put(o, nlh, c, fields);
}

static const struct option *find_attr(unsigned int attr)
{
	const struct option *o;

	for (o = option_table; o->name; o++)
		if (o->attr && (attr == o->attr || attr == o->attr2))
			return o;
	return NULL;
}

bool options_read(const struct nlattr *attr, struct config *c)
{
	const struct option *o = find_attr(mnl_attr_get_type(attr));

	return !o || o->type->read(o, attr, c);
}

const char *options_attr_name(unsigned int attr)
{
	const struct option *o = find_attr(attr);

	if (!o)
		return NULL;
	return o->attr_name && attr == o->attr ? o->attr_name : o->name;
}

/* Pass an option on as a line of a file. */
static void pass_line(const struct option *o, const struct config *c,
		      uint64_t fields, bool come, option_fn fn, void *arg)
{
	char *text = NULL;
	size_t size;
	FILE *out = memory_or_end(open_memstream(&text, &size));

	o->type->print(o, out, c, fields);
	fclose(out);
	/* The text begins with a space. */
	if (text && *text)
		fn(arg, come, text + 1);
	free(text);
}

/* Pass on the lines of c, which may be NULL, and which "other" does not have. */
static void pass_lines(const struct option *o, const struct config *c,
		       const struct config *other, uint64_t fields, bool come,
		       option_fn fn, void *arg)
{
	const struct entries *has = other ? option_member(o, other) : NULL;
	struct config one;
	struct entries *list;
	size_t i;

	if (!c)
		return;
	if (o->type != &option_entries) {
		pass_line(o, c, fields, come, fn, arg);
		return;
	}
	one = *c;
	list = option_member(o, &one);
	for (i = list->count, list->count = 1; i--; list->list++)
		if (!has || !entries_have(has, list->list))
			pass_line(o, &one, fields, come, fn, arg);
}

void options_lines(const struct config *from, const struct config *to,
		   uint64_t fields, option_fn fn, void *arg)
{
	const struct option *o;

	for (o = option_table; o->name; o++) {
		if (!is_printed(o, fields))
			continue;
		pass_lines(o, from, to, fields, false, fn, arg);
		pass_lines(o, to, from, fields, true, fn, arg);
	}
}

void options_print_name(FILE *out, const char *name)
{
	putc('[', out);
	print_name(out, name);
	putc(']', out);
}

static void print_line(void *arg, bool come, const char *words)
{
	fprintf(arg, "%s\n", words);
}

void options_print_section(FILE *out, const struct config *c, uint64_t fields)
{
	options_print_name(out, c->name);
	putc('\n', out);
	options_lines(NULL, c, fields, print_line, out);
}
