/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds the route of an outer packet, adds the outer headers, and sends it.
 */
#ifndef GREX_ENCAP_H
#define GREX_ENCAP_H

#include <linux/types.h>

struct grex_config;
struct grex_tunnel;
struct net_device;
struct rtable;
struct sk_buff;
struct sock;

/**
 * struct grex_outer - the outer header of a packet to be sent
 * @rt: route, referenced
 * @sk: NULL, or the socket that keeps the stack from applying the path MTU of its route cache
 * @saddr: source
 * @daddr: destination
 * @dsfield: TOS
 * @ttl: TTL
 * @df: htons(IP_DF) or 0
 * @fragment: without DF, bytes to fragment to; 0: the stack decides
 */
struct grex_outer {
	struct rtable *rt;
	struct sock *sk;
	__be32 saddr;
	__be32 daddr;
	u8 dsfield;
	u8 ttl;
	__be16 df;
	u16 fragment;
};

/* The caller holds rcu_read_lock() and has BH disabled. */
int grex_encap_route(struct grex_config *config, struct sk_buff *skb,
		     u8 dsfield, bool by_flow, __be32 neighbour,
		     struct grex_outer *outer);
int grex_encap_send(struct grex_config *config, struct sk_buff *skb,
		    const struct grex_outer *outer);
int grex_encap_send_bare(struct grex_config *config, struct sk_buff *skb,
			 const struct grex_outer *outer);
void grex_encap_drop(struct grex_tunnel *tunnel, int reason,
		     struct sk_buff *skb);
bool grex_encap_is_too_deep(struct grex_tunnel *tunnel);

#endif
