// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "lib/line.h"
#include "option/option.h"
#include "option/options.h"

void options_print(FILE *out, const struct config *c, uint64_t fields)
{
	const struct option *o;

	for (o = option_table; o->name; o++)
		if (o->type && o->type->print && fields & o->fields)
			o->type->print(o, out, c, fields);
}

uint64_t options_needed(const struct config *c)
{
	struct config defaults;

	config_init(&defaults);
	defaults.mtu_probe = config_default_probe(c);
	/* What the kernel has chosen is told, too. */
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

/* What is on one line, since a word for both directions says it at once. */
static const uint64_t lines[] = {
	F_LOCAL,
	F_REMOTE,
	F_DEV,
	F_LINK_NETNS,
	F_IKEY | F_OKEY,
	F_ICSUM | F_OCSUM,
	F_ISEQ | F_OSEQ,
	F_TTL,
	F_TTL_MIN,
	F_DECAP_TTL,
	F_TOS,
	F_DF,
	F_FWMARK,
	F_ICMP_RELAY,
	F_ICMP_SOURCE,
	F_KEEPALIVE,
	F_KEEPALIVE_REPLY,
	F_KEEPALIVE_SECRET,
	F_MSS,
	F_MTU_PROBE,
	F_MTU,
	F_MULTICAST,
	F_ADDR,
	F_ROUTE,
	F_UP,
};

static void close_and_say(FILE *out, char **text, option_fn fn, void *arg)
{
	fclose(out);
	/* There is a space before the first word. */
	if (*text && **text)
		fn(arg, *text + 1);
	free(*text);
}

static void say_fields(const struct config *c, uint64_t fields, option_fn fn,
		       void *arg)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return;
	options_print(out, c, fields);
	close_and_say(out, &text, fn, arg);
}

static void say_address(const struct address *a, option_fn fn, void *arg)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return;
	address_print(out, a);
	close_and_say(out, &text, fn, arg);
}

static void say_route(const struct static_route *r, option_fn fn, void *arg)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return;
	route_print(out, r);
	close_and_say(out, &text, fn, arg);
}

/* Those of c that the other has not; other NULL: all. */
static void say_line(const struct config *c, const struct config *other,
		     uint64_t line, option_fn fn, void *arg)
{
	size_t i;

	switch (line) {
	case F_ADDR:
		for (i = 0; i < c->naddrs; i++)
			if (!other || !config_has_address(other, &c->addrs[i]))
				say_address(&c->addrs[i], fn, arg);
		break;
	case F_ROUTE:
		for (i = 0; i < c->nroutes; i++)
			if (!other || !config_has_route(other, &c->routes[i]))
				say_route(&c->routes[i], fn, arg);
		break;
	default:
		say_fields(c, line, fn, arg);
	}
}

void options_each(const struct config *c, uint64_t fields, option_fn fn,
		  void *arg)
{
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (lines[i] & fields)
			say_line(c, NULL, lines[i] & fields, fn, arg);
}

void options_compare(const struct config *from, const struct config *to,
		     uint64_t fields, option_fn gone, option_fn come, void *arg)
{
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (!(lines[i] & fields))
			continue;
		say_line(from, to, lines[i] & fields, gone, arg);
		say_line(to, from, lines[i] & fields, come, arg);
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
