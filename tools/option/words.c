// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/duration.h"
#include "lib/siphash.h"
#include "option/words.h"

/*
 * RFC 791: everybody forwards 68 bytes; and 65535 less the outer IPv4 header
 * and all fields of GRE.
 */
#define MTU_MIN 68
#define MTU_MAX 65499

/* As struct word has it. */
static const char unexpected[] = "";

/* Digits, nothing before or behind them. */
static bool parse_digits(const char *digits, bool hex, uint32_t max,
			 uint32_t *number)
{
	unsigned long long value;
	char *end;

	if (hex ? !isxdigit((unsigned char)*digits)
		: !isdigit((unsigned char)*digits))
		return false;
	errno = 0;
	value = strtoull(digits, &end, hex ? 16 : 10);
	if (errno || *end || value > max)
		return false;
	*number = (uint32_t)value;
	return true;
}

static bool is_0x(const char *text)
{
	return text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
}

/* Decimal or 0x hexadecimal. */
static bool parse_number(const char *text, uint32_t max, uint32_t *number)
{
	return is_0x(text) ? parse_digits(text + 2, true, max, number)
			   : parse_digits(text, false, max, number);
}

/* Hexadecimal, with 0x or without. */
static bool parse_hex(const char *text, uint32_t max, uint32_t *number)
{
	return parse_digits(is_0x(text) ? text + 2 : text, true, max, number);
}

static bool parse_ip(const char *text, struct ip *ip)
{
	memset(ip, 0, sizeof(*ip));
	ip->family = AF_INET;
	if (inet_pton(AF_INET, text, &ip->v4) == 1)
		return true;
	ip->family = AF_INET6;
	return inet_pton(AF_INET6, text, &ip->v6) == 1;
}

static bool ip_is_any(const struct ip *ip)
{
	if (ip->family == AF_INET)
		return ip->v4.s_addr == htonl(INADDR_ANY);
	return IN6_IS_ADDR_UNSPECIFIED(&ip->v6);
}

static bool ip_is_multicast(const struct ip *ip)
{
	if (ip->family == AF_INET)
		return IN_MULTICAST(ntohl(ip->v4.s_addr));
	return IN6_IS_ADDR_MULTICAST(&ip->v6);
}

static const char *parse_on_off(const char *value, bool *on)
{
	*on = !strcmp(value, "on");
	return *on || !strcmp(value, "off") ? NULL : unexpected;
}

/* One of the words of a list: its number. */
static const char *parse_choice(const char *value, const char *const *choices,
				uint32_t count, uint32_t *number)
{
	for (*number = 0; *number < count; (*number)++)
		if (!strcmp(value, choices[*number]))
			return NULL;
	return unexpected;
}

static const char *parse_outer(struct ip *ip, const char *value)
{
	struct ip parsed;

	memset(ip, 0, sizeof(*ip));
	if (!strcmp(value, "any"))
		return NULL;
	if (!parse_ip(value, &parsed))
		return unexpected;
	if (parsed.family == AF_INET6)
		return "is IPv6, but grex has an IPv4 underlay: expected a "
		       "unicast IPv4 address or any";
	if (ip_is_multicast(&parsed))
		return "is a multicast address, expected a unicast IPv4 "
		       "address or any";
	if (parsed.v4.s_addr == htonl(INADDR_BROADCAST))
		return "is the broadcast address, expected a unicast IPv4 "
		       "address or any";
	if (!ip_is_any(&parsed))
		*ip = parsed;
	return NULL;
}

static const char *parse_local(struct config *c, const struct word *word,
			       const char *value)
{
	(void)word;
	return parse_outer(&c->local, value);
}

static const char *parse_remote(struct config *c, const struct word *word,
				const char *value)
{
	(void)word;
	return parse_outer(&c->remote, value);
}

