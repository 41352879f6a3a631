// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "lib/list.h"
#include "option/config.h"

/* RFC 791 without options; RFC 2784, RFC 2890 */
#define IPV4_HEADER 20
#define GRE_HEADER 4
#define GRE_FIELD 4

bool address_equal(const struct address *a, const struct address *b)
{
	return ip_equal(&a->local, &b->local) && ip_equal(&a->peer, &b->peer) &&
	       a->prefix == b->prefix;
}

bool route_same_place(const struct static_route *a,
		      const struct static_route *b)
{
	return ip_equal(&a->to, &b->to) && a->prefix == b->prefix &&
	       a->metric == b->metric && a->table == b->table;
}

bool route_equal(const struct static_route *a, const struct static_route *b)
{
	return route_same_place(a, b) && ip_equal(&a->via, &b->via);
}

uint32_t config_overhead(const struct config *c)
{
	const uint32_t fields = c->out.key + c->out.csum + c->out.seq;

	return IPV4_HEADER + GRE_HEADER + GRE_FIELD * fields;
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
	free(c->addrs);
	free(c->routes);
	c->addrs = NULL;
	c->routes = NULL;
	c->naddrs = 0;
	c->nroutes = 0;
}

void config_add_address(struct config *c, const struct address *a)
{
	list_add(&c->addrs, &c->naddrs, a, sizeof(*a));
	c->given |= F_ADDR;
}

void config_add_route(struct config *c, const struct static_route *r)
{
	list_add(&c->routes, &c->nroutes, r, sizeof(*r));
	c->given |= F_ROUTE;
}

bool config_has_address(const struct config *c, const struct address *a)
{
	size_t i;

	for (i = 0; i < c->naddrs; i++)
		if (address_equal(&c->addrs[i], a))
			return true;
	return false;
}

bool config_has_route(const struct config *c, const struct static_route *r)
{
	size_t i;

	for (i = 0; i < c->nroutes; i++)
		if (route_equal(&c->routes[i], r))
			return true;
	return false;
}

bool config_has_place(const struct config *c, const struct static_route *r)
{
	size_t i;

	for (i = 0; i < c->nroutes; i++)
		if (route_same_place(&c->routes[i], r))
			return true;
	return false;
}

bool config_starves_ipv6(const struct config *c)
{
	size_t i;

	if (c->mtu_auto || c->mtu_default || c->mtu >= IPV6_MTU_MIN)
		return false;
	for (i = 0; i < c->naddrs; i++)
		if (c->addrs[i].local.family == AF_INET6)
			return true;
	for (i = 0; i < c->nroutes; i++)
		if (c->routes[i].to.family == AF_INET6)
			return true;
	return false;
}

bool config_has_local(const struct config *c, const struct address *a)
{
	size_t i;

	for (i = 0; i < c->naddrs; i++)
		if (ip_equal(&c->addrs[i].local, &a->local))
			return true;
	return false;
}
