// SPDX-License-Identifier: GPL-2.0
/*
 * Implements the mode beside over IPv6. The kernel processes fragments and other extension headers
 * behind the hook, so the hook calls the same functions of the kernel before it looks for GRE. What
 * the kernel, icmpv6_rcv() and ndisc_rcv() would do before they call grex_rx_ipv6() and
 * grex_icmp_error_ipv6() is done here.
 */
#include <linux/bottom_half.h>
#include <linux/icmpv6.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv6.h>
#include <net/dropreason.h>
#include <net/gre.h>
#include <net/ip6_checksum.h>
#include <net/ip6_fib.h>
#include <net/ipv6.h>
#include <net/ndisc.h>
#include <net/protocol.h>
#include <net/xfrm.h>

#include "beside.h"
#include "icmp.h"
#include "packet.h"

/* icmpv6_notify() ignores an error with fewer bytes behind the embedded IPv6 headers. */
#define BESIDE_EMBEDDED_PAYLOAD 8
/* A redirect has the embedded packet in this option, behind these bytes (RFC 4861 4.6.3). */
#define BESIDE_REDIRECTED_HEADER 8

static unsigned int beside_ipv6_local_in(void *priv, struct sk_buff *skb,
					 const struct nf_hook_state *state);

/* Return the protocol behind the extension headers that have been processed. */
static u8 beside_next_header(const struct sk_buff *skb)
{
	return skb_network_header(skb)[IP6CB(skb)->nhoff];
}

/* Process one extension header as ip6_protocol_deliver_rcu() is about to do. It finds the next
 * header where this leaves it. Return whether there is still a packet: a fragment is kept until
 * the others arrive, and a packet with a wrong header is dropped.
 */
static bool beside_process_extension(struct sk_buff *skb)
{
	const struct inet6_protocol *extension;

	extension = rcu_dereference(inet6_protos[beside_next_header(skb)]);
	if (skb_orphan_frags_rx(skb, GFP_ATOMIC) ||
	    !pskb_pull(skb, skb_transport_offset(skb))) {
		kfree_skb(skb);
		return false;
	}
	if (extension->handler(skb) <= 0)
		return false;
	__skb_push(skb, -skb_network_offset(skb));
	return true;
}

/* Process the extension headers in front of GRE or ICMPv6, as beside_process_extension(). */
static bool beside_process_extensions(struct sk_buff *skb)
{
	for (;;) {
		switch (beside_next_header(skb)) {
		case NEXTHDR_FRAGMENT:
		case NEXTHDR_DEST:
		case NEXTHDR_ROUTING:
			if (!beside_process_extension(skb))
				return false;
			break;
		default:
			return true;
		}
	}
}

static unsigned int beside_gre(struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	struct inet6_dev *idev = ip6_dst_idev(skb_dst(skb));
	const unsigned int outer_len = skb_transport_offset(skb);
	struct grex_received received;
	struct grex_config *config;

	if (!pskb_pull(skb, outer_len))
		return NF_ACCEPT;
	config = grex_rx_find_rcu(skb, true, &received);
	if (!config)
		grex_beside_count_lost(skb, state->net, true);
	__skb_push(skb, outer_len);
	if (!config)
		return NF_ACCEPT;
	if (!grex_beside_pass_hooks(beside_ipv6_local_in, skb, state))
		return NF_STOLEN;
	if (!xfrm6_policy_check(NULL, XFRM_POLICY_IN, skb)) {
		__IP6_INC_STATS(state->net, idev, IPSTATS_MIB_INDISCARDS);
		kfree_skb_reason(skb, SKB_DROP_REASON_XFRM_POLICY);
		return NF_STOLEN;
	}
	/* Newer kernels do this behind the hook. */
	if (skb_orphan_frags_rx(skb, GFP_ATOMIC)) {
		kfree_skb(skb);
		return NF_STOLEN;
	}
	nf_reset_ct(skb);
	skb_clear_delivery_time(skb);
	skb_pull_rcsum(skb, outer_len);
	grex_rx_packet(config, skb, &received);
	__IP6_INC_STATS(state->net, idev, IPSTATS_MIB_INDELIVERS);
	return NF_STOLEN;
}

/* Whether ndisc_rcv() would accept a redirect. It discards fragments (RFC 6980). */
static bool beside_may_redirect(const struct sk_buff *skb)
{
	const struct inet6_dev *idev = __in6_dev_get(skb->dev);
	const struct ipv6hdr *ip = ipv6_hdr(skb);

	if (!idev || (IP6CB(skb)->flags & IP6SKB_FRAGMENTED &&
		      READ_ONCE(idev->cnf.suppress_frag_ndisc)))
		return false;
#ifdef CONFIG_IPV6_NDISC_NODETYPE
	if (skb->ndisc_nodetype == NDISC_NODETYPE_HOST ||
	    skb->ndisc_nodetype == NDISC_NODETYPE_NODEFAULT)
		return false;
#endif
	return ip->hop_limit == 255 && !icmp6_hdr(skb)->icmp6_code &&
	       ipv6_addr_type(&ip->saddr) & IPV6_ADDR_LINKLOCAL;
}

/* Return the offset of the packet that a redirect embeds, or 0. @skb is at the ICMPv6 header. */
static unsigned int beside_find_redirected(const struct sk_buff *skb)
{
	unsigned int at = sizeof(struct rd_msg);
	const struct nd_opt_hdr *option;
	struct nd_opt_hdr buffer;

	if (!beside_may_redirect(skb))
		return 0;
	for (;;) {
		option = skb_header_pointer(skb, at, sizeof(buffer), &buffer);
		if (!option || !option->nd_opt_len)
			return 0;
		if (option->nd_opt_type == ND_OPT_REDIRECT_HDR)
			return at + BESIDE_REDIRECTED_HEADER;
		at += option->nd_opt_len * 8;
	}
}

