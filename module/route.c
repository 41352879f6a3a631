// SPDX-License-Identifier: GPL-2.0
/*
 * Looks up the underlay route of a tunnel. Packets, the MTU and ICMP errors all use the same
 * keys.
 */
#include <net/l3mdev.h>

#include "grex.h"
#include "ipv4.h"
#include "ipv6.h"
#include "route.h"
#include "table.h"

/**
 * grex_route_in_vrf - check the VRF of the device that a tunnel is bound to
 * @config: of a tunnel with a link
 * @vrf: ifindex of the VRF, 0: none
 *
 * The caller holds rcu_read_lock().
 *
 * Return: whether the device is in that VRF; false when the device does not exist any more
 */
bool grex_route_in_vrf(const struct grex_config *config, int vrf)
{
	struct net_device *dev =
		dev_get_by_index_rcu(config->tunnel->net, config->options.link);

	return dev && l3mdev_master_ifindex_rcu(dev) == vrf;
}

/* Return the ifindex of the device or VRF for the look-up. A device in a VRF stands for the
 * whole VRF, because it may only provide an address (a loopback).
 */
static int route_oif(const struct grex_config *config)
{
	if (!config->options.link)
		return 0;
	return l3mdev_master_ifindex_by_index(config->tunnel->net,
					      config->options.link)
		       ?: config->options.link;
}

/**
 * grex_route_lookup - look up the route of outer packets
 * @config: of the tunnel: source, link, mark and key
 * @remote: outer destination
 * @dsfield: outer TOS; policy routing uses its DSCP
 * @hash: hash of the inner flow, which selects one of several equal paths; 0: any
 * @saddr: set to the source address
 *
 * The flow contains the protocol, so IPsec policies apply.
 *
 * Return: a referenced route, or an ERR_PTR
 */
struct dst_entry *grex_route_lookup(const struct grex_config *config,
				    const union grex_addr *remote, u8 dsfield,
				    u32 hash, union grex_addr *saddr)
{
	const int oif = route_oif(config);

	return grex_is_ipv6(config) ? grex_ipv6_lookup(config, oif, remote,
						       dsfield, hash, saddr)
				    : grex_ipv4_lookup(config, oif, remote,
						       dsfield, hash, saddr);
}

/**
 * grex_route_is_spread - check whether the route has several equal paths
 * @config: of the tunnel
 * @remote: outer destination
 * @dsfield: outer TOS
 *
 * The caller holds rcu_read_lock().
 */
bool grex_route_is_spread(const struct grex_config *config,
			  const union grex_addr *remote, u8 dsfield)
{
	const int link = config->options.link;
	const int oif = route_oif(config);

	/* The device selects one of the paths. */
	if (link && oif == link &&
	    !netif_index_is_l3_master(config->tunnel->net, link))
		return false;
	return grex_is_ipv6(config)
		       ? grex_ipv6_is_spread(config, oif, remote, dsfield)
		       : grex_ipv4_is_spread(config, oif, remote, dsfield);
}

/* Return the router of a route, all 0 if the destination is on the link. */
union grex_addr grex_route_gateway(const struct grex_config *config,
				   const struct dst_entry *dst)
{
	return grex_is_ipv6(config) ? grex_ipv6_gateway(dst)
				    : grex_ipv4_gateway(dst);
}

/**
 * grex_route_moves - check whether a change selects another peer, or another route to it
 * @old: the configuration before
 * @config: the new configuration
 */
bool grex_route_moves(const struct grex_config *old,
		      const struct grex_config *config)
{
	const struct grex_options *from = &old->options;
	const struct grex_options *to = &config->options;

	return !grex_table_same_pair(&from->match, &to->match) ||
	       from->link != to->link || from->okey != to->okey ||
	       from->oflags != to->oflags || from->fwmark != to->fwmark;
}
