// SPDX-License-Identifier: GPL-2.0
#include <linux/if_ether.h>
#include <linux/ktime.h>
#include <linux/pkt_sched.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/string.h>
#include <net/ip.h>
#include <net/sch_generic.h>

#include "encap.h"
#include "grex.h"
#include "header.h"
#include "histogram.h"
#include "ipv4.h"
#include "ipv6.h"
#include "packet.h"
#include "pmtu.h"
#include "probe.h"
#include "stats.h"

/* The inner packet has the highest value, as that of other vendors has. */
#define PROBE_TTL 255
/* A reply that took longer says nothing about the present state of the peer. */
#define PROBE_MAX_AGE (10ULL * NSEC_PER_SEC)

/* The addresses distinguish the probes of the two ends, and those of tunnels between
 * other ends with the same secret. They are those of the inner header, which NAT does not
 * change.
 */
struct probe_signed {
	u8 payload[GREX_PROBE_SIGNED];
	u8 addresses[2 * sizeof(struct in6_addr)];
} __aligned(sizeof(u64));

static unsigned int probe_ip_len(const struct grex_config *config)
{
	return grex_is_ipv6(config) ? sizeof(struct ipv6hdr)
				    : sizeof(struct iphdr);
}

/**
 * grex_probe_hash - compute the hash of a probe
 * @config: of the tunnel that sends or receives it
 * @payload: of the probe, GREX_PROBE_SIGNED bytes
 * @saddr: source of the packet that is to be returned
 * @daddr: its destination
 *
 * Without a secret, only the tunnel itself can compute this hash.
 */
u64 grex_probe_hash(const struct grex_config *config, const void *payload,
		    const void *saddr, const void *daddr)
{
	const size_t len = grex_is_ipv6(config) ? sizeof(struct in6_addr)
						: sizeof(__be32);
	const siphash_key_t *key = config->options.has_secret
					   ? &config->options.secret
					   : &config->tunnel->probes.key;
	struct probe_signed input;

	memcpy(input.payload, payload, sizeof(input.payload));
	memcpy(input.addresses, saddr, len);
	memcpy(input.addresses + len, daddr, len);
	return siphash(&input, sizeof(input.payload) + 2 * len, key);
}

static_assert(GREX_PROBE_MIN ==
	      sizeof(struct iphdr) + GREX_HEADER_BASE + GREX_PROBE_LEN);

static unsigned int probe_min_size(const struct grex_config *config)
{
	return probe_ip_len(config) +
	       grex_header_len(config->options.iflags & GREX_HEADER_KEY) +
	       GREX_PROBE_LEN;
}

/**
 * grex_probe_size - the size of the inner packet of a probe
 * @config: of the tunnel that sent it
 * @probe: the probe
 *
 * Return: bytes
 */
unsigned int grex_probe_size(const struct grex_config *config,
			     const struct grex_probe *probe)
{
	return probe_min_size(config) + probe->padding;
}

static int probe_queue_of(struct net_device *dev,
			  struct netdev_nested_priv *priv)
{
	const struct netdev_queue *queue = netdev_get_tx_queue(dev, 0);

	return !!rcu_dereference_bh(queue->qdisc)->enqueue;
}

/* Whether the device, or one below it (of a VLAN), has a queue that may be full. A device
 * without a queue drops what the other end does not take: packets larger than its MTU, or
 * all packets while it is down (veth).
 */
static bool probe_has_queue(struct net_device *dev)
{
	struct netdev_nested_priv priv = {};

	return probe_queue_of(dev, &priv) ||
	       netdev_walk_all_lower_dev_rcu(dev, probe_queue_of, &priv);
}

