/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_DEVICE_H
#define GREX_DEVICE_H

struct net_device;

/* These are for struct rtnl_link_ops. */
void grex_device_setup(struct net_device *dev);
void grex_device_setup_tap(struct net_device *dev);
void grex_device_setup_gretap(struct net_device *dev);
void grex_device_setup_ip6gre(struct net_device *dev);
void grex_device_setup_ip6gretap(struct net_device *dev);
void grex_device_setup_gre(struct net_device *dev);

#endif
