// SPDX-License-Identifier: GPL-2.0
/*
 * Inner packet in, outer packet to the underlay.
 */
#include <linux/icmpv6.h>
#include <linux/if_ether.h>
#include <linux/pkt_sched.h>
#include <net/dsfield.h>
#include <net/dst_metadata.h>
#include <net/gso.h>
#include <net/icmp.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ip_tunnels.h>
#include <net/sch_generic.h>

#include "clamp.h"
#include "encap.h"
#include "grex.h"
#include "header.h"
#include "nbma.h"
#include "packet.h"
#include "pmtu.h"
#include "proof.h"
#include "stats.h"

/* As far as it gets: what the vendors have in a keepalive. */
#define TX_PROBE_TTL 255

/**
 * struct tx_inner - what the outer header takes over from the inner one
 * @dsfield: TOS or traffic class; 0 when there is none
 * @ttl: TTL or hop limit; the default when there is none
 * @df: an IPv4 packet with DF
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
		/* What "inherit" has besides is for those that have none. */
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

static __be16 tx_df(const struct grex_config *config,
		    const struct tx_inner *inner)
{
	bool df = config->options.df == GREX_DF_SET ||
		  (config->options.df == GREX_DF_INHERIT && inner->df);

	return df ? htons(IP_DF) : 0;
}

static void tx_one(struct grex_config *config, struct sk_buff *skb,
		   struct net_device *dev, __be32 neighbour);
static void tx_segments(struct grex_config *config, struct sk_buff *skb,
			struct net_device *dev, __be32 neighbour);

static int tx_fragment_out(struct net *net, struct sock *sk,
			   struct sk_buff *skb)
{
	struct grex_tunnel *tunnel = netdev_priv(skb->dev);

	/* A drop is counted there. The route of the fragment tells the neighbour. */
	tx_one(rcu_dereference(tunnel->config), skb, skb->dev, 0);
	return 0;
}

/* Send an inner IPv4 packet without DF in pieces of @mtu bytes, each a tunnel packet
 * of its own (RFC 7588 3.2): what is lost of it is not the whole, and the other end
 * has nothing to reassemble. Without a route, as from a packet socket, it cannot be
 * cut here.
 *
 * Return: was it taken
 */
static bool tx_fragment(struct grex_config *config, struct sk_buff *skb,
			struct net_device *dev, __be32 neighbour,
			unsigned int mtu)
{
	if (skb->protocol != htons(ETH_P_IP) || !skb_valid_dst(skb))
		return false;
	/* Fragments find their neighbour by their route, which must be about this device. */
	if (neighbour && skb_dst(skb)->dev != dev)
		return false;
	if (skb_is_gso(skb)) {
		tx_segments(config, skb, dev, neighbour);
		return true;
	}
	/* tc or netfilter may have written to it. */
	if (ip_hdr(skb)->ihl < 5 || !pskb_may_pull(skb, ip_hdrlen(skb)))
		return false;
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	IPCB(skb)->frag_max_size = min_t(unsigned int, mtu, U16_MAX);
	/* Some options are in the first piece alone (RFC 791 3.1). */
	IPCB(skb)->opt.optlen = ip_hdrlen(skb) - sizeof(struct iphdr);
	if (ip_do_fragment(dev_net(dev), NULL, skb, tx_fragment_out))
		grex_stats_count(config->tunnel->stats, GREX_TX_NO_MEMORY);
	return true;
}

/* Encapsulate one packet, or one super-packet, and send it. */
static void tx_one(struct grex_config *config, struct sk_buff *skb,
		   struct net_device *dev, __be32 neighbour)
{
	struct grex_tunnel *tunnel = config->tunnel;
	struct grex_outer outer;
	struct tx_inner inner;
	unsigned int mtu;
	int reason;

	reason = GREX_TX_TRUNCATED;
	if (unlikely(!pskb_inet_may_pull(skb)))
		goto drop;
	inner = tx_read_inner(config, skb);

	reason = grex_encap_route(config, skb, inner.dsfield, true, neighbour,
				  &outer);
	if (unlikely(reason != GREX_STAT_NONE))
		goto drop;
	outer.ttl = tx_ttl(config, skb, &inner);
	outer.df = tx_df(config, &inner);

