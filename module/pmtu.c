// SPDX-License-Identifier: GPL-2.0
/*
 * What fits through a tunnel: the MTU of its device, and the packet that is
 * larger than the path.
 */
#include <linux/icmpv6.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/gso.h>
#include <net/icmp.h>
#include <net/ip.h>

#include "grex.h"
#include "pmtu.h"
#include "route.h"

/* The one that most packets take: of a DSCP that is inherited, 0. */
static struct rtable *pmtu_route(const struct grex_config *config,
				 __be32 remote)
{
	__be32 saddr;

	return grex_route_lookup(config, remote,
				 config->tos == GREX_TOS_INHERIT ? 0
								 : config->tos,
				 &saddr);
}

/* MTU of the route as configured. What was learned from ICMP is left out: that
 * expires, and the device MTU does not.
 */
static unsigned int pmtu_of_route(const struct dst_entry *dst)
{
	unsigned int mtu = 0;

	if (dst_xfrm(dst))
		return dst_mtu(dst); /* less what IPsec adds */
	mtu = dst_metric_raw(dst, RTAX_MTU);
	return mtu ?: READ_ONCE(dst->dev->mtu);
}

struct grex_pmtu_link grex_pmtu_of_link(const struct grex_config *config)
{
	struct grex_pmtu_link link = {
		.mtu = ETH_DATA_LEN - config->overhead,
		.headroom = LL_MAX_HEADER + config->overhead,
	};
	struct net *net = config->tunnel->net;
	struct net_device *dev = NULL;
	unsigned int mtu = 0;

	if (config->match.remote.v4) {
		struct rtable *rt = pmtu_route(config, config->match.remote.v4);

		if (!IS_ERR(rt)) {
			/* A route back into the tunnel says nothing. */
			if (rt->dst.dev != config->tunnel->dev) {
				mtu = pmtu_of_route(&rt->dst);
				link.headroom = LL_RESERVED_SPACE(rt->dst.dev) +
						rt->dst.header_len +
						config->overhead;
			}
			ip_rt_put(rt);
		}
	}
	if (!mtu && config->link)
		dev = __dev_get_by_index(net, config->link);
	if (dev)
		mtu = READ_ONCE(dev->mtu);
	/* A loopback takes more than the device of a tunnel may. */
	if (mtu)
		link.mtu = clamp_t(unsigned int, mtu,
				   ETH_MIN_MTU + config->overhead,
				   config->tunnel->dev->max_mtu +
					   config->overhead) -
			   config->overhead;
	return link;
}

static struct grex_pmtu_learned pmtu_learned(const struct grex_config *config,
					     __be32 remote)
{
	struct rtable *rt = pmtu_route(config, remote);
	struct grex_pmtu_learned learned = {};

	if (IS_ERR(rt))
		return learned;
	/* A route back into the tunnel says nothing. */
	if (rt->dst.dev != config->tunnel->dev) {
		learned.mtu = min_t(u32, dst_mtu(&rt->dst), IP_MAX_MTU);
		learned.from_icmp = rt->rt_pmtu && rt->dst.expires &&
				    time_before(jiffies, rt->dst.expires);
	}
	ip_rt_put(rt);
	return learned;
}

/**
 * grex_pmtu_learned - what the underlay lets through to the remote
 * @config: of a tunnel that has one
 *
 * Return: whatever probes have found
 */
struct grex_pmtu_learned grex_pmtu_learned(const struct grex_config *config)
{
	return pmtu_learned(config, config->match.remote.v4);
}

/* Less the overhead, and no more than what probes have found. */
static u32 pmtu_inner(const struct grex_config *config, u32 mtu)
{
	const u32 found = READ_ONCE(config->tunnel->path_mtu);

	if (found)
		mtu = min(mtu, found);
	/* A route may have any MTU, an IPv4 packet has 68 bytes. */
	return max_t(u32, mtu, IPV4_MIN_MTU + config->overhead) -
	       config->overhead;
}

/**
 * grex_pmtu_of_path - the largest inner packet that an underlay route takes
 * @config: of the tunnel
 * @dst: the route
 *
 * Return: bytes, 68 at least
 */
unsigned int grex_pmtu_of_path(const struct grex_config *config,
			       const struct dst_entry *dst)
{
	return pmtu_inner(config, dst_mtu(dst));
}

/**
 * grex_pmtu_to - the largest inner packet that reaches the other end
 * @config: of the tunnel
 * @remote: the other end
 *
 * Return: bytes; 0: no route
 */
unsigned int grex_pmtu_to(const struct grex_config *config, __be32 remote)
{
	const struct grex_pmtu_learned learned = pmtu_learned(config, remote);

	return learned.mtu ? pmtu_inner(config, learned.mtu) : 0;
}

static bool pmtu_fits(const struct sk_buff *skb, unsigned int mtu)
{
	if (skb_is_gso(skb))
		return skb_gso_validate_network_len(skb, mtu);
	return skb->len <= mtu;
}

/**
 * grex_pmtu_check - see whether an inner packet fits, else tell its source
 * @skb: at the inner header, which is in the linear part
 * @mtu: what the path takes, less the overhead
 *
 * The route of the packet learns the MTU too, so that the next one is fitted by
 * whoever has it: the local TCP, or the stack that fragments.
 */
enum grex_pmtu_verdict grex_pmtu_check(struct sk_buff *skb, unsigned int mtu)
{
	if (likely(pmtu_fits(skb, mtu)))
		return GREX_PMTU_FITS;

	switch (skb->protocol) {
	case htons(ETH_P_IP):
		skb_dst_update_pmtu_no_confirm(skb, mtu);
		if (!(ip_hdr(skb)->frag_off & htons(IP_DF)))
			return GREX_PMTU_FRAGMENT;
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED,
			      htonl(mtu));
		return GREX_PMTU_TOO_BIG;
	case htons(ETH_P_IPV6):
		/* IPv6 does not go below 1280 (RFC 8200 section 5): the outer
		 * packet is fragmented instead (RFC 7676 section 3.2).
		 */
		if (mtu < IPV6_MIN_MTU) {
			skb_dst_update_pmtu_no_confirm(skb, IPV6_MIN_MTU);
			if (pmtu_fits(skb, IPV6_MIN_MTU))
				return GREX_PMTU_FRAGMENT;
			mtu = IPV6_MIN_MTU;
		}
		skb_dst_update_pmtu_no_confirm(skb, mtu);
		icmpv6_ndo_send(skb, ICMPV6_PKT_TOOBIG, 0, mtu);
		return GREX_PMTU_TOO_BIG;
	default:
		/* Nobody to tell. */
		return GREX_PMTU_FRAGMENT;
	}
}
