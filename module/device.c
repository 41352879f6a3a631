// SPDX-License-Identifier: GPL-2.0
/*
 * Implements the net_device of a tunnel: setup, operations, and changes of the
 * configuration.
 */
#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <net/ip.h>
#include <net/netdev_lock.h>

#include "auto_mtu.h"
#include "device.h"
#include "grex.h"
#include "header.h"
#include "ioctl.h"
#include "keepalive.h"
#include "nbma.h"
#include "packet.h"
#include "plpmtud.h"
#include "pmtu.h"
#include "probe.h"
#include "responder.h"
#include "route.h"
#include "sent_log.h"
#include "stats.h"
#include "table.h"

/* A traceroute that sends many probes at once over many hops needs as many. */
#define DEVICE_RELAYS_PER_SECOND 100

static struct grex_config *device_config(const struct net_device *dev)
{
	const struct grex_tunnel *tunnel = netdev_priv(dev);

	return rtnl_dereference(tunnel->config);
}

static const struct grex_options device_default_options = {
	.match.family = AF_INET,
	.ttl = GREX_TTL_DEFAULT,
	.tos = GREX_TOS_INHERIT,
	.df = GREX_DF_SET,
	.icmp_relay = true,
	.keepalive_retries = GREX_KEEPALIVE_RETRIES_DEFAULT,
	.keepalive_reply = true,
};

/**
 * grex_device_config_alloc - allocate a configuration
 * @dev: the device of the tunnel
 * @from: the configuration whose options are copied, or NULL for the defaults
 *
 * Return: a configuration that the caller frees with grex_device_config_free() unless it
 * was applied, or NULL
 */
struct grex_config *grex_device_config_alloc(struct net_device *dev,
					     const struct grex_config *from)
{
	struct grex_config *config = kzalloc(sizeof(*config), GFP_KERNEL);

	if (!config)
		return NULL;
	if (dst_cache_init(&config->dst_cache, GFP_KERNEL)) {
		kfree(config);
		return NULL;
	}
	config->tunnel = netdev_priv(dev);
	config->options = from ? from->options : device_default_options;
	return config;
}

void grex_device_config_free(struct grex_config *config)
{
	dst_cache_destroy(&config->dst_cache);
	kfree_sensitive(config);
}

static void device_config_free_rcu(struct rcu_head *rcu)
{
	grex_device_config_free(container_of(rcu, struct grex_config, rcu));
}

static bool device_is_duplicate(const struct grex_config *config,
				struct netlink_ext_ack *extack)
{
	struct grex_net *gn = grex_net(config->tunnel->net);

	if (!grex_table_has_other(&gn->table, config))
		return false;
	NL_SET_ERR_MSG(extack,
		       "Another tunnel of this namespace has the same local, remote, input key and link");
	return true;
}

/* Show @config to the rest of the stack. */
static void device_show_config(struct net_device *dev,
			       const struct grex_config *config)
{
	const union grex_addr *remote = &config->options.match.remote;

	__dev_addr_set(dev, (const u8 *)&config->options.match.local.v4,
		       sizeof(__be32));
	memcpy(dev->broadcast, &remote->v4, sizeof(__be32));
	/* A tunnel without a remote has many neighbours, each with an entry. Once set, the
	 * operations stay, because the core reads the pointer more than once.
	 */
	if (remote->v4) {
		dev->flags |= IFF_POINTOPOINT;
	} else {
		dev->flags &= ~IFF_POINTOPOINT;
		WRITE_ONCE(dev->header_ops, &grex_nbma_header_ops);
	}
}

static int device_init(struct net_device *dev)
{
	struct grex_tunnel *tunnel = netdev_priv(dev);
	struct grex_net *gn = grex_net(tunnel->net);
	int err = -ENOMEM;

	tunnel->stats = grex_stats_alloc();
	if (!tunnel->stats)
		return err;
	tunnel->sent_log = grex_sent_log_alloc();
	if (!tunnel->sent_log)
		goto err_stats;
	err = grex_compat_tstats_alloc(dev);
	if (err)
		goto err_sent;
	err = gro_cells_init(&tunnel->gro_cells, dev);
	if (err)
		goto err_tstats;
	err = grex_table_insert(&gn->table, device_config(dev));
	if (err)
		goto err_gro_cells;
	list_add_tail(&tunnel->list, &gn->tunnels);
	grex_auto_mtu_net_kick(gn);
	netdev_lockdep_set_classes(dev);
	return 0;

err_gro_cells:
	gro_cells_destroy(&tunnel->gro_cells);
err_tstats:
	grex_compat_tstats_free(dev);
err_sent:
	grex_sent_log_free(tunnel->sent_log);
err_stats:
	free_percpu(tunnel->stats);
	return err;
}

