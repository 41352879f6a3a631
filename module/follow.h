/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The MTU of a device that follows the path ("mtu auto").
 */
#ifndef GREX_FOLLOW_H
#define GREX_FOLLOW_H

struct grex_tunnel;
struct net_device;

/* Caller: RTNL. */
void grex_follow_init(struct grex_tunnel *tunnel);
void grex_follow_close(struct grex_tunnel *tunnel);
unsigned int grex_follow_keep_ipv6(const struct net_device *dev,
				   unsigned int mtu);

/* Not after grex_follow_close(), up to the next grex_discover_open(). */
void grex_follow_kick(struct grex_tunnel *tunnel);

#endif
