// SPDX-License-Identifier: GPL-2.0
/*
 * Implements what is particular to an Ethernet payload. An inner packet is a frame then, and
 * the code for IP in it begins at the network header.
 */
#include <linux/etherdevice.h>
#include <linux/icmpv6.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <net/dst.h>
#include <net/ip.h>
#include <net/ip_tunnels.h>

#include "clamp.h"
#include "ether.h"
#include "grex.h"
#include "pmtu.h"

/* A frame with more VLAN tags counts as one of another protocol than IP. */
#define ETHER_TAGS 2

/**
 * grex_ether_read - find the packet in a frame that is to be sent
 * @skb: at the Ethernet header
 *
 * Sets the protocol and the network header to those behind VLAN tags. An IP header is in the
 * linear part then.
 *
 * Return: false when the frame is too short
 */
bool grex_ether_read(struct sk_buff *skb)
{
	unsigned int at = ETH_HLEN, tags;
	const struct vlan_hdr *tag;

	if (unlikely(!pskb_may_pull(skb, ETH_HLEN)))
		return false;
	skb_reset_mac_header(skb);
	skb->protocol = eth_hdr(skb)->h_proto;
	for (tags = 0; tags < ETHER_TAGS && eth_type_vlan(skb->protocol);
	     tags++) {
		if (!pskb_may_pull(skb, at + VLAN_HLEN))
			return false;
		tag = (const struct vlan_hdr *)(skb->data + at);
		skb->protocol = tag->h_vlan_encapsulated_proto;
		at += VLAN_HLEN;
	}
	skb_set_network_header(skb, at);
	skb_reset_mac_len(skb);
	return pskb_inet_may_pull(skb);
}

/**
 * grex_ether_decap - make a received frame one of the device
 * @skb: at the Ethernet header
 * @dev: of the tunnel
 *
 * Return: false when the frame is too short
 */
bool grex_ether_decap(struct sk_buff *skb, struct net_device *dev)
{
	if (unlikely(!pskb_may_pull(skb, ETH_HLEN)))
		return false;
	skb->protocol = eth_type_trans(skb, dev);
	skb_postpull_rcsum(skb, eth_hdr(skb), ETH_HLEN);
	return true;
}

/* Lower the MSS, see grex_clamp(). @skb is at the Ethernet header. */
int grex_ether_clamp(struct grex_config *config, struct sk_buff *skb,
		     const union grex_addr *remote)
{
	const int len = skb_network_offset(skb);
	int err;

	__skb_pull(skb, len);
	err = grex_clamp(config, skb, remote);
	__skb_push(skb, len);
	return err;
}

/* Prepare a frame for skb_tunnel_check_pmtu(), which on some kernels reads an ICMP header that
 * the bridge has not set, and uses a pointer that its own reallocation has made stale.
 */
static int ether_prepare(struct sk_buff *skb)
{
	unsigned int at = ETH_HLEN;

	switch (skb->protocol) {
	case htons(ETH_P_IP):
		at += ip_hdrlen(skb);
		break;
	case htons(ETH_P_IPV6):
		at += sizeof(struct ipv6hdr);
		break;
	default:
		return -EPROTONOSUPPORT;
	}
	if (!pskb_may_pull(skb, at + sizeof(struct icmp6hdr)))
		return -EINVAL;
	skb_set_transport_header(skb, at);
	return skb_cow(skb, sizeof(struct ipv6hdr) + sizeof(struct icmp6hdr) +
				    ETH_HLEN);
}

/* Answer a bridged packet that does not fit, as the device behind the tunnel would. The frame
 * becomes the answer, which the bridge receives. It cannot tell the source in a VLAN.
 */
static enum grex_pmtu_verdict ether_answer(struct net_device *dev,
					   struct sk_buff *skb,
					   const struct dst_entry *dst,
					   unsigned int mtu)
{
	const int headroom = (int)dst_mtu(dst) - (int)mtu;
	int err;

	if (skb_network_offset(skb) != ETH_HLEN || ether_prepare(skb))
		return GREX_PMTU_FRAGMENT;
	err = skb_tunnel_check_pmtu(skb, (struct dst_entry *)dst, headroom,
				    true);
	if (!err)
		return GREX_PMTU_FRAGMENT;
	/* It is neither the frame nor an answer. */
	if (err < 0)
		return GREX_PMTU_TOO_BIG;
	skb->protocol = eth_type_trans(skb, dev);
	netif_rx(skb);
	return GREX_PMTU_ANSWERED;
}

/* Check whether a frame, or each segment of a super-packet, fits into @mtu bytes. See
 * grex_pmtu_fits().
 */
bool grex_ether_fits(struct sk_buff *skb, unsigned int mtu)
{
	const int len = skb_network_offset(skb);
	bool fits;

	__skb_pull(skb, len);
	fits = grex_pmtu_fits(skb, mtu - len);
	__skb_push(skb, len);
	return fits;
}

/**
 * grex_ether_check - check whether a frame fits, else tell the source of its packet
 * @config: of the tunnel
 * @skb: the frame, which grex_ether_read() has read
 * @dst: route of the outer packet
 * @mtu: path MTU less the overhead
 */
enum grex_pmtu_verdict grex_ether_check(const struct grex_config *config,
					struct sk_buff *skb,
					const struct dst_entry *dst,
					unsigned int mtu)
{
	const int len = skb_network_offset(skb);
	enum grex_pmtu_verdict verdict;

	if (likely(grex_ether_fits(skb, mtu)))
		return GREX_PMTU_FITS;
	/* The path MTU is at least 68 bytes, and len at most 22. */
	mtu -= len;
	if (netif_is_any_bridge_port(config->tunnel->dev))
		return ether_answer(config->tunnel->dev, skb, dst, mtu);
	__skb_pull(skb, len);
	verdict = grex_pmtu_check(skb, mtu);
	__skb_push(skb, len);
	return verdict;
}
