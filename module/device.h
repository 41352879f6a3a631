/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_DEVICE_H
#define GREX_DEVICE_H

#include <linux/netdevice.h>

struct grex_config;
struct netlink_ext_ack;

/**
 * struct grex_device_mtu - the operator's choice of the MTU
 * @mode: enum grex_mtu_mode
 * @value: bytes, with GREX_MTU_SET; 0: the present MTU
 */
struct grex_device_mtu {
	u8 mode;
	unsigned int value;
};

void grex_device_setup(struct net_device *dev);
struct grex_config *grex_device_config_alloc(struct net_device *dev,
					     const struct grex_config *from);
void grex_device_config_free(struct grex_config *config);
int grex_device_create(struct net_device *dev, struct net *net,
		       struct grex_config *config,
		       const struct grex_device_mtu *mtu,
		       struct netlink_ext_ack *extack);
int grex_device_change(struct net_device *dev, struct grex_config *config,
		       const struct grex_device_mtu *mtu,
		       struct netlink_ext_ack *extack);

#endif
