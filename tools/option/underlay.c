// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <inttypes.h>
#include <linux/if_tunnel.h>
#include <stdio.h>
#include <string.h>

#include "lib/attr.h"
#include "lib/json.h"
#include "lib/line.h"
#include "option/parse.h"

static const char *parse_outer(const struct option *o, struct config *c,
			       const char *value)
{
	struct ip *ip = option_member(o, c);
	struct ip parsed;

	memset(ip, 0, sizeof(*ip));
	if (!strcmp(value, "any"))
		return NULL;
	if (!ip_parse(value, &parsed))
		return UNEXPECTED;
	if (ip_is_multicast(&parsed))
		return "is a multicast address, expected a unicast address or any";
	if (parsed.family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&parsed.v6))
		return "stands for an IPv4 address, expected that address";
	if (parsed.family == AF_INET &&
	    parsed.v4.s_addr == htonl(INADDR_BROADCAST))
		return "is the broadcast address, expected a unicast address or any";
	c->over_ipv6 |= parsed.family == AF_INET6;
	if (!ip_is_any(&parsed))
		*ip = parsed;
	return NULL;
}

/* If the addresses do not tell the family, "any" alone would mean IPv4. */
static const char *outer_text(const struct config *c, const struct ip *ip,
			      char *text)
{
	if (!ip->family && config_family(c) == AF_INET6 && !c->local.family &&
	    !c->remote.family)
		return "::";
	return ip_text(ip, text);
}

static void print_outer(const struct option *o, FILE *out,
			const struct config *c, uint64_t fields)
{
	char text[INET6_ADDRSTRLEN];

	fprintf(out, " %s %s", o->name,
		outer_text(c, option_member(o, c), text));
}

static void json_outer(const struct option *o, struct json *json,
		       const struct config *c)
{
	char text[INET6_ADDRSTRLEN];
	const char *shown = outer_text(c, option_member(o, c), text);

	json_string(json, o->json, strcmp(shown, "any") ? shown : NULL);
}

static void put_outer(const struct option *o, struct nlmsghdr *nlh,
		      const struct config *c, uint64_t fields)
{
	const struct ip *ip = option_member(o, c);
	const int family = ip->family ? ip->family : config_family(c);

	/* A gretap accepts no 0, and a change resets what it does not have. */
	if (c->is_gre && c->ether && !ip->family && o->attr == IFLA_GRE_REMOTE)
		return;
	/* The bytes of "any" are 0. The kernel refuses addresses of two families. */
	mnl_attr_put(nlh, o->attr,
		     family == AF_INET6 ? sizeof(ip->v6) : sizeof(ip->v4),
		     &ip->v6);
}

static bool read_outer(const struct option *o, const struct nlattr *attr,
		       struct config *c)
{
	struct ip *ip = option_member(o, c);

	memset(ip, 0, sizeof(*ip));
	ip->family = mnl_attr_get_payload_len(attr) < sizeof(ip->v6) ? AF_INET
								     : AF_INET6;
	if (!attr_read(attr, &ip->v6, ip_size(ip)))
		return false;
	c->over_ipv6 = ip->family == AF_INET6;
	if (ip_is_any(ip))
		ip->family = AF_UNSPEC;
	return true;
}

const struct option_type option_outer = {
	.parse = parse_outer,
	.print = print_outer,
	.json = json_outer,
	.put = put_outer,
	.read = read_outer,
};

static const char *parse_dev(const struct option *o, struct config *c,
			     const char *value)
{
	const char *wrong = interface_name_error(value);

	if (!wrong)
		snprintf(c->dev, sizeof(c->dev), "%s", value);
	return wrong;
}

static bool dev_equal(const struct option *o, const struct config *a,
		      const struct config *b)
{
	return a->link == b->link && !strcmp(a->dev, b->dev);
}

static void print_dev(const struct option *o, FILE *out, const struct config *c,
		      uint64_t fields)
{
	/* A name without an index has not been looked up yet. */
	if (!c->link && !c->dev[0]) {
		fputs(" nodev", out);
		return;
	}
	fputs(" dev ", out);
	print_name(out, c->dev);
}

static void json_dev(const struct option *o, struct json *json,
		     const struct config *c)
{
	json_string(json, "dev", c->dev[0] ? c->dev : NULL);
}

static void put_dev(const struct option *o, struct nlmsghdr *nlh,
		    const struct config *c, uint64_t fields)
{
	mnl_attr_put_u32(nlh, o->attr, c->link);
}

static bool read_dev(const struct option *o, const struct nlattr *attr,
		     struct config *c)
{
	return attr_read(attr, &c->link, sizeof(c->link));
}

const struct option_type option_dev = {
	.parse = parse_dev,
	.equal = dev_equal,
	.print = print_dev,
	.json = json_dev,
	.put = put_dev,
	.read = read_dev,
};

const char *option_parse_nodev(const struct option *o, struct config *c,
			       const char *value)
{
	c->dev[0] = '\0';
	c->link = 0;
	return NULL;
}

static const char *parse_link_netns(const struct option *o, struct config *c,
				    const char *value)
{
	if (!*value)
		return UNEXPECTED;
	if (strlen(value) >= sizeof(c->link_netns))
		return "is too long for the name of a network namespace";
	snprintf(c->link_netns, sizeof(c->link_netns), "%s", value);
	return NULL;
}

static bool link_netns_equal(const struct option *o, const struct config *a,
			     const struct config *b)
{
	if ((a->given ^ b->given) & F_LINK_NETNS)
		return false;
	return !(a->given & F_LINK_NETNS) || a->link_netnsid == b->link_netnsid;
}

static void print_link_netns(const struct option *o, FILE *out,
			     const struct config *c, uint64_t fields)
{
	if (!(fields & c->given & F_LINK_NETNS))
		return;
	if (!c->link_netns[0]) {
		fprintf(out, " link-netnsid %" PRId32, c->link_netnsid);
		return;
	}
	fputs(" link-netns ", out);
	print_name(out, c->link_netns);
}

static void json_link_netns(const struct option *o, struct json *json,
			    const struct config *c)
{
	json_string(json, "link_netns",
		    c->link_netns[0] ? c->link_netns : NULL);
	json_number_if(json, "link_netnsid", c->given & F_LINK_NETNS,
		       (uint64_t)c->link_netnsid);
}

const struct option_type option_link_netns = {
	.parse = parse_link_netns,
	.equal = link_netns_equal,
	.print = print_link_netns,
	.json = json_link_netns,
};

const char *option_parse_link_netnsid(const struct option *o, struct config *c,
				      const char *value)
{
	uint32_t number;

	if (!option_parse_number(value, INT32_MAX, &number))
		return UNEXPECTED;
	c->link_netns[0] = '\0';
	c->link_netnsid = (int32_t)number;
	return NULL;
}
