// SPDX-License-Identifier: GPL-2.0
/*
 * The ICMP error that the source of an inner packet gets: composed and sent.
 *
 * Not with icmp_send(): that takes no other source address, and allows each host
 * one error a second, while a traceroute sees all routers of the underlay at
 * once through this one. Each of them has limited its own rate, and the caller
 * has limited ours.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/if_ether.h>
#include <linux/ipv6.h>
#include <net/icmp.h>
#include <net/inet_dscp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/route.h>

#include "relay.h"

/* RFC 1812 4.3.2.3: no more than 576 bytes in all. */
#define RELAY_MAX_IPV4 (576 - sizeof(struct iphdr) - sizeof(struct icmphdr))
/* RFC 4443 2.4(c): no more than the minimum MTU. */
#define RELAY_MAX_IPV6 \
	(IPV6_MIN_MTU - sizeof(struct ipv6hdr) - sizeof(struct icmp6hdr))
/* RFC 7600 4.8: the source of one that has no address. */
#define RELAY_DUMMY 0xc0000008
/* RFC 4884 4.6: a quote with extensions behind it has 128 bytes at least. */
#define RELAY_EMBEDDED_MIN 128

/**
 * relay_body - what follows the ICMP header
 * @relay: says what
 * @extension: bytes of extensions that this type of error may carry
 * @max: bytes that it may have
 * @unit: of the length field for the quote, in bytes (RFC 4884 4.1, 4.2)
 * @words: set to that field; 0 without extensions
 *
 * Return: a packet with room for headers, or NULL
 */
static struct sk_buff *relay_body(const struct grex_relay *relay,
				  unsigned int extension, unsigned int max,
				  unsigned int unit, u8 *words)
{
	unsigned int len = relay->embedded_len;
	struct sk_buff *skb;
	unsigned int padded;

	if (extension > max - RELAY_EMBEDDED_MIN)
		extension = 0;
	skb = alloc_skb(LL_MAX_HEADER + MAX_HEADER + sizeof(struct ipv6hdr) +
				sizeof(struct icmp6hdr) + max,
			GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, LL_MAX_HEADER + MAX_HEADER + sizeof(struct ipv6hdr) +
				 sizeof(struct icmp6hdr));

	*words = 0;
	if (!extension) {
		skb_put_data(skb, relay->embedded, min(len, max));
		return skb;
	}
	len = min(len, round_down(max - extension, unit));
	padded = max_t(unsigned int, round_up(len, unit), RELAY_EMBEDDED_MIN);
	skb_put_data(skb, relay->embedded, len);
	skb_put_zero(skb, padded - len);
	if (skb_copy_bits(relay->skb, relay->extension.offset,
			  skb_put(skb, extension), extension) ||
	    !grex_extension_is_valid(skb->data + padded, extension))
		skb_trim(skb, len);
	else
		*words = padded / unit;
	return skb;
}

static int relay_send_ipv4(struct net_device *dev,
			   const struct grex_relay *relay)
{
	const struct grex_inner *inner = relay->inner;
	/* RFC 1812 4.3.2.5 */
	const u8 tos = (inner->tos & INET_DSCP_MASK) |
		       IPTOS_PREC_INTERNETCONTROL;
	struct net *net = dev_net(dev);
	struct flowi4 flow = {
		.flowi4_oif = l3mdev_master_ifindex_rcu(dev),
		.flowi4_proto = IPPROTO_ICMP,
		.flowi4_uid = sock_net_uid(net, NULL),
		.saddr = relay->hop,
		.fl4_icmp_type = relay->error.type,
		.fl4_icmp_code = relay->error.code,
		/* A hop's address is not ours. */
		.flowi4_flags = relay->hop ? FLOWI_FLAG_ANYSRC : 0,
	};
	struct icmphdr *icmp;
	struct sk_buff *skb;
	struct rtable *rt;
	struct iphdr *ip;
	__be32 daddr;
	u8 words;

	memcpy(&flow.daddr, inner->saddr, sizeof(flow.daddr));
	memcpy(&daddr, inner->daddr, sizeof(daddr));
	if (inet_addr_type_dev_table(net, dev, daddr) == RTN_BROADCAST)
		return -EINVAL;
	grex_compat_flow_dsfield(&flow, tos);
	rt = ip_route_output_key(net, &flow);
	if (IS_ERR(rt))
		return PTR_ERR(rt);
	if (rt->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST)) {
		ip_rt_put(rt);
		return -EINVAL;
	}
	skb = relay_body(relay, relay->extension.len, RELAY_MAX_IPV4, 4,
			 &words);
	if (!skb) {
		ip_rt_put(rt);
		return -ENOMEM;
	}
	skb_dst_set(skb, &rt->dst);

	icmp = skb_push(skb, sizeof(*icmp));
	skb_reset_transport_header(skb);
	icmp->type = relay->error.type;
	icmp->code = relay->error.code;
	icmp->checksum = 0;
	icmp->un.gateway = 0;
	if (icmp->type == ICMP_PARAMETERPROB)
		icmp->un.reserved[0] = relay->error.info;
	else if (relay->error.info)
		icmp->un.frag.mtu = htons(relay->error.info);
	icmp->un.reserved[1] = words;
	icmp->checksum = csum_fold(skb_checksum(skb, 0, skb->len, 0));

	ip = skb_push(skb, sizeof(*ip));
	skb_reset_network_header(skb);
	ip->version = 4;
	ip->ihl = sizeof(*ip) >> 2;
	ip->tos = tos;
	ip->frag_off = 0;
	ip->ttl = ip4_dst_hoplimit(&rt->dst);
	ip->protocol = IPPROTO_ICMP;
	ip->saddr = flow.saddr ?: htonl(RELAY_DUMMY);
	ip->daddr = flow.daddr;
	ip_select_ident(net, skb, NULL);

	ICMPMSGOUT_INC_STATS(net, relay->error.type);
	ICMP_INC_STATS(net, ICMP_MIB_OUTMSGS);
	ip_local_out(net, NULL, skb);
	return 0;
}

