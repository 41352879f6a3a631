/* SPDX-License-Identifier: GPL-2.0 */
/* netdev_lockdep_set_classes() moved here from linux/netdevice.h. */
#ifndef COMPAT_NET_NETDEV_LOCK_H
#define COMPAT_NET_NETDEV_LOCK_H

#include <linux/netdevice.h>
#ifdef COMPAT_HAS_NET_NETDEV_LOCK_H
#include_next <net/netdev_lock.h>
#endif

#endif