/* Return the offset of the packet that an error embeds, or 0. @skb is at the ICMPv6 header. */
static unsigned int beside_find_embedded(const struct sk_buff *skb)
{
	switch (icmp6_hdr(skb)->icmp6_type) {
	case ICMPV6_DEST_UNREACH:
	case ICMPV6_PKT_TOOBIG:
	case ICMPV6_TIME_EXCEED:
	case ICMPV6_PARAMPROB:
		return sizeof(struct icmp6hdr);
	case NDISC_REDIRECT:
		return beside_find_redirected(skb);
	default:
		return 0;
	}
}

/* Whether icmpv6_notify() would pass an error on to the module that receives GRE, and grex may have
 * sent the packet. @skb is at the embedded IPv6 header.
 */
static bool beside_is_about_gre(struct sk_buff *skb)
{
	unsigned int len = sizeof(struct ipv6hdr);
	const struct gre_base_hdr *gre;
	__be16 fragment;
	u8 protocol;
	int inner;

	if (!pskb_may_pull(skb, len))
		return false;
	protocol = ((const struct ipv6hdr *)skb->data)->nexthdr;
	inner = ipv6_skip_exthdr(skb, len, &protocol, &fragment);
	if (inner < 0 || protocol != IPPROTO_GRE ||
	    !pskb_may_pull(skb, inner + BESIDE_EMBEDDED_PAYLOAD))
		return false;
	gre = (const void *)(skb->data + inner);
	return grex_packet_is_carried(gre->protocol);
}

/* Take an ICMPv6 error whose embedded packet is GRE. @skb is at the ICMPv6 header. */
static bool beside_take_error(struct sk_buff *skb, struct net *net)
{
	struct inet6_dev *idev = ip6_dst_idev(skb_dst(skb));
	const unsigned int embedded = beside_find_embedded(skb);
	const u8 type = icmp6_hdr(skb)->icmp6_type;

	if (!embedded || !pskb_may_pull(skb, embedded) ||
	    skb_checksum_validate(skb, IPPROTO_ICMPV6, ip6_compute_pseudo))
		return false;
	skb_pull_rcsum(skb, embedded);
	if (!beside_is_about_gre(skb))
		goto out;
	/* icmpv6_rcv() would drop it, too, whoever has sent the embedded packet. */
	if (!grex_beside_policy_allows(skb, true)) {
		kfree_skb_reason(skb, SKB_DROP_REASON_XFRM_POLICY);
		return true;
	}
	if (!grex_icmp_take_ipv6(skb))
		goto out;
	__IP6_INC_STATS(net, idev, IPSTATS_MIB_INDELIVERS);
	idev = __in6_dev_get(skb->dev);
	__ICMP6_INC_STATS(net, idev, ICMP6_MIB_INMSGS);
	ICMP6MSGIN_INC_STATS(net, idev, type);
	consume_skb(skb);
	return true;

out:
	skb_push_rcsum(skb, embedded);
	return false;
}

/* An error creates no connection, so the hooks that follow do not have to see it. */
static unsigned int beside_icmp(struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	const unsigned int outer_len = skb_transport_offset(skb);

	if (!pskb_may_pull(skb, outer_len + sizeof(struct icmp6hdr)) ||
	    (icmp6_hdr(skb)->icmp6_type > ICMPV6_PARAMPROB &&
	     icmp6_hdr(skb)->icmp6_type != NDISC_REDIRECT))
		return NF_ACCEPT;
	skb_pull_rcsum(skb, outer_len);
	if (beside_take_error(skb, state->net))
		return NF_STOLEN;
	skb_push_rcsum(skb, outer_len);
	return NF_ACCEPT;
}

static unsigned int beside_take(struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	if (!beside_process_extensions(skb))
		return NF_STOLEN;
	switch (beside_next_header(skb)) {
	case IPPROTO_GRE:
		return beside_gre(skb, state);
	case IPPROTO_ICMPV6:
		return beside_icmp(skb, state);
	default:
		return NF_ACCEPT;
	}
}

/* A packet that was queued for a program arrives here in a task. */
static unsigned int beside_ipv6_local_in(void *priv, struct sk_buff *skb,
					 const struct nf_hook_state *state)
{
	unsigned int verdict;

	switch (beside_next_header(skb)) {
	case NEXTHDR_FRAGMENT:
	case NEXTHDR_DEST:
	case NEXTHDR_ROUTING:
	case IPPROTO_GRE:
	case IPPROTO_ICMPV6:
		local_bh_disable();
		verdict = beside_take(skb, state);
		local_bh_enable();
		return verdict;
	default:
		return NF_ACCEPT;
	}
}

static const struct nf_hook_ops beside_hook = {
	.hook = beside_ipv6_local_in,
	.pf = NFPROTO_IPV6,
	.hooknum = NF_INET_LOCAL_IN,
	.priority = INT_MAX,
};

int grex_beside_ipv6_start(struct net *net)
{
	return nf_register_net_hook(net, &beside_hook);
}

/* The hook may still run until an RCU grace period has passed. */
void grex_beside_ipv6_stop(struct net *net)
{
	nf_unregister_net_hook(net, &beside_hook);
}
