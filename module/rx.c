// SPDX-License-Identifier: GPL-2.0
/*
 * Receives outer packets, and hands the inner packets to the stack.
 */
#include <linux/if_ether.h>
#include <net/checksum.h>
#include <net/icmp.h>
#include <net/inet_ecn.h>
#include <net/ip_tunnels.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>

#include "clamp.h"
#include "deliver.h"
#include "ether.h"
#include "grex.h"
#include "header.h"
#include "ipv4.h"
#include "ipv6.h"
#include "keepalive.h"
#include "packet.h"
#include "plpmtud.h"
#include "probe.h"
#include "responder.h"
#include "stats.h"
#include "table.h"

/* Read the headers. The outer header is in the linear part. */
static __always_inline enum grex_header_verdict
rx_read(struct sk_buff *skb, bool is_ipv6, struct grex_received *received)
{
	unsigned int look = min_t(unsigned int, skb->len, GREX_HEADER_LOOK);
	enum grex_header_verdict verdict;

	if (unlikely(!pskb_may_pull(skb, look)))
		return GREX_HEADER_IS_TRUNCATED;
	verdict = grex_header_parse(&received->header, skb->data, look);
	if (unlikely(verdict))
		return verdict;
	if (IS_ENABLED(CONFIG_IPV6) && is_ipv6)
		grex_ipv6_read(skb, received);
	else
		grex_ipv4_read(skb, received);
	return verdict;
}

/**
 * struct rx_search - the search for the tunnel of a packet
 * @arrival: the device that the packet came in by
 * @down: the tunnel that it is for, if that is down
 */
struct rx_search {
	struct grex_arrival arrival;
	struct grex_config *down;
};

/* Find the tunnel that a packet is for and that is up. */
static struct grex_config *rx_find(struct grex_net *gn,
				   struct rx_search *search,
				   const struct sk_buff *skb,
				   const struct grex_received *received)
{
	struct grex_config *config;

	*search = (struct rx_search){
		.arrival.iif = received->iif,
		.arrival.l3mdev = skb->dev->ifindex,
	};
	config = grex_table_match_rcu(&gn->table, &received->match,
				      search->arrival);
	if (likely(config && READ_ONCE(config->tunnel->dev->flags) & IFF_UP))
		return config;

	search->down = config;
	search->arrival.vrf = l3mdev_master_ifindex_rcu(skb->dev);
	return grex_table_match_up_rcu(&gn->table, &received->match,
				       search->arrival, config);
}

/* Return the counters that tell why rx_find() has found no tunnel. */
static struct grex_stats __percpu *
rx_blame(struct grex_net *gn, const struct rx_search *search,
	 const struct grex_received *received, int *reason)
{
	struct grex_config *config = search->down;

	*reason = GREX_STAT_RX_DOWN;
	if (config)
		return config->tunnel->stats;
	*reason = GREX_STAT_RX_WRONG_KEY;
	config = grex_table_match_pair_rcu(&gn->table, &received->match,
					   search->arrival);
	if (config)
		return config->tunnel->stats;
	*reason = GREX_STAT_NETNS_RX_NO_TUNNEL;
	return gn->stats;
}

static bool rx_seq_accept(struct grex_tunnel *tunnel, u32 number)
{
	bool accept;

	spin_lock(&tunnel->iseq_lock);
	accept = grex_seq_accept(&tunnel->iseq, number);
	spin_unlock(&tunnel->iseq_lock);
	return accept;
}

static bool rx_is_ip(__be16 protocol)
{
	return protocol == htons(ETH_P_IP) || protocol == htons(ETH_P_IPV6);
}

/* Whether the packet may be a keepalive, or returns to its encapsulator. GRE in GRE may also
 * be a nested tunnel.
 */
static bool rx_comes_back(const struct sk_buff *skb,
			  const struct grex_received *received)
{
	const struct grex_match *match = &received->match;

	switch (skb->protocol) {
	case htons(ETH_P_IP):
		return ip_hdr(skb)->protocol == IPPROTO_GRE ||
		       (match->family == AF_INET &&
			ip_hdr(skb)->daddr == match->remote.v4);
#if IS_ENABLED(CONFIG_IPV6) /* else pskb_inet_may_pull() has not pulled it */
	case htons(ETH_P_IPV6):
		return match->family == AF_INET6 &&
		       (ipv6_hdr(skb)->nexthdr == IPPROTO_GRE ||
			ipv6_addr_equal(&ipv6_hdr(skb)->daddr,
					&match->remote.v6));
#endif
	default:
		return false;
	}
}

