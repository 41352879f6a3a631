/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Declares the mode beside. demux.c starts and stops it in a namespace for one underlay family.
 */
#ifndef GREX_BESIDE_H
#define GREX_BESIDE_H

#include <linux/errno.h>
#include <linux/netfilter.h>
#include <linux/types.h>

struct net;
struct sk_buff;

#if IS_ENABLED(CONFIG_NETFILTER)
int grex_beside_ipv4_start(struct net *net);
void grex_beside_ipv4_stop(struct net *net);
#else
static inline int grex_beside_ipv4_start(struct net *net)
{
	return -EOPNOTSUPP;
}

static inline void grex_beside_ipv4_stop(struct net *net)
{
}
#endif

#if IS_ENABLED(CONFIG_NETFILTER) && IS_ENABLED(CONFIG_IPV6)
int grex_beside_ipv6_start(struct net *net);
void grex_beside_ipv6_stop(struct net *net);
#else
static inline int grex_beside_ipv6_start(struct net *net)
{
	return -EOPNOTSUPP;
}

static inline void grex_beside_ipv6_stop(struct net *net)
{
}
#endif

bool grex_beside_pass_hooks(nf_hookfn own, struct sk_buff *skb,
			    const struct nf_hook_state *state);
bool grex_beside_policy_allows(struct sk_buff *skb, bool is_ipv6);
void grex_beside_count_lost(struct sk_buff *skb, struct net *net, bool is_ipv6);

#endif
