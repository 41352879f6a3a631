// SPDX-License-Identifier: GPL-2.0
/*
 * Answers the keepalives of a peer: the inner packet is sent back with a TTL that is one
 * lower, as if it had been forwarded.
 */
#include <linux/if_ether.h>
#include <linux/inetdevice.h>
#include <linux/pkt_sched.h>
#include <net/addrconf.h>
#include <net/ip.h>
#include <net/ipv6.h>
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

/* A received packet that returns to its sender is of one of these kinds. */
enum responder_kind {
	RESPONDER_NONE, /* not a keepalive */
	RESPONDER_OUTER, /* a keepalive to the outer address of the peer */
	RESPONDER_INNER, /* a keepalive to an inner address */
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
 * @header: the GRE header; when true is returned, it ends at the IPv4 packet
 *
 * Return: whether it is such a keepalive
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

/* Whether the address belongs to the tunnel. Other addresses of this machine do not count:
 * 127.0.0.1, for example, exists at the other end too, which would return the answer.
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

/* Whether the address is on the link, and neither behind the other end nor our own. */
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

/* Whether a keepalive has looped: the other end may return an answer to an address that it
 * does not have, and each round lowers the TTL.
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

/* A tunnel without a local address answers only from addresses of this machine. */
static bool responder_may_answer_from(const struct grex_config *config,
				      const union grex_addr *addr)
{
	struct net *net = config->tunnel->net;
	struct net_device *dev;

	if (!grex_addr_is_any(&config->options.match.local))
		return true;
	/* Both look into the VRF of the device, or into none if there is no device. */
	dev = dev_get_by_index_rcu(net, config->options.link);
	if (grex_is_ipv6(config))
		return ipv6_chk_addr(net, &addr->v6, dev, 0);
	return inet_addr_type_dev_table(net, dev, addr->v4) == RTN_LOCAL;
}

static bool responder_is_same(const u8 *inner, const union grex_addr *outer)
{
	return !memcmp(inner, outer, sizeof(*outer));
}

/* Whether an inner packet is addressed to the outer source. */
static bool responder_returns(const struct sk_buff *skb,
			      const struct grex_match *match)
{
	if (skb->protocol == htons(ETH_P_IP))
		return match->family == AF_INET &&
		       ip_hdr(skb)->daddr == match->remote.v4;
	return match->family == AF_INET6 &&
	       ipv6_addr_equal(&ipv6_hdr(skb)->daddr, &match->remote.v6);
}

/* Determine the kind of a received packet. A keepalive has our address as its source or that
 * of the peer as its destination; behind NAT, the peer may know other addresses. Its GRE
 * header has the key that the peer expects.
 */
static enum responder_kind responder_kind(const struct grex_config *config,
					  struct sk_buff *skb,
					  const struct grex_match *match,
					  struct grex_request *request)
{
	const unsigned int look =
		min_t(unsigned int, skb->len, GREX_REQUEST_LOOK);
	const u16 key = config->options.oflags & GREX_HEADER_KEY;
	bool is_ipv6;

