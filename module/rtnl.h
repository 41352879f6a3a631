/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_RTNL_H
#define GREX_RTNL_H

int grex_rtnl_register(void);
void grex_rtnl_unregister(void);

#endif
