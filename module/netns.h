/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_NETNS_H
#define GREX_NETNS_H

int grex_netns_register(void);
void grex_netns_unregister(void);

#endif
