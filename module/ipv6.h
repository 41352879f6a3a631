/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Declares what is particular to an IPv6 underlay.
 */
#ifndef GREX_IPV6_H
#define GREX_IPV6_H

#include <linux/if_ether.h>
#include <linux/types.h>
#include <net/dsfield.h>
#include <net/ipv6.h>

#include "addr.h"
#include "grex.h"
#include "packet.h"

struct dst_entry;
struct grex_outer;
struct net;
struct sk_buff;

/* This is the length in bytes of the destination options header that has an encapsulation limit. */
#define GREX_IPV6_LIMIT_LEN 8

struct dst_entry *grex_ipv6_lookup(const struct grex_config *config, int oif,
				   const union grex_addr *remote, u8 dsfield,
				   u32 hash, union grex_addr *saddr);
bool grex_ipv6_is_spread(const struct grex_config *config, int oif,
			 const union grex_addr *remote, u8 dsfield);
union grex_addr grex_ipv6_gateway(const struct dst_entry *dst);
unsigned int grex_ipv6_mtu(const struct dst_entry *dst);
int grex_ipv6_mtu_expires(const struct net *net);

void grex_ipv6_read_error(const struct sk_buff *skb,
			  struct grex_reported *reported);
bool grex_ipv6_take_limit(const struct grex_config *config, struct sk_buff *skb,
			  u8 *limit);
void grex_ipv6_push_probe(struct sk_buff *skb, const struct grex_outer *outer,
			  u8 ttl);
void grex_ipv6_push(const struct grex_config *config, struct sk_buff *skb,
		    const struct grex_outer *outer);

static inline bool grex_ipv6_has_limit(const struct grex_config *config)
{
	/* A tunnel over IPv4 never has one, so that a single look is enough on its way. */
	return unlikely(config->options.encap_limit != GREX_ENCAP_LIMIT_NONE) &&
	       grex_is_ipv6(config);
}

/* Return the bytes between the outer IPv6 header and the GRE header. */
static inline unsigned int grex_ipv6_limit_len(const struct grex_config *config)
{
	return grex_ipv6_has_limit(config) ? GREX_IPV6_LIMIT_LEN : 0;
}

/**
 * grex_ipv6_read - read the outer header of a received packet
 * @skb: at the GRE header
 * @received: the GRE header is set, and this sets the rest
 */
static inline void grex_ipv6_read(const struct sk_buff *skb,
				  struct grex_received *received)
{
	const struct ipv6hdr *outer = ipv6_hdr(skb);

	received->match = (struct grex_match){
		.local.v6 = outer->daddr,
		.remote.v6 = outer->saddr,
		.key = received->header.key,
		.keyed = !!(received->header.flags & GREX_HEADER_KEY),
		.family = AF_INET6,
		.ether = received->header.protocol == htons(ETH_P_TEB),
	};
	received->iif = IP6CB(skb)->iif;
	received->dsfield = ipv6_get_dsfield(outer);
	received->ttl = outer->hop_limit;
}

#endif
