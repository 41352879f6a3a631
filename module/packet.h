/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The entries of the packet path, one per file: rx.c, tx.c, icmp.c.
 */
#ifndef GREX_PACKET_H
#define GREX_PACKET_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>

int grex_rx(struct sk_buff *skb);
netdev_tx_t grex_tx(struct sk_buff *skb, struct net_device *dev);
void grex_icmp_error(struct sk_buff *skb, u32 info);

#endif
