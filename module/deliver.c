// SPDX-License-Identifier: GPL-2.0
/*
 * Hands inner packets to the stack. GRO takes them from a queue in a softirq of its own, which
 * is half of the cost of receiving a packet, so only packets that GRO may merge go that way.
 * The way depends on the protocol, the destination and settings, and never on the size, so
 * that the packets of a flow stay in order.
 */
#include <linux/in.h>
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <net/gro_cells.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/udp.h>

#include "deliver.h"
#include "grex.h"

/* How many packets this processor is handing over at once. Each of them may carry another one
 * for a tunnel, for example in FOU, and that one must not need more of the stack.
 */
static DEFINE_PER_CPU(int, deliver_depth);

/* Whether GRO may merge UDP: for a device where somebody has turned that on, and for sockets
 * that ask for it.
 */
static bool deliver_merges_udp(const struct sk_buff *skb)
{
	const struct net_device *dev = skb->dev;

	if (dev->features & (NETIF_F_GRO_FRAGLIST | NETIF_F_GRO_UDP_FWD))
		return true;
	if (!grex_compat_udp_gro_is_needed())
		return false;
	return skb->protocol != htons(ETH_P_IP) ||
	       inet_addr_type_dev_table(dev_net(dev), dev,
					ip_hdr(skb)->daddr) != RTN_UNICAST;
}

/* The protocol of the payload, also in fragments, which GRO does not merge. */
static int deliver_protocol(struct sk_buff *skb)
{
	const struct ipv6hdr *ip6;

	switch (skb->protocol) {
	case htons(ETH_P_IP):
		return ip_hdr(skb)->protocol;
	case htons(ETH_P_IPV6):
		if (ipv6_hdr(skb)->nexthdr != NEXTHDR_FRAGMENT)
			return ipv6_hdr(skb)->nexthdr;
		if (!pskb_may_pull(skb, sizeof(*ip6) + sizeof(struct frag_hdr)))
			return -1;
		ip6 = ipv6_hdr(skb);
		return ((const struct frag_hdr *)(ip6 + 1))->nexthdr;
	default:
		return -1;
	}
}

static bool deliver_may_merge(struct sk_buff *skb)
{
	if (netif_elide_gro(skb->dev))
		return false;
	switch (deliver_protocol(skb)) {
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return false;
	case IPPROTO_UDP:
		return deliver_merges_udp(skb);
	default:
		return true;
	}
}

/* The inner headers of @skb are in the linear part, and its device is that of the tunnel. It
 * is consumed.
 */
void grex_deliver(struct grex_tunnel *tunnel, struct sk_buff *skb)
{
	if (this_cpu_read(deliver_depth) || deliver_may_merge(skb)) {
		gro_cells_receive(&tunnel->gro_cells, skb);
		return;
	}
	this_cpu_inc(deliver_depth);
	netif_receive_skb(skb);
	this_cpu_dec(deliver_depth);
}
