// SPDX-License-Identifier: GPL-2.0
/*
 * Hands inner packets to the stack. GRO takes them from a queue, by a NAPI instance of its own,
 * which is two fifths of the cost of receiving a packet. ICMP, and UDP that nobody wants
 * merged, does not wait for that. The way depends on the protocol, the destination, settings,
 * and whether the packet came in another one, and never on the size, so that the packets of a
 * flow stay in order.
 */
#include <linux/in.h>
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

/* Whether this processor is handing a packet over at once. It may carry another one for a
 * tunnel, for example in FOU, and that one must not need more of the stack. On PREEMPT_RT, the
 * processor may be in the middle of several packets, so all of them wait.
 */
static DEFINE_PER_CPU(bool, deliver_is_busy);

/* Whether GRO may merge UDP: for a device where somebody has turned that on, and for sockets
 * that ask for it. A packet to an address that only NAT makes local does not wait for them.
 */
static bool deliver_merges_udp(const struct sk_buff *skb)
{
	const struct net_device *dev = skb->dev;
	struct net *net = dev_net(dev);

	if (dev->features & (NETIF_F_GRO_FRAGLIST | NETIF_F_GRO_UDP_FWD))
		return true;
	if (!grex_compat_udp_gro_is_needed())
		return false;
	return skb->protocol != htons(ETH_P_IP) ||
	       READ_ONCE(net->ipv4.fib_has_custom_local_routes) ||
	       inet_addr_type_dev_table(net, dev, ip_hdr(skb)->daddr) !=
		       RTN_UNICAST;
}

/* Return the protocol behind the IP header and behind a fragment header, so that all packets
 * of a flow have the same one. Another extension header counts as the protocol.
 */
static int deliver_protocol(struct sk_buff *skb)
{
	switch (skb->protocol) {
	case htons(ETH_P_IP):
		return ip_hdr(skb)->protocol;
#if IS_ENABLED(CONFIG_IPV6) /* else pskb_inet_may_pull() has not pulled it */
	case htons(ETH_P_IPV6): {
		const struct ipv6hdr *ip = ipv6_hdr(skb);

		if (ip->nexthdr != NEXTHDR_FRAGMENT)
			return ip->nexthdr;
		if (!pskb_may_pull(skb, sizeof(*ip) + sizeof(struct frag_hdr)))
			return -1;
		ip = ipv6_hdr(skb);
		return ((const struct frag_hdr *)(ip + 1))->nexthdr;
	}
#endif
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
	if (IS_ENABLED(CONFIG_PREEMPT_RT) || this_cpu_read(deliver_is_busy) ||
	    deliver_may_merge(skb)) {
		gro_cells_receive(&tunnel->gro_cells, skb);
		return;
	}
	this_cpu_write(deliver_is_busy, true);
	netif_receive_skb(skb);
	this_cpu_write(deliver_is_busy, false);
}
