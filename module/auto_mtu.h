/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The MTU of a device that the operator has not chosen.
 */
#ifndef GREX_AUTO_MTU_H
#define GREX_AUTO_MTU_H

struct grex_net;
struct grex_tunnel;
struct net_device;

void grex_auto_mtu_net_init(struct grex_net *gn);
void grex_auto_mtu_net_destroy(struct grex_net *gn);

/* Caller: RTNL. */
void grex_auto_mtu_init(struct grex_tunnel *tunnel);
void grex_auto_mtu_close(struct grex_tunnel *tunnel);
void grex_auto_mtu_net_kick(struct grex_net *gn);
unsigned int grex_auto_mtu_keep_ipv6(const struct net_device *dev,
				     unsigned int mtu);

void grex_auto_mtu_destroy(struct grex_tunnel *tunnel);
void grex_auto_mtu_kick(struct grex_tunnel *tunnel);

#endif
