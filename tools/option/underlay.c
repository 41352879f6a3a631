// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "option/ip.h"
#include "option/option.h"
#include "option/words.h"

static const char *parse_outer(const struct option *o, struct config *c,
			       const char *value)
{
	struct ip *ip = (void *)((char *)c + o->offset);
	struct ip parsed;

	memset(ip, 0, sizeof(*ip));
	if (!strcmp(value, "any"))
		return NULL;
	if (!ip_parse(value, &parsed))
		return UNEXPECTED;
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

const struct option_type option_outer = {
	.parse = parse_outer,
};

static const char *parse_dev(const struct option *o, struct config *c,
			     const char *value)
{
	const char *wrong = words_check_name(value);

	(void)o;
	if (!wrong)
		snprintf(c->dev, sizeof(c->dev), "%s", value);
	return wrong;
}

const struct option_type option_dev = {
	.parse = parse_dev,
};

const char *option_parse_nodev(const struct option *o, struct config *c,
			       const char *value)
{
	(void)o;
	(void)value;
	c->dev[0] = '\0';
	c->link = 0;
	return NULL;
}

static const char *parse_link_netns(const struct option *o, struct config *c,
				    const char *value)
{
	(void)o;
	if (!*value)
		return UNEXPECTED;
	if (strlen(value) >= sizeof(c->link_netns))
		return "is too long for the name of a network namespace";
	snprintf(c->link_netns, sizeof(c->link_netns), "%s", value);
	return NULL;
}

const struct option_type option_link_netns = {
	.parse = parse_link_netns,
};

const char *option_parse_link_netnsid(const struct option *o, struct config *c,
				      const char *value)
{
	uint32_t number;

	(void)o;
	if (!option_parse_number(value, INT32_MAX, &number))
		return UNEXPECTED;
	c->link_netns[0] = '\0';
	c->link_netnsid = (int32_t)number;
	return NULL;
}
