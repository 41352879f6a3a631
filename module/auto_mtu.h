/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sets the MTU of a device that the operator has not chosen.
 */
#ifndef GREX_AUTO_MTU_H
#define GREX_AUTO_MTU_H

#include <linux/types.h>
#include <linux/workqueue.h>

struct grex_net;
struct grex_tunnel;
struct net_device;

/**
 * struct grex_auto_mtu - the MTU of a device that follows the path
 * @sets: RTNL. the work is setting the MTU, not the operator
 * @higher: of @work's function. jiffies since when the MTU could be higher, 0: it could
 *	not
 * @work: own.
 */
struct grex_auto_mtu {
	bool sets;
	unsigned long higher;
	struct delayed_work work;
};

void grex_auto_mtu_net_init(struct grex_net *gn);
void grex_auto_mtu_net_destroy(struct grex_net *gn);

/* The caller holds the RTNL lock. */
void grex_auto_mtu_init(struct grex_tunnel *tunnel);
void grex_auto_mtu_close(struct grex_tunnel *tunnel);
void grex_auto_mtu_net_kick(struct grex_net *gn);
unsigned int grex_auto_mtu_keep_ipv6(const struct net_device *dev,
				     unsigned int mtu);

void grex_auto_mtu_destroy(struct grex_tunnel *tunnel);
void grex_auto_mtu_kick(struct grex_tunnel *tunnel);

#endif