/* Allocate the packet that the peer is to return, up to its GRE header. */
static struct sk_buff *probe_build(const struct grex_config *config,
				   const struct grex_probe *probe)
{
	const u16 flags = config->options.iflags & GREX_HEADER_KEY;
	const unsigned int ip_len = probe_ip_len(config);
	struct sk_buff *skb;

	skb = alloc_skb(LL_MAX_HEADER + MAX_HEADER + ip_len +
				grex_probe_size(config, probe),
			GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return NULL;
	skb_reserve(skb, LL_MAX_HEADER + MAX_HEADER + 2 * ip_len);
	/* The peer returns this header, which must match what the tunnel receives. */
	grex_header_write(skb_put(skb, grex_header_len(flags)), flags, 0,
			  config->options.match.key, 0);
	grex_probe_write(skb_put(skb, GREX_PROBE_LEN), probe);
	skb_put_zero(skb, probe->padding);
	return skb;
}

/* Sign the probe, and put the IP header in front that brings it back. */
static void probe_push_ip(const struct grex_config *config, struct sk_buff *skb,
			  const struct grex_outer *outer)
{
	void *payload = skb->data + grex_header_len(config->options.iflags &
						    GREX_HEADER_KEY);

	grex_probe_sign(payload, grex_probe_hash(config, payload, &outer->daddr,
						 &outer->saddr));
	if (grex_is_ipv6(config))
		grex_ipv6_push_probe(skb, outer, PROBE_TTL);
	else
		grex_ipv4_push_probe(skb, outer, PROBE_TTL);
	skb->dev = config->tunnel->dev;
	skb->priority = TC_PRIO_CONTROL;
}

/* Encapsulate and send a probe. It takes the route of packets with DSCP 0, or with the
 * fixed DSCP of the tunnel, in the class of routing protocols, whatever the carrier of the
 * device.
 */
static int probe_output(struct grex_config *config, struct sk_buff *skb,
			bool df)
{
	struct net_device *underlay;
	struct grex_outer outer;
	int reason;
	int err;

	err = -EHOSTUNREACH;
	reason = grex_encap_route(config, skb, 0, false, NULL, &outer);
	if (unlikely(reason))
		goto drop;
	outer.payload = grex_is_ipv6(config) ? htons(ETH_P_IPV6)
					     : htons(ETH_P_IP);
	outer.dsfield = IPTOS_PREC_INTERNETCONTROL;
	outer.ttl = config->options.ttl ?: PROBE_TTL;
	outer.encap_limit = config->options.encap_limit;
	outer.df = df;
	probe_push_ip(config, skb, &outer);

	err = -EMSGSIZE;
	reason = GREX_STAT_TX_TOO_BIG;
	if (df &&
	    skb->len + config->overhead > grex_pmtu_limit(config, outer.dst)) {
		dst_release(outer.dst);
		goto drop;
	}
	underlay = outer.dst->dev;
	err = grex_encap_send(config, skb, &outer);
	if (err > 0)
		err = probe_has_queue(underlay) ? -ENOBUFS : -EIO;
	return err;

drop:
	if (reason == GREX_STAT_TX_RECURSION)
		err = -ELOOP;
	grex_encap_drop(config->tunnel, reason, skb);
	return err;
}

/**
 * grex_probe_send - send a probe
 * @config: of a tunnel with a remote
 * @kind: keepalive, manual or path
 * @size: bytes of the inner packet; a lower value than the minimum is raised to it
 * @df: set DF in the outer and the inner header, so that no router fragments the probe
 *
 * The log counts a probe that was not sent, unless the cause is this machine.
 *
 * Return: 0; -EHOSTUNREACH: no route to the remote; -ELOOP: the route leads back into the
 * tunnel; -EMSGSIZE: larger than what the underlay takes; -ENOMEM; -ENOBUFS: the
 * queue of the underlay is full; or another one: filtered, or the device dropped it
 */
int grex_probe_send(struct grex_config *config, enum grex_probe_kind kind,
		    unsigned int size, bool df)
{
	struct grex_tunnel *tunnel = config->tunnel;
	struct grex_probes *probes = &tunnel->probes;
	struct grex_probe_log *log = &probes->log[kind];
	const unsigned int least = probe_min_size(config);
	struct grex_probe probe = {
		.kind = kind,
		.padding = size > least ? size - least : 0,
		.mtu = min_t(unsigned int, READ_ONCE(tunnel->dev->mtu), U16_MAX),
		.path_mtu = READ_ONCE(tunnel->pmtu.plpmtu),
		.time = ktime_get_boottime_ns() + probes->epoch,
	};
	struct sk_buff *skb;
	int err = -ENOMEM;

	spin_lock(&probes->lock);
	probe.generation = probes->generation;
	probe.seq = log->sent++;
	log->history[probe.seq % GREX_KEEPALIVE_HISTORY] = 0;
	spin_unlock(&probes->lock);

	skb = probe_build(config, &probe);
	if (skb)
		err = probe_output(config, skb, df);
	else
		grex_stats_count(tunnel->stats, GREX_STAT_TX_NO_MEMORY);
	if (unlikely(grex_probe_is_unsent(err))) {
		spin_lock(&probes->lock);
		if ((u32)log->sent == probe.seq + 1)
			log->sent--;
		spin_unlock(&probes->lock);
	}
	return err;
}

#define PROBE_BOUND(ns) ns,
static const u64 probe_bounds[] = { GREX_RTT_BOUNDS(PROBE_BOUND) };
static_assert(ARRAY_SIZE(probe_bounds) + 1 == GREX_RTT_BUCKETS);

static void probe_measure(struct grex_probe_log *log, u32 seq, u64 rtt)
{
	const u64 us = div_u64(rtt, NSEC_PER_USEC);
	const u64 change = rtt > log->rtt ? rtt - log->rtt : log->rtt - rtt;
	const unsigned int bucket =
		grex_histogram_bucket(probe_bounds, ARRAY_SIZE(probe_bounds),
				      rtt);

	log->history[seq % GREX_KEEPALIVE_HISTORY] = max_t(u64, us, 1);
	if (!log->received++) {
		log->rtt_smoothed = rtt;
		log->rtt_min = rtt;
		log->rtt_max = rtt;
	} else {
		log->rtt_smoothed += div_s64(rtt - log->rtt_smoothed, 8);
		log->jitter += div_s64(change - log->jitter, 16);
		log->rtt_min = min(log->rtt_min, rtt);
		log->rtt_max = max(log->rtt_max, rtt);
	}
	log->rtt = rtt;
	log->rtt_sum += rtt;
	log->rtt_buckets[bucket]++;
}

/* Whether this is the first reply to one of the last probes. */
static bool probe_is_fresh(const struct grex_probes *probes,
			   const struct grex_probe *probe, u64 now)
{
	const struct grex_probe_log *log = &probes->log[probe->kind];
	const u32 behind = (u32)log->sent - probe->seq;

	return probe->generation == probes->generation && behind &&
	       behind <= min_t(u64, log->sent, GREX_KEEPALIVE_HISTORY) &&
	       !log->history[probe->seq % GREX_KEEPALIVE_HISTORY] &&
	       now - probe->time <= PROBE_MAX_AGE;
}

/**
 * grex_probe_take - process a received packet with protocol type 0
 * @config: of the tunnel
 * @skb: at the GRE header; ours from now on
 * @received: its headers
 * @probe: filled in when true is returned
 *
 * Only a probe that this tunnel has sent recently shows that the peer answers, and only
 * once.
 *
 * Return: whether it was one
 */
bool grex_probe_take(struct grex_config *config, struct sk_buff *skb,
		     const struct grex_received *received,
		     struct grex_probe *probe)
{
	const struct grex_match *match = &received->match;
	const unsigned int at = received->header.len;
	struct grex_tunnel *tunnel = config->tunnel;
	struct grex_probes *probes = &tunnel->probes;
	const u64 now = ktime_get_boottime_ns() + probes->epoch;
	const u8 *payload = NULL;
	bool is_fresh;
	u64 hash;

	if (pskb_may_pull(skb, at + GREX_PROBE_LEN))
		payload = skb->data + at;
	if (!payload ||
	    !grex_probe_read(probe, payload, skb->len - at, &hash) ||
	    hash != grex_probe_hash(config, payload, &match->remote,
				    &match->local)) {
		grex_stats_drop(tunnel->stats, GREX_STAT_RX_KEEPALIVE_UNKNOWN,
				skb);
		return false;
	}
	spin_lock(&probes->lock);
	is_fresh = probe_is_fresh(probes, probe, now);
	if (is_fresh)
		probe_measure(&probes->log[probe->kind], probe->seq,
			      now - probe->time);
	spin_unlock(&probes->lock);
	if (!is_fresh) {
		grex_stats_drop(tunnel->stats, GREX_STAT_RX_KEEPALIVE_REPEATED,
				skb);
		return false;
	}
	/* The reply counts as many bytes as the packet that was sent. */
	dev_sw_netstats_rx_add(tunnel->dev, skb->len + probe_ip_len(config));
	grex_note_time(&tunnel->received);
	consume_skb(skb);
	return true;
}

/**
 * grex_probe_is_current - check whether a probe was sent since grex_probe_renew()
 * @tunnel: that sent it
 * @probe: the probe
 */
bool grex_probe_is_current(struct grex_tunnel *tunnel,
			   const struct grex_probe *probe)
{
	struct grex_probes *probes = &tunnel->probes;
	bool is_current;

	spin_lock_bh(&probes->lock);
	is_current = probe->generation == probes->generation;
	spin_unlock_bh(&probes->lock);
	return is_current;
}

/**
 * grex_probe_renew - reject replies to the probes that were sent so far
 * @tunnel: that sent them
 */
void grex_probe_renew(struct grex_tunnel *tunnel)
{
	struct grex_probes *probes = &tunnel->probes;

	spin_lock_bh(&probes->lock);
	probes->generation++;
	spin_unlock_bh(&probes->lock);
}

/**
 * grex_probe_manual - send a probe that the operator asks for
 * @tunnel: that sends it
 * @size: bytes of the inner packet, 0: the minimum
 *
 * The caller holds the RTNL lock.
 *
 * Return: 0; -ENETDOWN: the device is down; -EDESTADDRREQ: the tunnel has no remote;
 * -EINVAL: @size is out of range; or as grex_probe_send()
 */
int grex_probe_manual(struct grex_tunnel *tunnel, unsigned int size)
{
	struct grex_config *config;
	int err;

	if (!netif_running(tunnel->dev))
		return -ENETDOWN;
	local_bh_disable();
	rcu_read_lock();
	config = rcu_dereference(tunnel->config);
	if (grex_addr_is_any(&config->options.match.remote))
		err = -EDESTADDRREQ;
	else if (size &&
		 (size < probe_min_size(config) || size > GREX_PROBE_MAX))
		err = -EINVAL;
	else
		err = grex_probe_send(config, GREX_PROBE_MANUAL, size,
				      config->options.df == GREX_DF_SET);
	rcu_read_unlock();
	local_bh_enable();
	return err;
}

/**
 * grex_probe_get_log - the results of the probes of one kind
 * @tunnel: that sends them
 * @kind: of the probes
 *
 * Return: a copy of the log
 */
struct grex_probe_log grex_probe_get_log(struct grex_tunnel *tunnel,
					 enum grex_probe_kind kind)
{
	struct grex_probes *probes = &tunnel->probes;
	struct grex_probe_log log;

	spin_lock_bh(&probes->lock);
	log = probes->log[kind];
	spin_unlock_bh(&probes->lock);
	return log;
}

void grex_probe_init(struct grex_tunnel *tunnel)
{
	struct grex_probes *probes = &tunnel->probes;

	spin_lock_init(&probes->lock);
	get_random_bytes(&probes->key, sizeof(probes->key));
	get_random_bytes(&probes->epoch, sizeof(probes->epoch));
}
