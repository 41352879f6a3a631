// SPDX-License-Identifier: GPL-2.0
#include <linux/if_ether.h>
#include <linux/ipv6.h>
#include <net/dst_metadata.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ip_tunnels.h>

#include "encap.h"
#include "grex.h"
#include "header.h"
#include "ipv4.h"
#include "ipv6.h"
#include "nbma.h"
#include "pmtu.h"
#include "route.h"
#include "stats.h"

/* Nested tunnels, of which each takes a part of the stack: as many as newer kernels
 * allow for their own (IP_TUNNEL_RECURSION_LIMIT).
 */
#define ENCAP_DEPTH 5

/**
 * struct encap_frame - an outer packet that is being sent, on the stack of the sender
 * @node: entry of encap_frames
 * @task: the sender
 * @tunnel: the tunnel that sends it
 *
 * On PREEMPT_RT, the list also holds frames of other tasks, because a task may preempt
 * another that has disabled BH. Neither changes its CPU meanwhile.
 */
struct encap_frame {
	struct hlist_node node;
	const struct task_struct *task;
	const struct grex_tunnel *tunnel;
};

static DEFINE_PER_CPU(struct hlist_head, encap_frames);

/* Select the socket that the packet is sent for. With the socket of the namespace, the
 * stack does not apply the path MTU of its route cache, which it learns from errors that
 * anyone can forge. Under IPsec the path carries another packet than ours, and the stack
 * knows its path MTU better. IPv6 has no such socket; ipv6.c tells what it does instead.
 */
static struct sock *encap_sock(const struct grex_config *config,
			       const struct dst_entry *dst)
{
	if (grex_is_ipv6(config) ||
	    (dst_xfrm(dst) && !grex_pmtu_probed(config)))
		return NULL;
	return grex_net(config->tunnel->net)->pmtu_sk;
}

/* The cache holds the route of a fixed remote and one DSCP, which is the fixed one or 0.
 * Packets with another DSCP may take another route (ip rule tos), so their look-up is not
 * saved.
 */
static bool encap_may_cache(const struct grex_config *config, u8 dsfield)
{
	return !grex_addr_is_any(&config->options.match.remote) &&
	       (!(config->options.tos & GREX_TOS_INHERIT) ||
		!(dsfield & ~INET_ECN_MASK));
}

static struct dst_entry *encap_cached(struct grex_config *config,
				      union grex_addr *saddr)
{
	struct rtable *rt;

#if IS_ENABLED(CONFIG_IPV6)
	if (grex_is_ipv6(config))
		return dst_cache_get_ip6(&config->dst_cache, &saddr->v6);
#endif
	rt = dst_cache_get_ip4(&config->dst_cache, &saddr->v4);
	return rt ? &rt->dst : NULL;
}

static void encap_cache(struct grex_config *config,
			const struct grex_outer *outer)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (grex_is_ipv6(config)) {
		dst_cache_set_ip6(&config->dst_cache, outer->dst,
				  &outer->saddr.v6);
		return;
	}
#endif
	dst_cache_set_ip4(&config->dst_cache, outer->dst, outer->saddr.v4);
}

/**
 * grex_encap_route - find the route of a packet
 * @config: of the tunnel
 * @skb: the inner packet
 * @dsfield: inner TOS
 * @by_flow: the inner flow selects one of several equal paths
 * @neighbour: outer destination of a tunnel without a remote, NULL: the next hop's
 * @outer: route, socket, addresses, payload and TOS are set, and @fragment to 0
 *
 * Return: GREX_STAT_UNSPEC, or the counter of the reason why there is no route
 */
int grex_encap_route(struct grex_config *config, struct sk_buff *skb,
		     u8 dsfield, bool by_flow, const union grex_addr *neighbour,
		     struct grex_outer *outer)
{
	const bool may_cache = encap_may_cache(config, dsfield);
	struct net_device *dev = config->tunnel->dev;
	const u8 tos = config->options.tos;

