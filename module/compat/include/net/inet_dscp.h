/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_NET_INET_DSCP_H
#define COMPAT_NET_INET_DSCP_H

#ifdef COMPAT_HAS_NET_INET_DSCP_H
#include_next <net/inet_dscp.h>
#else
#define INET_DSCP_MASK 0xfc
#endif

#endif
