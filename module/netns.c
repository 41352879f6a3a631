// SPDX-License-Identifier: GPL-2.0
/*
 * Sets up what grex keeps for each network namespace. When a namespace ends, the tunnels
 * with this underlay are deleted, whatever namespace their devices are in.
 */
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <net/inet_common.h>
#include <net/inet_sock.h>
#include <net/net_namespace.h>

#include "auto_mtu.h"
#include "grex.h"
#include "netns.h"
#include "table.h"

/* The kernel's own ICMP errors have the same limit (net.ipv4.icmp_msgs_per_sec). */
#define NETNS_RELAYS_PER_SECOND 1000

/* The limit of lines in the kernel's log is half of what net_ratelimit() allows for all
 * namespaces.
 */
#define NETNS_LOGS_INTERVAL (5 * HZ)
#define NETNS_LOGS 5

/* Packets of no tunnel that are counted beside another module. */
#define NETNS_LOST_PER_SECOND 100

unsigned int grex_net_id __read_mostly;

static int __net_init netns_init_sk(struct net *net, struct sock **sk)
{
	int err;

	/* The socket is in no table, so it receives nothing. */
	err = inet_ctl_sock_create(sk, PF_INET, SOCK_RAW, IPPROTO_GRE, net);
	if (!err)
		inet_sk(*sk)->pmtudisc = IP_PMTUDISC_PROBE;
	return err;
}

static int __net_init netns_init(struct net *net)
{
	struct grex_net *gn = grex_net(net);
	unsigned int i;
	int err;

	gn->net = net;
	INIT_LIST_HEAD(&gn->tunnels);
	grex_auto_mtu_net_init(gn);
	grex_relay_limits_init(gn->relay_limit, NETNS_RELAYS_PER_SECOND);
	grex_limit_init(&gn->log_limit, NETNS_LOGS_INTERVAL, NETNS_LOGS);
	grex_limit_init(&gn->lost_limit, HZ, NETNS_LOST_PER_SECOND);
	get_random_bytes(&gn->guesses_key, sizeof(gn->guesses_key));
	for (i = 0; i < ARRAY_SIZE(gn->guesses); i++)
		gn->guesses[i].until = jiffies;
	gn->stats = grex_stats_alloc();
	if (!gn->stats)
		return -ENOMEM;
	err = netns_init_sk(net, &gn->pmtu_sk);
	if (err)
		goto err_sk;
	err = grex_table_init(&gn->table);
	if (err)
		goto err_table;
	return 0;

err_table:
	inet_ctl_sock_destroy(gn->pmtu_sk);
err_sk:
	free_percpu(gn->stats);
	return err;
}

static void __net_exit netns_exit(struct net *net)
{
	struct grex_net *gn = grex_net(net);

	grex_auto_mtu_net_destroy(gn);
	grex_table_destroy(&gn->table);
	inet_ctl_sock_destroy(gn->pmtu_sk);
	free_percpu(gn->stats);
}

static struct pernet_operations netns_ops = {
	.init = netns_init,
	.exit = netns_exit,
	.id = &grex_net_id,
	.size = sizeof(struct grex_net),
};

/* Add the devices that receive the packets of no tunnel to @devices, which are deleted. */
static void netns_end_fallbacks(const struct grex_table *table,
				struct list_head *devices)
{
	const struct grex_config *fallback;
	int i;

	for (i = 0; i < ARRAY_SIZE(table->fallback); i++) {
		fallback = rtnl_dereference(table->fallback[i]);
		if (fallback)
			unregister_netdevice_queue(fallback->tunnel->dev,
						   devices);
	}
}

static void __net_exit netns_end_tunnels(struct list_head *nets)
{
	struct grex_tunnel *tunnel;
	LIST_HEAD(devices);
	struct net *net;

	rtnl_lock();
	list_for_each_entry(net, nets, exit_list) {
		list_for_each_entry(tunnel, &grex_net(net)->tunnels, list)
			unregister_netdevice_queue(tunnel->dev, &devices);
		netns_end_fallbacks(&grex_net(net)->table, &devices);
	}
	unregister_netdevice_many(&devices);
	rtnl_unlock();
}

static struct pernet_operations netns_tunnel_ops = {
	.exit_batch = netns_end_tunnels,
};

/* A dying namespace loses its devices before its subsystems. The tunnels are devices, so
 * they end before the routes that they use. The table is a subsystem, so it stays as long
 * as any device may hand it a packet.
 */
int grex_netns_register(void)
{
	int err;

	err = register_pernet_subsys(&netns_ops);
	if (err)
		return err;
	err = register_pernet_device(&netns_tunnel_ops);
	if (err)
		unregister_pernet_subsys(&netns_ops);
	return err;
}

void grex_netns_unregister(void)
{
	unregister_pernet_device(&netns_tunnel_ops);
	unregister_pernet_subsys(&netns_ops);
}
