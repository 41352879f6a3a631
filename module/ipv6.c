// SPDX-License-Identifier: GPL-2.0
/*
 * Implements what is particular to an IPv6 underlay: routes, limits, headers and errors.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/if_ether.h>
#include <linux/ipv6.h>
#include <net/addrconf.h>
#include <net/dsfield.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ip6_tunnel.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/ndisc.h>
#include <net/nexthop.h>
#include <net/xfrm.h>

#include "grex.h"
#include "ipv6.h"
#include "outer.h"
#include "packet.h"
#include "sent_log.h"

static void ipv6_flow(const struct grex_config *config, int oif,
		      const union grex_addr *remote, u8 dsfield, u32 hash,
		      struct flowi6 *flow)
{
	const u32 chosen = config->options.flowlabel;
	/* A routing rule can match a fixed label. Other labels differ between flows, and all flows
	 * share one cached route.
	 */
	const __be32 label = chosen < GREX_FLOWLABEL_INHERIT ? htonl(chosen)
							     : 0;

	*flow = (struct flowi6){
		.daddr = remote->v6,
		.saddr = config->options.match.local.v6,
		.flowi6_oif = oif,
		.flowi6_mark = config->options.fwmark,
		.flowi6_proto = IPPROTO_GRE,
		.flowlabel = ip6_make_flowinfo(dsfield, label),
		.mp_hash = hash >> 1, /* the stack expects 31 bits */
		.fl6_gre_key = config->options.okey,
	};
}

/* Whether an address belongs to the VRF that is @oif or has this device; 0 is no VRF. */
static bool ipv6_is_own(struct net *net, int oif, const struct in6_addr *addr)
{
	bool is_own;

	rcu_read_lock();
	is_own = ipv6_chk_addr(net, addr,
			       oif ? dev_get_by_index_rcu(net, oif) : NULL, 0);
	rcu_read_unlock();
	return is_own;
}

/* Look up a route by a device. If there is a source, ip6_dst_lookup_flow() would take the device
 * for a preference, and prefer another device whose route has a smaller metric.
 */
static struct dst_entry *ipv6_lookup_by_device(struct net *net,
					       struct flowi6 *flow)
{
	struct dst_entry *dst;
	int err;

	dst = ip6_route_output_flags(net, NULL, flow, RT6_LOOKUP_F_IFACE);
	err = dst->error;
	if (err) {
		dst_release(dst);
		return ERR_PTR(err);
	}
	return xfrm_lookup_route(net, dst, flowi6_to_flowi(flow), NULL, 0);
}

/* See grex_route_lookup(). */
struct dst_entry *grex_ipv6_lookup(const struct grex_config *config, int oif,
				   const union grex_addr *remote, u8 dsfield,
				   u32 hash, union grex_addr *saddr)
{
	const union grex_addr *local = &config->options.match.local;
	struct net *net = config->tunnel->net;
	struct dst_entry *dst;
	struct flowi6 flow;

	/* Unlike that of IPv4, the look-up accepts any source. */
	if (!grex_addr_is_any(local) && !ipv6_is_own(net, oif, &local->v6))
		return ERR_PTR(-ENETUNREACH);
	ipv6_flow(config, oif, remote, dsfield, hash, &flow);
	if (oif && !grex_addr_is_any(local) &&
	    !netif_index_is_l3_master(net, oif))
		dst = ipv6_lookup_by_device(net, &flow);
	else
		dst = ip6_dst_lookup_flow(net, NULL, &flow, NULL);
	saddr->v6 = flow.saddr;
	return dst;
}

/* See grex_route_is_spread(). */
bool grex_ipv6_is_spread(const struct grex_config *config, int oif,
			 const union grex_addr *remote, u8 dsfield)
{
	const struct fib6_info *from;
	struct dst_entry *dst;
	struct flowi6 flow;
	bool is_spread;

	ipv6_flow(config, oif, remote, dsfield, 0, &flow);
	dst = ip6_route_output(config->tunnel->net, NULL, &flow);
	from = rcu_dereference(dst_rt6_info(dst)->from);
	is_spread = from && (from->nh ? nexthop_is_multipath(from->nh)
				      : READ_ONCE(from->fib6_nsiblings));
	dst_release(dst);
	return is_spread;
}

/* Return the router of a route, :: if the destination is on the link. */
union grex_addr grex_ipv6_gateway(const struct dst_entry *dst)
{
	const struct rt6_info *rt = dst_rt6_info((struct dst_entry *)dst);

	if (!(rt->rt6i_flags & RTF_GATEWAY))
		return (union grex_addr){};
	return (union grex_addr){ .v6 = rt->rt6i_gateway };
}

/* Return the configured MTU of a route, without what the kernel has learned from ICMPv6: that
 * is in a copy of the route.
 */
