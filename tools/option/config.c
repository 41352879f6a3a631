// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "option/config.h"

/* RFC 791 without options; RFC 8200; RFC 2784, RFC 2890 */
#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define GRE_HEADER 4
#define ETHERNET_HEADER 14
#define GRE_FIELD 4
#define ENCAP_LIMIT 8 /* RFC 2473 4.1 */

int config_family(const struct config *c)
{
	return c->over_ipv6 || c->local.family == AF_INET6 ||
			       c->remote.family == AF_INET6
		       ? AF_INET6
		       : AF_INET;
}

uint32_t config_overhead(const struct config *c)
{
	const uint32_t fields = c->out.key + c->out.csum + c->out.seq;
	const bool has_limit = c->encap_limit != GREX_ENCAP_LIMIT_NONE;

	return (config_family(c) == AF_INET6
			? IPV6_HEADER + ENCAP_LIMIT * has_limit
			: IPV4_HEADER) +
	       GRE_HEADER + GRE_FIELD * fields +
	       (c->ether ? ETHERNET_HEADER : 0);
}

const char *config_kind(const struct config *c)
{
	if (c->is_gre && config_family(c) == AF_INET6)
		return c->ether ? "ip6gretap" : "ip6gre";
	if (c->is_gre)
		return c->ether ? "gretap" : "gre";
	return c->ether ? GREX_KIND_TAP : GREX_KIND;
}

bool config_default_multicast(const struct config *c)
{
	return c->ether;
}

bool config_default_probe(const struct config *c)
{
	/* ICMP errors alone may be filtered on the way. */
	return c->mtu_auto;
}

uint32_t config_default_metric(int family)
{
	/* IP6_RT_PRIO_USER */
	return family == AF_INET6 ? 1024 : 0;
}

void config_free(struct config *c)
{
	free(c->addrs.list);
	free(c->routes.list);
	c->addrs = (struct entries){ 0 };
	c->routes = (struct entries){ 0 };
}

void config_add_address(struct config *c, const struct entry *a)
{
	entries_add(&c->addrs, a);
	c->given |= F_ADDR;
}

void config_add_route(struct config *c, const struct entry *r)
{
	entries_add(&c->routes, r);
	c->given |= F_ROUTE;
}

bool config_starves_ipv6(const struct config *c)
{
	return !c->mtu_auto && !c->mtu_default && c->mtu < IPV6_MTU_MIN &&
	       (entries_have_family(&c->addrs, AF_INET6) ||
		entries_have_family(&c->routes, AF_INET6));
}