const char *words_check_name(const char *name)
{
	const char *p;

	if (!*name)
		return "is empty";
	if (strlen(name) >= IFNAMSIZ)
		return "is longer than the 15 characters of an interface name";
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return "cannot be an interface name";
	/* ip(8) and every shell script would take it for an option. */
	if (*name == '-')
		return "cannot be an interface name: it begins with a dash";
	/* The kernel puts a number in its place. */
	if (strchr(name, '%'))
		return "cannot be an interface name: it has a percent sign";
	for (p = name; *p; p++)
		if (*p == '/' || *p == ':' || isspace((unsigned char)*p))
			return "cannot be an interface name: it has a slash, a "
			       "colon or white space";
	return NULL;
}

static const char *parse_dev(struct config *c, const struct word *word,
			     const char *value)
{
	const char *wrong = words_check_name(value);

	(void)word;
	if (!wrong)
		snprintf(c->dev, sizeof(c->dev), "%s", value);
	return wrong;
}

static const char *parse_nodev(struct config *c, const struct word *word,
			       const char *value)
{
	(void)word;
	(void)value;
	c->dev[0] = '\0';
	c->link = 0;
	return NULL;
}

static const char *parse_link_netns(struct config *c, const struct word *word,
				    const char *value)
{
	(void)word;
	if (!*value)
		return unexpected;
	if (strlen(value) >= sizeof(c->link_netns))
		return "is too long for the name of a network namespace";
	snprintf(c->link_netns, sizeof(c->link_netns), "%s", value);
	return NULL;
}

static const char *parse_link_netnsid(struct config *c, const struct word *word,
				      const char *value)
{
	uint32_t number;

	(void)word;
	if (!parse_number(value, INT32_MAX, &number))
		return unexpected;
	c->link_netns[0] = '\0';
	c->link_netnsid = (int32_t)number;
	return NULL;
}

static const char *parse_key(struct config *c, const struct word *word,
			     const char *value)
{
	struct in_addr quad;
	uint32_t key;

	if (inet_pton(AF_INET, value, &quad) == 1)
		key = ntohl(quad.s_addr);
	else if (!parse_number(value, UINT32_MAX, &key))
		return unexpected;
	if (word->fields & F_IKEY) {
		c->in.key = true;
		c->in.key_value = key;
	}
	if (word->fields & F_OKEY) {
		c->out.key = true;
		c->out.key_value = key;
	}
	return NULL;
}

/* [i|o]csum, [i|o]seq, and all of key, csum, seq with "no" before. */
static const char *parse_flag(struct config *c, const struct word *word,
			      const char *value)
{
	bool on = strncmp(word->name, "no", 2) != 0;

	(void)value;
	if (word->fields & F_IKEY)
		c->in.key = on;
	if (word->fields & F_OKEY)
		c->out.key = on;
	if (word->fields & F_ICSUM)
		c->in.csum = on;
	if (word->fields & F_OCSUM)
		c->out.csum = on;
	if (word->fields & F_ISEQ)
		c->in.seq = on;
	if (word->fields & F_OSEQ)
		c->out.seq = on;
	return NULL;
}

static const char *parse_ttl(struct config *c, const struct word *word,
			     const char *value)
{
	uint32_t ttl;

	(void)word;
	if (!strcmp(value, "inherit")) {
		c->ttl = GREX_TTL_INHERIT;
		return NULL;
	}
	if (!parse_number(value, 255, &ttl))
		return unexpected;
	if (!ttl)
		return "is not 1..255 or inherit (what other tools call 0 is "
		       "inherit)";
	c->ttl = (uint8_t)ttl;
	return NULL;
}

static const char *parse_ttl_min(struct config *c, const struct word *word,
				 const char *value)
{
	uint32_t ttl;

	(void)word;
	if (!strcmp(value, "off"))
		ttl = 0;
	else if (!parse_number(value, 255, &ttl) || !ttl)
		return unexpected;
	c->ttl_min = ttl;
	return NULL;
}

