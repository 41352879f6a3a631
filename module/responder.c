// SPDX-License-Identifier: GPL-2.0
/*
 * The answer to the keepalives of a peer: the packet inside goes back to it, one
 * hop on, as if it had been forwarded. It takes no state but a limit.
 */
#include <linux/if_ether.h>
#include <linux/inetdevice.h>
#include <linux/pkt_sched.h>
#include <net/ip.h>
#include <net/route.h>

#include "encap.h"
#include "grex.h"
#include "limit.h"
#include "packet.h"
#include "probe.h"
#include "responder.h"
#include "stats.h"

/* Ten times what the shortest interval of grex needs of a peer. */
#define RESPONDER_ANSWERS_PER_SECOND 100
/* A keepalive that was answered and comes back within this time has looped. */
#define RESPONDER_LOOP_TIME (5 * HZ)

/* What a received packet that comes back to its sender is. */
enum responder_kind {
	RESPONDER_NONE, /* no keepalive */
	RESPONDER_OUTER, /* one to the peer's outer address */
	RESPONDER_INNER, /* one to an address inside of the tunnel */
};

void grex_responder_init(struct grex_tunnel *tunnel)
{
	grex_limit_init(&tunnel->responder.limit, HZ,
			RESPONDER_ANSWERS_PER_SECOND);
	spin_lock_init(&tunnel->responder.lock);
}

/**
 * grex_responder_unwrap - find the IPv4 packet in a keepalive of other vendors
 * @skb: at the GRE header
 * @header: the GRE header; changed when it is one, to end at the IPv4 packet
 *
 * Return: is it one
 */
bool grex_responder_unwrap(struct sk_buff *skb, struct grex_header *header)
{
	const unsigned int look =
		min_t(unsigned int, skb->len, header->len + GREX_UNWRAP_LOOK);
	int skip;

	if (look < header->len || !pskb_may_pull(skb, look))
		return false;
	skip = grex_request_unwrap(header->protocol, skb->data + header->len,
				   look - header->len);
	if (skip < 0)
		return false;
	header->len += skip;
	header->protocol = htons(ETH_P_IP);
	return true;
}

/* Is it the tunnel's own address? Not just any of this machine: 127.0.0.1 and
 * the like are at the other end too, which would send the answer back again.
 */
static bool responder_is_inner(const struct net_device *dev, __be32 addr)
{
	const struct in_device *in_dev = __in_dev_get_rcu(dev);
	const struct in_ifaddr *ifa;

	if (!in_dev)
		return false;
	in_dev_for_each_ifa_rcu(ifa, in_dev) {
		if (ifa->ifa_local == addr)
			return true;
	}
	return false;
}

/* Is it an address at the other end, and not one that is reached through it, or ours? */
static bool responder_is_on_link(const struct net_device *dev, __be32 addr)
{
	const struct in_device *in_dev = __in_dev_get_rcu(dev);
	const struct in_ifaddr *ifa;
	bool on_link = false;

	if (!in_dev)
		return false;
	in_dev_for_each_ifa_rcu(ifa, in_dev) {
		if (ifa->ifa_local == addr)
			return false;
		on_link |= inet_ifa_match(addr, ifa);
	}
	return on_link;
}

/* Has it been answered a moment ago, and come back since? The other end may send an
 * address that it does not have back to us; each time round lowers the TTL.
 */
static bool responder_is_looped(struct grex_tunnel *tunnel,
				const struct iphdr *ip)
{
	struct grex_responder *last = &tunnel->responder;
	bool again;

	spin_lock(&last->lock);
	again = last->saddr == ip->saddr && last->daddr == ip->daddr &&
		last->id == ip->id && ip->ttl < last->ttl &&
		time_before(jiffies, last->when + RESPONDER_LOOP_TIME);
	if (!again) {
		last->saddr = ip->saddr;
		last->daddr = ip->daddr;
		last->id = ip->id;
		last->ttl = ip->ttl;
		last->when = jiffies;
	}
	spin_unlock(&last->lock);
	return again;
}

/* With a local of any, nothing is sent from what is not an address of ours. */
static bool responder_may_answer_from(const struct grex_config *config,
				      __be32 addr)
{
	struct net *net = config->tunnel->net;

	if (config->options.match.local.v4)
		return true;
	return inet_addr_type_dev_table(net,
					dev_get_by_index_rcu(net,
							     config->options
								     .link),
					addr) == RTN_LOCAL;
}

/* It says that it is from us, or back to the peer; behind NAT, each of them may
 * know another address than we. Its GRE header is what the peer would take.
 */
static enum responder_kind responder_kind(const struct grex_config *config,
					  struct sk_buff *skb, __be32 from,
					  __be32 to,
					  struct grex_request *request)
{
	const unsigned int look =
		min_t(unsigned int, skb->len, GREX_REQUEST_LOOK);
	const u16 key = config->options.oflags & GREX_HEADER_KEY;

	if (skb_is_gso(skb) || !pskb_may_pull(skb, look) ||
	    !grex_request_read(request, skb->data, look) ||
	    request->total_len > skb->len ||
	    (request->header.flags & GREX_HEADER_KEY) != key ||
	    (key && request->header.key != config->options.okey))
		return RESPONDER_NONE;
	if (request->saddr == to || request->daddr == from)
		return RESPONDER_OUTER;
	/* Some use addresses from inside of the tunnel. */
	if (responder_is_inner(config->tunnel->dev, request->saddr) &&
	    responder_is_on_link(config->tunnel->dev, request->daddr))
		return RESPONDER_INNER;
	return RESPONDER_NONE;
}

