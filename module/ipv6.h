/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Declares what is particular to an IPv6 underlay.
 */
#ifndef GREX_IPV6_H
#define GREX_IPV6_H

#include <linux/types.h>

#include "addr.h"

struct dst_entry;
struct grex_config;
struct grex_outer;
struct grex_received;
struct grex_reported;
struct net;
struct sk_buff;

struct dst_entry *grex_ipv6_lookup(const struct grex_config *config, int oif,
				   const union grex_addr *remote, u8 dsfield,
				   u32 hash, union grex_addr *saddr);
bool grex_ipv6_is_spread(const struct grex_config *config, int oif,
			 const union grex_addr *remote, u8 dsfield);
union grex_addr grex_ipv6_gateway(const struct dst_entry *dst);
unsigned int grex_ipv6_mtu(const struct dst_entry *dst);
int grex_ipv6_mtu_expires(const struct net *net);

void grex_ipv6_read(const struct sk_buff *skb, struct grex_received *received);
void grex_ipv6_read_error(const struct sk_buff *skb,
			  struct grex_reported *reported);
void grex_ipv6_push_probe(struct sk_buff *skb, const struct grex_outer *outer,
			  u8 ttl);
void grex_ipv6_push(const struct grex_config *config, struct sk_buff *skb,
		    const struct grex_outer *outer);

#endif
