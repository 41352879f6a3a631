// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <string.h>

#include "lib/attr.h"
#include "lib/json.h"
#include "option/option.h"

static const char *parse_mtu(const struct option *o, struct config *c,
			     const char *value)
{
	uint32_t mtu;

	c->mtu_auto = !strcmp(value, "auto");
	c->mtu_default = !strcmp(value, "default");
	if (c->mtu_auto || c->mtu_default)
		return NULL;
	if (!option_parse_number(value, GREX_MTU_MAX, &mtu) ||
	    mtu < GREX_MTU_MIN)
		return UNEXPECTED;
	c->mtu = mtu;
	return NULL;
}

/* The number does not matter while the kernel chooses it. */
static bool mtu_equal(const struct option *o, const struct config *a,
		      const struct config *b)
{
	return a->mtu_auto == b->mtu_auto && a->mtu_default == b->mtu_default &&
	       (a->mtu_auto || a->mtu_default || a->mtu == b->mtu);
}

static void print_mtu(const struct option *o, FILE *out, const struct config *c,
		      uint64_t fields)
{
	if (c->mtu_auto)
		fputs(" mtu auto", out);
	else if (c->mtu_default && !c->mtu)
		fputs(" mtu default", out);
	else
		fprintf(out, " mtu %" PRIu32, c->mtu);
}

static void json_mtu(const struct option *o, struct json *json,
		     const struct config *c)
{
	json_bool(json, "mtu_auto", c->mtu_auto);
	/* It is not among the attributes of IFLA_INFO_DATA. */
	if (c->mtu)
		json_number(json, "mtu", c->mtu);
}

/* A number is sent as IFLA_MTU, outside of IFLA_INFO_DATA. */
static void put_mtu(const struct option *o, struct nlmsghdr *nlh,
		    const struct config *c, uint64_t fields)
{
	if (c->mtu_auto)
		mnl_attr_put_u32(nlh, o->attr, GREX_MTU_AUTO_PATH);
	else if (c->mtu_default)
		mnl_attr_put_u32(nlh, o->attr, GREX_MTU_AUTO_ROUTE);
}

static bool read_mtu(const struct option *o, const struct nlattr *attr,
		     struct config *c)
{
	uint32_t number = GREX_MTU_AUTO_OFF;
	bool ok = attr_read(attr, &number, sizeof(number));

	c->mtu_auto = number == GREX_MTU_AUTO_PATH;
	c->mtu_default = number == GREX_MTU_AUTO_ROUTE;
	return ok;
}

const struct option_type option_mtu = {
	.parse = parse_mtu,
	.equal = mtu_equal,
	.print = print_mtu,
	.json = json_mtu,
	.put = put_mtu,
	.read = read_mtu,
};

/* Only ip(8) itself can put IFLA_MTU. */
const char *option_parse_mtu_ip(const struct option *o, struct config *c,
				const char *value)
{
	const char *wrong = parse_mtu(o, c, value);

	if (!wrong && !c->mtu_auto && !c->mtu_default)
		return "is for ip itself, expected \"mtu\" before \"type\"";
	return wrong;
}

static void print_ether(const struct option *o, FILE *out,
			const struct config *c, uint64_t fields)
{
	if (c->ether)
		fputs(" ether", out);
}

const struct option_type option_ether = {
	.parse = option_parse_flag,
	.print = print_ether,
	.json = option_json_number,
};

static void print_up(const struct option *o, FILE *out, const struct config *c,
		     uint64_t fields)
{
	fputs(c->up ? " up" : " down", out);
}

const struct option_type option_up = {
	.parse = option_parse_flag,
	.print = print_up,
	.json = option_json_number,
};