	/* A SYN that is fragmented is out of reach. */
	if (config->options.mss) {
		reason = GREX_TX_NO_MEMORY;
		if (unlikely(grex_clamp(config, skb, outer.daddr)))
			goto drop_rt;
	}
	mtu = grex_pmtu_of_path(config, outer.rt, outer.daddr);
	if (outer.df) {
		switch (grex_pmtu_check(skb, mtu)) {
		case GREX_PMTU_FITS:
			break;
		case GREX_PMTU_FRAGMENT:
			if (tx_fragment(config, skb, dev, neighbour, mtu)) {
				ip_rt_put(outer.rt);
				return;
			}
			outer.df = 0;
			break;
		case GREX_PMTU_TOO_BIG:
			reason = GREX_TX_TOO_BIG;
			goto drop_rt;
		}
	}

	if (outer.df &&
	    unlikely(grex_pmtu_is_locked(config, outer.rt, outer.daddr)))
		outer.df = 0;
	if (!outer.df) {
		if (skb_is_gso(skb) && !grex_pmtu_fits(skb, mtu)) {
			ip_rt_put(outer.rt);
			tx_segments(config, skb, dev, neighbour);
			return;
		}
		outer.fragment = mtu + config->overhead;
	}

	grex_encap_send(config, skb, &outer);
	return;

drop_rt:
	ip_rt_put(outer.rt);
drop:
	if (reason == GREX_TX_NO_ROUTE || reason == GREX_TX_NO_REMOTE)
		dst_link_failure(skb);
	grex_encap_drop(tunnel, reason, skb);
}

/* Every segment has a sequence number of its own, so the split comes first. */
static void tx_segments(struct grex_config *config, struct sk_buff *skb,
			struct net_device *dev, __be32 neighbour)
{
	struct sk_buff *segments, *next;

	segments = skb_gso_segment(skb, dev->features & ~NETIF_F_GSO_MASK);
	if (IS_ERR_OR_NULL(segments)) {
		grex_stats_drop(config->tunnel->stats, GREX_TX_NO_MEMORY, skb);
		return;
	}
	consume_skb(skb);
	skb_list_walk_safe(segments, skb, next) {
		skb_mark_not_on_list(skb);
		tx_one(config, skb, dev, neighbour);
	}
}

netdev_tx_t grex_tx(struct sk_buff *skb, struct net_device *dev)
{
	struct grex_tunnel *tunnel = netdev_priv(dev);
	struct grex_config *config;
	__be32 neighbour = 0;

	if (unlikely(grex_encap_is_too_deep(tunnel))) {
		grex_stats_drop(tunnel->stats, GREX_TX_RECURSION, skb);
		return NETDEV_TX_OK;
	}
	/* A bond may add this header to a packet for a tunnel that has a remote, too. */
	if (unlikely(skb_network_offset(skb) > 0))
		neighbour = grex_nbma_pull(skb);
	/* Of a packet socket that says none the core finds no protocol. */
	if (unlikely(!skb->protocol))
		skb->protocol = ip_tunnel_parse_protocol(skb);

	rcu_read_lock();
	config = rcu_dereference(tunnel->config);
	if (unlikely(config->options.oflags & GREX_HEADER_SEQ &&
		     skb_is_gso(skb)))
		tx_segments(config, skb, dev, neighbour);
	else
		tx_one(config, skb, dev, neighbour);
	rcu_read_unlock();
	return NETDEV_TX_OK;
}

/* Was it a queue that had no room, that of the device or of one that it is made of (a
 * VLAN)? A device without one drops what the other end does not take: larger than its
 * MTU, or it is down (veth).
 */
static int tx_queue_of(struct net_device *dev, struct netdev_nested_priv *priv)
{
	const struct netdev_queue *queue = netdev_get_tx_queue(dev, 0);

	return !!rcu_dereference_bh(queue->qdisc)->enqueue;
}

