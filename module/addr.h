/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Holds an outer address of either family.
 */
#ifndef GREX_ADDR_H
#define GREX_ADDR_H

#include <linux/in6.h>
#include <linux/types.h>
#include <net/ipv6.h>

/* An IPv4 address stands in the first bytes, and the others are 0, so that all bytes can be
 * compared. The family is known from elsewhere, and only addresses of one family are compared.
 */
union grex_addr {
	__be32 v4;
	struct in6_addr v6;
};

/* This is the IPv4 source address of a host that has none (RFC 7600 4.8). */
#define GREX_ADDR_DUMMY 0xc0000008

static inline union grex_addr grex_addr_ipv4(__be32 v4)
{
	return (union grex_addr){ .v6.s6_addr32 = { v4 } };
}

static __always_inline bool grex_addr_is_any(const union grex_addr *addr)
{
	return ipv6_addr_any(&addr->v6);
}

static __always_inline bool grex_addr_is_same(const union grex_addr *a,
					      const union grex_addr *b)
{
	return ipv6_addr_equal(&a->v6, &b->v6);
}

#endif
