// SPDX-License-Identifier: GPL-2.0
/*
 * Link-layer addresses of a tunnel without a remote, which is a network of many neighbours
 * without broadcast (NBMA). The address of a neighbour is the outer address that its
 * packets go to. The core and packet sockets hand it over in an outer IP header.
 *
 * The operations do not look at the private area of the device: on some kernels, a bond or
 * a team that has the tunnel as its port calls them for its own device.
 */
#include <linux/if_ether.h>
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/dst_metadata.h>
#include <net/neighbour.h>
#include <net/route.h>

#include "nbma.h"

static int nbma_create(struct sk_buff *skb, struct net_device *dev,
		       unsigned short type, const void *daddr,
		       const void *saddr, unsigned int len)
{
	struct iphdr *ip;

	/* A broadcast has no outer destination. */
	if (!daddr || type == ETH_P_ARP || skb_headroom(skb) < sizeof(*ip))
		return -EINVAL;
	ip = skb_push(skb, sizeof(*ip));
	memset(ip, 0, sizeof(*ip));
	ip->version = 4;
	ip->ihl = sizeof(*ip) >> 2;
	ip->protocol = IPPROTO_GRE;
	memcpy(&ip->saddr, saddr ?: dev->dev_addr, sizeof(ip->saddr));
	memcpy(&ip->daddr, daddr, sizeof(ip->daddr));
	return sizeof(*ip);
}

/* A received packet has the outer header in front of it, and a sent packet has the header
 * that nbma_create() writes. A packet that tc has redirected has neither.
 */
static int nbma_parse(const struct sk_buff *skb, const struct net_device *dev,
		      unsigned char *haddr)
{
	const struct iphdr *ip = (const struct iphdr *)skb_mac_header(skb);

	if (skb_network_header(skb) < (const unsigned char *)(ip + 1))
		return 0;
	memcpy(haddr, &ip->saddr, sizeof(ip->saddr));
	return sizeof(ip->saddr);
}

GREX_COMPAT_HEADER_PARSE(nbma_parse)

const struct header_ops grex_nbma_header_ops = {
	.create = nbma_create, GREX_COMPAT_HEADER_PARSE_OP(nbma_parse)
};

/**
 * grex_nbma_construct - complete a new neighbour entry
 * @dev: of the tunnel
 * @neigh: nobody else has it yet
 *
 * The core gives a neighbour that it does not ask for the address of the device itself.
 * Packets to it would come back here, so it has no address until somebody sets one.
 *
 * Return: 0
 */
int grex_nbma_construct(struct net_device *dev, struct neighbour *neigh)
{
	if (neigh->nud_state & NUD_NOARP)
		memset(neigh->ha, 0, sizeof(neigh->ha));
	return 0;
}

/**
 * grex_nbma_pull - remove the header that the core or a packet socket has put in front
 * @skb: a packet to send, at that header or at the inner one
 * @remote: the outer address in the header, if there is one
 *
 * Return: whether there is one
 */
bool grex_nbma_pull(struct sk_buff *skb, union grex_addr *remote)
{
	const int len = skb_network_offset(skb);
	__be32 daddr;

	if (len < (int)sizeof(struct iphdr))
		return false;
	memcpy(&daddr, skb->data + offsetof(struct iphdr, daddr),
	       sizeof(daddr));
	*remote = grex_addr_ipv4(daddr);
	__skb_pull(skb, len);
	/* Segmentation expects the inner packet to begin at the MAC header. */
	skb_reset_mac_header(skb);
	return daddr;
}

/* Return the gateway of a route, as in "via 192.0.2.2 dev gre1 onlink", if it is an outer
 * address: the device has subnets, and the gateway is in none of them. If all addresses are
 * /32, as nhrpd wants them, the gateway may be an inner address, and inner packets must not
 * leave for it in the underlay.
 */
static __be32 nbma_outer_gateway(struct dst_entry *dst)
{
	const struct in_device *in_dev = __in_dev_get_rcu(dst->dev);
	const struct in_ifaddr *ifa;
	const struct rtable *rt;
	bool has_subnet = false;

	if (dst->ops->family != AF_INET)
		return 0;
	rt = dst_rtable(dst);
	if (!rt->rt_uses_gateway || rt->rt_gw_family != AF_INET)
		return 0;
	if (!in_dev)
		return 0;
	in_dev_for_each_ifa_rcu(ifa, in_dev) {
		if (inet_ifa_match(rt->rt_gw4, ifa))
			return 0;
		has_subnet |= ifa->ifa_prefixlen < 32;
	}
	return has_subnet ? rt->rt_gw4 : 0;
}

/**
 * grex_nbma_of_next_hop - find the outer address of the neighbour of a packet
 * @skb: a packet to send, at the inner header
 * @dev: of the tunnel
 * @remote: the address, if it is known
 *
 * The caller holds rcu_read_lock().
 *
 * Return: whether it is known
 */
bool grex_nbma_of_next_hop(struct sk_buff *skb, const struct net_device *dev,
			   union grex_addr *remote)
{
	struct neighbour *neigh;
	char address[MAX_ADDR_LEN];
	__be32 v4 = 0;

	/* A redirected packet has a route of another device. */
	if (!skb_valid_dst(skb) || skb_dst(skb)->dev != dev)
		return false;
	neigh = dst_neigh_lookup_skb(skb_dst(skb), skb);
	if (IS_ERR_OR_NULL(neigh))
		return false;
	if (READ_ONCE(neigh->nud_state) & NUD_VALID) {
		neigh_ha_snapshot(address, neigh, dev);
		memcpy(&v4, address, sizeof(v4));
	}
	neigh_release(neigh);
	*remote = grex_addr_ipv4(v4 ?: nbma_outer_gateway(skb_dst(skb)));
	return !grex_addr_is_any(remote);
}
