/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Answers SIOCGETTUNNEL, the old interface of tunnels. "ip tunnel show" and programs that
 * ask a device for its parameters use it.
 */
#ifndef GREX_IOCTL_H
#define GREX_IOCTL_H

struct ifreq;
struct net_device;

/* The caller holds the RTNL lock. */
int grex_ioctl(struct net_device *dev, struct ifreq *ifr, void __user *data,
	       int cmd);

#endif
