// SPDX-License-Identifier: GPL-2.0
/*
 * What grex keeps per network namespace, and the end of a namespace: tunnels
 * go with their underlay, wherever their devices are.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "grex.h"
#include "netns.h"
#include "table.h"

static unsigned int netns_id __read_mostly;

struct grex_net *grex_net(const struct net *net)
{
	return net_generic(net, netns_id);
}

static int __net_init netns_init(struct net *net)
{
	struct grex_net *gn = grex_net(net);
	int err;

	INIT_LIST_HEAD(&gn->tunnels);
	gn->stats = grex_stats_alloc();
	if (!gn->stats)
		return -ENOMEM;
	err = grex_table_init(&gn->table);
	if (err)
		free_percpu(gn->stats);
	return err;
}

static void __net_exit netns_exit_batch(struct list_head *nets)
{
	struct grex_tunnel *tunnel;
	LIST_HEAD(devices);
	struct net *net;

	rtnl_lock();
	list_for_each_entry(net, nets, exit_list) {
		list_for_each_entry(tunnel, &grex_net(net)->tunnels, list)
			unregister_netdevice_queue(tunnel->dev, &devices);
	}
	unregister_netdevice_many(&devices);
	rtnl_unlock();

	list_for_each_entry(net, nets, exit_list) {
		grex_table_destroy(&grex_net(net)->table);
		free_percpu(grex_net(net)->stats);
	}
}

static struct pernet_operations netns_ops = {
	.init = netns_init,
	.exit_batch = netns_exit_batch,
	.id = &netns_id,
	.size = sizeof(struct grex_net),
};

/* As a device and not a subsystem: before the routes of a namespace go. */
int grex_netns_register(void)
{
	return register_pernet_device(&netns_ops);
}

void grex_netns_unregister(void)
{
	unregister_pernet_device(&netns_ops);
}