	outer->fragment = 0;
	outer->payload = config->options.match.ether ? htons(ETH_P_TEB)
						     : skb->protocol;
	outer->daddr = config->options.match.remote;
	/* The outer ECN bits are the inner ones (RFC 6040 4.1). */
	outer->dsfield = tos & GREX_TOS_INHERIT
				 ? dsfield
				 : (tos & ~INET_ECN_MASK) |
					   (dsfield & INET_ECN_MASK);
	if (likely(may_cache)) {
		outer->dst = encap_cached(config, &outer->saddr);
		if (likely(outer->dst))
			goto found;
	}
	if (unlikely(grex_addr_is_any(&outer->daddr))) {
		if (neighbour)
			outer->daddr = *neighbour;
		else if (config->options.match.ether ||
			 !grex_nbma_of_next_hop(skb, dev, &outer->daddr))
			return GREX_STAT_TX_NO_REMOTE;
	}
	outer->dst = grex_route_lookup(config, &outer->daddr, outer->dsfield,
				       by_flow ? skb_get_hash(skb) : 0,
				       &outer->saddr);
	if (IS_ERR(outer->dst))
		return GREX_STAT_TX_NO_ROUTE;
	if (unlikely(outer->dst->dev == dev)) {
		dst_release(outer->dst);
		return GREX_STAT_TX_RECURSION;
	}
	/* Flows that take several equal paths cannot share one route. */
	if (may_cache &&
	    !grex_route_is_spread(config, &outer->daddr, outer->dsfield))
		encap_cache(config, outer);
found:
	outer->sk = encap_sock(config, outer->dst);
	return GREX_STAT_UNSPEC;
}

/* Compute the checksum over the GRE header and the payload. If the inner packet still waits
 * for a checksum, the sum of what that covers is known (local checksum offload). Otherwise
 * the device or the core computes this checksum. A packet that tc has redirected may also
 * wait for a checksum that starts in a header that is gone.
 */
static void encap_sum(struct sk_buff *skb, unsigned int len)
{
	if (skb->ip_summed == CHECKSUM_PARTIAL &&
	    skb_checksum_start_offset(skb) >= (int)len)
		*grex_header_csum(skb->data) = csum_fold(lco_csum(skb));
	else
		grex_compat_sum_later(skb, grex_header_csum(skb->data));
}

/* Put the GRE header in front of the inner packet. */
static void encap_push_gre(const struct grex_config *config,
			   struct sk_buff *skb, const struct grex_outer *outer)
{
	const unsigned int len = grex_header_len(config->options.oflags);
	const u16 flags = config->options.oflags;
	u32 seq = 0;

	if (flags & GREX_HEADER_SEQ)
		seq = atomic_fetch_inc(&config->tunnel->oseq);
	skb_set_inner_protocol(skb, outer->payload);
	skb_push(skb, len);
	skb_reset_transport_header(skb);
	grex_header_write(skb->data, flags, outer->payload,
			  config->options.okey, seq);
	/* Segmentation writes the checksum of each segment itself. */
	if (flags & GREX_HEADER_CSUM && !skb_is_gso(skb))
		encap_sum(skb, len);
}

/* Netfilter and a second route look-up see the mark that the first look-up used. Without a
 * mark of the tunnel, the packet keeps the mark of the inner packet.
 */
static void encap_mark(const struct grex_config *config, struct sk_buff *skb)
{
	if (config->options.fwmark)
		skb->mark = config->options.fwmark;
}

static void encap_log_recursion(struct grex_tunnel *tunnel)
{
	if (!test_and_set_bit(0, &tunnel->recursion_logged) &&
	    grex_may_log(tunnel))
		netdev_warn(tunnel->dev,
			    "the route to the remote leads back into this tunnel, packets are dropped\n");
}

/**
 * grex_encap_drop - drop a packet
 * @tunnel: that cannot send it
 * @reason: its counter
 * @skb: the packet
 */
void grex_encap_drop(struct grex_tunnel *tunnel, int reason,
		     struct sk_buff *skb)
{
	if (reason == GREX_STAT_TX_RECURSION)
		encap_log_recursion(tunnel);
	grex_stats_drop(tunnel->stats, reason, skb);
}

/* The caller has BH disabled. On PREEMPT_RT, that does not keep another task from the list. */
static void encap_lock(void)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		preempt_disable();
}

static void encap_unlock(void)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		preempt_enable();
}

static void encap_enter(struct encap_frame *frame)
{
	encap_lock();
	hlist_add_head(&frame->node, this_cpu_ptr(&encap_frames));
	encap_unlock();
}

static void encap_leave(struct encap_frame *frame)
{
	encap_lock();
	hlist_del(&frame->node);
	encap_unlock();
}

/**
 * grex_encap_is_too_deep - detect a routing loop
 * @tunnel: that a packet is to be sent by
 *
 * Return: whether the packet has come back to a tunnel that it left by, over any number
 * of other devices, or the tunnels are nested too deep
 */
