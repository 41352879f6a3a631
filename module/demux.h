/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_DEMUX_H
#define GREX_DEMUX_H

#include <linux/list.h>
#include <linux/types.h>

struct grex_net;
struct net;

/**
 * struct grex_demux_net - a namespace whose packets of one family grex receives
 * @list: entry of the list of those that have tunnels
 * @net: the namespace
 * @tunnels: number of tunnels with this underlay
 */
struct grex_demux_net {
	struct list_head list;
	struct net *net;
	unsigned int tunnels;
};

int grex_demux_register(void);
void grex_demux_unregister(void);
void grex_demux_set_exclusive(bool is_ipv6);
int grex_demux_add_tunnel(struct grex_net *gn, bool is_ipv6);
void grex_demux_remove_tunnel(struct grex_net *gn, bool is_ipv6);

#endif
