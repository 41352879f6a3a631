/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_NET_INET_DSCP_H
#define COMPAT_NET_INET_DSCP_H

#if __has_include_next(<net/inet_dscp.h>)
#include_next <net/inet_dscp.h>
#else
#define INET_DSCP_MASK 0xfc
#endif

#endif
