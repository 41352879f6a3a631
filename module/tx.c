// SPDX-License-Identifier: GPL-2.0
/*
 * Takes inner packets from the stack and selects their outer headers.
 */
#include <linux/icmpv6.h>
#include <linux/if_ether.h>
#include <net/dsfield.h>
#include <net/icmp.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ip_tunnels.h>

#include "clamp.h"
#include "encap.h"
#include "ether.h"
#include "fragment.h"
#include "grex.h"
#include "ipv6.h"
#include "nbma.h"
#include "packet.h"
#include "pmtu.h"
#include "stats.h"

/**
 * struct tx_inner - the fields of the inner header that the outer header may inherit
 * @dsfield: TOS or traffic class; the default if there is none
 * @ttl: TTL or hop limit; the default if there is none
 * @df: DF bit of an IPv4 packet
 */
struct tx_inner {
	u8 dsfield;
	u8 ttl;
	bool df;
};

static struct tx_inner tx_read_inner(const struct grex_config *config,
				     const struct sk_buff *skb)
{
	switch (skb->protocol) {
	case htons(ETH_P_IP): {
		const struct iphdr *ip = ip_hdr(skb);

		return (struct tx_inner){
			.dsfield = ip->tos,
			.ttl = ip->ttl,
			.df = ip->frag_off & htons(IP_DF),
		};
	}
#if IS_ENABLED(CONFIG_IPV6) /* else pskb_inet_may_pull() has not pulled it */
	case htons(ETH_P_IPV6): {
		const struct ipv6hdr *ip = ipv6_hdr(skb);

		return (struct tx_inner){
			.dsfield = ipv6_get_dsfield(ip),
			.ttl = ip->hop_limit,
		};
	}
#endif
	default:
		/* The option has a TOS for packets that have none to inherit. */
		return (struct tx_inner){
			.dsfield = config->options.tos & ~INET_ECN_MASK,
			.ttl = GREX_TTL_DEFAULT,
		};
	}
}

static u8 tx_ttl(const struct grex_config *config, const struct sk_buff *skb,
		 const struct tx_inner *inner)
{
	if (config->options.ttl != GREX_TTL_INHERIT)
		return config->options.ttl;
	return grex_packet_stays_on_link(skb) ? GREX_TTL_DEFAULT : inner->ttl;
}

static bool tx_df(const struct grex_config *config,
		  const struct tx_inner *inner)
{
	return config->options.df == GREX_DF_SET ||
	       (config->options.df == GREX_DF_INHERIT && inner->df);
}

/* Select the outer header of a packet and clamp its MSS, before it may be fragmented. On
 * failure the packet is dropped.
 */
static bool tx_prepare(struct grex_config *config, struct sk_buff *skb,
		       const union grex_addr *neighbour,
		       struct grex_outer *outer)
{
	const bool is_ether = config->options.match.ether;
	struct tx_inner inner;
	int reason;

	reason = GREX_STAT_TX_TRUNCATED;
	if (unlikely(!(is_ether ? grex_ether_read(skb)
				: pskb_inet_may_pull(skb))))
		goto drop;
	inner = tx_read_inner(config, skb);

	reason = grex_encap_route(config, skb, inner.dsfield, true, neighbour,
				  outer);
	if (unlikely(reason))
		goto drop;
	outer->ttl = tx_ttl(config, skb, &inner);
	outer->df = tx_df(config, &inner);

	reason = GREX_STAT_TX_ENCAP_LIMIT;
	if (unlikely(grex_ipv6_has_limit(config) &&
		     !grex_ipv6_take_limit(config, skb, &outer->encap_limit))) {
		dst_release(outer->dst);
		goto drop;
	}

	reason = GREX_STAT_TX_NO_MEMORY;
	if (config->options.mss &&
	    unlikely(is_ether ? grex_ether_clamp(config, skb, &outer->daddr)
			      : grex_clamp(config, skb, &outer->daddr))) {
		dst_release(outer->dst);
		goto drop;
	}
	return true;

drop:
	if (reason == GREX_STAT_TX_NO_ROUTE || reason == GREX_STAT_TX_NO_REMOTE)
		dst_link_failure(skb);
	grex_encap_drop(config->tunnel, reason, skb);
	return false;
}

/* Send a fragment of an inner packet. If the path has become narrower meanwhile, the
 * underlay fragments it.
 */
static int tx_fragment(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	const struct grex_tunnel *tunnel = netdev_priv(skb->dev);
	struct grex_config *config = rcu_dereference(tunnel->config);
	struct grex_outer outer;
	unsigned int mtu;

	if (unlikely(!tx_prepare(config, skb, NULL, &outer)))
		return 0;
	mtu = grex_pmtu_of_path(config, outer.dst, &outer.daddr);
	if (!grex_pmtu_fits(skb, mtu) ||
	    grex_pmtu_is_locked(config, outer.dst, &outer.daddr))
		outer.df = false;
	if (!outer.df)
		outer.fragment = min(mtu + config->overhead, U16_MAX);
	grex_encap_send(config, skb, &outer);
	return 0;
}

