// SPDX-License-Identifier: GPL-2.0
/*
 * Creates tunnels and replaces their configurations.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/jhash.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/ip.h>

#include "auto_mtu.h"
#include "grex.h"
#include "header.h"
#include "ipv6.h"
#include "keepalive.h"
#include "nbma.h"
#include "plpmtud.h"
#include "pmtu.h"
#include "probe.h"
#include "responder.h"
#include "route.h"
#include "table.h"
#include "tunnel.h"

/* A traceroute that sends many probes at once over many hops needs as many. */
#define TUNNEL_RELAYS_PER_SECOND 100

/* All kinds have the defaults that this does not take as arguments in common. */
#define TUNNEL_DEFAULTS(_family, _encap_limit)                    \
	.match.family = (_family), .encap_limit = (_encap_limit), \
	.flowlabel = GREX_FLOWLABEL_AUTO, .icmp_relay = true,     \
	.keepalive_retries = GREX_KEEPALIVE_RETRIES_DEFAULT,      \
	.keepalive_reply = true

const struct grex_options grex_tunnel_defaults[GREX_KINDS] = {
	[GREX_KIND_GREX] = {
		TUNNEL_DEFAULTS(AF_INET, GREX_ENCAP_LIMIT_NONE),
		.ttl = GREX_TTL_DEFAULT,
		.tos = GREX_TOS_INHERIT,
		.df = GREX_DF_SET,
	},
	[GREX_KIND_GREXTAP] = {
		TUNNEL_DEFAULTS(AF_INET, GREX_ENCAP_LIMIT_NONE),
		.match.ether = true,
		.ttl = GREX_TTL_DEFAULT,
		.tos = GREX_TOS_INHERIT,
		.df = GREX_DF_SET,
	},
	/* A message for ip_gre that has any options sets DF, see rtnl.c. */
	[GREX_KIND_GRE] = {
		TUNNEL_DEFAULTS(AF_INET, GREX_ENCAP_LIMIT_NONE),
		.ttl = GREX_TTL_INHERIT,
		.tos = 0,
		.df = GREX_DF_INHERIT,
	},
	[GREX_KIND_GRETAP] = {
		TUNNEL_DEFAULTS(AF_INET, GREX_ENCAP_LIMIT_NONE),
		.match.ether = true,
		.ttl = GREX_TTL_INHERIT,
		.tos = 0,
		.df = GREX_DF_INHERIT,
	},
	[GREX_KIND_IP6GRE] = {
		TUNNEL_DEFAULTS(AF_INET6, 0),
		.ttl = GREX_TTL_INHERIT,
		.tos = 0,
		.df = GREX_DF_SET,
	},
	[GREX_KIND_IP6GRETAP] = {
		TUNNEL_DEFAULTS(AF_INET6, 0),
		.match.ether = true,
		.ttl = GREX_TTL_INHERIT,
		.tos = 0,
		.df = GREX_DF_SET,
	},
};

/**
 * grex_tunnel_config_alloc - allocate a configuration
 * @dev: the device of the tunnel
 * @from: the options that it begins with
 *
 * Return: a configuration that the caller frees with grex_tunnel_config_free() unless it
 * was applied, or NULL
 */
struct grex_config *grex_tunnel_config_alloc(struct net_device *dev,
					     const struct grex_options *from)
{
	struct grex_config *config = kzalloc(sizeof(*config), GFP_KERNEL);

	if (!config)
		return NULL;
	if (dst_cache_init(&config->dst_cache, GFP_KERNEL)) {
		kfree(config);
		return NULL;
	}
	config->tunnel = netdev_priv(dev);
	config->options = *from;
	return config;
}

void grex_tunnel_config_free(struct grex_config *config)
{
	dst_cache_destroy(&config->dst_cache);
	kfree_sensitive(config);
}

static void tunnel_config_free_rcu(struct rcu_head *rcu)
{
	grex_tunnel_config_free(container_of(rcu, struct grex_config, rcu));
}

