/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_LINUX_NETDEVICE_H
#define COMPAT_LINUX_NETDEVICE_H

#include_next <linux/netdevice.h>

/* Older kernels lack this way of merging UDP. */
#ifndef NETIF_F_GRO_UDP_FWD
#define NETIF_F_GRO_UDP_FWD 0
#endif

/* Sends without the lock of the queue. */
static inline void grex_compat_set_lltx(struct net_device *dev)
{
#ifdef COMPAT_HAS_LLTX
	dev->lltx = true;
#else
	dev->features |= NETIF_F_LLTX;
#endif
}

/* The device stays in its namespace. */
static inline void grex_compat_set_netns_immutable(struct net_device *dev)
{
#if defined(COMPAT_HAS_NETNS_IMMUTABLE)
	dev->netns_immutable = true;
#elif defined(COMPAT_HAS_NETNS_LOCAL)
	dev->netns_local = true;
#else
	dev->features |= NETIF_F_NETNS_LOCAL;
#endif
}

/* A device can get another name while it is up. Newer kernels permit it for all. */
static inline void grex_compat_set_live_rename(struct net_device *dev)
{
#ifdef COMPAT_HAS_LIVE_RENAME_OK
	dev->priv_flags |= IFF_LIVE_RENAME_OK;
#endif
}

/* The core allocates the per-CPU counters that a device asks for, once it can
 * be asked.
 */
#ifdef COMPAT_HAS_PCPU_STAT_TYPE
static inline void grex_compat_set_tstats(struct net_device *dev)
{
	dev->pcpu_stat_type = NETDEV_PCPU_STAT_TSTATS;
}

static inline int grex_compat_tstats_alloc(struct net_device *dev)
{
	return 0;
}

static inline void grex_compat_tstats_free(struct net_device *dev)
{
}
#else
static inline void grex_compat_set_tstats(struct net_device *dev)
{
}

static inline int grex_compat_tstats_alloc(struct net_device *dev)
{
	dev->tstats = netdev_alloc_pcpu_stats(struct pcpu_sw_netstats);
	return dev->tstats ? 0 : -ENOMEM;
}

static inline void grex_compat_tstats_free(struct net_device *dev)
{
	free_percpu(dev->tstats);
}
#endif

#ifndef COMPAT_HAS_DEV_ADDR_SET
static inline void __dev_addr_set(struct net_device *dev, const void *addr,
				  size_t len)
{
	memcpy(dev->dev_addr, addr, len);
}
#endif

#ifndef COMPAT_HAS_SW_NETSTATS_TX_ADD
static inline void dev_sw_netstats_tx_add(struct net_device *dev,
					  unsigned int packets,
					  unsigned int len)
{
	struct pcpu_sw_netstats *tstats = this_cpu_ptr(dev->tstats);

	u64_stats_update_begin(&tstats->syncp);
	tstats->tx_bytes += len;
	tstats->tx_packets += packets;
	u64_stats_update_end(&tstats->syncp);
}
#endif

/* Older kernels have one operation for all private ioctl commands. It finds the data of
 * the user in @ifr.
 */
#ifdef COMPAT_HAS_SIOCDEVPRIVATE
#define GREX_COMPAT_SIOCDEVPRIVATE(name)
#define GREX_COMPAT_SIOCDEVPRIVATE_OP(name) .ndo_siocdevprivate = name,
#else
#define GREX_COMPAT_SIOCDEVPRIVATE(name)                                    \
	static int name##_compat(struct net_device *dev, struct ifreq *ifr, \
				 int cmd)                                   \
	{                                                                   \
		return name(dev, ifr, ifr->ifr_ifru.ifru_data, cmd);        \
	}
#define GREX_COMPAT_SIOCDEVPRIVATE_OP(name) .ndo_do_ioctl = name##_compat,
#endif

/* Older kernels do not pass the device to the operation that reads the sender. */
#ifdef COMPAT_HAS_HEADER_PARSE_DEV
#define GREX_COMPAT_HEADER_PARSE(name)
#define GREX_COMPAT_HEADER_PARSE_OP(name) .parse = name,
#else
#define GREX_COMPAT_HEADER_PARSE(name)                      \
	static int name##_compat(const struct sk_buff *skb, \
				 unsigned char *haddr)      \
	{                                                   \
		return name(skb, skb->dev, haddr);          \
	}
#define GREX_COMPAT_HEADER_PARSE_OP(name) .parse = name##_compat,
#endif

#endif
