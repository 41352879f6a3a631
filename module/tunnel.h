/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_TUNNEL_H
#define GREX_TUNNEL_H

#include <linux/types.h>

struct grex_config;
struct grex_options;
struct net;
struct net_device;
struct netlink_ext_ack;
struct rtnl_link_ops;

/**
 * struct grex_tunnel_mtu - the operator's choice of the MTU
 * @mode: enum grex_mtu_mode
 * @value: bytes, with GREX_MTU_SET; 0: the present MTU
 */
struct grex_tunnel_mtu {
	u8 mode;
	unsigned int value;
};

/* The options of a new tunnel, by enum grex_kind. */
extern const struct grex_options grex_tunnel_defaults[];

struct grex_config *grex_tunnel_config_alloc(struct net_device *dev,
					     const struct grex_options *from);
void grex_tunnel_config_free(struct grex_config *config);
int grex_tunnel_create(struct net_device *dev, struct net *net,
		       struct grex_config *config,
		       const struct grex_tunnel_mtu *mtu,
		       struct netlink_ext_ack *extack);
int grex_tunnel_new(struct net *net, const struct rtnl_link_ops *ops,
		    const char *name, const struct grex_options *options,
		    bool is_fallback);
int grex_tunnel_change(struct net_device *dev, struct grex_config *config,
		       const struct grex_tunnel_mtu *mtu,
		       struct netlink_ext_ack *extack);

#endif
