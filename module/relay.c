// SPDX-License-Identifier: GPL-2.0
/*
 * Composes and sends the ICMP error to the source of an inner packet.
 *
 * icmp_send() is of no use here: it does not take another source address, and it allows
 * each host one error a second, while a traceroute sees all routers of the underlay at once
 * through this one. Each of those routers has limited its own rate, and the caller has
 * limited ours.
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

#include "addr.h"
#include "relay.h"

/* The whole error has no more than 576 bytes (RFC 1812 4.3.2.3). */
#define RELAY_MAX_IPV4 (576 - sizeof(struct iphdr) - sizeof(struct icmphdr))
/* The whole error is not larger than the minimum MTU (RFC 4443 2.4(c)). */
#define RELAY_MAX_IPV6 \
	(IPV6_MIN_MTU - sizeof(struct ipv6hdr) - sizeof(struct icmp6hdr))
/* An embedded packet that extensions follow has at least 128 bytes (RFC 4884 4.6). */
#define RELAY_EMBEDDED_MIN 128

/* Return the TOS of an error (RFC 1812 4.3.2.5). */
static u8 relay_tos(const struct grex_inner *inner)
{
	return (inner->tos & INET_DSCP_MASK) | IPTOS_PREC_INTERNETCONTROL;
}

/* Whether the type of error has a length field, so that extensions may follow. Other
 * ICMPv6 errors use the whole word where the length would be.
 */
static bool relay_has_extension(const struct grex_relay *relay)
{
	return relay->inner->version == 4 ||
	       relay->error.type == ICMPV6_DEST_UNREACH ||
	       relay->error.type == ICMPV6_TIME_EXCEED;
}

/**
 * relay_body - build what follows the ICMP header
 * @relay: the error
 * @max: the most bytes it may have
 * @unit: of the length field for the embedded packet, in bytes (RFC 4884 4.1, 4.2)
 * @words: set to that field; 0 without extensions
 *
 * Return: a packet with room for headers, or NULL
 */
static struct sk_buff *relay_body(const struct grex_relay *relay,
				  unsigned int max, unsigned int unit,
				  u8 *words)
{
	unsigned int extension = relay->extension.len;
	unsigned int len = relay->embedded_len;
	struct sk_buff *skb;
	unsigned int padded;

	if (!relay_has_extension(relay) || extension > max - RELAY_EMBEDDED_MIN)
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

/* Look up the route to the inner source, as seen from the tunnel's device. An error to a
 * broadcast or about one is never sent (RFC 1122 3.2.2).
 */
static struct dst_entry *relay_route_ipv4(struct net_device *dev,
					  const struct grex_relay *relay,
					  struct flowi4 *flow)
{
	const struct grex_inner *inner = relay->inner;
	struct net *net = dev_net(dev);
	struct rtable *rt;
	__be32 daddr;

	*flow = (struct flowi4){
		.flowi4_oif = l3mdev_master_ifindex_rcu(dev),
		.flowi4_proto = IPPROTO_ICMP,
		.flowi4_uid = sock_net_uid(net, NULL),
		.saddr = relay->from_hop ? relay->hop_ipv4 : 0,
		.fl4_icmp_type = relay->error.type,
		.fl4_icmp_code = relay->error.code,
		/* The address of a hop is not local. */
		.flowi4_flags = relay->from_hop ? FLOWI_FLAG_ANYSRC : 0,
	};
	memcpy(&flow->daddr, inner->saddr, sizeof(flow->daddr));
	memcpy(&daddr, inner->daddr, sizeof(daddr));
	if (inet_addr_type_dev_table(net, dev, daddr) == RTN_BROADCAST)
		return ERR_PTR(-EINVAL);
	grex_compat_flow_dsfield(flow, relay_tos(inner));
	rt = ip_route_output_key(net, flow);
	if (IS_ERR(rt))
		return ERR_CAST(rt);
	if (rt->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST)) {
		ip_rt_put(rt);
		return ERR_PTR(-EINVAL);
	}
	return &rt->dst;
}

static void relay_output_ipv4(struct net *net, struct sk_buff *skb,
			      const struct grex_relay *relay,
			      const struct flowi4 *flow, u8 words)
{
	struct icmphdr *icmp;
	struct iphdr *ip;

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
	ip->tos = relay_tos(relay->inner);
	ip->frag_off = 0;
	ip->ttl = ip4_dst_hoplimit(skb_dst(skb));
	ip->protocol = IPPROTO_ICMP;
	ip->saddr = flow->saddr ?: htonl(GREX_ADDR_DUMMY);
	ip->daddr = flow->daddr;
	ip_select_ident(net, skb, NULL);

	ICMPMSGOUT_INC_STATS(net, relay->error.type);
	ICMP_INC_STATS(net, ICMP_MIB_OUTMSGS);
	ip_local_out(net, NULL, skb);
}

