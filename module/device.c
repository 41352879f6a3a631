// SPDX-License-Identifier: GPL-2.0
/*
 * Implements the net_device of a tunnel: setup and operations.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <net/ip.h>
#include <net/ip6_tunnel.h>
#include <net/netdev_lock.h>

#include "auto_mtu.h"
#include "demux.h"
#include "device.h"
#include "grex.h"
#include "header.h"
#include "ioctl.h"
#include "keepalive.h"
#include "nbma.h"
#include "packet.h"
#include "plpmtud.h"
#include "sent_log.h"
#include "stats.h"
#include "table.h"
#include "tunnel.h"

static struct grex_config *device_config(const struct net_device *dev)
{
	const struct grex_tunnel *tunnel = netdev_priv(dev);

	return rtnl_dereference(tunnel->config);
}

static int device_init(struct net_device *dev)
{
	struct grex_tunnel *tunnel = netdev_priv(dev);
	struct grex_net *gn = grex_net(tunnel->net);
	struct grex_config *config = device_config(dev);
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
	err = grex_demux_add_tunnel(gn, grex_is_ipv6(config));
	if (err)
		goto err_gro_cells;
	err = grex_table_insert(&gn->table, config);
	if (err)
		goto err_demux;
	INIT_LIST_HEAD(&tunnel->list);
	if (!tunnel->is_fallback) {
		list_add_tail(&tunnel->list, &gn->tunnels);
		grex_auto_mtu_net_kick(gn);
	}
	netdev_lockdep_set_classes(dev);
	return 0;

err_demux:
	grex_demux_remove_tunnel(gn, grex_is_ipv6(config));
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
	struct grex_net *gn = grex_net(tunnel->net);
	struct grex_config *config = device_config(dev);

	list_del(&tunnel->list);
	grex_table_remove(&gn->table, config);
	grex_demux_remove_tunnel(gn, grex_is_ipv6(config));
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
	/* grex_tunnel_create() has taken the configuration if the registration failed. */
	config = rcu_replace_pointer(tunnel->config, NULL, true);
	if (config)
		grex_tunnel_config_free(config);
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

static const struct net_device_ops device_ether_ops = {
	.ndo_init = device_init,
	.ndo_uninit = device_uninit,
	.ndo_open = device_open,
	.ndo_stop = device_stop,
	.ndo_start_xmit = grex_tx_ether,
	.ndo_validate_addr = eth_validate_addr,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_change_mtu = device_change_mtu,
	.ndo_get_stats64 = device_get_stats64,
	.ndo_get_iflink = device_get_iflink,
};

static void device_get_drvinfo(struct net_device *dev,
			       struct ethtool_drvinfo *info)
{
	strscpy(info->driver, dev->rtnl_link_ops->kind, sizeof(info->driver));
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

static_assert(offsetof(struct grex_tunnel, ip_tunnel) == 0);
static_assert(sizeof(struct ip_tunnel) >= offsetofend(struct ip6_tnl, parms));
static_assert(GREX_MTU_MIN == ETH_MIN_MTU);
static_assert(GREX_MTU_MAX ==
	      IP_MAX_MTU - sizeof(struct iphdr) - GREX_HEADER_MAX);

static const struct device_type device_type = {
	.name = "grex",
};

static void device_setup(struct net_device *dev, enum grex_kind kind)
{
	struct grex_tunnel *tunnel = netdev_priv(dev);
	const netdev_features_t features = NETIF_F_SG | NETIF_F_FRAGLIST |
					   NETIF_F_HIGHDMA | NETIF_F_HW_CSUM |
					   NETIF_F_GSO_SOFTWARE;

	dev->ethtool_ops = &device_ethtool_ops;
	dev->priv_destructor = device_free;
	dev->needs_free_netdev = true;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->features |= features;
	dev->hw_features |= features;
	dev->mtu = ETH_DATA_LEN;
	dev->min_mtu = GREX_MTU_MIN;
	/* The limit is the same for all options, so that a change never exceeds it. */
	dev->max_mtu = GREX_MTU_MAX;
	grex_compat_set_tstats(dev);
	grex_compat_set_lltx(dev);
	grex_compat_set_live_rename(dev);
	netif_keep_dst(dev);
	tunnel->kind = kind;
}

static void device_setup_ip(struct net_device *dev, enum grex_kind kind)
{
	dev->netdev_ops = &device_ops;
	dev->type = ARPHRD_IPGRE;
	dev->addr_len = sizeof(__be32);
	dev->flags = IFF_NOARP;
	device_setup(dev, kind);
}

void grex_device_setup(struct net_device *dev)
{
	device_setup_ip(dev, GREX_KIND_GREX);
	SET_NETDEV_DEVTYPE(dev, &device_type);
}

void grex_device_setup_gre(struct net_device *dev)
{
	device_setup_ip(dev, GREX_KIND_GRE);
}

static void device_setup_ether(struct net_device *dev, enum grex_kind kind)
{
	ether_setup(dev);
	dev->netdev_ops = &device_ether_ops;
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE;
	device_setup(dev, kind);
	dev->max_mtu = GREX_MTU_MAX - ETH_HLEN;
}

void grex_device_setup_tap(struct net_device *dev)
{
	device_setup_ether(dev, GREX_KIND_GREXTAP);
	SET_NETDEV_DEVTYPE(dev, &device_type);
}

void grex_device_setup_gretap(struct net_device *dev)
{
	device_setup_ether(dev, GREX_KIND_GRETAP);
}

void grex_device_setup_ip6gre(struct net_device *dev)
{
	device_setup_ip(dev, GREX_KIND_IP6GRE);
}

void grex_device_setup_ip6gretap(struct net_device *dev)
{
	device_setup_ether(dev, GREX_KIND_IP6GRETAP);
}
