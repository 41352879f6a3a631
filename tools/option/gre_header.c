// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <inttypes.h>
#include <linux/if_tunnel.h>
#include <string.h>

#include "lib/attr.h"
#include "lib/json.h"
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

static void print_keys(const struct option *o, FILE *out,
		       const struct config *c, uint64_t fields)
{
	const struct direction *rx = &c->in, *tx = &c->out;
	bool both = fields & F_IKEY && fields & F_OKEY;

	if (both && !rx->key && !tx->key) {
		fputs(" nokey", out);
		return;
	}
	if (both && rx->key && tx->key && rx->key_value == tx->key_value) {
		fprintf(out, " key %" PRIu32, rx->key_value);
		return;
	}
	if (fields & F_IKEY && rx->key)
		fprintf(out, " ikey %" PRIu32, rx->key_value);
	else if (fields & F_IKEY)
		fputs(" noikey", out);
	if (fields & F_OKEY && tx->key)
		fprintf(out, " okey %" PRIu32, tx->key_value);
	else if (fields & F_OKEY)
		fputs(" nookey", out);
}

const struct option_type option_keys = {
	.parse = parse_key,
	.print = print_keys,
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

static void json_key(const struct option *o, struct json *json,
		     const struct config *c)
{
	const struct direction *d = option_member(o, c);

	json_number_if(json, o->json, d->key, d->key_value);
}

/* The flags of a direction share an attribute, so all of them are sent. */
static void put_direction(const struct option *o, struct nlmsghdr *nlh,
			  const struct config *c, uint64_t fields)
{
	const struct direction *d = option_member(o, c);

	mnl_attr_put_u16(nlh, o->attr,
			 (d->key ? GRE_KEY : 0) | (d->csum ? GRE_CSUM : 0) |
				 (d->seq ? GRE_SEQ : 0));
	if (d->key)
		mnl_attr_put_u32(nlh, o->attr2, htonl(d->key_value));
}

static bool read_direction(const struct option *o, const struct nlattr *attr,
			   struct config *c)
{
	struct direction *d = option_member(o, c);
	uint16_t flags;

	if (mnl_attr_get_type(attr) == o->attr2) {
		if (!attr_read(attr, &d->key_value, sizeof(d->key_value)))
			return false;
		d->key_value = ntohl(d->key_value);
		return true;
	}
	if (!attr_read(attr, &flags, sizeof(flags)))
		return false;
	d->key = flags & GRE_KEY;
	d->csum = flags & GRE_CSUM;
	d->seq = flags & GRE_SEQ;
	return true;
}

const struct option_type option_key = {
	.parse = parse_key,
	.equal = key_equal,
	.copy = copy_key,
	.json = json_key,
	.put = put_direction,
	.read = read_direction,
};

const char *option_parse_flag(const struct option *o, struct config *c,
			      const char *value)
{
	bool on = strncmp(o->name, "no", 2) != 0 &&
		  strcmp(o->name, "down") != 0;
	const struct {
		uint64_t field;
		bool *flag;
	} flags[] = {
		{ F_IKEY, &c->in.key },
		{ F_OKEY, &c->out.key },
		{ F_ICSUM, &c->in.csum },
		{ F_OCSUM, &c->out.csum },
		{ F_ISEQ, &c->in.seq },
		{ F_OSEQ, &c->out.seq },
		{ F_PMTUDISC, &c->pmtudisc },
		{ F_IGNORE_DF, &c->ignore_df },
		{ F_UP, &c->up },
		{ F_ETHER, &c->ether },
	};
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (o->fields & flags[i].field)
			*flags[i].flag = on;
	return NULL;
}

/* "csum" is short for "icsum ocsum". */
static void print_flags(const struct option *o, FILE *out,
			const struct config *c, uint64_t fields)
{
	const bool in = *(const bool *)((const char *)&c->in + o->offset);
	const bool sent = *(const bool *)((const char *)&c->out + o->offset);

	fields &= o->fields;
	if (fields == o->fields && in == sent) {
		fprintf(out, " %s%s", in ? "" : "no", o->name);
		return;
	}
	if (fields & F_IN)
		fprintf(out, " %si%s", in ? "" : "no", o->name);
	if (fields & F_OUT)
		fprintf(out, " %so%s", sent ? "" : "no", o->name);
}

const struct option_type option_flags = {
	.parse = option_parse_flag,
	.print = print_flags,
};

const struct option_type option_flag = {
	.parse = option_parse_flag,
	.json = option_json_number,
};

const char *option_parse_encap(const struct option *o, struct config *c,
			       const char *value)
{
	/* "noencap" has no value. */
	return value && strcmp(value, "none") != 0 ? UNEXPECTED : NULL;
}
