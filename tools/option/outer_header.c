// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "lib/attr.h"
#include "lib/json.h"
#include "option/option.h"

#define TOS_SIZE sizeof("inherit/0xfc")

const char *option_parse_ttl(const struct option *o, struct config *c,
			     const char *value)
{
	uint32_t zero;

	if (option_parse_number(value, 0, &zero))
		return "is not 1..255 or inherit (what other tools call 0 is "
		       "inherit)";
	return option_number.parse(o, c, value);
}

static bool parse_dscp(const char *name, uint32_t *tos)
{
	static const struct {
		const char *name;
		uint8_t tos;
	} others[] = {
		{ "ef", 46 << 2 }, /* RFC 3246 */
		{ "va", 44 << 2 }, /* RFC 5865 */
		{ "le", 1 << 2 }, /* RFC 8622 */
	};
	size_t length = strlen(name);
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcasecmp(name, others[i].name)) {
			*tos = others[i].tos;
			return true;
		}
	/* RFC 2474: class selectors */
	if (length == 3 && !strncasecmp(name, "cs", 2) && name[2] >= '0' &&
	    name[2] <= '7') {
		*tos = (uint32_t)(name[2] - '0') << 5;
		return true;
	}
	/* RFC 2597: af<class><drop precedence> */
	if (length == 4 && !strncasecmp(name, "af", 2) && name[2] >= '1' &&
	    name[2] <= '4' && name[3] >= '1' && name[3] <= '3') {
		*tos = (uint32_t)(name[2] - '0') << 5 |
		       (uint32_t)(name[3] - '0') << 3;
		return true;
	}
	return false;
}

/* @fixed: bits that must be 0 */
static const char *take_tos(struct config *c, const char *value, uint32_t fixed,
			    int base)
{
	uint32_t tos, inherit = 0;

	if (!strcmp(value, "inherit")) {
		c->tos = GREX_TOS_INHERIT;
		return NULL;
	}
	/* As in ip(8), the TOS behind it is for payload that has none. */
	if (!strncmp(value, "inherit/", 8)) {
		inherit = GREX_TOS_INHERIT;
		value += 8;
	}
	if (!parse_dscp(value, &tos) &&
	    !option_parse_digits(value, base, 255, &tos))
		return UNEXPECTED;
	if (tos & fixed)
		return "is not a multiple of 4: the low two bits are ECN, and "
		       "RFC 6040 sets them";
	c->tos = (uint8_t)(tos | inherit);
	return NULL;
}

static const char *parse_tos(const struct option *o, struct config *c,
			     const char *value)
{
	return take_tos(c, value, 3, 0);
}

static const char *tos_text(const struct config *c, char text[TOS_SIZE])
{
	if (c->tos == GREX_TOS_INHERIT)
		return "inherit";
	snprintf(text, TOS_SIZE, "%s0x%02x",
		 c->tos & GREX_TOS_INHERIT ? "inherit/" : "",
		 c->tos & ~GREX_TOS_INHERIT & 0xff);
	return text;
}

static void print_tos(const struct option *o, FILE *out, const struct config *c,
		      uint64_t fields)
{
	char text[TOS_SIZE];

	fprintf(out, " tos %s", tos_text(c, text));
}

static void json_tos(const struct option *o, struct json *json,
		     const struct config *c)
{
	char text[TOS_SIZE];

	if (c->tos & GREX_TOS_INHERIT)
		json_string(json, "tos", tos_text(c, text));
	else
		json_number(json, "tos", c->tos);
}

const struct option_type option_tos = {
	.parse = parse_tos,
	.print = print_tos,
	.json = json_tos,
	.put = option_put_number,
	.read = option_read_number,
};

const char *option_parse_tos_ip(const struct option *o, struct config *c,
				const char *value)
{
	return take_tos(c, value, 2, 16);
}

static const char *parse_df(const struct option *o, struct config *c,
			    const char *value)
{
	c->pmtudisc = !strcmp(value, "set");
	c->ignore_df = !strcmp(value, "clear");
	return c->pmtudisc || c->ignore_df || !strcmp(value, "inherit")
		       ? NULL
		       : UNEXPECTED;
}

static void copy_df(const struct option *o, struct config *dst,
		    const struct config *src)
{
	if (src->given & F_PMTUDISC)
		dst->pmtudisc = src->pmtudisc;
	if (src->given & F_IGNORE_DF)
		dst->ignore_df = src->ignore_df;
}

static const char *df_text(const struct config *c)
{
	if (c->pmtudisc)
		return "set";
	return c->ignore_df ? "clear" : "inherit";
}

static void print_df(const struct option *o, FILE *out, const struct config *c,
		     uint64_t fields)
{
	fprintf(out, " df %s", df_text(c));
}

static void json_df(const struct option *o, struct json *json,
		    const struct config *c)
{
	json_string(json, "df", df_text(c));
}

static void put_df(const struct option *o, struct nlmsghdr *nlh,
		   const struct config *c, uint64_t fields)
{
	if (fields & F_PMTUDISC)
		mnl_attr_put_u8(nlh, o->attr, c->pmtudisc);
	if (fields & F_IGNORE_DF)
		mnl_attr_put_u8(nlh, o->attr2, c->ignore_df);
}

static bool read_df(const struct option *o, const struct nlattr *attr,
		    struct config *c)
{
	bool *flag = mnl_attr_get_type(attr) == o->attr ? &c->pmtudisc
							: &c->ignore_df;
	uint8_t byte = 0;
	bool ok = attr_read(attr, &byte, sizeof(byte));

	*flag = byte != 0;
	return ok;
}

const struct option_type option_df = {
	.parse = parse_df,
	.copy = copy_df,
	.print = print_df,
	.json = json_df,
	.put = put_df,
	.read = read_df,
};
