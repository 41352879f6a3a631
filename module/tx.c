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
#include "grex.h"
#include "header.h"
#include "nbma.h"
#include "packet.h"
#include "pmtu.h"
#include "proof.h"
#include "route.h"
#include "sent_log.h"
#include "stats.h"

/* As far as it gets: what the vendors have in a keepalive. */
#define TX_PROBE_TTL 255

/* Tunnels in one another, of which each takes a part of the stack: as many as newer
 * kernels allow their own (IP_TUNNEL_RECURSION_LIMIT).
 */
#define GREX_TX_DEPTH 5

/**
 * struct tx_frame - an outer packet that is being sent, on the stack of who sends it
 * @node: in tx_frames
 * @task: who sends it
 * @tunnel: by which tunnel
 *
 * Those of other tasks are there on PREEMPT_RT, where one may preempt another with BH
 * disabled; no task changes its CPU meanwhile.
 */
struct tx_frame {
	struct hlist_node node;
	const struct task_struct *task;
	const struct grex_tunnel *tunnel;
};

static DEFINE_PER_CPU(struct hlist_head, tx_frames);

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

/**
 * struct tx_outer - the outer header to be
 * @rt: referenced
 * @saddr: source
 * @daddr: destination
 * @dsfield: TOS
 * @ttl: TTL
 * @df: htons(IP_DF) or 0
 * @sk: NULL, or the socket for which the stack does not know the path MTU better
 * @fragment: without DF, bytes to fragment to; 0: the stack knows
 */
