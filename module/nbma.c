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
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/addrconf.h>
#include <net/dst_metadata.h>
#include <net/ip6_fib.h>
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

static const struct header_ops nbma_header_ops = {
	.create = nbma_create, GREX_COMPAT_HEADER_PARSE_OP(nbma_parse)
};

static int nbma_create_ipv6(struct sk_buff *skb, struct net_device *dev,
			    unsigned short type, const void *daddr,
			    const void *saddr, unsigned int len)
{
	struct ipv6hdr *ip;

	if (!daddr || type == ETH_P_ARP || skb_headroom(skb) < sizeof(*ip))
		return -EINVAL;
	ip = skb_push(skb, sizeof(*ip));
	memset(ip, 0, sizeof(*ip));
	ip->version = 6;
	ip->nexthdr = IPPROTO_GRE;
	memcpy(&ip->saddr, saddr ?: dev->dev_addr, sizeof(ip->saddr));
	memcpy(&ip->daddr, daddr, sizeof(ip->daddr));
	return sizeof(*ip);
}

static int nbma_parse_ipv6(const struct sk_buff *skb,
			   const struct net_device *dev, unsigned char *haddr)
{
	const struct ipv6hdr *ip = (const struct ipv6hdr *)skb_mac_header(skb);

	if (skb_network_header(skb) < (const unsigned char *)(ip + 1))
		return 0;
	memcpy(haddr, &ip->saddr, sizeof(ip->saddr));
	return sizeof(ip->saddr);
}

GREX_COMPAT_HEADER_PARSE(nbma_parse_ipv6)

static const struct header_ops nbma_header_ops_ipv6 = {
	.create = nbma_create_ipv6, GREX_COMPAT_HEADER_PARSE_OP(nbma_parse_ipv6)
};

/* Whether the outer addresses of a device are IPv6. */
static bool nbma_is_ipv6(const struct net_device *dev)
{
	return dev->addr_len == sizeof(struct in6_addr);
}

const struct header_ops *grex_nbma_header_ops(const struct net_device *dev)
{
	return nbma_is_ipv6(dev) ? &nbma_header_ops_ipv6 : &nbma_header_ops;
}

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
 * @dev: of the tunnel
 * @remote: the outer address in the header, if there is one
 *
 * Return: whether there is one
 */
bool grex_nbma_pull(struct sk_buff *skb, const struct net_device *dev,
		    union grex_addr *remote)
{
	const int need = nbma_is_ipv6(dev) ? sizeof(struct ipv6hdr)
					   : sizeof(struct iphdr);
	const int at = nbma_is_ipv6(dev) ? offsetof(struct ipv6hdr, daddr)
					 : offsetof(struct iphdr, daddr);
	const int len = skb_network_offset(skb);

	if (len < need)
		return false;
	*remote = (union grex_addr){};
	memcpy(remote, skb->data + at, dev->addr_len);
	__skb_pull(skb, len);
	/* Segmentation expects the inner packet to begin at the MAC header. */
	skb_reset_mac_header(skb);
	return !grex_addr_is_any(remote);
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

#if IS_ENABLED(CONFIG_IPV6)
/* Return the gateway of a route of either family, likewise. */
static struct in6_addr nbma_outer_gateway_ipv6(struct dst_entry *dst)
{
	const struct inet6_dev *idev = __in6_dev_get(dst->dev);
	const struct inet6_ifaddr *ifa;
	bool has_subnet = false;
	struct in6_addr gateway;

	if (!idev)
		return in6addr_any;
	if (dst->ops->family == AF_INET6 &&
	    dst_rt6_info(dst)->rt6i_flags & RTF_GATEWAY)
		gateway = dst_rt6_info(dst)->rt6i_gateway;
	else if (dst->ops->family == AF_INET &&
		 dst_rtable(dst)->rt_uses_gateway &&
		 dst_rtable(dst)->rt_gw_family == AF_INET6)
		gateway = dst_rtable(dst)->rt_gw6;
	else
		return in6addr_any;
	/* All devices have the subnet of link-local addresses. */
	if (ipv6_addr_type(&gateway) & IPV6_ADDR_LINKLOCAL)
		return in6addr_any;
	list_for_each_entry_rcu(ifa, &idev->addr_list, if_list) {
		const struct in6_addr *net = ipv6_addr_any(&ifa->peer_addr)
						     ? &ifa->addr
						     : &ifa->peer_addr;

		if (ipv6_prefix_equal(&gateway, net, ifa->prefix_len))
			return in6addr_any;
		has_subnet |=
			ifa->prefix_len < 128 &&
			!(ipv6_addr_type(&ifa->addr) & IPV6_ADDR_LINKLOCAL);
	}
	return has_subnet ? gateway : in6addr_any;
}
#else
static struct in6_addr nbma_outer_gateway_ipv6(struct dst_entry *dst)
{
	return in6addr_any;
}
#endif

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

	/* A redirected packet has a route of another device. */
	if (!skb_valid_dst(skb) || skb_dst(skb)->dev != dev)
		return false;
	neigh = dst_neigh_lookup_skb(skb_dst(skb), skb);
	if (IS_ERR_OR_NULL(neigh))
		return false;
	*remote = (union grex_addr){};
	if (READ_ONCE(neigh->nud_state) & NUD_VALID) {
		neigh_ha_snapshot(address, neigh, dev);
		memcpy(remote, address, dev->addr_len);
	}
	neigh_release(neigh);
	if (!grex_addr_is_any(remote))
		return true;
	if (nbma_is_ipv6(dev))
		remote->v6 = nbma_outer_gateway_ipv6(skb_dst(skb));
	else
		remote->v4 = nbma_outer_gateway(skb_dst(skb));
	return !grex_addr_is_any(remote);
}