static const char *parse_decap_ttl(struct config *c, const struct word *word,
				   const char *value)
{
	(void)word;
	return parse_choice(value, decap_ttl_words, GREX_DECAP_TTL_COUNT,
			    &c->decap_ttl);
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

/* @fixed: bits that a number may not have */
static const char *take_tos(struct config *c, const char *value, uint32_t fixed,
			    bool (*parse)(const char *text, uint32_t max,
					  uint32_t *number))
{
	uint32_t tos, inherit = 0;

	if (!strcmp(value, "inherit")) {
		c->tos = GREX_TOS_INHERIT;
		return NULL;
	}
	/* As ip has it: the rest is for payload that has no TOS. */
	if (!strncmp(value, "inherit/", 8)) {
		inherit = GREX_TOS_INHERIT;
		value += 8;
	}
	if (!parse_dscp(value, &tos) && !parse(value, 255, &tos))
		return unexpected;
	if (tos & fixed)
		return "is not a multiple of 4: the low two bits are ECN, and "
		       "RFC 6040 sets them";
	c->tos = (uint8_t)(tos | inherit);
	return NULL;
}

static const char *parse_tos(struct config *c, const struct word *word,
			     const char *value)
{
	(void)word;
	return take_tos(c, value, 3, parse_number);
}

static const char *parse_tos_ip(struct config *c, const struct word *word,
				const char *value)
{
	(void)word;
	return take_tos(c, value, 2, parse_hex);
}

static const char *parse_df(struct config *c, const struct word *word,
			    const char *value)
{
	(void)word;
	if (!strcmp(value, "set")) {
		c->pmtudisc = true;
		c->ignore_df = false;
	} else if (!strcmp(value, "inherit")) {
		c->pmtudisc = false;
		c->ignore_df = false;
	} else if (!strcmp(value, "clear")) {
		c->pmtudisc = false;
		c->ignore_df = true;
	} else {
		return unexpected;
	}
	return NULL;
}

static const char *parse_pmtudisc(struct config *c, const struct word *word,
				  const char *value)
{
	(void)value;
	c->pmtudisc = strncmp(word->name, "no", 2) != 0;
	return NULL;
}

static const char *parse_ignore_df(struct config *c, const struct word *word,
				   const char *value)
{
	(void)value;
	c->ignore_df = strncmp(word->name, "no", 2) != 0;
	return NULL;
}

static const char *parse_fwmark(struct config *c, const struct word *word,
				const char *value)
{
	(void)word;
	return parse_number(value, UINT32_MAX, &c->fwmark) ? NULL : unexpected;
}

static const char *parse_icmp_relay(struct config *c, const struct word *word,
				    const char *value)
{
	(void)word;
	return parse_on_off(value, &c->icmp_relay);
}

static const char *parse_icmp_source(struct config *c, const struct word *word,
				     const char *value)
{
	(void)word;
	return parse_choice(value, icmp_source_words, GREX_ICMP_SOURCE_COUNT,
			    &c->icmp_source);
}

/* off, or INTERVAL, or INTERVAL RETRIES; both have defaults. */
static const char *parse_keepalive(struct config *c, const struct word *word,
				   const char *value)
{
	char interval[32];
	size_t length;
	const char *retries;

	(void)word;
	c->keepalive_interval = GREX_KEEPALIVE_INTERVAL_DEFAULT;
	c->keepalive_retries = GREX_KEEPALIVE_RETRIES_DEFAULT;
	if (!value)
		return NULL;
	if (!strcmp(value, "off")) {
		c->keepalive_interval = 0;
		return NULL;
	}
	length = strcspn(value, " ");
	if (length >= sizeof(interval))
		return unexpected;
	memcpy(interval, value, length);
	interval[length] = '\0';
	if (!duration_parse(interval, &c->keepalive_interval) ||
	    c->keepalive_interval < GREX_KEEPALIVE_INTERVAL_MIN ||
	    c->keepalive_interval > GREX_KEEPALIVE_INTERVAL_MAX)
		return unexpected;
	retries = strchr(value, ' ');
	if (retries && (!parse_number(retries + 1, GREX_KEEPALIVE_RETRIES_MAX,
				      &c->keepalive_retries) ||
			!c->keepalive_retries))
		return unexpected;
	return NULL;
}

static const char *parse_keepalive_reply(struct config *c,
					 const struct word *word,
					 const char *value)
{
	(void)word;
	return parse_on_off(value, &c->keepalive_reply);
}

static uint8_t hex_digit(char digit)
{
	return (uint8_t)(isdigit((unsigned char)digit)
				 ? digit - '0'
				 : tolower((unsigned char)digit) - 'a' + 10);
}

/* Two digits for each byte, in the order in which they are sent. */
static const char *parse_keepalive_secret(struct config *c,
					  const struct word *word,
					  const char *value)
{
	const size_t digits = sizeof(c->keepalive_secret.bytes) * 2;
	struct secret secret = { 0 };
	size_t i;

	(void)word;
	if (strcmp(value, "off") != 0) {
		if (strlen(value) != digits ||
		    strspn(value, "0123456789abcdefABCDEF") != digits)
			return unexpected;
		for (i = 0; i < digits; i += 2)
			secret.bytes[i / 2] =
				(uint8_t)(hex_digit(value[i]) << 4 |
					  hex_digit(value[i + 1]));
		secret.is_set = true;
		secret.is_known = true;
		secret.id = (uint32_t)siphash_empty(secret.bytes);
	}
	c->keepalive_secret = secret;
	return NULL;
}

static const char *parse_mss(struct config *c, const struct word *word,
			     const char *value)
{
	uint32_t mss;

	(void)word;
	if (!strcmp(value, "off"))
		mss = GREX_MSS_OFF;
	else if (!strcmp(value, "auto"))
		mss = GREX_MSS_AUTO;
	else if (!parse_number(value, GREX_MSS_MAX, &mss) || mss < GREX_MSS_MIN)
		return unexpected;
	c->mss = mss;
	return NULL;
}

static const char *parse_mtu_probe(struct config *c, const struct word *word,
				   const char *value)
{
	(void)word;
	return parse_on_off(value, &c->mtu_probe);
}

static const char *parse_mtu(struct config *c, const struct word *word,
			     const char *value)
{
	uint32_t mtu;

	(void)word;
	c->mtu_auto = !strcmp(value, "auto");
	c->mtu_default = !strcmp(value, "default");
	if (c->mtu_auto || c->mtu_default)
		return NULL;
	if (!parse_number(value, MTU_MAX, &mtu) || mtu < MTU_MIN)
		return unexpected;
	c->mtu = mtu;
	return NULL;
}

/* The other is an attribute of the link, which only ip(8) itself can put. */
static const char *parse_mtu_ip(struct config *c, const struct word *word,
				const char *value)
{
	const char *wrong = parse_mtu(c, word, value);

	if (!wrong && !c->mtu_auto && !c->mtu_default)
		return "is for ip itself, expected \"mtu\" before \"type\"";
	return wrong;
}

static const char *parse_multicast(struct config *c, const struct word *word,
				   const char *value)
{
	(void)word;
	return parse_on_off(value, &c->multicast);
}

static const char *parse_up(struct config *c, const struct word *word,
			    const char *value)
{
	(void)value;
	c->up = !strcmp(word->name, "up");
	return NULL;
}

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
	if (!parse_ip(address, ip))
		return false;
	max = ip->family == AF_INET ? 32 : 128;
	number = max;
	/* Decimal only: parse_number would take /0x18 too. */
	if (slash && (!parse_number(slash + 1, max, &number) ||
		      strpbrk(slash + 1, "xX")))
		return false;
	*prefix = number;
	*given = slash;
	return true;
}

