/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_BESIDE_H
#define GREX_BESIDE_H

#include <linux/errno.h>

struct net;

#if IS_ENABLED(CONFIG_NETFILTER)
int grex_beside_start(struct net *net);
void grex_beside_stop(struct net *net);
#else
static inline int grex_beside_start(struct net *net)
{
	return -EOPNOTSUPP;
}

static inline void grex_beside_stop(struct net *net)
{
}
#endif

#endif
