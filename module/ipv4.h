/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Declares what is particular to an IPv4 underlay.
 */
#ifndef GREX_IPV4_H
#define GREX_IPV4_H

#include <linux/if_ether.h>
#include <linux/types.h>
#include <net/dst.h>
#include <net/ip.h>

#include "addr.h"
#include "packet.h"

struct grex_config;
struct grex_outer;
struct net;
struct sk_buff;

/* Return the configured MTU of a route, without what the kernel has learned from ICMP. */
static inline unsigned int grex_ipv4_mtu(const struct dst_entry *dst)
{
	return dst_metric_raw(dst, RTAX_MTU)
		       ?: min_t(unsigned int, READ_ONCE(dst->dev->mtu),
				IP_MAX_MTU);
}

struct dst_entry *grex_ipv4_lookup(const struct grex_config *config, int oif,
				   const union grex_addr *remote, u8 dsfield,
				   u32 hash, union grex_addr *saddr);
bool grex_ipv4_is_spread(const struct grex_config *config, int oif,
			 const union grex_addr *remote, u8 dsfield);
union grex_addr grex_ipv4_gateway(const struct dst_entry *dst);
int grex_ipv4_mtu_expires(const struct net *net);

void grex_ipv4_read_error(const struct sk_buff *skb, u32 info,
			  struct grex_reported *reported);
void grex_ipv4_push_probe(struct sk_buff *skb, const struct grex_outer *outer,
			  u8 ttl);
void grex_ipv4_push(const struct grex_config *config, struct sk_buff *skb,
		    const struct grex_outer *outer);

/**
 * grex_ipv4_read - read the outer header of a received packet
 * @skb: at the GRE header
 * @received: the GRE header is set, and this sets the rest
 */
static inline void grex_ipv4_read(const struct sk_buff *skb,
				  struct grex_received *received)
{
	const struct iphdr *outer = ip_hdr(skb);

	received->match = (struct grex_match){
		.local = grex_addr_ipv4(outer->daddr),
		.remote = grex_addr_ipv4(outer->saddr),
		.key = received->header.key,
		.keyed = !!(received->header.flags & GREX_HEADER_KEY),
		.family = AF_INET,
		.ether = received->header.protocol == htons(ETH_P_TEB),
	};
	received->iif = IPCB(skb)->iif;
	received->dsfield = outer->tos;
	received->ttl = outer->ttl;
}

#endif