static const char *parse_addr(struct config *c, const struct word *word,
			      const char *value)
{
	struct address a = { 0 };

	(void)word;
	if (!parse_prefix(value, &a.local, &a.prefix, &a.prefix_given) ||
	    ip_is_any(&a.local))
		return unexpected;
	if (ip_is_multicast(&a.local))
		return "is a multicast address, expected a unicast address";
	if (!config_add_address(c, &a))
		return "found no memory";
	return NULL;
}

/*
 * "addr A/P peer B" and "addr A peer B/P" are the same: as in the kernel and
 * in ip-address(8), the prefix is the peer's when there is a peer.
 */
static const char *parse_peer(struct config *c, const struct word *word,
			      const char *value)
{
	struct address *a = c->naddrs ? &c->addrs[c->naddrs - 1] : NULL;
	unsigned int prefix;
	struct ip peer;
	bool given;

	(void)word;
	if (!a)
		return "has no addr before it: it is the far end of an addr";
	if (a->peer.family != AF_UNSPEC)
		return "is the second peer of the same addr";
	if (!parse_prefix(value, &peer, &prefix, &given) || ip_is_any(&peer))
		return unexpected;
	if (peer.family != a->local.family)
		return peer.family == AF_INET ? "is IPv4, but its addr is IPv6"
					      : "is IPv6, but its addr is IPv4";
	if (ip_is_multicast(&peer))
		return "is a multicast address, expected a unicast address";
	if (given && a->prefix_given && prefix != a->prefix)
		return "has another prefix length than its addr: give only one";
	if (given)
		a->prefix = prefix;
	/* The kernel takes a peer that is the address itself for none. */
	if (!ip_equal(&peer, &a->local))
		a->peer = peer;
	return NULL;
}

