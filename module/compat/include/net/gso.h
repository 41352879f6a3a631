/* SPDX-License-Identifier: GPL-2.0 */
/* skb_gso_segment() moved here from linux/netdevice.h. */
#ifndef COMPAT_NET_GSO_H
#define COMPAT_NET_GSO_H

#include <linux/netdevice.h>
#ifdef COMPAT_HAS_NET_GSO_H
#include_next <net/gso.h>
#endif

#endif