/* Another grex tells what it thinks of the path, in every probe, for the operator to see.
 * A secret proves that it was the peer: nobody else can make that hash.
 *
 * Return: may the request be answered
 */
static bool responder_listen(const struct grex_config *config,
			     struct sk_buff *skb,
			     const struct grex_request *request)
{
	const unsigned int at = sizeof(struct iphdr) + request->header.len;
	struct grex_peer *peer = &config->tunnel->peer;
	struct grex_probe probe;
	u64 hash;

	if (request->total_len < at + GREX_PROBE_LEN ||
	    !pskb_may_pull(skb, at + GREX_PROBE_LEN) ||
	    !grex_probe_read(&probe, skb->data + at, request->total_len - at,
			     &hash))
		return !config->options.has_secret;
	if (config->options.has_secret &&
	    hash != grex_probe_hash(config, skb->data + at, request->saddr,
				    request->daddr))
		return false;
	WRITE_ONCE(peer->mtu, probe.mtu);
	WRITE_ONCE(peer->path_mtu, probe.path_mtu);
	WRITE_ONCE(peer->heard, jiffies);
	WRITE_ONCE(peer->verified, config->options.has_secret);
	return true;
}

/* Send the packet to the outer address of the peer. */
static int responder_output(struct grex_config *config, struct sk_buff *skb)
{
	struct grex_outer outer;
	int reason;

	reason = grex_encap_route(config, skb, 0, false, 0, &outer);
	if (unlikely(reason)) {
		grex_encap_drop(config->tunnel, reason, skb);
		return -ENOBUFS;
	}
	skb->priority = TC_PRIO_CONTROL;
	return grex_encap_send_bare(config, skb, &outer);
}

static void responder_send(struct grex_config *config, struct sk_buff *skb,
			   const struct grex_request *request,
			   enum responder_kind kind, __be32 to)
{
	struct grex_tunnel *tunnel = config->tunnel;
	struct iphdr *ip;

	/* The checksum state describes the whole packet. If a checksum is still to be
	 * computed behind the new end, pskb_trim_rcsum() would fail.
	 */
	skb->ip_summed = CHECKSUM_NONE;
	if (pskb_trim(skb, request->total_len) ||
	    skb_ensure_writable(skb, sizeof(*ip))) {
		grex_stats_drop(tunnel->stats, GREX_STAT_RX_NO_MEMORY, skb);
		return;
	}
	ip = ip_hdr(skb);
	ip->ttl--;
	if (kind == RESPONDER_OUTER) {
		ip->saddr = to;
		ip->daddr = config->options.match.remote.v4;
	}
	ip_send_check(ip);
	/* When it was received is not when it is to be sent (fq). */
	skb_clear_tstamp(skb);
	dev_sw_netstats_rx_add(tunnel->dev, skb->len);
	grex_note_time(&tunnel->received);
	if (kind == RESPONDER_INNER)
		grex_tx(skb, tunnel->dev);
	else if (responder_output(config, skb))
		return;
	grex_stats_count(tunnel->stats, GREX_STAT_KEEPALIVE_ANSWERED);
}

/**
 * grex_responder_take - answer a keepalive of the peer
 * @config: of the tunnel
 * @skb: a received inner IPv4 packet, at its header
 * @from: outer source
 * @to: outer destination
 *
 * What goes back to its sender is a keepalive; or must not be forwarded, lest it
 * loops (RFC 2784 3.1).
 *
 * Return: was it taken, that is answered or dropped
 */
bool grex_responder_take(struct grex_config *config, struct sk_buff *skb,
			 __be32 from, __be32 to)
{
	struct grex_tunnel *tunnel = config->tunnel;
	struct grex_request request;
	enum responder_kind kind;

	kind = responder_kind(config, skb, from, to, &request);
	if (kind == RESPONDER_NONE && ip_hdr(skb)->daddr != from)
		return false;

	/* A tunnel to anyone has no peer: whoever asks may not be who he says. */
	if (kind == RESPONDER_NONE || !config->options.keepalive_reply ||
	    !config->options.match.remote.v4 || ip_hdr(skb)->ttl <= 1 ||
	    !responder_may_answer_from(config, to)) {
		grex_stats_drop(tunnel->stats, GREX_STAT_RX_KEEPALIVE_REFUSED,
				skb);
		return true;
	}
	/* Whoever has the secret asks by the outer addresses. */
	if ((kind == RESPONDER_INNER && config->options.has_secret) ||
	    !responder_listen(config, skb, &request)) {
		grex_stats_drop(tunnel->stats, GREX_STAT_RX_KEEPALIVE_UNPROVED,
				skb);
		return true;
	}
	/* A direct answer goes to the remote alone, and is smaller than what it answers: a
	 * limit would only take it from the peer when somebody else asks in its name.
	 */
	if (kind == RESPONDER_INNER &&
	    responder_is_looped(tunnel, ip_hdr(skb))) {
		grex_stats_drop(tunnel->stats, GREX_STAT_RX_KEEPALIVE_REFUSED,
				skb);
		return true;
	}
	if (kind == RESPONDER_INNER && !__ratelimit(&tunnel->responder.limit)) {
		grex_stats_drop(tunnel->stats, GREX_STAT_RX_KEEPALIVE_LIMITED,
				skb);
		return true;
	}
	responder_send(config, skb, &request, kind, to);
	return true;
}