/* The bits behind a prefix are 0. */
static bool is_network(const struct ip *ip, unsigned int prefix)
{
	const uint8_t *bytes = ip->v6.s6_addr;
	unsigned int bit, bits = ip->family == AF_INET ? 32 : 128;

	for (bit = prefix; bit < bits; bit++)
		if (bytes[bit / 8] & 0x80U >> bit % 8)
			return false;
	return true;
}

static const char *parse_route(struct config *c, const struct word *word,
			       const char *value)
{
	struct static_route r = {
		.to.family = AF_INET,
		.table = RT_TABLE_MAIN,
		.protocol = ROUTE_PROTOCOL,
	};
	bool given;

	(void)word;
	if (!strcmp(value, "default"))
		value = "0.0.0.0/0";
	/* An address of zeros alone is no network that one means. */
	if (!parse_prefix(value, &r.to, &r.prefix, &given) ||
	    (!given && ip_is_any(&r.to)))
		return unexpected;
	if (!is_network(&r.to, r.prefix))
		return "has bits beyond its prefix length, expected the "
		       "network alone";
	r.metric = config_default_metric(r.to.family);
	if (!config_add_route(c, &r))
		return "found no memory";
	return NULL;
}

static struct static_route *last_route(struct config *c)
{
	return c->nroutes ? &c->routes[c->nroutes - 1] : NULL;
}

static const char no_route[] =
	"has no route before it: it says something about a route";

static const char *parse_via(struct config *c, const struct word *word,
			     const char *value)
{
	struct static_route *r = last_route(c);
	struct ip via;

	(void)word;
	if (!r)
		return no_route;
	if (r->via.family != AF_UNSPEC)
		return "is the second via of the same route";
	if (!parse_ip(value, &via) || ip_is_any(&via) || ip_is_multicast(&via))
		return unexpected;
	if (via.family != r->to.family)
		return via.family == AF_INET ? "is IPv4, but its route is IPv6"
					     : "is IPv6, but its route is IPv4";
	r->via = via;
	return NULL;
}

static const char *parse_metric(struct config *c, const struct word *word,
				const char *value)
{
	struct static_route *r = last_route(c);
	uint32_t metric;

	(void)word;
	if (!r)
		return no_route;
	if (!parse_number(value, UINT32_MAX, &metric))
		return unexpected;
	/* To the kernel 0 is not said. */
	r->metric = metric ? metric : config_default_metric(r->to.family);
	return NULL;
}

static const char *parse_table(struct config *c, const struct word *word,
			       const char *value)
{
	struct static_route *r = last_route(c);

	(void)word;
	if (!r)
		return no_route;
	if (!strcmp(value, "main"))
		r->table = RT_TABLE_MAIN;
	else if (!parse_number(value, UINT32_MAX, &r->table) || !r->table)
		return unexpected;
	return NULL;
}

static const char *parse_encap(struct config *c, const struct word *word,
			       const char *value)
{
	(void)c;
	(void)word;
	return strcmp(value, "none") != 0 ? unexpected : NULL;
}

