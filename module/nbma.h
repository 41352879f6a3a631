/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_NBMA_H
#define GREX_NBMA_H

#include <linux/types.h>

#include "addr.h"

struct header_ops;
struct neighbour;
struct net_device;
struct sk_buff;

const struct header_ops *grex_nbma_header_ops(const struct net_device *dev);
int grex_nbma_construct(struct net_device *dev, struct neighbour *neigh);
bool grex_nbma_pull(struct sk_buff *skb, const struct net_device *dev,
		    union grex_addr *remote);
bool grex_nbma_of_next_hop(struct sk_buff *skb, const struct net_device *dev,
			   union grex_addr *remote);

#endif