#if IS_ENABLED(CONFIG_IPV6)
static struct dst_entry *relay_route_ipv6(struct net_device *dev,
					  const struct grex_relay *relay,
					  struct flowi6 *flow)
{
	struct net *net = dev_net(dev);
	struct dst_entry *dst;
	int err;

	/* With ipv6.disable=1 older kernels have no routing tables. */
	if (!ipv6_mod_enabled())
		return ERR_PTR(-EAFNOSUPPORT);
	*flow = (struct flowi6){
		.flowi6_proto = IPPROTO_ICMPV6,
		.flowi6_uid = sock_net_uid(net, NULL),
		.fl6_icmp_type = relay->error.type,
		.fl6_icmp_code = relay->error.code,
	};
	memcpy(&flow->daddr, relay->inner->saddr, sizeof(flow->daddr));
	if (relay->from_hop)
		flow->saddr = relay->hop_ipv6;
	/* A link-local source is this machine or a neighbour on @dev. */
	flow->flowi6_oif = ipv6_addr_type(&flow->daddr) & IPV6_ADDR_LINKLOCAL
				   ? dev->ifindex
				   : l3mdev_master_ifindex_rcu(dev);
	dst = ip6_dst_lookup_flow(net, NULL, flow, NULL);
	if (IS_ERR(dst) || !dst->error)
		return dst;
	err = dst->error;
	dst_release(dst);
	return ERR_PTR(err);
}

static void relay_output_ipv6(struct net *net, struct sk_buff *skb,
			      const struct grex_relay *relay,
			      const struct flowi6 *flow, u8 words)
{
	struct inet6_dev *idev = ip6_dst_idev(skb_dst(skb));
	struct icmp6hdr *icmp;
	struct ipv6hdr *ip;

	icmp = skb_push(skb, sizeof(*icmp));
	skb_reset_transport_header(skb);
	icmp->icmp6_type = relay->error.type;
	icmp->icmp6_code = relay->error.code;
	icmp->icmp6_cksum = 0;
	icmp->icmp6_pointer = htonl(words ? words << 24 : relay->error.info);
	icmp->icmp6_cksum = csum_ipv6_magic(&flow->saddr, &flow->daddr,
					    skb->len, IPPROTO_ICMPV6,
					    skb_checksum(skb, 0, skb->len, 0));

	ip = skb_push(skb, sizeof(*ip));
	skb_reset_network_header(skb);
	ip6_flow_hdr(ip, 0, 0);
	ip->nexthdr = IPPROTO_ICMPV6;
	ip->hop_limit = ip6_dst_hoplimit(skb_dst(skb));
	ip->saddr = flow->saddr;
	ip->daddr = flow->daddr;
	skb->protocol = htons(ETH_P_IPV6);

	ICMP6MSGOUT_INC_STATS(net, idev, relay->error.type);
	ICMP6_INC_STATS(net, idev, ICMP6_MIB_OUTMSGS);
	ip6_local_out(net, NULL, skb);
}
#else
static struct dst_entry *relay_route_ipv6(struct net_device *dev,
					  const struct grex_relay *relay,
					  struct flowi6 *flow)
{
	return ERR_PTR(-EAFNOSUPPORT);
}

static void relay_output_ipv6(struct net *net, struct sk_buff *skb,
			      const struct grex_relay *relay,
			      const struct flowi6 *flow, u8 words)
{
}
#endif

/**
 * grex_relay_send - send an ICMP error
 * @dev: of the tunnel; the error is sent in its namespace and VRF
 * @relay: the error
 *
 * The caller holds rcu_read_lock() and has BH disabled.
 *
 * Return: 0, or -errno when there is no route to the source
 */
int grex_relay_send(struct net_device *dev, const struct grex_relay *relay)
{
	const bool is_ipv6 = relay->inner->version == 6;
	struct net *net = dev_net(dev);
	struct dst_entry *dst;
	struct sk_buff *skb;
	struct flowi flow;
	u8 words;

	dst = is_ipv6 ? relay_route_ipv6(dev, relay, &flow.u.ip6)
		      : relay_route_ipv4(dev, relay, &flow.u.ip4);
	if (IS_ERR(dst))
		return PTR_ERR(dst);
	skb = is_ipv6 ? relay_body(relay, RELAY_MAX_IPV6, 8, &words)
		      : relay_body(relay, RELAY_MAX_IPV4, 4, &words);
	if (!skb) {
		dst_release(dst);
		return -ENOMEM;
	}
	skb_dst_set(skb, dst);
	if (is_ipv6)
		relay_output_ipv6(net, skb, relay, &flow.u.ip6, words);
	else
		relay_output_ipv4(net, skb, relay, &flow.u.ip4, words);
	return 0;
}