struct tx_outer {
	struct rtable *rt;
	struct sock *sk;
	__be32 saddr;
	__be32 daddr;
	u8 dsfield;
	u8 ttl;
	__be16 df;
	u16 fragment;
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

/* Fill in addresses, TOS and route, of several equal ones that of the inner flow if
 * @by_flow. A tunnel without a remote sends to @neighbour. On failure return the counter
 * of the reason.
 */
static int tx_route(struct grex_config *config, struct sk_buff *skb,
		    struct net_device *dev, u8 dsfield, bool by_flow,
		    __be32 neighbour, struct tx_outer *outer)
{
	struct dst_cache *cache = &config->dst_cache;
	bool cached;

	/* The outer ECN bits are the inner ones (RFC 6040 4.1). */
	outer->dsfield = config->options.tos & GREX_TOS_INHERIT
				 ? dsfield
				 : config->options.tos |
					   (dsfield & INET_ECN_MASK);
	outer->daddr = config->options.match.remote.v4;

	/* The cache holds the route of a fixed remote and one DSCP, the fixed
	 * one or 0; others may be routed elsewhere (ip rule tos), and their
	 * look-up is not saved. Nor is it where each flow has a path of its own.
	 */
	cached = outer->daddr && (!(config->options.tos & GREX_TOS_INHERIT) ||
				  !(dsfield & ~INET_ECN_MASK));
	if (likely(cached)) {
		outer->rt = dst_cache_get_ip4(cache, &outer->saddr);
		if (likely(outer->rt))
			return GREX_STAT_NONE;
	}
	if (unlikely(!outer->daddr)) {
		outer->daddr = neighbour ?: grex_nbma_of_next_hop(skb, dev);
		if (!outer->daddr)
			return GREX_TX_NO_REMOTE;
	}
	outer->rt = grex_route_lookup(config, outer->daddr, outer->dsfield,
				      by_flow ? skb_get_hash(skb) : 0,
				      &outer->saddr);
	if (IS_ERR(outer->rt))
		return GREX_TX_NO_ROUTE;
	if (unlikely(outer->rt->dst.dev == dev)) {
		ip_rt_put(outer->rt);
		return GREX_TX_RECURSION;
	}
	if (cached &&
	    !grex_route_is_spread(config, outer->daddr, outer->dsfield))
		dst_cache_set_ip4(cache, &outer->rt->dst, outer->saddr);
	return GREX_STAT_NONE;
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

/* For whom the packet is sent: somebody whom the stack does not hold to the path MTU
 * of its route cache, which it learns from errors that anyone can forge. Under IPsec
 * the packet that the path sees is not ours, and the stack knows better.
 */
static struct sock *tx_sock(const struct grex_config *config,
			    const struct rtable *rt)
{
	if (dst_xfrm(&rt->dst) && !grex_pmtu_probed(config))
		return NULL;
	return grex_net(config->tunnel->net)->pmtu_sk;
}

/* Sum the GRE header and the payload. If the inner packet still waits for a checksum, the
 * sum of what that covers is known (local checksum offload). Otherwise the device or the
 * core computes this checksum. A packet from a packet socket, by way of tc, may also wait
 * for a checksum that starts in a header that is gone.
 */
static void tx_sum(struct sk_buff *skb, unsigned int len)
{
	if (skb->ip_summed == CHECKSUM_PARTIAL &&
	    skb_checksum_start_offset(skb) >= (int)len)
		*grex_header_csum(skb->data) = csum_fold(lco_csum(skb));
	else
		grex_compat_sum_later(skb, grex_header_csum(skb->data));
}

/* Put the GRE header in front of the inner packet. */
static void tx_push_gre(const struct grex_config *config, struct sk_buff *skb)
{
	const unsigned int len = grex_header_len(config->options.oflags);
	const u16 flags = config->options.oflags;
	u32 seq = 0;

	if (flags & GREX_HEADER_SEQ)
		seq = atomic_fetch_inc(&config->tunnel->oseq);
	skb_set_inner_protocol(skb, skb->protocol);
	skb_push(skb, len);
	skb_reset_transport_header(skb);
	grex_header_write(skb->data, flags, skb->protocol, config->options.okey,
			  seq);
	/* Segmentation writes the checksum of each segment itself. */
	if (flags & GREX_HEADER_CSUM && !skb_is_gso(skb))
		tx_sum(skb, len);
}

/* The ID of a packet with DF proves what an ICMP error quotes (sent_log.h). The IP header
 * of the inner packet is in the linear part.
 */
static __be16 tx_id(const struct grex_config *config, const struct sk_buff *skb,
		    __be32 remote)
{
	const u8 *inner = skb->data + config->overhead;
	unsigned int look = skb->len - config->overhead;
	struct grex_flow flow;
	u8 buffer[GREX_FLOW_LOOK];

	if (skb->inner_protocol == htons(ETH_P_IP))
		look = min_t(unsigned int, look, (*inner & 0xf) * 4 + 4);
	else if (skb->inner_protocol == htons(ETH_P_IPV6))
		look = min_t(unsigned int, look, sizeof(struct ipv6hdr) + 4);
	else
		look = min(look, 4U);
	inner = skb_header_pointer(skb, config->overhead, look, buffer);
	if (unlikely(!inner ||
		     !grex_flow_read(&flow, skb->inner_protocol, inner, look)))
		return 0;
	return htons(grex_sent_log_id(config->tunnel->sent_log, remote,
				      skb->inner_protocol, &flow, 0));
}

/* With a mark of the tunnel's, netfilter and a re-route see what the look-up saw; without
 * one the mark is that of the inner packet.
 */
static void tx_mark(const struct grex_config *config, struct sk_buff *skb)
{
	if (config->options.fwmark)
		skb->mark = config->options.fwmark;
}

/* Put the outer IP header in front, and give the packet its route. */
static void tx_push_ip(const struct grex_config *config, struct sk_buff *skb,
		       const struct tx_outer *outer)
{
	struct rtable *rt = outer->rt;
	struct iphdr *ip;

	skb_clear_hash_if_not_l4(skb);
	skb_dst_set(skb, &rt->dst);
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	tx_mark(config, skb);

	skb_push(skb, sizeof(*ip));
	skb_reset_network_header(skb);
	ip = ip_hdr(skb);
	ip->version = 4;
	ip->ihl = sizeof(*ip) >> 2;
	ip->tos = outer->dsfield;
	ip->frag_off = outer->df;
	ip->ttl = outer->ttl;
	ip->protocol = IPPROTO_GRE;
	ip->saddr = outer->saddr;
	ip->daddr = outer->daddr;
	if (outer->df)
		ip->id = tx_id(config, skb, outer->daddr);
	else
		__ip_select_ident(dev_net(rt->dst.dev), ip,
				  skb_shinfo(skb)->gso_segs ?: 1);
	if (unlikely(outer->fragment && skb->len > outer->fragment))
		IPCB(skb)->frag_max_size = outer->fragment;
}

static void tx_log_recursion(struct grex_tunnel *tunnel)
{
	if (!test_and_set_bit(0, &tunnel->recursion_logged) &&
	    grex_may_log(tunnel))
		netdev_warn(tunnel->dev,
			    "the route to the remote leads back into this tunnel, packets are dropped\n");
}

/* Remember what is likely to cause an ICMP error, and other packets while there is
 * room.
 */
static void tx_remember(const struct grex_config *config,
			const struct sk_buff *skb, const struct tx_outer *outer)
{
	if (!(outer->df && skb->len > GREX_SENT_LOG_LEN) &&
	    !(config->options.ttl == GREX_TTL_INHERIT &&
	      outer->ttl < GREX_SENT_LOG_TTL) &&
	    !grex_sent_log_is_stale(config->tunnel->sent_log,
				    ntohs(ip_hdr(skb)->id)))
		return;
	grex_sent_log_add(config->tunnel->sent_log, skb, config->overhead);
}

static void tx_drop(struct grex_tunnel *tunnel, int reason, struct sk_buff *skb)
{
	if (reason == GREX_TX_RECURSION)
		tx_log_recursion(tunnel);
	grex_stats_drop(tunnel->stats, reason, skb);
}

static void tx_enter(struct tx_frame *frame)
{
	preempt_disable();
	hlist_add_head(&frame->node, this_cpu_ptr(&tx_frames));
	preempt_enable();
}

static void tx_leave(struct tx_frame *frame)
{
	preempt_disable();
	hlist_del(&frame->node);
	preempt_enable();
}

/* Has the packet come back to a tunnel that it left by, over any number of other devices,
 * or is this one tunnel too many in another?
 */
static bool tx_is_too_deep(struct grex_tunnel *tunnel)
{
	const struct hlist_head *frames = raw_cpu_ptr(&tx_frames);
	const struct tx_frame *frame;
	unsigned int depth = 0;
	bool loops = false;

	if (likely(hlist_empty(frames)))
		return false;
	preempt_disable();
	hlist_for_each_entry(frame, frames, node) {
		if (frame->task != current)
			continue;
		depth++;
		loops |= frame->tunnel == tunnel;
	}
	preempt_enable();
	if (loops)
		tx_log_recursion(tunnel);
	return loops || depth >= GREX_TX_DEPTH;
}

/* Encapsulate a packet whose outer header is decided, and let it go. */
static int tx_send(struct grex_config *config, struct sk_buff *skb,
		   struct net_device *dev, const struct tx_outer *outer)
{
	struct grex_tunnel *tunnel = config->tunnel;
	struct tx_frame frame = { .task = current, .tunnel = tunnel };
	unsigned int len = skb->len;
	int err;

	if (unlikely(skb_cow_head(skb, LL_RESERVED_SPACE(outer->rt->dst.dev) +
					       outer->rt->dst.header_len +
					       config->overhead)))
		goto no_memory;
	if (unlikely(iptunnel_handle_offloads(skb,
					      config->options.oflags &
							      GREX_HEADER_CSUM
						      ? SKB_GSO_GRE_CSUM
						      : SKB_GSO_GRE)))
		goto no_memory;

	tx_push_gre(config, skb);
	skb_scrub_packet(skb, !net_eq(tunnel->net, dev_net(dev)));
	tx_push_ip(config, skb, outer);
	tx_remember(config, skb, outer);
	/* Only here may a packet come back, see grex_tx(). */
	tx_enter(&frame);
	err = ip_local_out(tunnel->net, outer->sk, skb);
	err = net_xmit_eval(err);
	tx_leave(&frame);
	if (likely(!err)) {
		dev_sw_netstats_tx_add(dev, 1, len);
		grex_note_time(&tunnel->sent_last);
	} else {
		grex_stats_count(tunnel->stats, GREX_TX_UNDERLAY);
	}
	return err;

no_memory:
	ip_rt_put(outer->rt);
	tx_drop(tunnel, GREX_TX_NO_MEMORY, skb);
	return -ENOMEM;
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
	struct tx_outer outer;
	struct tx_inner inner;
	unsigned int mtu;
	int reason;

	reason = GREX_TX_TRUNCATED;
	if (unlikely(!pskb_inet_may_pull(skb)))
		goto drop;
	inner = tx_read_inner(config, skb);

	reason = tx_route(config, skb, dev, inner.dsfield, true, neighbour,
			  &outer);
	if (unlikely(reason != GREX_STAT_NONE))
		goto drop;
	outer.ttl = tx_ttl(config, skb, &inner);
	outer.df = tx_df(config, &inner);
	outer.sk = tx_sock(config, outer.rt);
	outer.fragment = 0;

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

	tx_send(config, skb, dev, &outer);
	return;

drop_rt:
	ip_rt_put(outer.rt);
drop:
	if (reason == GREX_TX_NO_ROUTE || reason == GREX_TX_NO_REMOTE)
		dst_link_failure(skb);
	tx_drop(tunnel, reason, skb);
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

	if (unlikely(tx_is_too_deep(tunnel))) {
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
	struct tx_outer outer;
	struct iphdr *ip;
	void *payload;
	int reason;
	int err;

	err = -EHOSTUNREACH;
	reason = tx_route(config, skb, dev, 0, false, 0, &outer);
	if (unlikely(reason != GREX_STAT_NONE))
		goto drop;
	outer.dsfield = IPTOS_PREC_INTERNETCONTROL;
	outer.ttl = config->options.ttl ?: TX_PROBE_TTL;
	outer.df = df ? htons(IP_DF) : 0;
	outer.sk = tx_sock(config, outer.rt);
	outer.fragment = 0;

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
	err = tx_send(config, skb, dev, &outer);
	if (err > 0)
		err = tx_has_queue(underlay) ? -ENOBUFS : -EIO;
	return err;

drop:
	if (reason == GREX_TX_RECURSION)
		err = -ELOOP;
	tx_drop(tunnel, reason, skb);
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
	struct tx_outer outer;
	int reason;
	int err;

	reason = tx_route(config, skb, tunnel->dev, 0, false, 0, &outer);
	if (unlikely(reason != GREX_STAT_NONE))
		goto drop;
	reason = GREX_TX_NO_MEMORY;
	if (unlikely(skb_cow_head(skb, LL_RESERVED_SPACE(outer.rt->dst.dev) +
					       outer.rt->dst.header_len))) {
		ip_rt_put(outer.rt);
		goto drop;
	}
	skb_scrub_packet(skb, !net_eq(tunnel->net, dev_net(tunnel->dev)));
	skb_dst_set(skb, &outer.rt->dst);
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	tx_mark(config, skb);
	skb->priority = TC_PRIO_CONTROL;
	err = ip_local_out(tunnel->net, tx_sock(config, outer.rt), skb);
	if (!net_xmit_eval(err))
		return 0;
	grex_stats_count(tunnel->stats, GREX_TX_UNDERLAY);
	return -ENOBUFS;

drop:
	tx_drop(tunnel, reason, skb);
	return -ENOBUFS;
}