static bool tunnel_is_duplicate(const struct grex_config *config,
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
static void tunnel_show_config(struct net_device *dev,
			       const struct grex_config *config)
{
	const union grex_addr *remote = &config->options.match.remote;

	if (config->options.match.ether)
		return;
	__dev_addr_set(dev, (const u8 *)&config->options.match.local,
		       dev->addr_len);
	memcpy(dev->broadcast, remote, dev->addr_len);
	/* A tunnel without a remote has many neighbours, each with an entry. Once set, the
	 * operations stay, because the core reads the pointer more than once.
	 */
	if (!grex_addr_is_any(remote)) {
		dev->flags |= IFF_POINTOPOINT;
	} else {
		dev->flags &= ~IFF_POINTOPOINT;
		WRITE_ONCE(dev->header_ops, grex_nbma_header_ops(dev));
	}
}

/* The link-local address of the device comes from its permanent one. The two ends of a tunnel
 * must have different ones. A tunnel that is created again with the same local address gets the
 * same one.
 */
static void tunnel_set_permanent_address(struct net_device *dev,
					 const struct grex_config *config)
{
	const union grex_addr *local = &config->options.match.local;
	u32 hash[2];

	if (grex_addr_is_any(local)) {
		eth_random_addr(dev->perm_addr);
	} else {
		hash[0] = jhash(&local->v6, sizeof(local->v6), 0);
		hash[1] = jhash(&local->v6, sizeof(local->v6), 1);
		memcpy(dev->perm_addr, hash, ETH_ALEN);
	}
	/* The core would overwrite a permanent one. */
	dev->addr_assign_type = NET_ADDR_RANDOM;
}

static void tunnel_set_overhead(struct grex_config *config)
{
	config->overhead = (grex_is_ipv6(config) ? sizeof(struct ipv6hdr)
						 : sizeof(struct iphdr)) +
			   grex_ipv6_limit_len(config) +
			   grex_header_len(config->options.oflags);
}

/**
 * grex_tunnel_create - register the device of a new tunnel
 * @dev: allocated, with grex_device_setup() done
 * @net: namespace of the underlay
 * @config: complete; this function frees it when it fails
 * @mtu: the operator's choice
 * @extack: explains an error
 *
 * The caller holds the RTNL lock.
 */
int grex_tunnel_create(struct net_device *dev, struct net *net,
		       struct grex_config *config,
		       const struct grex_tunnel_mtu *mtu,
		       struct netlink_ext_ack *extack)
{
	struct grex_tunnel *tunnel = netdev_priv(dev);
	struct grex_pmtu_link link;
	int err;

	tunnel->dev = dev;
	tunnel->net = net;
	tunnel->mtu_mode = mtu->mode;
	grex_relay_limits_init(tunnel->relay_limit, TUNNEL_RELAYS_PER_SECOND);
	grex_responder_init(tunnel);
	grex_probe_init(tunnel);
	grex_keepalive_init(tunnel);
	grex_plpmtud_init(tunnel);
	grex_auto_mtu_init(tunnel);
	grex_pmtu_init(tunnel);
	spin_lock_init(&tunnel->iseq_lock);
	rcu_assign_pointer(tunnel->config, config);

	err = -EEXIST;
	if (tunnel_is_duplicate(config, extack))
		goto err_config;

	tunnel_set_overhead(config);
	if (grex_is_ipv6(config) && !config->options.match.ether) {
		dev->type = ARPHRD_IP6GRE;
		dev->addr_len = sizeof(struct in6_addr);
		tunnel_set_permanent_address(dev, config);
	}
	tunnel_show_config(dev, config);
	link = grex_pmtu_of_link(config);
	WRITE_ONCE(dev->needed_headroom, link.headroom);
	dev->mtu = mtu->mode == GREX_MTU_SET ? mtu->value : link.mtu;
	err = register_netdevice(dev);
	if (err)
		goto err_config;
	return 0;

err_config:
	/* A failed registration may or may not have run its destructor. In no case does a
	 * packet use the tunnel now.
	 */
	config = rcu_replace_pointer(tunnel->config, NULL, true);
	if (config)
		grex_tunnel_config_free(config);
	return err;
}

/**
 * grex_tunnel_new - create a tunnel without a message of rtnetlink
 * @net: namespace of the underlay and of the device
 * @ops: of its kind
 * @name: of the device; may contain %d
 * @options: what the operator chose
 * @is_fallback: whether the device is gre0, gretap0 or ip6gre0
 *
 * The caller holds the RTNL lock.
 */
int grex_tunnel_new(struct net *net, const struct rtnl_link_ops *ops,
		    const char *name, const struct grex_options *options,
		    bool is_fallback)
{
	static const struct grex_tunnel_mtu mtu = { .mode = GREX_MTU_ROUTE };
	struct grex_config *config;
	struct grex_tunnel *tunnel;
	struct net_device *dev;
	int err = -ENOMEM;

	dev = alloc_netdev(ops->priv_size, name, NET_NAME_UNKNOWN, ops->setup);
	if (!dev)
		return err;
	dev_net_set(dev, net);
	dev->rtnl_link_ops = ops;
	tunnel = netdev_priv(dev);
	tunnel->is_fallback = is_fallback;
	if (is_fallback)
		grex_compat_set_netns_immutable(dev);
	config = grex_tunnel_config_alloc(dev, options);
	if (config)
		err = grex_tunnel_create(dev, net, config, &mtu, NULL);
	if (err)
		free_netdev(dev);
	return err;
}

/* Forget what was learned about a peer, because another one takes its place. */
static void tunnel_forget_peer(struct grex_tunnel *tunnel)
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
static unsigned int tunnel_new_mtu(const struct net_device *dev,
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
 * grex_tunnel_change - replace the configuration of a tunnel
 * @dev: of the tunnel
 * @config: complete; this function frees it when it fails
 * @mtu: the operator's choice; a mode of GREX_MTU_SET without a value keeps the MTU
 * @extack: explains an error
 *
 * Either all of it, or nothing and an error. Each packet meets the old
 * configuration or the new one as a whole. The caller holds the RTNL lock.
 */
int grex_tunnel_change(struct net_device *dev, struct grex_config *config,
		       const struct grex_tunnel_mtu *mtu,
		       struct netlink_ext_ack *extack)
{
	struct grex_tunnel *tunnel = netdev_priv(dev);
	struct grex_table *table = &grex_net(tunnel->net)->table;
	struct grex_config *old = rtnl_dereference(tunnel->config);
	const u8 old_mode = tunnel->mtu_mode;
	const unsigned int old_mtu = dev->mtu;
	unsigned int new_mtu = old_mtu;
	struct grex_pmtu_link link;
	int err;

	err = -EEXIST;
	if (tunnel_is_duplicate(config, extack))
		goto err_config;
	err = -EINVAL;
	if (tunnel->kind == GREX_KIND_GRE &&
	    grex_addr_is_any(&old->options.match.remote) !=
		    grex_addr_is_any(&config->options.match.remote)) {
		NL_SET_ERR_MSG(extack,
			       "A tunnel of the kind gre keeps having a remote, or keeps having none");
		goto err_config;
	}
	tunnel_set_overhead(config);
	link = grex_pmtu_of_link(config);

	/* Set the MTU first, because another subsystem may veto it. */
	if (mtu->mode == GREX_MTU_SET)
		new_mtu = mtu->value ?: old_mtu;
	else if (mtu->mode != old_mode)
		new_mtu = grex_auto_mtu_keep_ipv6(dev, link.mtu);
	else if (mtu->mode == GREX_MTU_ROUTE)
		new_mtu = tunnel_new_mtu(dev, old, config, &link);
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
		tunnel_forget_peer(tunnel);
	grex_keepalive_change(tunnel, old, config);
	grex_plpmtud_change(tunnel, old, config);
	if (netif_running(dev))
		grex_auto_mtu_kick(tunnel);
	WRITE_ONCE(dev->needed_headroom, link.headroom);
	tunnel_show_config(dev, config);
	/* A point-to-point device has one neighbour and other devices have many, so entries
	 * of the one kind are of no use for the other.
	 */
	if (grex_addr_is_any(&old->options.match.remote) !=
	    grex_addr_is_any(&config->options.match.remote))
		call_netdevice_notifiers(NETDEV_CHANGEADDR, dev);
	/* This notifies listeners of a device that is down, too. */
	call_netdevice_notifiers(NETDEV_CHANGEINFODATA, dev);
	call_rcu(&old->rcu, tunnel_config_free_rcu);
	return 0;

err_mtu:
	dev_set_mtu(dev, old_mtu);
err_mode:
	/* ndo_change_mtu has set the mode to GREX_MTU_SET. */
	WRITE_ONCE(tunnel->mtu_mode, old_mode);
err_config:
	grex_tunnel_config_free(config);
	return err;
}
