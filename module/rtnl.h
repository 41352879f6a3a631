/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_RTNL_H
#define GREX_RTNL_H

#include <linux/list.h>
#include <net/net_namespace.h>

int grex_rtnl_register(void);
void grex_rtnl_unregister(void);

#endif