unsigned int grex_ipv6_mtu(const struct dst_entry *dst)
{
	const struct rt6_info *rt = dst_rt6_info((struct dst_entry *)dst);
	const struct fib6_info *from;
	struct inet6_dev *idev;
	unsigned int mtu;

	rcu_read_lock();
	from = rcu_dereference(rt->from);
	mtu = from ? from->fib6_metrics->metrics[RTAX_MTU - 1]
		   : dst_metric_raw(dst, RTAX_MTU);
	if (!mtu) {
		idev = __in6_dev_get(dst->dev);
		mtu = idev ? READ_ONCE(idev->cnf.mtu6) : IPV6_MIN_MTU;
	}
	rcu_read_unlock();
	return clamp_t(unsigned int, mtu, IPV6_MIN_MTU, IP6_MAX_MTU);
}

/* Return the lifetime of a learned path MTU in jiffies. */
int grex_ipv6_mtu_expires(const struct net *net)
{
	return READ_ONCE(net->ipv6.sysctl.ip6_rt_mtu_expires);
}

/* Translate an ICMPv6 error to one of ICMPv4 (RFC 7915 5.2, but for what only grex reads). A
 * packet too big below the minimum MTU is discarded (RFC 8201 section 4), and an unknown next
 * header means that the remote does not support GRE.
 */
static struct grex_error ipv6_translate(const struct icmp6hdr *icmp)
{
	const struct grex_error none = { ICMP_ECHO };
	const u32 info = ntohl(icmp->icmp6_mtu);

	switch (icmp->icmp6_type) {
	case ICMPV6_PKT_TOOBIG:
		if (info < IPV6_MIN_MTU)
			return none;
		return (struct grex_error){ ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED,
					    info };
	case ICMPV6_DEST_UNREACH:
		return (struct grex_error){
			ICMP_DEST_UNREACH,
			icmp->icmp6_code == ICMPV6_PORT_UNREACH
				? ICMP_PORT_UNREACH
				: ICMP_HOST_UNREACH,
		};
	case ICMPV6_TIME_EXCEED:
		return (struct grex_error){
			ICMP_TIME_EXCEEDED,
			icmp->icmp6_code == ICMPV6_EXC_HOPLIMIT
				? ICMP_EXC_TTL
				: ICMP_EXC_FRAGTIME,
		};
	case NDISC_REDIRECT:
		return (struct grex_error){ ICMP_REDIRECT };
	case ICMPV6_PARAMPROB:
		if (icmp->icmp6_code == ICMPV6_UNK_NEXTHDR)
			return (struct grex_error){ ICMP_DEST_UNREACH,
						    ICMP_PROT_UNREACH };
		return (struct grex_error){ ICMP_PARAMETERPROB,
					    icmp->icmp6_code, info };
	default:
		return none;
	}
}

/**
 * grex_ipv6_read_error - read an ICMPv6 error
 * @skb: at the embedded packet; the network header is that of the error
 * @reported: filled
 */
void grex_ipv6_read_error(const struct sk_buff *skb,
			  struct grex_reported *reported)
{
	const struct icmp6hdr *icmp = icmp6_hdr(skb);
	const struct ipv6hdr *ip = ipv6_hdr(skb);

	*reported = (struct grex_reported){
		.version = 6,
		.error = ipv6_translate(icmp),
		.from.v6 = ip->saddr,
		.to.v6 = ip->daddr,
		.hop_ipv4 = htonl(GREX_ADDR_DUMMY),
		.hop_ipv6 = ip->saddr,
	};
	/* The unit of this field is 8 bytes (RFC 4884 4.2). */
	if (icmp->icmp6_type == ICMPV6_DEST_UNREACH ||
	    icmp->icmp6_type == ICMPV6_TIME_EXCEED)
		reported->words = 2 * *(const u8 *)&icmp->icmp6_dataun;
}

/**
 * grex_ipv6_push_probe - put the header in front of a probe that brings it back
 * @skb: at the inner GRE header
 * @outer: the outer header, which has the same addresses in the other order
 * @ttl: hop limit
 */
void grex_ipv6_push_probe(struct sk_buff *skb, const struct grex_outer *outer,
			  u8 ttl)
{
	const unsigned int len = skb->len;
	struct ipv6hdr *ip = skb_push(skb, sizeof(*ip));

	skb_reset_network_header(skb);
	ip6_flow_hdr(ip, outer->dsfield, 0);
	ip->payload_len = htons(len);
	ip->nexthdr = IPPROTO_GRE;
	ip->hop_limit = ttl;
	ip->saddr = outer->daddr.v6;
	ip->daddr = outer->saddr.v6;
	skb->protocol = htons(ETH_P_IPV6);
}

