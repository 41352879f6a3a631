/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_NET_INET_COMMON_H
#define COMPAT_NET_INET_COMMON_H

/* Which 5.10's needs, and does not include. */
#include <net/sock.h>
#include_next <net/inet_common.h>

#endif