static const char *parse_noencap(struct config *c, const struct word *word,
				 const char *value)
{
	(void)c;
	(void)word;
	(void)value;
	return NULL;
}

#define DSCP_NAMES                                                       \
	"cs0 cs1 cs2 cs3 cs4 cs5 cs6 cs7 af11 af12 af13 af21 af22 af23 " \
	"af31 af32 af33 af41 af42 af43 ef va le"

static const char is_outer[] = "a unicast IPv4 address or any";
static const char is_key[] = "0..4294967295, 0x hexadecimal or a dotted quad";
static const char is_ttl[] = "1..255 or inherit";
static const char is_tos[] = "a multiple of 4 up to 252 (0xfc), a DSCP name "
			     "(cs6, af41, ef) or inherit";
static const char is_addr[] = "an IPv4 or IPv6 address with /PREFIX";
static const char is_route[] = "an IPv4 or IPv6 network with /PREFIX, or "
			       "default";

static const char ip_netnsid[] = "\"link-netnsid\" before \"type\"";
static const char ip_address[] = "\"ip address add\"";

#define FLAG(word, bits, text)                                         \
	{                                                              \
		.name = (word), .fields = (bits), .parse = parse_flag, \
		.help = (text)                                         \
	}
#define TTL_ALIAS(word)                                              \
	{                                                            \
		.name = (word), .fields = F_TTL, .parse = parse_ttl, \
		.value = "1..255|inherit", .expected = is_ttl,       \
		.complete = "inherit 64 255", .alias_of = "ttl"      \
	}
#define TOS_ALIAS(word)                                                \
	{                                                              \
		.name = (word), .fields = F_TOS, .parse = parse_tos,   \
		.ip_parse = parse_tos_ip, .value = "TOS|DSCP|inherit", \
		.expected = is_tos, .complete = "inherit " DSCP_NAMES, \
		.alias_of = "tos"                                      \
	}
#define ALIAS(word, bits, function, of)                                \
	{                                                              \
		.name = (word), .fields = (bits), .parse = (function), \
		.alias_of = (of)                                       \
	}