/* Combine the outer ECN field with the inner one (RFC 6040 4.2). An outer field of 0 changes
 * nothing.
 */
static int rx_ecn(u8 outer, struct sk_buff *skb)
{
	if (likely(!(outer & INET_ECN_MASK)))
		return 0;
	switch (skb->protocol) {
	case htons(ETH_P_IP):
		return INET_ECN_decapsulate(skb, outer, ip_hdr(skb)->tos);
#if IS_ENABLED(CONFIG_IPV6) /* else pskb_inet_may_pull() has not pulled it */
	case htons(ETH_P_IPV6):
		return INET_ECN_decapsulate(skb, outer,
					    ipv6_get_dsfield(ipv6_hdr(skb)));
#endif
	default:
		return 0;
	}
}

/* Lower the inner TTL to the outer one, but not to 0 (the uniform model of RFC 2983 and RFC
 * 3443). The checksum of the IPv4 header compensates the change, so a checksum over the whole
 * packet stays valid. Over an IPv6 packet, it is adjusted.
 */
static int rx_copy_ttl(u8 outer, struct sk_buff *skb)
{
	outer = max_t(u8, outer, 1);
	switch (skb->protocol) {
	case htons(ETH_P_IP): {
		struct iphdr *ip;

		if (ip_hdr(skb)->ttl <= outer)
			return 0;
		if (skb_ensure_writable(skb, sizeof(*ip)))
			return -ENOMEM;
		ip = ip_hdr(skb);
		csum_replace2(&ip->check, htons(ip->ttl << 8),
			      htons(outer << 8));
		ip->ttl = outer;
		return 0;
	}
#if IS_ENABLED(CONFIG_IPV6) /* else pskb_inet_may_pull() has not pulled it */
	case htons(ETH_P_IPV6): {
		struct ipv6hdr *ip;
		__wsum from, to;

		if (ipv6_hdr(skb)->hop_limit <= outer)
			return 0;
		if (skb_ensure_writable(skb, sizeof(*ip)))
			return -ENOMEM;
		ip = ipv6_hdr(skb);
		from = (__force __wsum)htons(ip->hop_limit);
		to = (__force __wsum)htons(outer);
		if (skb->ip_summed == CHECKSUM_COMPLETE)
			skb->csum = csum_add(csum_sub(skb->csum, from), to);
		ip->hop_limit = outer;
		return 0;
	}
#endif
	default:
		return 0;
	}
}

/* Remove the outer headers, so that @skb is as if received on the device of the tunnel. On
 * failure return the counter of the reason.
 */
static int rx_decap(const struct grex_config *config, struct sk_buff *skb,
		    const struct grex_received *received)
{
	const struct grex_header *header = &received->header;
	struct grex_tunnel *tunnel = config->tunnel;
	struct net_device *dev = tunnel->dev;
	int outer = skb_network_header(skb) - skb->head;

	if (unlikely(skb->len < header->len))
		return GREX_STAT_RX_TRUNCATED;
	if (unlikely(__iptunnel_pull_header(skb, header->len, header->protocol,
					    true,
					    !net_eq(tunnel->net, dev_net(dev)))))
		return GREX_STAT_RX_NO_MEMORY;
	if (header->protocol == htons(ETH_P_TEB) &&
	    unlikely(!grex_ether_decap(skb, dev)))
		return GREX_STAT_RX_TRUNCATED;
	skb_reset_network_header(skb);
	if (unlikely(!pskb_inet_may_pull(skb)))
		return GREX_STAT_RX_TRUNCATED;
	/* A value of 1 means unusual but acceptable; 2 means to drop the packet. */
	if (unlikely(rx_ecn(received->dsfield, skb) > 1))
		return GREX_STAT_RX_ECN;
	if (config->options.decap_ttl_copy && !grex_packet_stays_on_link(skb) &&
	    unlikely(rx_copy_ttl(received->ttl, skb)))
		return GREX_STAT_RX_NO_MEMORY;
	if (header->protocol == htons(ETH_P_TEB))
		return GREX_STAT_UNSPEC;
	/* Without a remote, packet sockets find the sender in the outer header (nbma.c). */
	if (grex_addr_is_any(&config->options.match.remote))
		skb_set_mac_header(skb, outer - (int)skb_headroom(skb));
	else
		skb_reset_mac_header(skb);
	skb->dev = dev;
	return GREX_STAT_UNSPEC;
}

