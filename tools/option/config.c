// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "option/config.h"

/* RFC 791 without options; RFC 2784, RFC 2890 */
#define IPV4_HEADER 20
#define GRE_HEADER 4
#define GRE_FIELD 4

const char *const decap_ttl_words[] = {
	[GREX_DECAP_TTL_KEEP] = "keep",
	[GREX_DECAP_TTL_COPY] = "copy",
};

const char *const icmp_source_words[] = {
	[GREX_ICMP_SOURCE_SELF] = "self",
	[GREX_ICMP_SOURCE_HOP] = "hop",
};

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

void config_init(struct config *c)
{
	memset(c, 0, sizeof(*c));
	c->ttl = GREX_TTL_DEFAULT;
	c->tos = GREX_TOS_INHERIT;
	c->pmtudisc = true;
	c->icmp_relay = true;
	c->keepalive_retries = GREX_KEEPALIVE_RETRIES_DEFAULT;
	c->keepalive_reply = true;
	c->mtu_default = true;
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

bool config_add_address(struct config *c, const struct address *a)
{
	struct address *addrs;

	addrs = reallocarray(c->addrs, c->naddrs + 1, sizeof(*addrs));
	if (!addrs)
		return false;
	c->addrs = addrs;
	c->addrs[c->naddrs++] = *a;
	c->given |= F_ADDR;
	return true;
}

bool config_add_route(struct config *c, const struct static_route *r)
{
	struct static_route *routes;

	routes = reallocarray(c->routes, c->nroutes + 1, sizeof(*routes));
	if (!routes)
		return false;
	c->routes = routes;
	c->routes[c->nroutes++] = *r;
	c->given |= F_ROUTE;
	return true;
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

static bool key_equal(const struct direction *a, const struct direction *b)
{
	return a->key == b->key && (!a->key || a->key_value == b->key_value);
}

static bool link_netns_equal(const struct config *a, const struct config *b)
{
	if ((a->given ^ b->given) & F_LINK_NETNS)
		return false;
	return !(a->given & F_LINK_NETNS) || a->link_netnsid == b->link_netnsid;
}

static bool addresses_equal(const struct config *a, const struct config *b)
{
	size_t i;

	if (a->naddrs != b->naddrs)
		return false;
	for (i = 0; i < a->naddrs; i++)
		if (!address_equal(&a->addrs[i], &b->addrs[i]))
			return false;
	return true;
}

static bool routes_equal(const struct config *a, const struct config *b)
{
	size_t i;

	if (a->nroutes != b->nroutes)
		return false;
	for (i = 0; i < a->nroutes; i++)
		if (!route_equal(&a->routes[i], &b->routes[i]))
			return false;
	return true;
}

static bool keepalive_equal(const struct config *a, const struct config *b)
{
	return a->keepalive_interval == b->keepalive_interval &&
	       (!a->keepalive_interval ||
		a->keepalive_retries == b->keepalive_retries);
}

static bool secret_equal(const struct secret *a, const struct secret *b)
{
	return a->is_set == b->is_set && (!a->is_set || a->id == b->id);
}

/* What it follows, or else the number. */
static bool mtu_equal(const struct config *a, const struct config *b)
{
	return a->mtu_auto == b->mtu_auto && a->mtu_default == b->mtu_default &&
	       (a->mtu_auto || a->mtu_default || a->mtu == b->mtu);
}

uint64_t config_diff(const struct config *a, const struct config *b)
{
	uint64_t diff = 0;

	if (!ip_equal(&a->local, &b->local))
		diff |= F_LOCAL;
	if (!ip_equal(&a->remote, &b->remote))
		diff |= F_REMOTE;
	if (a->link != b->link || strcmp(a->dev, b->dev) != 0)
		diff |= F_DEV;
	if (!key_equal(&a->in, &b->in))
		diff |= F_IKEY;
	if (!key_equal(&a->out, &b->out))
		diff |= F_OKEY;
	if (a->in.csum != b->in.csum)
		diff |= F_ICSUM;
	if (a->out.csum != b->out.csum)
		diff |= F_OCSUM;
	if (a->in.seq != b->in.seq)
		diff |= F_ISEQ;
	if (a->out.seq != b->out.seq)
		diff |= F_OSEQ;
	if (a->ttl != b->ttl)
		diff |= F_TTL;
	if (a->ttl_min != b->ttl_min)
		diff |= F_TTL_MIN;
	if (a->decap_ttl != b->decap_ttl)
		diff |= F_DECAP_TTL;
	if (a->tos != b->tos)
		diff |= F_TOS;
	if (a->pmtudisc != b->pmtudisc || a->ignore_df != b->ignore_df)
		diff |= F_DF;
	if (a->fwmark != b->fwmark)
		diff |= F_FWMARK;
	if (a->icmp_relay != b->icmp_relay)
		diff |= F_ICMP_RELAY;
	if (a->icmp_source != b->icmp_source)
		diff |= F_ICMP_SOURCE;
	if (!keepalive_equal(a, b))
		diff |= F_KEEPALIVE;
	if (a->keepalive_reply != b->keepalive_reply)
		diff |= F_KEEPALIVE_REPLY;
	if (!secret_equal(&a->keepalive_secret, &b->keepalive_secret))
		diff |= F_KEEPALIVE_SECRET;
	if (a->mss != b->mss)
		diff |= F_MSS;
	if (a->mtu_probe != b->mtu_probe)
		diff |= F_MTU_PROBE;
	if (!mtu_equal(a, b))
		diff |= F_MTU;
	if (!link_netns_equal(a, b))
		diff |= F_LINK_NETNS;
	if (a->multicast != b->multicast)
		diff |= F_MULTICAST;
	if (!addresses_equal(a, b))
		diff |= F_ADDR;
	if (!routes_equal(a, b))
		diff |= F_ROUTE;
	if (a->up != b->up)
		diff |= F_UP;
	return diff;
}

static void key_overlay(struct direction *dst, const struct direction *src)
{
	dst->key = src->key;
	dst->key_value = src->key_value;
}

void config_overlay(struct config *dst, const struct config *src)
{
	const uint64_t given = src->given;

	if (given & F_LOCAL)
		dst->local = src->local;
	if (given & F_REMOTE)
		dst->remote = src->remote;
	if (given & F_DEV) {
		memcpy(dst->dev, src->dev, sizeof(dst->dev));
		dst->link = src->link;
	}
	if (given & F_IKEY)
		key_overlay(&dst->in, &src->in);
	if (given & F_OKEY)
		key_overlay(&dst->out, &src->out);
	if (given & F_ICSUM)
		dst->in.csum = src->in.csum;
	if (given & F_OCSUM)
		dst->out.csum = src->out.csum;
	if (given & F_ISEQ)
		dst->in.seq = src->in.seq;
	if (given & F_OSEQ)
		dst->out.seq = src->out.seq;
	if (given & F_TTL)
		dst->ttl = src->ttl;
	if (given & F_TTL_MIN)
		dst->ttl_min = src->ttl_min;
	if (given & F_DECAP_TTL)
		dst->decap_ttl = src->decap_ttl;
	if (given & F_TOS)
		dst->tos = src->tos;
	if (given & F_PMTUDISC)
		dst->pmtudisc = src->pmtudisc;
	if (given & F_IGNORE_DF)
		dst->ignore_df = src->ignore_df;
	if (given & F_FWMARK)
		dst->fwmark = src->fwmark;
	if (given & F_ICMP_RELAY)
		dst->icmp_relay = src->icmp_relay;
	if (given & F_ICMP_SOURCE)
		dst->icmp_source = src->icmp_source;
	if (given & F_KEEPALIVE) {
		dst->keepalive_interval = src->keepalive_interval;
		dst->keepalive_retries = src->keepalive_retries;
	}
	if (given & F_KEEPALIVE_REPLY)
		dst->keepalive_reply = src->keepalive_reply;
	if (given & F_KEEPALIVE_SECRET)
		dst->keepalive_secret = src->keepalive_secret;
	if (given & F_MSS)
		dst->mss = src->mss;
	if (given & F_MTU_PROBE)
		dst->mtu_probe = src->mtu_probe;
	if (given & F_MTU) {
		dst->mtu = src->mtu;
		dst->mtu_auto = src->mtu_auto;
		dst->mtu_default = src->mtu_default;
	}
	if (given & F_LINK_NETNS) {
		memcpy(dst->link_netns, src->link_netns,
		       sizeof(dst->link_netns));
		dst->link_netnsid = src->link_netnsid;
	}
	if (given & F_MULTICAST)
		dst->multicast = src->multicast;
	if (given & F_UP)
		dst->up = src->up;
	dst->given |= given & ~(F_ADDR | F_ROUTE);
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