/* clang-format off */
const struct word words[] = {
	{ .name = "local", .fields = F_LOCAL, .parse = parse_local,
	  .value = "ADDRESS|any", .expected = is_outer, .complete = "any",
	  .help = "outer source address; any: by route, receive on all" },
	{ .name = "remote", .fields = F_REMOTE, .parse = parse_remote,
	  .value = "ADDRESS|any", .expected = is_outer, .complete = "any",
	  .help = "outer destination address; any: receive from everyone" },
	{ .name = "dev", .fields = F_DEV, .parse = parse_dev,
	  .value = "INTERFACE", .expected = "an interface name",
	  .complete = "@dev",
	  .help = "bind the outer packets to an interface or VRF" },
	{ .name = "nodev", .fields = F_DEV, .parse = parse_nodev,
	  .help = "do not bind them (default)" },
	{ .name = "link-netns", .fields = F_LINK_NETNS,
	  .parse = parse_link_netns, .add_only = true, .ip_has = ip_netnsid,
	  .value = "NETNS", .expected = "a network namespace",
	  .complete = "@netns",
	  .help = "network namespace of outer packets: name, path, pid" },
	{ .name = "link-netnsid", .fields = F_LINK_NETNS,
	  .parse = parse_link_netnsid, .add_only = true, .ip_has = ip_netnsid,
	  .value = "NUMBER", .expected = "0..2147483647",
	  .help = "the same, by its id in this network namespace" },
	{ .name = "key", .fields = F_IKEY | F_OKEY, .parse = parse_key,
	  .value = "KEY", .expected = is_key,
	  .help = "key of sent and received packets (RFC 2890)" },
	{ .name = "ikey", .fields = F_IKEY, .parse = parse_key,
	  .value = "KEY", .expected = is_key,
	  .help = "key that received packets must have" },
	{ .name = "okey", .fields = F_OKEY, .parse = parse_key,
	  .value = "KEY", .expected = is_key,
	  .help = "key of sent packets" },
	FLAG("nokey", F_IKEY | F_OKEY, "no key, in either direction (default)"),
	FLAG("noikey", F_IKEY, "take only packets without a key"),
	FLAG("nookey", F_OKEY, "send without a key"),
	FLAG("csum", F_ICSUM | F_OCSUM, "send checksums and require them (RFC 2784)"),
	FLAG("icsum", F_ICSUM, "require a checksum of received packets"),
	FLAG("ocsum", F_OCSUM, "send checksums"),
	FLAG("nocsum", F_ICSUM | F_OCSUM, "neither (default)"),
	FLAG("noicsum", F_ICSUM, "do not require, but verify what is there"),
	FLAG("noocsum", F_OCSUM, "send none"),
	FLAG("seq", F_ISEQ | F_OSEQ, "send sequence numbers and require order (RFC 2890)"),
	FLAG("iseq", F_ISEQ, "drop what is received out of order or without one"),
	FLAG("oseq", F_OSEQ, "send sequence numbers"),
	FLAG("noseq", F_ISEQ | F_OSEQ, "neither (default)"),
	FLAG("noiseq", F_ISEQ, "ignore sequence numbers"),
	FLAG("nooseq", F_OSEQ, "send none"),
	{ .name = "ttl", .fields = F_TTL, .parse = parse_ttl,
	  .value = "1..255|inherit", .expected = is_ttl,
	  .complete = "inherit 64 255",
	  .help = "outer TTL (default 64); inherit: the inner packet's" },
	{ .name = "ttl-min", .fields = F_TTL_MIN, .parse = parse_ttl_min,
	  .value = "off|1..255", .expected = "off or 1..255",
	  .complete = "off 254 255",
	  .help = "drop what arrives with a lower outer TTL (default off)" },
	{ .name = "decap-ttl", .fields = F_DECAP_TTL,
	  .parse = parse_decap_ttl,
	  .value = "keep|copy", .expected = "keep or copy",
	  .complete = "keep copy",
	  .help = "inner TTL when received: kept (default), or the outer" },
	{ .name = "tos", .fields = F_TOS, .parse = parse_tos,
	  .ip_parse = parse_tos_ip,
	  .value = "TOS|DSCP|inherit", .expected = is_tos,
	  .complete = "inherit " DSCP_NAMES,
	  .help = "outer TOS byte, DSCP and two 0 bits (default inherit)" },
	{ .name = "df", .fields = F_DF, .parse = parse_df,
	  .value = "set|inherit|clear", .expected = "set, inherit or clear",
	  .complete = "set inherit clear",
	  .help = "outer DF bit (default set); inherit: inner IPv4's" },
	{ .name = "fwmark", .fields = F_FWMARK, .parse = parse_fwmark,
	  .value = "MARK", .expected = "0..4294967295 or 0x hexadecimal",
	  .help = "mark of outer packets, for routing rules (default 0)" },
	{ .name = "icmp-relay", .fields = F_ICMP_RELAY,
	  .parse = parse_icmp_relay,
	  .value = "on|off", .expected = "on or off", .complete = "on off",
	  .help = "pass on ICMP errors of the underlay (default on)" },
	{ .name = "icmp-source", .fields = F_ICMP_SOURCE,
	  .parse = parse_icmp_source,
	  .value = "self|hop", .expected = "self or hop",
	  .complete = "self hop",
	  .help = "their source: this machine (default), or the router" },
	{ .name = "keepalive", .fields = F_KEEPALIVE,
	  .parse = parse_keepalive, .optional = 2,
	  .value = "off|[TIME [RETRIES]]",
	  .expected = "off, or a time of 100ms..1h and perhaps 1..255 retries",
	  .complete = "off 10 1s 300ms",
	  .help = "carrier off when the peer does not answer" },
	{ .name = "keepalive-reply", .fields = F_KEEPALIVE_REPLY,
	  .parse = parse_keepalive_reply,
	  .value = "on|off", .expected = "on or off", .complete = "on off",
	  .help = "answer the keepalives of the peer (default on)" },
	{ .name = "keepalive-secret", .fields = F_KEEPALIVE_SECRET,
	  .parse = parse_keepalive_secret, .is_secret = true,
	  .value = "off|SECRET",
	  .expected = "off or 32 hexadecimal digits (16 bytes)",
	  .complete = "off",
	  .help = "proves keepalives to the peer (default off)" },
	{ .name = "mss", .fields = F_MSS, .parse = parse_mss,
	  .value = "off|auto|88..65535",
	  .expected = "off, auto or 88..65535 bytes",
	  .complete = "off auto",
	  .help = "lower the MSS of TCP in both directions (default off)" },
	{ .name = "mtu-probe", .fields = F_MTU_PROBE, .parse = parse_mtu_probe,
	  .value = "on|off", .expected = "on or off", .complete = "on off",
	  .help = "find the path MTU without ICMP (default: if mtu auto)" },
	{ .name = "mtu", .fields = F_MTU, .parse = parse_mtu,
	  .ip_parse = parse_mtu_ip,
	  .value = "BYTES|auto|default",
	  .expected = "68..65499 bytes, auto or default",
	  .complete = "auto default",
	  .help = "bytes; default: as the route; auto: follows the path" },
	{ .name = "multicast", .fields = F_MULTICAST,
	  .parse = parse_multicast,
	  .value = "on|off", .expected = "on or off", .complete = "on off",
	  .help = "MULTICAST flag of the device: routing daemons want it" },
	{ .name = "addr", .fields = F_ADDR, .parse = parse_addr,
	  .ip_has = ip_address,
	  .value = "ADDRESS/PREFIX", .expected = is_addr, .repeats = true,
	  .help = "address on the device; may be given many times" },
	{ .name = "peer", .fields = 0, .parse = parse_peer,
	  .ip_has = ip_address,
	  .value = "ADDRESS", .expected = "an IPv4 or IPv6 address",
	  .repeats = true,
	  .help = "far end of the addr before it" },
	{ .name = "route", .fields = F_ROUTE, .parse = parse_route,
	  .value = "NETWORK/PREFIX", .expected = is_route, .repeats = true,
	  .file_only = true,
	  .help = "route into the tunnel; may be given many times" },
	{ .name = "via", .fields = 0, .parse = parse_via,
	  .value = "ADDRESS", .expected = "a unicast IPv4 or IPv6 address",
	  .repeats = true, .file_only = true,
	  .help = "next hop of the route before it" },
	{ .name = "metric", .fields = 0, .parse = parse_metric,
	  .value = "METRIC", .expected = "0..4294967295",
	  .repeats = true, .file_only = true,
	  .help = "its metric: the lowest wins (default 0, IPv6 1024)" },
	{ .name = "table", .fields = 0, .parse = parse_table,
	  .value = "TABLE", .expected = "main or 1..4294967295",
	  .repeats = true, .file_only = true,
	  .help = "its routing table (default main)" },
	{ .name = "up", .fields = F_UP, .parse = parse_up,
	  .help = "bring the device up" },
	{ .name = "down", .fields = F_UP, .parse = parse_up,
	  .help = "leave or take it down (default)" },

	/* What ip-link(8) calls the same things. */
	TTL_ALIAS("hoplimit"),
	TTL_ALIAS("hlim"),
	TOS_ALIAS("dsfield"),
	TOS_ALIAS("tclass"),
	ALIAS("pmtudisc", F_PMTUDISC, parse_pmtudisc, "df set"),
	ALIAS("nopmtudisc", F_PMTUDISC, parse_pmtudisc, "df inherit"),
	ALIAS("ignore-df", F_IGNORE_DF, parse_ignore_df,
	      "df clear, together with nopmtudisc"),
	ALIAS("noignore-df", F_IGNORE_DF, parse_ignore_df,
	      "not df clear"),
	{ .name = "encap", .fields = 0, .parse = parse_encap,
	  .value = "none", .expected = "none, grex is not carried in UDP",
	  .complete = "none", .alias_of = "what all have: GRE in IP" },
	ALIAS("noencap", 0, parse_noencap, "encap none"),
	{ 0 },
};

/* clang-format on */