/* Hand a probe that the peer has returned to its users. */
static void rx_probe(struct grex_config *config, struct sk_buff *skb,
		     const struct grex_received *received)
{
	struct grex_probe probe;

	if (!grex_probe_take(config, skb, received, &probe))
		return;
	grex_keepalive_reply(config, &probe);
	grex_plpmtud_ack(config, &probe);
}

/* Receive a packet of a tunnel that is up, with @skb at its GRE header. The packet is
 * consumed.
 */
void grex_rx_packet(struct grex_config *config, struct sk_buff *skb,
		    struct grex_received *received)
{
	struct grex_header *header = &received->header;
	const bool is_frame = header->protocol == htons(ETH_P_TEB);
	struct grex_tunnel *tunnel = config->tunnel;
	bool is_wrapped = false;
	int reason;

	/* Each router lowers the TTL (RFC 5082). A returned probe is authenticated, so its
	 * TTL is not checked.
	 */
	reason = GREX_STAT_RX_TTL;
	if (unlikely(received->ttl < config->options.ttl_min) &&
	    header->protocol)
		goto drop;

	/* A checksum is verified even if it is not required (RFC 2784 2.1). */
	reason = GREX_STAT_RX_CSUM;
	if (header->flags & GREX_HEADER_CSUM) {
		if (unlikely(skb_checksum_simple_validate(skb)))
			goto drop;
		skb_checksum_try_convert(skb, IPPROTO_GRE, null_compute_pseudo);
	}

	/* The peer returns a probe as it was sent, without checksum or number. */
	if (unlikely(!header->protocol)) {
		rx_probe(config, skb, received);
		return;
	}
	reason = GREX_STAT_RX_NO_CSUM;
	if (unlikely(config->options.iflags & ~header->flags & GREX_HEADER_CSUM))
		goto drop;

	/* Some vendors wrap their keepalives. */
	if (unlikely(!rx_is_ip(header->protocol))) {
		reason = GREX_STAT_RX_PROTOCOL;
		if (!grex_packet_is_carried(header->protocol) ||
		    (is_frame && !config->options.match.ether))
			goto drop;
		is_wrapped = grex_responder_unwrap(skb, header);
	}

	if (unlikely(config->options.iflags & GREX_HEADER_SEQ)) {
		reason = GREX_STAT_RX_NO_SEQ;
		if (!(header->flags & GREX_HEADER_SEQ))
			goto drop;
		reason = GREX_STAT_RX_OUT_OF_ORDER;
		if (!rx_seq_accept(tunnel, header->seq))
			goto drop;
	}

	reason = rx_decap(config, skb, received);
	if (unlikely(reason))
		goto drop;
	if (unlikely(!is_frame && rx_comes_back(skb, received))) {
		if (grex_responder_take(config, skb, &received->match))
			return;
		/* It looked like the keepalive of another vendor. */
		reason = GREX_STAT_RX_KEEPALIVE_REFUSED;
		if (is_wrapped)
			goto drop;
	}
	/* Only its keepalives are no frames. */
	reason = GREX_STAT_RX_PROTOCOL;
	if (unlikely(config->options.match.ether != is_frame))
		goto drop;
	reason = GREX_STAT_RX_NO_MEMORY;
	if (config->options.mss &&
	    unlikely(grex_clamp(config, skb, &received->match.remote)))
		goto drop;
	dev_sw_netstats_rx_add(tunnel->dev,
			       skb->len + (is_frame ? ETH_HLEN : 0));
	grex_note_time(&tunnel->received);
	grex_deliver(tunnel, skb);
	return;

drop:
	grex_stats_drop(tunnel->stats, reason, skb);
}

static const u8 rx_malformed[] = {
	[GREX_HEADER_IS_TRUNCATED] = GREX_STAT_NETNS_RX_TRUNCATED,
	[GREX_HEADER_HAS_VERSION] = GREX_STAT_NETNS_RX_VERSION,
	[GREX_HEADER_HAS_ROUTING] = GREX_STAT_NETNS_RX_ROUTING,
	[GREX_HEADER_HAS_RESERVED] = GREX_STAT_NETNS_RX_RESERVED,
};

