// SPDX-License-Identifier: GPL-2.0
/*
 * Lowers the MSS of TCP connections, so that their segments fit through a tunnel.
 */
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "clamp.h"
#include "grex.h"
#include "mss.h"
#include "pmtu.h"

/* Return the offset of the TCP header in @skb, which is at its inner header; 0 if the packet
 * is not TCP or is a fragment.
 */
static int clamp_find_tcp(const struct sk_buff *skb)
{
	switch (skb->protocol) {
	case htons(ETH_P_IP): {
		const struct iphdr *ip = ip_hdr(skb);

		if (ip->protocol != IPPROTO_TCP || ip_is_fragment(ip) ||
		    ip->ihl < sizeof(*ip) >> 2)
			return 0;
		return ip->ihl << 2;
	}
#if IS_ENABLED(CONFIG_IPV6) /* else pskb_inet_may_pull() has not pulled it */
	case htons(ETH_P_IPV6): {
		const u8 next = ipv6_hdr(skb)->nexthdr;
		int flags = IP6_FH_F_AUTH; /* stop there: AH forbids changes */
		unsigned short fragment = 0;
		unsigned int at = 0;

		if (next == NEXTHDR_TCP)
			return sizeof(struct ipv6hdr);
		if (!ipv6_ext_hdr(next))
			return 0;
		if (ipv6_find_hdr(skb, &at, -1, &fragment, &flags) !=
			    NEXTHDR_TCP ||
		    flags & IP6_FH_F_FRAG)
			return 0;
		return at;
	}
#endif
	default:
		return 0;
	}
}

static u16 clamp_mss(struct grex_config *config, const struct sk_buff *skb,
		     const union grex_addr *remote)
{
	const unsigned int headers =
		sizeof(struct tcphdr) + (skb->protocol == htons(ETH_P_IP)
						 ? sizeof(struct iphdr)
						 : sizeof(struct ipv6hdr));
	const unsigned int device = READ_ONCE(config->tunnel->dev->mtu);
	unsigned int mtu;

	if (config->options.mss != GREX_MSS_AUTO)
		return config->options.mss;
	mtu = min(device, grex_pmtu_to(config, remote) ?: device);
	return clamp_t(unsigned int, mtu, headers + GREX_MSS_MIN,
		       headers + GREX_MSS_MAX) -
	       headers;
}

/**
 * grex_clamp - lower the MSS that a TCP SYN offers
 * @config: of the tunnel; both directions are clamped
 * @skb: any packet, at the inner header, which is in the linear part
 * @remote: outer address of the other end
 *
 * Return: 0, or -ENOMEM when the packet could not be changed
 */
int grex_clamp(struct grex_config *config, struct sk_buff *skb,
	       const union grex_addr *remote)
{
	const int at = clamp_find_tcp(skb);
	size_t len;

	if (!at || !pskb_may_pull(skb, at + GREX_MSS_LOOK) ||
	    likely(!grex_mss_is_syn(skb->data + at)))
		return 0;
	len = grex_mss_header_len(skb->data + at);
	if (len <= GREX_MSS_LOOK || skb->len < at + len)
		return 0;
	if (skb_ensure_writable(skb, at + len))
		return -ENOMEM;
	grex_mss_clamp(skb->data + at, len, clamp_mss(config, skb, remote),
		       skb->ip_summed == CHECKSUM_PARTIAL);
	return 0;
}
