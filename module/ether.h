/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Declares what is particular to an Ethernet payload.
 */
#ifndef GREX_ETHER_H
#define GREX_ETHER_H

#include <linux/skbuff.h>

#include "pmtu.h"

struct dst_entry;
struct grex_config;

bool grex_ether_read(struct sk_buff *skb);
bool grex_ether_decap(struct sk_buff *skb, struct net_device *dev);
int grex_ether_clamp(struct grex_config *config, struct sk_buff *skb,
		     const union grex_addr *remote);
bool grex_ether_fits(struct sk_buff *skb, unsigned int mtu);
enum grex_pmtu_verdict grex_ether_check(const struct grex_config *config,
					struct sk_buff *skb,
					const struct dst_entry *dst,
					unsigned int mtu);

#endif