static bool tx_has_queue(struct net_device *dev)
{
	struct netdev_nested_priv priv = {};

	return tx_queue_of(dev, &priv) ||
	       netdev_walk_all_lower_dev_rcu(dev, tx_queue_of, &priv);
}

/**
 * grex_tx_probe - send a keepalive to the remote
 * @config: of a tunnel that has one
 * @skb: what the remote is to send back, behind its IP header; ours now
 * @df: with DF, outside and inside: not to be fragmented on either way
 *
 * It takes the way of packets with DSCP 0, or the tunnel's if that is fixed, in the
 * class of routing protocols; and it goes whatever the device's carrier says.
 * Caller: RCU, BH disabled.
 *
 * Return: 0; -EHOSTUNREACH: no route to the remote; -ELOOP: it leads back into the
 * tunnel; -EMSGSIZE: larger than what the underlay takes; -ENOMEM; -ENOBUFS: the
 * queue of the underlay is full; or another one: filtered, or the device dropped it
 */
int grex_tx_probe(struct grex_config *config, struct sk_buff *skb, bool df)
{
	struct grex_tunnel *tunnel = config->tunnel;
	struct net_device *dev = tunnel->dev;
	struct net_device *underlay;
	struct grex_outer outer;
	struct iphdr *ip;
	void *payload;
	int reason;
	int err;

	err = -EHOSTUNREACH;
	reason = grex_encap_route(config, skb, 0, false, 0, &outer);
	if (unlikely(reason != GREX_STAT_NONE))
		goto drop;
	outer.dsfield = IPTOS_PREC_INTERNETCONTROL;
	outer.ttl = config->options.ttl ?: TX_PROBE_TTL;
	outer.df = df ? htons(IP_DF) : 0;

	payload = skb->data +
		  grex_header_len(config->options.iflags & GREX_HEADER_KEY);
	grex_probe_sign(payload,
			grex_proof(config, payload, outer.daddr, outer.saddr));
	ip = skb_push(skb, sizeof(*ip));
	skb_reset_network_header(skb);
	ip->version = 4;
	ip->ihl = sizeof(*ip) >> 2;
	ip->tos = IPTOS_PREC_INTERNETCONTROL;
	ip->tot_len = htons(skb->len);
	ip->frag_off = outer.df;
	ip->ttl = TX_PROBE_TTL;
	ip->protocol = IPPROTO_GRE;
	ip->saddr = outer.daddr;
	ip->daddr = outer.saddr;
	__ip_select_ident(tunnel->net, ip, 1);
	ip_send_check(ip);
	skb->protocol = htons(ETH_P_IP);
	skb->dev = dev;
	skb->priority = TC_PRIO_CONTROL;

	err = -EMSGSIZE;
	reason = GREX_TX_TOO_BIG;
	if (df &&
	    skb->len + config->overhead > grex_pmtu_limit(config, outer.rt)) {
		ip_rt_put(outer.rt);
		goto drop;
	}
	underlay = outer.rt->dst.dev;
	err = grex_encap_send(config, skb, &outer);
	if (err > 0)
		err = tx_has_queue(underlay) ? -ENOBUFS : -EIO;
	return err;

drop:
	if (reason == GREX_TX_RECURSION)
		err = -ELOOP;
	grex_encap_drop(tunnel, reason, skb);
	return err;
}

/**
 * grex_tx_reflect - return a keepalive of the remote
 * @config: of a tunnel that has one
 * @skb: an IPv4 packet to it, not to be encapsulated; ours now
 *
 * Caller: RCU, BH disabled.
 *
 * Return: 0, or -ENOBUFS when it did not get out
 */
int grex_tx_reflect(struct grex_config *config, struct sk_buff *skb)
{
	struct grex_tunnel *tunnel = config->tunnel;
	struct grex_outer outer;
	int reason;

	reason = grex_encap_route(config, skb, 0, false, 0, &outer);
	if (unlikely(reason != GREX_STAT_NONE)) {
		grex_encap_drop(tunnel, reason, skb);
		return -ENOBUFS;
	}
	skb->priority = TC_PRIO_CONTROL;
	return grex_encap_send_bare(config, skb, &outer);
}
