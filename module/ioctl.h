/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Answers the ioctl commands SIOCGETTUNNEL, SIOCADDTUNNEL, SIOCCHGTUNNEL and SIOCDELTUNNEL,
 * the old interface of tunnels, which "ip tunnel" uses. Links of the kind "grex" can only be
 * read by it.
 */
#ifndef GREX_IOCTL_H
#define GREX_IOCTL_H

struct ifreq;
struct net_device;

/* The caller holds the RTNL lock. */
int grex_ioctl(struct net_device *dev, struct ifreq *ifr, void __user *data,
	       int cmd);

#endif
