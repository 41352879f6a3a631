// SPDX-License-Identifier: GPL-2.0
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <net/dst_metadata.h>
#include <net/gso.h>
#include <net/ip.h>

#include "fragment.h"
#include "grex.h"
#include "stats.h"

/**
 * grex_fragment_ipv4 - fragment an inner IPv4 packet without DF
 * @config: of the tunnel
 * @skb: the inner packet, not a super-packet; ours when true is returned
 * @neighbour: outer destination that the packet came with, NULL: none
 * @mtu: bytes of the largest fragment
 * @output: takes each fragment
 *
 * Each fragment becomes a tunnel packet of its own (RFC 7588 3.2), so the other end has
 * nothing to reassemble. A packet without a route, such as one from a packet socket, cannot
 * be fragmented here. Fragments lose @neighbour and find their neighbour by their route, so
 * a packet that came with one must have a route of this device.
 *
 * Return: whether the packet was fragmented
 */
bool grex_fragment_ipv4(const struct grex_config *config, struct sk_buff *skb,
			const union grex_addr *neighbour, unsigned int mtu,
			int (*output)(struct net *net, struct sock *sk,
				      struct sk_buff *skb))
{
	struct net_device *dev = config->tunnel->dev;

	if (skb->protocol != htons(ETH_P_IP) || !skb_valid_dst(skb))
		return false;
	if (neighbour && skb_dst(skb)->dev != dev)
		return false;
	/* tc or netfilter may have written to the header. */
	if (ip_hdr(skb)->ihl < 5 || !pskb_may_pull(skb, ip_hdrlen(skb)))
		return false;
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	IPCB(skb)->frag_max_size = min_t(unsigned int, mtu, U16_MAX);
	/* Only the first fragment carries all options (RFC 791 3.1). */
	IPCB(skb)->opt.optlen = ip_hdrlen(skb) - sizeof(struct iphdr);
	if (ip_do_fragment(dev_net(dev), NULL, skb, output))
		grex_stats_count(config->tunnel->stats, GREX_STAT_TX_NO_MEMORY);
	return true;
}

/**
 * grex_fragment_gso - split a super-packet into its segments
 * @config: of the tunnel
 * @skb: the super-packet; ours now
 *
 * Return: the list of segments, or NULL
 */
struct sk_buff *grex_fragment_gso(const struct grex_config *config,
				  struct sk_buff *skb)
{
	const struct net_device *dev = config->tunnel->dev;
	struct sk_buff *segments;

	segments = skb_gso_segment(skb, dev->features & ~NETIF_F_GSO_MASK);
	if (IS_ERR_OR_NULL(segments)) {
		grex_stats_drop(config->tunnel->stats, GREX_STAT_TX_NO_MEMORY,
				skb);
		return NULL;
	}
	consume_skb(skb);
	return segments;
}