/* Check quickly what grex_pmtu_is_locked() looks at. */
static bool tx_may_be_locked(const struct grex_config *config,
			     const struct dst_entry *dst)
{
	return dst_metric_locked(dst, RTAX_MTU) ||
	       READ_ONCE(config->tunnel->pmtu.has_learned);
}

/* Encapsulate one packet, or one super-packet, and send it.
 *
 * Return: false when a super-packet must be split first; then it is not sent
 */
static bool tx_one(struct grex_config *config, struct sk_buff *skb,
		   const union grex_addr *neighbour)
{
	const bool is_ether = config->options.match.ether;
	const bool is_gso = skb_is_gso(skb);
	struct grex_outer outer;
	unsigned int mtu;

	if (unlikely(!tx_prepare(config, skb, neighbour, &outer)))
		return true;
	mtu = grex_pmtu_of_path(config, outer.dst, &outer.daddr);
	if (outer.df) {
		switch (is_ether ? grex_ether_check(config, skb, outer.dst, mtu)
				 : grex_pmtu_check(skb, mtu)) {
		case GREX_PMTU_FITS:
			break;
		case GREX_PMTU_FRAGMENT:
			if (!is_gso && !is_ether &&
			    grex_fragment_ipv4(config, skb, neighbour, mtu,
					       tx_fragment)) {
				dst_release(outer.dst);
				return true;
			}
			outer.df = false;
			break;
		case GREX_PMTU_TOO_BIG:
			dst_release(outer.dst);
			grex_encap_drop(config->tunnel, GREX_STAT_TX_TOO_BIG,
					skb);
			return true;
		case GREX_PMTU_ANSWERED:
			dst_release(outer.dst);
			grex_stats_count(config->tunnel->stats,
					 GREX_STAT_TX_TOO_BIG);
			return true;
		}
	}
	if (outer.df && unlikely(tx_may_be_locked(config, outer.dst)) &&
	    grex_pmtu_is_locked(config, outer.dst, &outer.daddr))
		outer.df = false;
	if (!outer.df) {
		if (is_gso && !(is_ether ? grex_ether_fits(skb, mtu)
					 : grex_pmtu_fits(skb, mtu))) {
			dst_release(outer.dst);
			return false;
		}
		outer.fragment = min(mtu + config->overhead, U16_MAX);
	}
	grex_encap_send(config, skb, &outer);
	return true;
}

static void tx_segments(struct grex_config *config, struct sk_buff *skb,
			const union grex_addr *neighbour)
{
	struct sk_buff *segments = grex_fragment_gso(config, skb);
	struct sk_buff *next;

	skb_list_walk_safe(segments, skb, next) {
		skb_mark_not_on_list(skb);
		tx_one(config, skb, neighbour);
	}
}

static __always_inline void tx_packet(struct grex_tunnel *tunnel,
				      struct sk_buff *skb,
				      const union grex_addr *neighbour)
{
	struct grex_config *config;

	if (unlikely(grex_encap_is_too_deep(tunnel))) {
		grex_stats_drop(tunnel->stats, GREX_STAT_TX_RECURSION, skb);
		return;
	}
	rcu_read_lock();
	config = rcu_dereference(tunnel->config);
	/* Each segment has a sequence number of its own. */
	if (unlikely(config->options.oflags & GREX_HEADER_SEQ &&
		     skb_is_gso(skb)) ||
	    unlikely(!tx_one(config, skb, neighbour)))
		tx_segments(config, skb, neighbour);
	rcu_read_unlock();
}

netdev_tx_t grex_tx(struct sk_buff *skb, struct net_device *dev)
{
	const union grex_addr *neighbour = NULL;
	union grex_addr pulled;

	/* A bond may add this header to a packet for a tunnel that has a remote, too. */
	if (unlikely(skb_network_offset(skb) > 0) &&
	    grex_nbma_pull(skb, dev, &pulled))
		neighbour = &pulled;
	/* Packet sockets may leave skb->protocol unset. */
	if (unlikely(!skb->protocol))
		skb->protocol = ip_tunnel_parse_protocol(skb);

	tx_packet(netdev_priv(dev), skb, neighbour);
	return NETDEV_TX_OK;
}

netdev_tx_t grex_tx_ether(struct sk_buff *skb, struct net_device *dev)
{
	tx_packet(netdev_priv(dev), skb, NULL);
	return NETDEV_TX_OK;
}
