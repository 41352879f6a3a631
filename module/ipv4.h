/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Declares what is particular to an IPv4 underlay.
 */
#ifndef GREX_IPV4_H
#define GREX_IPV4_H

#include <linux/types.h>

#include "addr.h"

struct dst_entry;
struct grex_config;
struct grex_outer;
struct grex_received;
struct grex_reported;
struct net;
struct sk_buff;

struct dst_entry *grex_ipv4_lookup(const struct grex_config *config, int oif,
				   const union grex_addr *remote, u8 dsfield,
				   u32 hash, union grex_addr *saddr);
bool grex_ipv4_is_spread(const struct grex_config *config, int oif,
			 const union grex_addr *remote, u8 dsfield);
union grex_addr grex_ipv4_gateway(const struct dst_entry *dst);
unsigned int grex_ipv4_mtu(const struct dst_entry *dst);
int grex_ipv4_mtu_expires(const struct net *net);

void grex_ipv4_read(const struct sk_buff *skb, struct grex_received *received);
void grex_ipv4_read_error(const struct sk_buff *skb, u32 info,
			  struct grex_reported *reported);
void grex_ipv4_push_probe(struct sk_buff *skb, const struct grex_outer *outer,
			  u8 ttl);
void grex_ipv4_push(const struct grex_config *config, struct sk_buff *skb,
		    const struct grex_outer *outer);

#endif
