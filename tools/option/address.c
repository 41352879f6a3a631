// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "option/option.h"
#include "option/options.h"

static bool parse_prefix(const char *text, struct ip *ip, unsigned int *prefix,
			 bool *given)
{
	char address[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	uint32_t max, number;

	if (length >= sizeof(address))
		return false;
	memcpy(address, text, length);
	address[length] = '\0';
	if (!ip_parse(address, ip))
		return false;
	max = ip->family == AF_INET ? 32 : 128;
	number = max;
	if (slash && !option_parse_digits(slash + 1, 10, max, &number))
		return false;
	*prefix = number;
	*given = slash;
	return true;
}

const char *option_parse_addr(const struct option *o, struct config *c,
			      const char *value)
{
	struct entry a = { 0 };

	if (!parse_prefix(value, &a.local, &a.prefix, &a.prefix_given) ||
	    ip_is_any(&a.local))
		return UNEXPECTED;
	if (ip_is_multicast(&a.local))
		return "is a multicast address, expected a unicast address";
	config_add_address(c, &a);
	return NULL;
}

static void print_address(FILE *out, const struct entry *a)
{
	char text[INET6_ADDRSTRLEN];

	fprintf(out, " addr %s/%u", ip_text(&a->local, text), a->prefix);
	if (a->peer.family)
		fprintf(out, " peer %s", ip_text(&a->peer, text));
}

/*
 * "addr A/P peer B" and "addr A peer B/P" are the same: as in the kernel and
 * in ip-address(8), the prefix is the peer's when there is a peer.
 */
const char *option_parse_peer(const struct option *o, struct config *c,
			      const char *value)
{
	struct entry *a = c->addrs.count ? &c->addrs.list[c->addrs.count - 1]
					 : NULL;
	unsigned int prefix;
	struct ip peer;
	bool given;

	if (!a)
		return "has no addr before it: it is the far end of an addr";
	if (a->peer.family != AF_UNSPEC)
		return "is the second peer of the same addr";
	if (!parse_prefix(value, &peer, &prefix, &given) || ip_is_any(&peer))
		return UNEXPECTED;
	if (peer.family != a->local.family)
		return peer.family == AF_INET ? "is IPv4, but its addr is IPv6"
					      : "is IPv6, but its addr is IPv4";
	if (ip_is_multicast(&peer))
		return "is a multicast address, expected a unicast address";
	if (given && a->prefix_given && prefix != a->prefix)
		return "has another prefix length than its addr: give only one";
	if (given)
		a->prefix = prefix;
	/* To the kernel, a peer that equals the address is no peer. */
	if (!ip_equal(&peer, &a->local))
		a->peer = peer;
	return NULL;
}

/* Whether the bits behind the prefix are 0. */
static bool is_network(const struct ip *ip, unsigned int prefix)
{
	const uint8_t *bytes = ip->v6.s6_addr;
	unsigned int bit, bits = ip->family == AF_INET ? 32 : 128;

	for (bit = prefix; bit < bits; bit++)
		if (bytes[bit / 8] & 0x80U >> bit % 8)
			return false;
	return true;
}

const char *option_parse_route(const struct option *o, struct config *c,
			       const char *value)
{
	struct entry r = {
		.to.family = AF_INET,
		.table = RT_TABLE_MAIN,
		.protocol = ENTRY_PROTOCOL,
	};
	bool given;

	if (!strcmp(value, "default"))
		value = "0.0.0.0/0";
	/* Without a prefix length, 0.0.0.0 is most likely a mistake. */
	if (!parse_prefix(value, &r.to, &r.prefix, &given) ||
	    (!given && ip_is_any(&r.to)))
		return UNEXPECTED;
	if (!is_network(&r.to, r.prefix))
		return "has bits beyond its prefix length, expected the "
		       "network alone";
	r.metric = config_default_metric(r.to.family);
	config_add_route(c, &r);
	return NULL;
}

void route_print(FILE *out, const struct entry *r)
{
	char text[INET6_ADDRSTRLEN];

	if (!r->prefix && r->to.family == AF_INET)
		fputs(" route default", out);
	else
		fprintf(out, " route %s/%u", ip_text(&r->to, text), r->prefix);
	if (r->via.family)
		fprintf(out, " via %s", ip_text(&r->via, text));
	if (r->metric != config_default_metric(r->to.family))
		fprintf(out, " metric %" PRIu32, r->metric);
	if (r->table != RT_TABLE_MAIN)
		fprintf(out, " table %" PRIu32, r->table);
}

static bool have_all(const struct entries *a, const struct entries *b)
{
	size_t i;

	for (i = 0; i < b->count; i++)
		if (!entries_have(a, &b->list[i]))
			return false;
	return true;
}

/* The kernel chooses the order of addresses and routes. */
static bool entries_equal(const struct option *o, const struct config *a,
			  const struct config *b)
{
	const struct entries *x = option_member(o, a), *y = option_member(o, b);

	return have_all(x, y) && have_all(y, x);
}

static void print_entries(const struct option *o, FILE *out,
			  const struct config *c, uint64_t fields)
{
	const struct entries *entries = option_member(o, c);
	size_t i;

	for (i = 0; i < entries->count; i++)
		if (o->fields == F_ADDR)
			print_address(out, &entries->list[i]);
		else
			route_print(out, &entries->list[i]);
}

const struct option_type option_entries = {
	.equal = entries_equal,
	.print = print_entries,
};

static struct entry *last_route(struct config *c)
{
	return c->routes.count ? &c->routes.list[c->routes.count - 1] : NULL;
}

static const char no_route[] =
	"has no route before it: it says something about a route";

const char *option_parse_via(const struct option *o, struct config *c,
			     const char *value)
{
	struct entry *r = last_route(c);
	struct ip via;

	if (!r)
		return no_route;
	if (r->via.family != AF_UNSPEC)
		return "is the second via of the same route";
	if (!ip_parse(value, &via) || ip_is_any(&via) || ip_is_multicast(&via))
		return UNEXPECTED;
	if (via.family != r->to.family)
		return via.family == AF_INET ? "is IPv4, but its route is IPv6"
					     : "is IPv6, but its route is IPv4";
	r->via = via;
	return NULL;
}

const char *option_parse_metric(const struct option *o, struct config *c,
				const char *value)
{
	struct entry *r = last_route(c);
	uint32_t metric;

	if (!r)
		return no_route;
	if (!option_parse_number(value, UINT32_MAX, &metric))
		return UNEXPECTED;
	/* The kernel takes 0 for a metric that is not given. */
	r->metric = metric ? metric : config_default_metric(r->to.family);
	return NULL;
}

const char *option_parse_table(const struct option *o, struct config *c,
			       const char *value)
{
	struct entry *r = last_route(c);

	if (!r)
		return no_route;
	if (!strcmp(value, "main"))
		r->table = RT_TABLE_MAIN;
	else if (!option_parse_number(value, UINT32_MAX, &r->table) ||
		 !r->table)
		return UNEXPECTED;
	return NULL;
}
