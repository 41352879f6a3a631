// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/attr.h"
#include "lib/duration.h"
#include "lib/json.h"
#include "lib/siphash.h"
#include "option/option.h"

/* The value is "off", or an interval that retries may follow. */
static const char *parse_keepalive(const struct option *o, struct config *c,
				   const char *value)
{
	uint32_t *interval = &c->keepalive_interval;
	uint32_t *retries = &c->keepalive_retries;
	const size_t length = value ? strcspn(value, " ") : 0;
	char text[32];

	*interval = GREX_KEEPALIVE_INTERVAL_DEFAULT;
	*retries = GREX_KEEPALIVE_RETRIES_DEFAULT;
	if (!value)
		return NULL;
	if (!strcmp(value, "off")) {
		*interval = 0;
		return NULL;
	}
	snprintf(text, sizeof(text), "%.*s", (int)length, value);
	if (length >= sizeof(text) || !duration_parse(text, interval) ||
	    *interval < GREX_KEEPALIVE_INTERVAL_MIN ||
	    *interval > GREX_KEEPALIVE_INTERVAL_MAX)
		return UNEXPECTED;
	if (value[length] &&
	    (!option_parse_number(value + length + 1,
				  GREX_KEEPALIVE_RETRIES_MAX, retries) ||
	     !*retries))
		return UNEXPECTED;
	return NULL;
}

static bool keepalive_equal(const struct option *o, const struct config *a,
			    const struct config *b)
{
	return a->keepalive_interval == b->keepalive_interval &&
	       (!a->keepalive_interval ||
		a->keepalive_retries == b->keepalive_retries);
}

static void print_keepalive(const struct option *o, FILE *out,
			    const struct config *c, uint64_t fields)
{
	char text[DURATION_SIZE];

	if (c->keepalive_interval)
		fprintf(out, " keepalive %s %" PRIu32,
			duration_text(c->keepalive_interval, text),
			c->keepalive_retries);
	else
		fputs(" keepalive off", out);
}

static void json_keepalive(const struct option *o, struct json *json,
			   const struct config *c)
{
	if (!c->keepalive_interval) {
		json_null(json, "keepalive");
		return;
	}
	json_object(json, "keepalive");
	json_number(json, "interval_ms", c->keepalive_interval);
	json_number(json, "retries", c->keepalive_retries);
	json_object_end(json);
}

static void put_keepalive(const struct option *o, struct nlmsghdr *nlh,
			  const struct config *c, uint64_t fields)
{
	mnl_attr_put_u32(nlh, o->attr, c->keepalive_interval);
	/* The kernel refuses retries without an interval. */
	if (c->keepalive_interval)
		mnl_attr_put_u32(nlh, o->attr2, c->keepalive_retries);
}

static bool read_keepalive(const struct option *o, const struct nlattr *attr,
			   struct config *c)
{
	uint32_t *number = mnl_attr_get_type(attr) == o->attr
				   ? &c->keepalive_interval
				   : &c->keepalive_retries;

	return attr_read(attr, number, sizeof(*number));
}

const struct option_type option_keepalive = {
	.parse = parse_keepalive,
	.equal = keepalive_equal,
	.print = print_keepalive,
	.json = json_keepalive,
	.put = put_keepalive,
	.read = read_keepalive,
};

/* The digits are in the order of the bytes on the wire. */
static const char *parse_secret(const struct option *o, struct config *c,
				const char *value)
{
	const size_t digits = sizeof(c->keepalive_secret.bytes) * 2;
	struct secret secret = { 0 };
	char byte[3] = "";
	size_t i;

	if (strcmp(value, "off") != 0) {
		if (strlen(value) != digits ||
		    strspn(value, "0123456789abcdefABCDEF") != digits)
			return UNEXPECTED;
		for (i = 0; i < digits; i += 2) {
			memcpy(byte, value + i, 2);
			secret.bytes[i / 2] = (uint8_t)strtoul(byte, NULL, 16);
		}
		secret.is_set = true;
		secret.is_known = true;
		secret.id = (uint32_t)siphash_empty(secret.bytes);
	}
	c->keepalive_secret = secret;
	return NULL;
}

static bool secret_equal(const struct option *o, const struct config *a,
			 const struct config *b)
{
	const struct secret *x = &a->keepalive_secret;
	const struct secret *y = &b->keepalive_secret;

	return x->is_set == y->is_set && (!x->is_set || x->id == y->id);
}

/* The secret itself is never shown, because output ends up in logs and tickets. */
static void print_secret(const struct option *o, FILE *out,
			 const struct config *c, uint64_t fields)
{
	const struct secret *secret = &c->keepalive_secret;

	if (secret->is_set)
		fprintf(out, " keepalive-secret (id 0x%08" PRIx32 ")",
			secret->id);
	else
		fputs(" keepalive-secret off", out);
}

static void json_secret(const struct option *o, struct json *json,
			const struct config *c)
{
	json_number_if(json, "keepalive_secret_id", c->keepalive_secret.is_set,
		       c->keepalive_secret.id);
}

/* The kernel does not reveal a secret, so an unknown one must be unchanged. */
static void put_secret(const struct option *o, struct nlmsghdr *nlh,
		       const struct config *c, uint64_t fields)
{
	const struct secret *secret = &c->keepalive_secret;

	if (!secret->is_set)
		mnl_attr_put(nlh, o->attr, 0, NULL);
	else if (secret->is_known)
		mnl_attr_put(nlh, o->attr, sizeof(secret->bytes),
			     secret->bytes);
}

/* The kernel only reports the id. */
static bool read_secret(const struct option *o, const struct nlattr *attr,
			struct config *c)
{
	struct secret *secret = &c->keepalive_secret;

	if (mnl_attr_get_type(attr) != o->attr2)
		return true;
	secret->is_set = true;
	return attr_read(attr, &secret->id, sizeof(secret->id));
}

const struct option_type option_secret = {
	.parse = parse_secret,
	.equal = secret_equal,
	.print = print_secret,
	.json = json_secret,
	.put = put_secret,
	.read = read_secret,
};
