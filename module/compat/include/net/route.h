/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_NET_ROUTE_H
#define COMPAT_NET_ROUTE_H

#include_next <net/route.h>
#include <net/inet_dscp.h>

/* jiffies that a path MTU which was learned by ICMP is believed. Linux 5.10 does not export
 * the value of its sysctl, so this is its default there.
 */
static inline int grex_compat_mtu_expires(const struct net *net)
{
#ifdef COMPAT_HAS_NET_MTU_EXPIRES
	return READ_ONCE(net->ipv4.ip_rt_mtu_expires);
#else
	return 10 * 60 * HZ;
#endif
}

#ifndef COMPAT_HAS_DST_RTABLE
static inline struct rtable *dst_rtable(struct dst_entry *dst)
{
	return container_of(dst, struct rtable, dst);
}
#endif

#endif