/* Tell the sender that no tunnel receives the packet, as ip_gre does. The kernel limits the
 * rate.
 */
static void rx_answer(struct sk_buff *skb, bool is_ipv6)
{
	if (IS_ENABLED(CONFIG_IPV6) && is_ipv6)
		icmpv6_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_PORT_UNREACH, 0);
	else
		icmp_send(skb, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0);
}

/* Receive a packet, with @skb at its GRE header. It is consumed. */
static __always_inline void rx_receive(struct sk_buff *skb, bool is_ipv6)
{
	struct grex_net *gn = grex_net(dev_net(skb->dev));
	struct grex_stats __percpu *stats;
	enum grex_header_verdict verdict;
	struct grex_received received;
	struct grex_config *config;
	struct rx_search search;
	int reason;

	verdict = rx_read(skb, is_ipv6, &received);
	if (unlikely(verdict)) {
		grex_stats_drop(gn->stats, rx_malformed[verdict], skb);
		return;
	}
	config = rx_find(gn, &search, skb, &received);
	if (likely(config)) {
		grex_rx_packet(config, skb, &received);
		return;
	}
	if (!search.down)
		rx_answer(skb, is_ipv6);
	stats = rx_blame(gn, &search, &received, &reason);
	grex_stats_drop(stats, reason, skb);
}

/* Receive a packet from gre.ko. A negative value would mean another protocol. */
int grex_rx(struct sk_buff *skb)
{
	rx_receive(skb, false);
	return 0;
}

/* Receive a packet from the stack. A positive value would mean another protocol. */
int grex_rx_ipv6(struct sk_buff *skb)
{
	rx_receive(skb, true);
	return 0;
}

/* Whether the packet is a keepalive of the peer. @skb is at the GRE header. */
static bool rx_is_request(struct sk_buff *skb, const struct grex_header *header)
{
	const unsigned int at = header->len;

	switch (header->protocol) {
	case htons(ETH_P_IP):
		return pskb_may_pull(skb, at + sizeof(struct iphdr)) &&
		       ((struct iphdr *)(skb->data + at))->protocol ==
			       IPPROTO_GRE;
	case htons(ETH_P_IPV6):
		return pskb_may_pull(skb, at + sizeof(struct ipv6hdr)) &&
		       ((struct ipv6hdr *)(skb->data + at))->nexthdr ==
			       IPPROTO_GRE;
	default:
		return false;
	}
}

/* Whether the tunnel carries the packet, so that no other module is to get it. A probe that the
 * peer has returned has no protocol.
 */
static bool rx_is_for(const struct grex_config *config, struct sk_buff *skb,
		      const struct grex_received *received)
{
	const __be16 protocol = received->header.protocol;

	if (!grex_packet_is_carried(protocol))
		return false;
	if (!protocol || received->match.ether == config->options.match.ether)
		return true;
	return config->options.match.ether &&
	       rx_is_request(skb, &received->header);
}

/* Find the tunnel of a packet that another module gets if there is none. @skb is at the GRE
 * header.
 */
struct grex_config *grex_rx_find_rcu(struct sk_buff *skb, bool is_ipv6,
				     struct grex_received *received)
{
	struct grex_config *config;
	struct rx_search search;

	if (rx_read(skb, is_ipv6, received))
		return NULL;
	config = rx_find(grex_net(dev_net(skb->dev)), &search, skb, received);
	return config && rx_is_for(config, skb, received) ? config : NULL;
}

/* Count a packet for which grex_rx_find_rcu() has found no tunnel, and that the other module
 * is going to drop.
 */
void grex_rx_count_lost_rcu(struct sk_buff *skb, bool is_ipv6)
{
	struct grex_net *gn = grex_net(dev_net(skb->dev));
	struct grex_stats __percpu *stats;
	enum grex_header_verdict verdict;
	struct grex_received received;
	struct grex_config *config;
	struct rx_search search;
	int reason;

	verdict = rx_read(skb, is_ipv6, &received);
	if (verdict) {
		grex_stats_count(gn->stats, rx_malformed[verdict]);
		return;
	}
	config = rx_find(gn, &search, skb, &received);
	if (!config) {
		stats = rx_blame(gn, &search, &received, &reason);
	} else if (!rx_is_for(config, skb, &received)) {
		stats = config->tunnel->stats;
		reason = GREX_STAT_RX_PROTOCOL;
	} else {
		return;
	}
	grex_stats_count(stats, reason);
}