/* Remove the tunnel from the table. Packets that have found it before may still use it. */
static void device_uninit(struct net_device *dev)
{
	struct grex_tunnel *tunnel = netdev_priv(dev);

	list_del(&tunnel->list);
	grex_table_remove(&grex_net(tunnel->net)->table, device_config(dev));
	/* The core waits for such packets, except when a registration has failed. */
	if (dev->reg_state != NETREG_UNREGISTERING)
		synchronize_net();
}

/* The core calls this after an RCU grace period, when nobody uses the tunnel any more. */
static void device_free(struct net_device *dev)
{
	struct grex_tunnel *tunnel = netdev_priv(dev);
	struct grex_config *config;

	grex_auto_mtu_destroy(tunnel);
	gro_cells_destroy(&tunnel->gro_cells);
	grex_compat_tstats_free(dev);
	grex_sent_log_free(tunnel->sent_log);
	free_percpu(tunnel->stats);
	/* grex_device_create() has taken the configuration if the registration failed. */
	config = rcu_replace_pointer(tunnel->config, NULL, true);
	if (config)
		grex_device_config_free(config);
}

static int device_open(struct net_device *dev)
{
	grex_restart_iseq(netdev_priv(dev));
	grex_keepalive_open(netdev_priv(dev));
	grex_plpmtud_open(netdev_priv(dev));
	grex_auto_mtu_kick(netdev_priv(dev));
	return 0;
}

static int device_stop(struct net_device *dev)
{
	grex_plpmtud_close(netdev_priv(dev));
	grex_auto_mtu_close(netdev_priv(dev));
	grex_keepalive_close(netdev_priv(dev));
	return 0;
}

static int device_change_mtu(struct net_device *dev, int mtu)
{
	struct grex_tunnel *tunnel = netdev_priv(dev);

	if (!tunnel->auto_mtu.sets)
		WRITE_ONCE(tunnel->mtu_mode, GREX_MTU_SET);
	WRITE_ONCE(dev->mtu, mtu);
	return 0;
}

static void device_get_stats64(struct net_device *dev,
			       struct rtnl_link_stats64 *link)
{
	u64 count[GREX_STAT_IDS];

	dev_fetch_sw_netstats(link, dev->tstats);
	grex_stats_read(netdev_priv(dev), count);
	grex_stats_fold(count, link);
}

static int device_get_iflink(const struct net_device *dev)
{
	const struct grex_tunnel *tunnel = netdev_priv(dev);
	int link;

	rcu_read_lock();
	link = rcu_dereference(tunnel->config)->options.link;
	rcu_read_unlock();
	return link;
}

GREX_COMPAT_SIOCDEVPRIVATE(grex_ioctl)

static const struct net_device_ops device_ops = {
	.ndo_init = device_init,
	.ndo_uninit = device_uninit,
	.ndo_open = device_open,
	.ndo_stop = device_stop,
	.ndo_start_xmit = grex_tx,
	.ndo_change_mtu = device_change_mtu,
	.ndo_get_stats64 = device_get_stats64,
	.ndo_get_iflink = device_get_iflink,
	.ndo_neigh_construct = grex_nbma_construct,
	GREX_COMPAT_SIOCDEVPRIVATE_OP(grex_ioctl)
};

static void device_get_drvinfo(struct net_device *dev,
			       struct ethtool_drvinfo *info)
{
	strscpy(info->driver, KBUILD_MODNAME, sizeof(info->driver));
	strscpy(info->version, GREX_VERSION, sizeof(info->version));
}

static int device_get_sset_count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? GREX_STAT_COUNT : -EOPNOTSUPP;
}

static void device_get_strings(struct net_device *dev, u32 set, u8 *data)
{
	int id;

	if (set != ETH_SS_STATS)
		return;
	for (id = GREX_STAT_FIRST; id <= GREX_STAT_MAX; id++) {
		strscpy(data, grex_stats_names[id], ETH_GSTRING_LEN);
		data += ETH_GSTRING_LEN;
	}
}