bool grex_encap_is_too_deep(struct grex_tunnel *tunnel)
{
	const struct hlist_head *frames = raw_cpu_ptr(&encap_frames);
	const struct encap_frame *frame;
	unsigned int depth = 0;
	bool loops = false;

	if (likely(hlist_empty(frames)))
		return false;
	encap_lock();
	hlist_for_each_entry(frame, frames, node) {
		if (frame->task != current)
			continue;
		depth++;
		loops |= frame->tunnel == tunnel;
	}
	encap_unlock();
	if (loops)
		encap_log_recursion(tunnel);
	return loops || depth >= ENCAP_DEPTH;
}

/* Hand a packet with its outer header to the stack. Return 0, -errno, or a value above 0 if a
 * queue or a device has dropped it.
 */
static int encap_output(const struct grex_config *config, struct sk_buff *skb,
			const struct grex_outer *outer)
{
	struct net *net = config->tunnel->net;
	int err = grex_is_ipv6(config) ? ip6_local_out(net, outer->sk, skb)
				       : ip_local_out(net, outer->sk, skb);

	return net_xmit_eval(err);
}

/**
 * grex_encap_send - encapsulate a packet and send it
 * @config: of the tunnel
 * @skb: the inner packet; ours now
 * @outer: the outer header
 *
 * Return: 0, -ENOMEM, or the result of net_xmit_eval(), which is above 0 when a queue or a
 * device dropped the packet
 */
int grex_encap_send(struct grex_config *config, struct sk_buff *skb,
		    const struct grex_outer *outer)
{
	struct grex_tunnel *tunnel = config->tunnel;
	struct encap_frame frame = { .task = current, .tunnel = tunnel };
	unsigned int len = skb->len;
	int err;

	if (unlikely(skb_cow_head(skb, LL_RESERVED_SPACE(outer->dst->dev) +
					       outer->dst->header_len +
					       config->overhead)))
		goto no_memory;
	if (unlikely(iptunnel_handle_offloads(skb,
					      config->options.oflags &
							      GREX_HEADER_CSUM
						      ? SKB_GSO_GRE_CSUM
						      : SKB_GSO_GRE)))
		goto no_memory;

	encap_push_gre(config, skb, outer);
	skb_scrub_packet(skb, !net_eq(tunnel->net, dev_net(tunnel->dev)));
	skb_clear_hash_if_not_l4(skb);
	skb_dst_set(skb, outer->dst);
	encap_mark(config, skb);
	if (grex_is_ipv6(config))
		grex_ipv6_push(config, skb, outer);
	else
		grex_ipv4_push(config, skb, outer);
	/* Only from here may a packet come back, see grex_encap_is_too_deep(). */
	encap_enter(&frame);
	err = encap_output(config, skb, outer);
	encap_leave(&frame);
	if (likely(!err)) {
		dev_sw_netstats_tx_add(tunnel->dev, 1, len);
		grex_note_time(&tunnel->sent_last);
	} else {
		grex_stats_count(tunnel->stats, GREX_STAT_TX_UNDERLAY);
	}
	return err;

no_memory:
	dst_release(outer->dst);
	grex_encap_drop(tunnel, GREX_STAT_TX_NO_MEMORY, skb);
	return -ENOMEM;
}

/**
 * grex_encap_send_bare - send an IPv4 packet to the remote without encapsulating it
 * @config: of the tunnel
 * @skb: the packet; ours now
 * @outer: the route
 *
 * Return: 0, or -ENOBUFS when the packet was not sent
 */
int grex_encap_send_bare(struct grex_config *config, struct sk_buff *skb,
			 const struct grex_outer *outer)
{
	struct grex_tunnel *tunnel = config->tunnel;
	int err;

	if (unlikely(skb_cow_head(skb, LL_RESERVED_SPACE(outer->dst->dev) +
					       outer->dst->header_len))) {
		dst_release(outer->dst);
		grex_encap_drop(tunnel, GREX_STAT_TX_NO_MEMORY, skb);
		return -ENOBUFS;
	}
	skb_scrub_packet(skb, !net_eq(tunnel->net, dev_net(tunnel->dev)));
	skb_dst_set(skb, outer->dst);
	memset(skb->cb, 0, sizeof(skb->cb));
	encap_mark(config, skb);
	err = encap_output(config, skb, outer);
	if (!err)
		return 0;
	grex_stats_count(tunnel->stats, GREX_STAT_TX_UNDERLAY);
	return -ENOBUFS;
}