	if (skb_is_gso(skb) || !pskb_may_pull(skb, look) ||
	    !grex_request_read(request, skb->data, look) ||
	    request->total_len > skb->len ||
	    (request->header.flags & GREX_HEADER_KEY) != key ||
	    (key && request->header.key != config->options.okey))
		return RESPONDER_NONE;
	/* GRE may say IPv4 in front of an IPv6 packet. */
	is_ipv6 = skb->protocol == htons(ETH_P_IPV6);
	if (request->version != (is_ipv6 ? 6 : 4))
		return RESPONDER_NONE;
	if (is_ipv6 == grex_is_ipv6(config) &&
	    (responder_is_same(request->saddr, &match->local) ||
	     responder_is_same(request->daddr, &match->remote)))
		return RESPONDER_OUTER;
	/* Some vendors use inner IPv4 addresses. */
	if (!is_ipv6 && !config->options.match.ether &&
	    responder_is_inner(config->tunnel->dev, ip_hdr(skb)->saddr) &&
	    responder_is_on_link(config->tunnel->dev, ip_hdr(skb)->daddr))
		return RESPONDER_INNER;
	return RESPONDER_NONE;
}

/* Record what a peer that runs grex reports in its probes. With a secret, the hash proves
 * that the peer sent the probe.
 *
 * Return: whether the request may be answered
 */
static bool responder_listen(const struct grex_config *config,
			     struct sk_buff *skb,
			     const struct grex_request *request)
{
	const unsigned int at = request->ip_len + request->header.len;
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

	reason = grex_encap_route(config, skb, 0, false, NULL, &outer);
	if (unlikely(reason)) {
		grex_encap_drop(config->tunnel, reason, skb);
		return -ENOBUFS;
	}
	skb->priority = TC_PRIO_CONTROL;
	return grex_encap_send_bare(config, skb, &outer);
}

/* Lower the TTL as a router does. A request to the outer address of the peer may come from
 * behind NAT, and its answer gets the addresses that the tunnel has here.
 */
static void responder_readdress(const struct grex_config *config,
				struct sk_buff *skb, enum responder_kind kind,
				const union grex_addr *local)
{
	const union grex_addr *remote = &config->options.match.remote;
	struct ipv6hdr *ipv6;
	struct iphdr *ip;

	if (skb->protocol == htons(ETH_P_IPV6)) {
		ipv6 = ipv6_hdr(skb);
		ipv6->hop_limit--;
		ipv6->saddr = local->v6;
		ipv6->daddr = remote->v6;
		return;
	}
	ip = ip_hdr(skb);
	ip->ttl--;
	if (kind == RESPONDER_OUTER) {
		ip->saddr = local->v4;
		ip->daddr = remote->v4;
	}
	ip_send_check(ip);
}

static void responder_send(struct grex_config *config, struct sk_buff *skb,
			   const struct grex_request *request,
			   enum responder_kind kind,
			   const union grex_addr *local)
{
	struct grex_tunnel *tunnel = config->tunnel;

	/* The checksum state describes the whole packet. If a checksum is still to be
	 * computed behind the new end, pskb_trim_rcsum() would fail.
	 */
	skb->ip_summed = CHECKSUM_NONE;
	if (pskb_trim(skb, request->total_len) ||
	    skb_ensure_writable(skb, request->ip_len)) {
		grex_stats_drop(tunnel->stats, GREX_STAT_RX_NO_MEMORY, skb);
		return;
	}
	responder_readdress(config, skb, kind, local);
	/* fq would use the time of reception as the time of sending. */
	skb_clear_tstamp(skb);
	dev_sw_netstats_rx_add(tunnel->dev, skb->len);
	grex_note_time(&tunnel->received);
	if (kind == RESPONDER_INNER)
		grex_tx(skb, tunnel->dev);
	else if (responder_output(config, skb))
		return;
	grex_stats_count(tunnel->stats, GREX_STAT_KEEPALIVE_ANSWERED);
}

static u8 responder_ttl(const struct sk_buff *skb)
{
	return skb->protocol == htons(ETH_P_IPV6) ? ipv6_hdr(skb)->hop_limit
						  : ip_hdr(skb)->ttl;
}

/**
 * grex_responder_take - answer a keepalive of the peer
 * @config: of the tunnel
 * @skb: a received inner IP packet, at its header; ours when true is returned
 * @match: local is the outer destination, remote the outer source
 *
 * A packet that returns to its sender is a keepalive, or it must not be forwarded because it
 * would loop (RFC 2784 3.1).
 *
 * Return: whether the packet was answered or dropped
 */
bool grex_responder_take(struct grex_config *config, struct sk_buff *skb,
			 const struct grex_match *match)
{
	struct grex_tunnel *tunnel = config->tunnel;
	struct grex_request request;
	enum responder_kind kind;

	kind = responder_kind(config, skb, match, &request);
	if (kind == RESPONDER_NONE && !responder_returns(skb, match))
		return false;

	/* A tunnel without a remote does not know whether the source is forged. */
	if (kind == RESPONDER_NONE || !config->options.keepalive_reply ||
	    grex_addr_is_any(&config->options.match.remote) ||
	    responder_ttl(skb) <= 1 ||
	    !responder_may_answer_from(config, &match->local)) {
		grex_stats_drop(tunnel->stats, GREX_STAT_RX_KEEPALIVE_REFUSED,
				skb);
		return true;
	}
	/* A peer that has the secret is a grex, which uses the outer addresses. */
	if ((kind == RESPONDER_INNER && config->options.has_secret) ||
	    !responder_listen(config, skb, &request)) {
		grex_stats_drop(tunnel->stats, GREX_STAT_RX_KEEPALIVE_UNPROVED,
				skb);
		return true;
	}
	/* An answer to the outer address goes to the remote only and is smaller than the
	 * request. A limit would only let an attacker suppress the answers to the peer.
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
	responder_send(config, skb, &request, kind, &match->local);
	return true;
}