static void device_get_ethtool_stats(struct net_device *dev,
				     struct ethtool_stats *stats, u64 *data)
{
	u64 count[GREX_STAT_IDS];

	grex_stats_read(netdev_priv(dev), count);
	memcpy(data, count + GREX_STAT_FIRST, GREX_STAT_COUNT * sizeof(*data));
}

static const struct ethtool_ops device_ethtool_ops = {
	.get_drvinfo = device_get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_sset_count = device_get_sset_count,
	.get_strings = device_get_strings,
	.get_ethtool_stats = device_get_ethtool_stats,
};

static_assert(GREX_MTU_MIN == ETH_MIN_MTU);
static_assert(GREX_MTU_MAX ==
	      IP_MAX_MTU - sizeof(struct iphdr) - GREX_HEADER_MAX);

static const struct device_type device_type = {
	.name = "grex",
};

void grex_device_setup(struct net_device *dev)
{
	const netdev_features_t features = NETIF_F_SG | NETIF_F_FRAGLIST |
					   NETIF_F_HIGHDMA | NETIF_F_HW_CSUM |
					   NETIF_F_GSO_SOFTWARE;

	dev->netdev_ops = &device_ops;
	dev->ethtool_ops = &device_ethtool_ops;
	dev->priv_destructor = device_free;
	dev->needs_free_netdev = true;
	dev->type = ARPHRD_IPGRE;
	dev->addr_len = sizeof(__be32);
	dev->flags = IFF_NOARP;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->features |= features;
	dev->hw_features |= features;
	dev->mtu = ETH_DATA_LEN;
	dev->min_mtu = GREX_MTU_MIN;
	/* The limit is the same for all options, so that a change never exceeds it. */
	dev->max_mtu = GREX_MTU_MAX;
	grex_compat_set_tstats(dev);
	grex_compat_set_lltx(dev);
	netif_keep_dst(dev);
	SET_NETDEV_DEVTYPE(dev, &device_type);
}

static void device_set_overhead(struct grex_config *config)
{
	config->overhead =
		sizeof(struct iphdr) + grex_header_len(config->options.oflags);
}

/**
 * grex_device_create - register the device of a new tunnel
 * @dev: allocated, with grex_device_setup() done
 * @net: namespace of the underlay
 * @config: complete; this function frees it when it fails
 * @mtu: the operator's choice
 * @extack: explains an error
 *
 * The caller holds the RTNL lock.
 */
int grex_device_create(struct net_device *dev, struct net *net,
		       struct grex_config *config,
		       const struct grex_device_mtu *mtu,
		       struct netlink_ext_ack *extack)
{
	struct grex_tunnel *tunnel = netdev_priv(dev);
	struct grex_pmtu_link link;
	int err;

	tunnel->dev = dev;
	tunnel->net = net;
	tunnel->mtu_mode = mtu->mode;
	grex_relay_limits_init(tunnel->relay_limit, DEVICE_RELAYS_PER_SECOND);
	grex_responder_init(tunnel);
	grex_probe_init(tunnel);
	grex_keepalive_init(tunnel);
	grex_plpmtud_init(tunnel);
	grex_auto_mtu_init(tunnel);
	grex_pmtu_init(tunnel);
	spin_lock_init(&tunnel->iseq_lock);
	rcu_assign_pointer(tunnel->config, config);

	err = -EEXIST;
	if (device_is_duplicate(config, extack))
		goto err_config;

	device_set_overhead(config);
	device_show_config(dev, config);
	link = grex_pmtu_of_link(config);
	WRITE_ONCE(dev->needed_headroom, link.headroom);
	dev->mtu = mtu->mode == GREX_MTU_SET ? mtu->value : link.mtu;
	err = register_netdevice(dev);
	if (err)
		goto err_config;
	return 0;

err_config:
	/* A failed registration may or may not have run device_free(). In no case does a
	 * packet use the tunnel now.
	 */
	config = rcu_replace_pointer(tunnel->config, NULL, true);
	if (config)
		grex_device_config_free(config);
	return err;
}

/* Forget what was learned about a peer, because another one takes its place. */
static void device_forget_peer(struct grex_tunnel *tunnel)
{
	WRITE_ONCE(tunnel->peer.mtu, 0);
	grex_pmtu_forget(tunnel);
	WRITE_ONCE(tunnel->received, 0);
	WRITE_ONCE(tunnel->sent_last, 0);
}

