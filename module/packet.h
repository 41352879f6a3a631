/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Declares the entries of the packet path, which are in rx.c and tx.c.
 */
#ifndef GREX_PACKET_H
#define GREX_PACKET_H

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/ipv6.h>

#include "header.h"
#include "table.h"
#include "translate.h"

struct grex_config;

/**
 * struct grex_received - the outer headers of a received packet
 * @match: addresses and key; local is its destination, remote its source
 * @iif: ifindex of the device that it came in by
 * @header: GRE header
 * @dsfield: outer TOS
 * @ttl: outer TTL
 */
struct grex_received {
	struct grex_match match;
	int iif;
	struct grex_header header;
	u8 dsfield;
	u8 ttl;
};

/**
 * struct grex_reported - a received ICMP error
 * @version: 4 or 6
 * @error: as an error of ICMPv4, which it is translated to
 * @from: source of the error
 * @to: its destination
 * @hop_ipv4: IPv4 source of an error that is relayed in the name of @from
 * @hop_ipv6: IPv6 source of such an error
 * @words: length of the embedded packet in units of four bytes if extensions follow it, else 0
 */
struct grex_reported {
	u8 version;
	struct grex_error error;
	union grex_addr from;
	union grex_addr to;
	__be32 hop_ipv4;
	struct in6_addr hop_ipv6;
	unsigned int words;
};

int grex_rx(struct sk_buff *skb);
int grex_rx_ipv6(struct sk_buff *skb);
struct grex_config *grex_rx_find_rcu(struct sk_buff *skb, bool is_ipv6,
				     struct grex_received *received);
void grex_rx_count_lost_rcu(struct sk_buff *skb, bool is_ipv6);
void grex_rx_packet(struct grex_config *config, struct sk_buff *skb,
		    struct grex_received *received);
netdev_tx_t grex_tx(struct sk_buff *skb, struct net_device *dev);
netdev_tx_t grex_tx_ether(struct sk_buff *skb, struct net_device *dev);

/* Return whether grex carries packets with this GRE protocol. ERSPAN needs tunnels of another
 * kind.
 */
static inline bool grex_packet_is_carried(__be16 protocol)
{
	return protocol != htons(ETH_P_ERSPAN) &&
	       protocol != htons(ETH_P_ERSPAN2);
}

/* Whether the packet ends at the other end of the tunnel. Such a packet is not forwarded, so
 * its TTL, often 1 (OSPF) or 255 (neighbour discovery), is of no use for the underlay. The
 * inner header of @skb is in the linear part.
 */
static inline bool grex_packet_stays_on_link(const struct sk_buff *skb)
{
	switch (skb->protocol) {
	case htons(ETH_P_IP): {
		const __be32 daddr = ip_hdr(skb)->daddr;

		return ipv4_is_local_multicast(daddr) ||
		       ipv4_is_linklocal_169(daddr);
	}
#if IS_ENABLED(CONFIG_IPV6)
	case htons(ETH_P_IPV6): {
		const struct in6_addr *daddr = &ipv6_hdr(skb)->daddr;

		return ipv6_addr_is_multicast(daddr)
			       ? IPV6_ADDR_MC_SCOPE(daddr) <=
					 IPV6_ADDR_SCOPE_LINKLOCAL
			       : ipv6_addr_type(daddr) & IPV6_ADDR_LINKLOCAL;
	}
#endif
	default:
		return false;
	}
}

#endif
