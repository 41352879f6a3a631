/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_NET_ROUTE_H
#define COMPAT_NET_ROUTE_H

#include_next <net/route.h>
#include <net/inet_dscp.h>

#ifndef COMPAT_HAS_DST_RTABLE
static inline struct rtable *dst_rtable(struct dst_entry *dst)
{
	return container_of(dst, struct rtable, dst);
}
#endif

#endif