/* Until the operator chooses an MTU, it follows the route. It is computed again when the
 * change may select another route or alters the overhead. Without a route, only the
 * difference in overhead is applied. The device keeps IPv6, because the operator did not
 * ask to lose it.
 */
static unsigned int device_new_mtu(const struct net_device *dev,
				   const struct grex_config *old,
				   const struct grex_config *config,
				   const struct grex_pmtu_link *link)
{
	unsigned int mtu = dev->mtu;

	if (!link->is_known)
		mtu = mtu + old->overhead - config->overhead;
	else if (old->overhead != config->overhead ||
		 old->options.tos != config->options.tos ||
		 grex_route_moves(old, config))
		mtu = link->mtu;
	return clamp(grex_auto_mtu_keep_ipv6(dev, mtu), dev->min_mtu,
		     dev->max_mtu);
}

/**
 * grex_device_change - replace the configuration of a tunnel
 * @dev: of the tunnel
 * @config: complete; this function frees it when it fails
 * @mtu: the operator's choice; a mode of GREX_MTU_SET without a value keeps the MTU
 * @extack: explains an error
 *
 * Either all of it, or nothing and an error. Each packet meets the old
 * configuration or the new one as a whole. The caller holds the RTNL lock.
 */
int grex_device_change(struct net_device *dev, struct grex_config *config,
		       const struct grex_device_mtu *mtu,
		       struct netlink_ext_ack *extack)
{
	struct grex_tunnel *tunnel = netdev_priv(dev);
	struct grex_table *table = &grex_net(tunnel->net)->table;
	struct grex_config *old = device_config(dev);
	const u8 old_mode = tunnel->mtu_mode;
	const unsigned int old_mtu = dev->mtu;
	unsigned int new_mtu = old_mtu;
	struct grex_pmtu_link link;
	int err;

	err = -EEXIST;
	if (device_is_duplicate(config, extack))
		goto err_config;
	device_set_overhead(config);
	link = grex_pmtu_of_link(config);

	/* Set the MTU first, because another subsystem may veto it. */
	if (mtu->mode == GREX_MTU_SET)
		new_mtu = mtu->value ?: old_mtu;
	else if (mtu->mode != old_mode)
		new_mtu = grex_auto_mtu_keep_ipv6(dev, link.mtu);
	else if (mtu->mode == GREX_MTU_ROUTE)
		new_mtu = device_new_mtu(dev, old, config, &link);
	err = dev_set_mtu(dev, new_mtu);
	if (err)
		goto err_mode;
	err = grex_table_insert(table, config);
	if (err)
		goto err_mtu;

	/* The remaining steps cannot fail. */
	WRITE_ONCE(tunnel->mtu_mode, mtu->mode);
	if (config->options.iflags & ~old->options.iflags & GREX_HEADER_SEQ)
		grex_restart_iseq(tunnel);
	if (config->options.oflags & ~old->options.oflags & GREX_HEADER_SEQ)
		atomic_set(&tunnel->oseq, 0);
	rcu_assign_pointer(tunnel->config, config);
	grex_table_remove(table, old);
	clear_bit(0, &tunnel->recursion_logged);
	if (grex_route_moves(old, config))
		device_forget_peer(tunnel);
	grex_keepalive_change(tunnel, old, config);
	grex_plpmtud_change(tunnel, old, config);
	if (netif_running(dev))
		grex_auto_mtu_kick(tunnel);
	WRITE_ONCE(dev->needed_headroom, link.headroom);
	device_show_config(dev, config);
	/* A point-to-point device has one neighbour and other devices have many, so entries
	 * of the one kind are of no use for the other.
	 */
	if (!old->options.match.remote.v4 != !config->options.match.remote.v4)
		call_netdevice_notifiers(NETDEV_CHANGEADDR, dev);
	/* This notifies listeners of a device that is down, too. */
	call_netdevice_notifiers(NETDEV_CHANGEINFODATA, dev);
	call_rcu(&old->rcu, device_config_free_rcu);
	return 0;

err_mtu:
	dev_set_mtu(dev, old_mtu);
err_mode:
	/* ndo_change_mtu has set the mode to GREX_MTU_SET. */
	WRITE_ONCE(tunnel->mtu_mode, old_mode);
err_config:
	grex_device_config_free(config);
	return err;
}
