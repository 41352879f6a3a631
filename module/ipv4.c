// SPDX-License-Identifier: GPL-2.0
/*
 * Implements what is particular to an IPv4 underlay: routes, limits, headers and errors.
 */
#include <linux/icmp.h>
#include <linux/if_ether.h>
#include <net/inet_dscp.h>
#include <net/ip.h>
#include <net/ip_fib.h>
#include <net/nexthop.h>
#include <net/route.h>

#include "embedded.h"
#include "grex.h"
#include "ipv4.h"
#include "outer.h"
#include "packet.h"
#include "sent_log.h"

static void ipv4_flow(const struct grex_config *config, int oif,
		      const union grex_addr *remote, u8 dsfield, u32 hash,
		      struct flowi4 *flow)
{
	*flow = (struct flowi4){
		.daddr = remote->v4,
		.saddr = config->options.match.local.v4,
		.flowi4_oif = oif,
		.flowi4_mark = config->options.fwmark,
		.flowi4_proto = IPPROTO_GRE,
		.flowi4_multipath_hash = hash,
		.fl4_gre_key = config->options.okey,
	};
	grex_compat_flow_dsfield(flow, dsfield);
}

/* See grex_route_lookup(). */
struct dst_entry *grex_ipv4_lookup(const struct grex_config *config, int oif,
				   const union grex_addr *remote, u8 dsfield,
				   u32 hash, union grex_addr *saddr)
{
	struct flowi4 flow;
	struct rtable *rt;

	ipv4_flow(config, oif, remote, dsfield, hash, &flow);
	rt = ip_route_output_key(config->tunnel->net, &flow);
	saddr->v4 = flow.saddr;
	return IS_ERR(rt) ? ERR_CAST(rt) : &rt->dst;
}

/* See grex_route_is_spread(). */
bool grex_ipv4_is_spread(const struct grex_config *config, int oif,
			 const union grex_addr *remote, u8 dsfield)
{
	struct fib_result result = {};
	struct flowi4 flow;

	ipv4_flow(config, oif, remote, dsfield, 0, &flow);
	grex_compat_flow_output(&flow);
	return !fib_lookup(config->tunnel->net, &flow, &result,
			   FIB_LOOKUP_NOREF) &&
	       result.fi && fib_info_num_path(result.fi) > 1;
}

/* Return the router of a route, 0.0.0.0 if the destination is on the link. */
union grex_addr grex_ipv4_gateway(const struct dst_entry *dst)
{
	return grex_addr_ipv4(dst_rtable((struct dst_entry *)dst)->rt_gw4);
}

/* Return the lifetime of a learned path MTU in jiffies. */
int grex_ipv4_mtu_expires(const struct net *net)
{
	return grex_compat_mtu_expires(net);
}

/* The address of a hop as a source in IPv6 (RFC 6052 2.1). Linux does not accept packets from
 * ::ffff:0:0/96.
 */
#define IPV4_TRANSLATED 0x0064ff9b

/**
 * grex_ipv4_read_error - read an ICMP error
 * @skb: at the embedded packet; the network header is that of the error
 * @info: MTU or pointer, which the kernel has extracted
 * @reported: filled
 */
void grex_ipv4_read_error(const struct sk_buff *skb, u32 info,
			  struct grex_reported *reported)
{
	const struct icmphdr *icmp = icmp_hdr(skb);
	const struct iphdr *ip = ip_hdr(skb);

	*reported = (struct grex_reported){
		.version = 4,
		.error = { .type = icmp->type,
			   .code = icmp->code,
			   .info = info },
		.from = grex_addr_ipv4(ip->saddr),
		.to = grex_addr_ipv4(ip->daddr),
		.hop_ipv4 = ip->saddr,
		.hop_ipv6.s6_addr32 = { htonl(IPV4_TRANSLATED), 0, 0,
					ip->saddr },
		.words = icmp->un.reserved[1],
	};
}

/**
 * grex_ipv4_push_probe - put the header in front of a probe that brings it back
 * @skb: at the inner GRE header
 * @outer: the outer header, which has the same addresses in the other order
 * @ttl: TTL
 */
void grex_ipv4_push_probe(struct sk_buff *skb, const struct grex_outer *outer,
			  u8 ttl)
{
	struct iphdr *ip = skb_push(skb, sizeof(*ip));

	skb_reset_network_header(skb);
	ip->version = 4;
	ip->ihl = sizeof(*ip) >> 2;
	ip->tos = outer->dsfield;
	ip->tot_len = htons(skb->len);
	ip->frag_off = outer->df ? htons(IP_DF) : 0;
	ip->ttl = ttl;
	ip->protocol = IPPROTO_GRE;
	ip->saddr = outer->daddr.v4;
	ip->daddr = outer->saddr.v4;
	__ip_select_ident(dev_net(outer->dst->dev), ip, 1);
	ip_send_check(ip);
	skb->protocol = htons(ETH_P_IP);
}

/* Compute the ID of a packet with DF, which authenticates the packet that an ICMP error
 * embeds (sent_log.h).
 */
static __be16 ipv4_id(const struct grex_config *config,
		      const struct sk_buff *skb, __be32 remote)
{
	struct grex_flow flow;

	if (unlikely(!grex_sent_log_flow(&flow, skb, config->overhead)))
		return 0;
	return htons(grex_sent_log_id(config->tunnel->sent_log, remote,
				      skb->inner_protocol, &flow, 0));
}

/* Log packets that are likely to cause an ICMP error, and other packets while there is
 * room.
 */
static void ipv4_remember(const struct grex_config *config,
			  const struct sk_buff *skb,
			  const struct grex_outer *outer)
{
	if (!(outer->df && skb->len > GREX_SENT_LOG_LEN) &&
	    !(config->options.ttl == GREX_TTL_INHERIT &&
	      outer->ttl < GREX_SENT_LOG_TTL) &&
	    !grex_sent_log_is_stale(config->tunnel->sent_log,
				    ntohs(ip_hdr(skb)->id)))
		return;
	grex_sent_log_add(config->tunnel->sent_log, skb, config->overhead);
}

/**
 * grex_ipv4_push - put the outer header in front of a packet
 * @config: of the tunnel
 * @skb: at the GRE header
 * @outer: the outer header
 */
void grex_ipv4_push(const struct grex_config *config, struct sk_buff *skb,
		    const struct grex_outer *outer)
{
	struct iphdr *ip;

	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	skb_push(skb, sizeof(*ip));
	skb_reset_network_header(skb);
	ip = ip_hdr(skb);
	ip->version = 4;
	ip->ihl = sizeof(*ip) >> 2;
	ip->tos = outer->dsfield;
	ip->frag_off = outer->df ? htons(IP_DF) : 0;
	ip->ttl = outer->ttl;
	ip->protocol = IPPROTO_GRE;
	ip->saddr = outer->saddr.v4;
	ip->daddr = outer->daddr.v4;
	if (outer->df)
		ip->id = ipv4_id(config, skb, outer->daddr.v4);
	else
		__ip_select_ident(dev_net(outer->dst->dev), ip,
				  skb_shinfo(skb)->gso_segs ?: 1);
	if (unlikely(outer->fragment && skb->len > outer->fragment))
		IPCB(skb)->frag_max_size = outer->fragment;
	ipv4_remember(config, skb, outer);
}
