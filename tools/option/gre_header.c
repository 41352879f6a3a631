// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <string.h>

#include "option/option.h"

static const char *parse_key(const struct option *o, struct config *c,
			     const char *value)
{
	struct in_addr quad;
	uint32_t key;

	if (inet_pton(AF_INET, value, &quad) == 1)
		key = ntohl(quad.s_addr);
	else if (!option_parse_number(value, UINT32_MAX, &key))
		return UNEXPECTED;
	if (o->fields & F_IKEY) {
		c->in.key = true;
		c->in.key_value = key;
	}
	if (o->fields & F_OKEY) {
		c->out.key = true;
		c->out.key_value = key;
	}
	return NULL;
}

const struct option_type option_keys = {
	.parse = parse_key,
};

static bool key_equal(const struct option *o, const struct config *a,
		      const struct config *b)
{
	const struct direction *x = option_member(o, a);
	const struct direction *y = option_member(o, b);

	return x->key == y->key && (!x->key || x->key_value == y->key_value);
}

static void copy_key(const struct option *o, struct config *dst,
		     const struct config *src)
{
	const struct direction *from = option_member(o, src);
	struct direction *to = option_member(o, dst);

	to->key = from->key;
	to->key_value = from->key_value;
}

const struct option_type option_key = {
	.parse = parse_key,
	.equal = key_equal,
	.copy = copy_key,
};

/* [i|o]csum, [i|o]seq, and all of key, csum, seq with "no" before. */
const char *option_parse_flag(const struct option *o, struct config *c,
			      const char *value)
{
	bool on = strncmp(o->name, "no", 2) != 0;

	(void)value;
	if (o->fields & F_IKEY)
		c->in.key = on;
	if (o->fields & F_OKEY)
		c->out.key = on;
	if (o->fields & F_ICSUM)
		c->in.csum = on;
	if (o->fields & F_OCSUM)
		c->out.csum = on;
	if (o->fields & F_ISEQ)
		c->in.seq = on;
	if (o->fields & F_OSEQ)
		c->out.seq = on;
	return NULL;
}

const struct option_type option_flags = {
	.parse = option_parse_flag,
};

const struct option_type option_flag = {
	.parse = option_parse_flag,
};

const char *option_parse_encap(const struct option *o, struct config *c,
			       const char *value)
{
	(void)o;
	(void)c;
	/* "noencap" has no value. */
	return value && strcmp(value, "none") != 0 ? UNEXPECTED : NULL;
}
