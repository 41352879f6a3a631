/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Splits inner packets before they are encapsulated.
 */
#ifndef GREX_FRAGMENT_H
#define GREX_FRAGMENT_H

#include <linux/types.h>

union grex_addr;
struct grex_config;
struct net;
struct sk_buff;
struct sock;

/* The caller holds rcu_read_lock() and has BH disabled. */
bool grex_fragment_ipv4(const struct grex_config *config, struct sk_buff *skb,
			const union grex_addr *neighbour, unsigned int mtu,
			int (*output)(struct net *net, struct sock *sk,
				      struct sk_buff *skb));
struct sk_buff *grex_fragment_gso(const struct grex_config *config,
				  struct sk_buff *skb);

#endif
