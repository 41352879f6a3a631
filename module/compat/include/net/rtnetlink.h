/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_NET_RTNETLINK_H
#define COMPAT_NET_RTNETLINK_H

#include_next <net/rtnetlink.h>

#ifndef COMPAT_HAS_NEWLINK_PARAMS
/* newlink() had its parameters one by one, and the device was made in the link's
 * namespace, if there was one.
 */
struct rtnl_newlink_params {
	struct net *link_net;
	struct nlattr **tb;
	struct nlattr **data;
};

#define GREX_COMPAT_NEWLINK(name)                                            \
	static int name##_compat(struct net *net, struct net_device *dev,    \
				 struct nlattr *tb[], struct nlattr *data[], \
				 struct netlink_ext_ack *extack)             \
	{                                                                    \
		struct rtnl_newlink_params params = {                        \
			.tb = tb,                                            \
			.data = data,                                        \
		};                                                           \
		return name(dev, &params, extack);                           \
	}
#define GREX_COMPAT_NEWLINK_OP(name) name##_compat
#else
#define GREX_COMPAT_NEWLINK(name)
#define GREX_COMPAT_NEWLINK_OP(name) name
#endif

#endif
