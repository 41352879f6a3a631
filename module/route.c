// SPDX-License-Identifier: GPL-2.0
/*
 * The underlay route of a tunnel: one place that says what its look-up is
 * keyed by, for packets, for the MTU, and for what an ICMP error is about.
 */
#include <net/inet_dscp.h>
#include <net/l3mdev.h>

#include "grex.h"
#include "route.h"

/* By which device, or by which VRF. One that is in a VRF stands for all of it: it may be
 * there for its address alone (a loopback).
 */
static int route_oif(const struct grex_config *config)
{
	if (!config->link)
		return 0;
	return l3mdev_master_ifindex_by_index(config->tunnel->net, config->link)
		       ?: config->link;
}

/**
 * grex_route_lookup - the route that outer packets take
 * @config: of the tunnel: source, link, mark and key
 * @remote: outer destination
 * @dsfield: outer TOS; its DSCP takes part in policy routing
 * @saddr: set to the source address to use
 *
 * With the protocol in the flow, IPsec policies apply.
 *
 * Return: a referenced route, or an ERR_PTR
 */
struct rtable *grex_route_lookup(const struct grex_config *config,
				 __be32 remote, u8 dsfield, __be32 *saddr)
{
	struct flowi4 flow = {
		.daddr = remote,
		.saddr = config->match.local.v4,
		.flowi4_oif = route_oif(config),
		.flowi4_mark = config->fwmark,
		.flowi4_proto = IPPROTO_GRE,
		.fl4_gre_key = config->okey,
	};
	struct rtable *rt;

	grex_compat_flow_dsfield(&flow, dsfield);
	rt = ip_route_output_key(config->tunnel->net, &flow);
	*saddr = flow.saddr;
	return rt;
}
