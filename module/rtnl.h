/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_RTNL_H
#define GREX_RTNL_H

struct rtnl_link_ops;

/* By enum grex_kind. */
extern struct rtnl_link_ops grex_rtnl_ops[];

#endif