#if IS_ENABLED(CONFIG_IPV6)
/* The hop has an IPv4 address. RFC 6052 2.1 says what that is in IPv6; Linux
 * takes nothing from ::ffff:0:0/96.
 */
static struct in6_addr relay_hop_ipv6(__be32 hop)
{
	struct in6_addr addr = {};

	addr.s6_addr32[0] = htonl(0x0064ff9b);
	addr.s6_addr32[3] = hop;
	return addr;
}

static int relay_send_ipv6(struct net_device *dev,
			   const struct grex_relay *relay)
{
	struct net *net = dev_net(dev);
	struct flowi6 flow = {
		.flowi6_proto = IPPROTO_ICMPV6,
		.flowi6_uid = sock_net_uid(net, NULL),
		.fl6_icmp_type = relay->error.type,
		.fl6_icmp_code = relay->error.code,
	};
	unsigned int extension = 0;
	struct icmp6hdr *icmp;
	struct dst_entry *dst;
	struct inet6_dev *idev;
	struct sk_buff *skb;
	struct ipv6hdr *ip;
	u8 words;

	/* With ipv6.disable=1 older kernels have no routes to look at. */
	if (!ipv6_mod_enabled())
		return -EAFNOSUPPORT;
	memcpy(&flow.daddr, relay->inner->saddr, sizeof(flow.daddr));
	if (relay->hop)
		flow.saddr = relay_hop_ipv6(relay->hop);
	/* A link-local source is this machine's, or a neighbour's on @dev. */
	flow.flowi6_oif = ipv6_addr_type(&flow.daddr) & IPV6_ADDR_LINKLOCAL
				  ? dev->ifindex
				  : l3mdev_master_ifindex_rcu(dev);
	dst = ip6_dst_lookup_flow(net, NULL, &flow, NULL);
	if (IS_ERR(dst))
		return PTR_ERR(dst);
	if (dst->error) {
		int err = dst->error;

		dst_release(dst);
		return err;
	}
	/* Others use the whole word where the length would be. */
	if (relay->error.type == ICMPV6_DEST_UNREACH ||
	    relay->error.type == ICMPV6_TIME_EXCEED)
		extension = relay->extension.len;
	skb = relay_body(relay, extension, RELAY_MAX_IPV6, 8, &words);
	if (!skb) {
		dst_release(dst);
		return -ENOMEM;
	}
	skb_dst_set(skb, dst);

	icmp = skb_push(skb, sizeof(*icmp));
	skb_reset_transport_header(skb);
	icmp->icmp6_type = relay->error.type;
	icmp->icmp6_code = relay->error.code;
	icmp->icmp6_cksum = 0;
	icmp->icmp6_pointer = htonl(words ? words << 24 : relay->error.info);
	icmp->icmp6_cksum = csum_ipv6_magic(&flow.saddr, &flow.daddr, skb->len,
					    IPPROTO_ICMPV6,
					    skb_checksum(skb, 0, skb->len, 0));

	ip = skb_push(skb, sizeof(*ip));
	skb_reset_network_header(skb);
	ip6_flow_hdr(ip, 0, 0);
	ip->nexthdr = IPPROTO_ICMPV6;
	ip->hop_limit = ip6_dst_hoplimit(dst);
	ip->saddr = flow.saddr;
	ip->daddr = flow.daddr;
	skb->protocol = htons(ETH_P_IPV6);

	idev = ip6_dst_idev(dst);
	ICMP6MSGOUT_INC_STATS(net, idev, relay->error.type);
	ICMP6_INC_STATS(net, idev, ICMP6_MIB_OUTMSGS);
	ip6_local_out(net, NULL, skb);
	return 0;
}
#else
static int relay_send_ipv6(struct net_device *dev,
			   const struct grex_relay *relay)
{
	return -EAFNOSUPPORT;
}
#endif

/**
 * grex_relay_send - send an ICMP error
 * @dev: of the tunnel; the error goes out in its namespace and VRF
 * @relay: the error
 *
 * Caller: RCU, BH disabled.
 *
 * Return: 0, or -errno when there is no way to the source
 */
int grex_relay_send(struct net_device *dev, const struct grex_relay *relay)
{
	if (relay->inner->version == 6)
		return relay_send_ipv6(dev, relay);
	return relay_send_ipv4(dev, relay);
}
