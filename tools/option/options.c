// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "lib/line.h"
#include "lib/list.h"
#include "option/option.h"
#include "option/options.h"

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
static void say(const struct option *o, const struct config *c, uint64_t fields,
		option_fn fn, void *arg)
{
	char *text = NULL;
	size_t size;
	FILE *out = memory_or_end(open_memstream(&text, &size));

	o->type->print(o, out, c, fields);
	fclose(out);
	/* The text begins with a space. */
	if (text && *text)
		fn(arg, text + 1);
	free(text);
}

/* Pass on the lines of c that "other" does not have. It may be NULL. */
static void say_lines(const struct option *o, const struct config *c,
		      const struct config *other, uint64_t fields, option_fn fn,
		      void *arg)
{
	struct config one = *c;
	size_t i;

	switch (o->fields) {
	case F_ADDR:
		for (i = 0; i < c->naddrs; i++) {
			if (other && config_has_address(other, &c->addrs[i]))
				continue;
			one.addrs = &c->addrs[i];
			one.naddrs = 1;
			say(o, &one, fields, fn, arg);
		}
		break;
	case F_ROUTE:
		for (i = 0; i < c->nroutes; i++) {
			if (other && config_has_route(other, &c->routes[i]))
				continue;
			one.routes = &c->routes[i];
			one.nroutes = 1;
			say(o, &one, fields, fn, arg);
		}
		break;
	default:
		say(o, c, fields, fn, arg);
	}
}

void options_each(const struct config *c, uint64_t fields, option_fn fn,
		  void *arg)
{
	const struct option *o;

	for (o = option_table; o->name; o++)
		if (is_printed(o, fields))
			say_lines(o, c, NULL, fields, fn, arg);
}

void options_compare(const struct config *from, const struct config *to,
		     uint64_t fields, option_fn gone, option_fn come, void *arg)
{
	const struct option *o;

	for (o = option_table; o->name; o++) {
		if (!is_printed(o, fields))
			continue;
		say_lines(o, from, to, fields, gone, arg);
		say_lines(o, to, from, fields, come, arg);
	}
}

void options_print_name(FILE *out, const char *name)
{
	putc('[', out);
	print_name(out, name);
	putc(']', out);
}

static void print_line(void *arg, const char *words)
{
	fprintf(arg, "%s\n", words);
}

void options_print_section(FILE *out, const struct config *c, uint64_t fields)
{
	options_print_name(out, c->name);
	putc('\n', out);
	options_each(c, fields, print_line, out);
}