/* Return the offset of the encapsulation limit in an inner packet, from its IP header on, or 0. */
static int ipv6_find_limit(struct sk_buff *skb)
{
	const int network = skb_network_offset(skb);
	const struct ipv6_opt_hdr *header;
	struct ipv6_opt_hdr buffer;
	unsigned int at = network;
	int option, end;

	if (skb->protocol != htons(ETH_P_IPV6) ||
	    !ipv6_ext_hdr(ipv6_hdr(skb)->nexthdr) ||
	    ipv6_find_hdr(skb, &at, IPPROTO_DSTOPTS, NULL, NULL) < 0)
		return 0;
	header = skb_header_pointer(skb, at, sizeof(buffer), &buffer);
	if (!header || !pskb_may_pull(skb, at + ipv6_optlen(header)))
		return 0;
	header = (const void *)(skb->data + at);
	end = at - network + ipv6_optlen(header);
	option = ipv6_find_tlv(skb, at - network, IPV6_TLV_TNL_ENCAP_LIMIT);
	/* The type may be the last byte of the header. */
	if (option < 0 ||
	    option + (int)sizeof(struct ipv6_tlv_tnl_enc_lim) > end)
		return 0;
	return option;
}

/**
 * grex_ipv6_take_limit - select the encapsulation limit of a packet
 * @config: of a tunnel that has a limit
 * @skb: the inner packet, with its IP header in the linear part
 * @limit: set when true is returned
 *
 * A packet that has passed another tunnel may have a limit of its own, which counts how often
 * it may still be encapsulated (RFC 2473 4.1.1).
 *
 * Return: false when that is 0; the source of the packet has been told, unless that is a frame
 */
bool grex_ipv6_take_limit(const struct grex_config *config, struct sk_buff *skb,
			  u8 *limit)
{
	const struct ipv6_tlv_tnl_enc_lim *option;
	const int at = ipv6_find_limit(skb);

	*limit = config->options.encap_limit;
	if (!at)
		return true;
	option = (const void *)(skb_network_header(skb) + at);
	if (option->length != 1)
		return true;
	if (option->encap_limit) {
		*limit = option->encap_limit - 1;
		return true;
	}
	if (!config->options.match.ether)
		icmpv6_ndo_send(skb, ICMPV6_PARAMPROB, ICMPV6_HDR_FIELD,
				at + offsetof(struct ipv6_tlv_tnl_enc_lim,
					      encap_limit));
	return false;
}

/* Put the header with the limit in front of the GRE header (RFC 2473 4.1). */
static void ipv6_push_limit(struct sk_buff *skb, u8 limit)
{
	const u8 header[GREX_IPV6_LIMIT_LEN] = {
		IPPROTO_GRE, 0,	    IPV6_TLV_TNL_ENCAP_LIMIT,
		1,	     limit, IPV6_TLV_PADN,
		1,	     0,
	};

	memcpy(skb_push(skb, sizeof(header)), header, sizeof(header));
}

/* Select the flow label of a packet that begins with its GRE header. Routers spread flows over
 * equal paths by the computed one (RFC 6438), and it authenticates the packet that an ICMPv6
 * error embeds (sent_log.h).
 */
static __be32 ipv6_label(const struct grex_config *config,
			 const struct sk_buff *skb,
			 const struct in6_addr *remote)
{
	const u32 chosen = config->options.flowlabel;
	const int inner = config->overhead - grex_ipv6_limit_len(config) -
			  (int)sizeof(struct ipv6hdr);
	struct grex_flow flow;

	if (unlikely(chosen < GREX_FLOWLABEL_INHERIT))
		return htonl(chosen);
	if (unlikely(chosen == GREX_FLOWLABEL_INHERIT) &&
	    skb->protocol == htons(ETH_P_IPV6) && ip6_flowlabel(ipv6_hdr(skb)))
		return ip6_flowlabel(ipv6_hdr(skb));
	if (unlikely(!grex_sent_log_flow(&flow, skb, inner)))
		return 0;
	return htonl(grex_sent_log_label(config->tunnel->sent_log, remote,
					 skb->inner_protocol, &flow));
}

/**
 * grex_ipv6_push - put the outer header in front of a packet
 * @config: of the tunnel
 * @skb: at the GRE header
 * @outer: the outer header
 *
 * The stack fragments a packet that is larger than the MTU of its route cache, which may have
 * learned it from an error about another packet.
 */
void grex_ipv6_push(const struct grex_config *config, struct sk_buff *skb,
		    const struct grex_outer *outer)
{
	const __be32 label = ipv6_label(config, skb, &outer->daddr.v6);
	const bool has_limit = grex_ipv6_has_limit(config);
	struct ipv6hdr *ip;

	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	if (has_limit)
		ipv6_push_limit(skb, outer->encap_limit);
	skb_push(skb, sizeof(*ip));
	skb_reset_network_header(skb);
	ip = ipv6_hdr(skb);
	ip6_flow_hdr(ip, outer->dsfield, label);
	ip->nexthdr = has_limit ? IPPROTO_DSTOPTS : IPPROTO_GRE;
	ip->hop_limit = outer->ttl;
	ip->saddr = outer->saddr.v6;
	ip->daddr = outer->daddr.v6;
	skb->ignore_df = 1;
	/* Older kernels would hand a super-packet to the function that fragments. */
	if (unlikely(outer->fragment && skb->len > outer->fragment &&
		     !skb_is_gso(skb)))
		IP6CB(skb)->frag_max_size =
			min_t(u32, outer->fragment, dst_mtu(outer->dst));
}
