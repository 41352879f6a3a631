// SPDX-License-Identifier: GPL-2.0
/*
 * Implements the mode beside over IPv4. Fragments are reassembled where the hook is. What the
 * kernel, icmp_rcv() and gre.ko would do before they call grex_rx() and grex_icmp_error() is done
 * here.
 */
#include <linux/bottom_half.h>
#include <linux/icmp.h>
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <net/dropreason.h>
#include <net/gre.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/route.h>
#include <net/xfrm.h>

#include "beside.h"
#include "icmp.h"
#include "packet.h"

/* gre.ko drops shorter packets. */
#define BESIDE_GRE_LEN 12
/* gre.ko reads these bits of the second byte as the version. */
#define BESIDE_GRE_VERSION 0x7f
/* A host that receives an error needs 8 bytes behind the embedded IP header. */
#define BESIDE_EMBEDDED_PAYLOAD 8

static unsigned int beside_ipv4_local_in(void *priv, struct sk_buff *skb,
					 const struct nf_hook_state *state);

/* Return the protocol of the payload of a GRE packet. */
static __be16 beside_protocol(const u8 *gre)
{
	return ((const struct gre_base_hdr *)gre)->protocol;
}

static unsigned int beside_gre(struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	const unsigned int outer_len = skb_network_header_len(skb);
	struct grex_config *config = NULL;
	struct grex_received received;

	if (!pskb_may_pull(skb, outer_len + BESIDE_GRE_LEN))
		return NF_ACCEPT;
	__skb_pull(skb, outer_len);
	if (!(skb->data[1] & BESIDE_GRE_VERSION)) {
		config = grex_rx_find_rcu(skb, false, &received);
		if (!config)
			grex_beside_count_lost(skb, state->net, false);
	}
	__skb_push(skb, outer_len);
	if (!config)
		return NF_ACCEPT;
	if (!grex_beside_pass_hooks(beside_ipv4_local_in, skb, state))
		return NF_STOLEN;
	if (!xfrm4_policy_check(NULL, XFRM_POLICY_IN, skb)) {
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
	__skb_pull(skb, outer_len);
	grex_rx_packet(config, skb, &received);
	__IP_INC_STATS(state->net, IPSTATS_MIB_INDELIVERS);
	return NF_STOLEN;
}

/* Whether icmp_rcv() would pass an error on, and with which MTU or pointer. @skb is at the
 * embedded IP header.
 */
static bool beside_is_delivered(const struct sk_buff *skb, struct net *net,
				u32 *info)
{
	const struct icmphdr *icmp = icmp_hdr(skb);
	const struct iphdr *embedded = (const struct iphdr *)skb->data;

	*info = 0;
	switch (icmp->type) {
	case ICMP_REDIRECT:
		*info = ntohl(icmp->un.gateway);
		return true;
	case ICMP_PARAMETERPROB:
		*info = ntohl(icmp->un.gateway) >> 24;
		break;
	case ICMP_TIME_EXCEEDED:
		if (icmp->code == ICMP_EXC_FRAGTIME)
			return false;
		break;
	case ICMP_DEST_UNREACH:
		if (icmp->code > NR_ICMP_UNREACH)
			return false;
		if (icmp->code != ICMP_FRAG_NEEDED)
			break;
		switch (READ_ONCE(net->ipv4.sysctl_ip_no_pmtu_disc)) {
		case 0:
			*info = ntohs(icmp->un.frag.mtu);
			break;
		case 2:
		case 3: /* GRE has no icmp_strict_tag_validation. */
			return false;
		}
		break;
	default:
		return false;
	}
	return READ_ONCE(net->ipv4.sysctl_icmp_ignore_bogus_error_responses) ||
	       inet_addr_type_dev_table(net, skb->dev, embedded->daddr) !=
		       RTN_BROADCAST;
}

static void beside_count_error(struct net *net, u8 type)
{
	__IP_INC_STATS(net, IPSTATS_MIB_INDELIVERS);
	__ICMP_INC_STATS(net, ICMP_MIB_INMSGS);
	ICMPMSGIN_INC_STATS(net, type);
	if (type == ICMP_TIME_EXCEEDED)
		__ICMP_INC_STATS(net, ICMP_MIB_INTIMEEXCDS);
}

/* Take an ICMP error whose embedded packet is GRE. @skb is at the ICMP header. */
static bool beside_take_error(struct sk_buff *skb, struct net *net)
{
	const u8 type = icmp_hdr(skb)->type;
	unsigned int embedded_len;
	u32 info;

	if (skb_rtable(skb)->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST) ||
	    skb_checksum_simple_validate(skb))
		return false;
	__skb_pull(skb, sizeof(struct icmphdr));
	embedded_len = ((const struct iphdr *)skb->data)->ihl * 4;
	if (embedded_len < sizeof(struct iphdr) ||
	    !pskb_may_pull(skb, embedded_len + BESIDE_EMBEDDED_PAYLOAD) ||
	    skb->data[embedded_len + 1] & BESIDE_GRE_VERSION ||
	    !grex_packet_is_carried(beside_protocol(skb->data + embedded_len)) ||
	    !beside_is_delivered(skb, net, &info))
		goto out;
	/* icmp_rcv() would drop it, too, whoever has sent the embedded packet. */
	if (!grex_beside_policy_allows(skb, false)) {
		kfree_skb_reason(skb, SKB_DROP_REASON_XFRM_POLICY);
		return true;
	}
	if (!grex_icmp_take(skb, info))
		goto out;
	beside_count_error(net, type);
	consume_skb(skb);
	return true;

out:
	__skb_push(skb, sizeof(struct icmphdr));
	return false;
}

/* An error creates no connection, so the hooks that follow do not have to see it. */
static unsigned int beside_icmp(struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	const unsigned int outer_len = skb_network_header_len(skb);
	const unsigned int error_len =
		sizeof(struct icmphdr) + sizeof(struct iphdr);
	const struct iphdr *embedded;

	if (!pskb_may_pull(skb, outer_len + error_len))
		return NF_ACCEPT;
	switch (icmp_hdr(skb)->type) {
	case ICMP_DEST_UNREACH:
	case ICMP_REDIRECT:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETERPROB:
		break;
	default:
		return NF_ACCEPT;
	}
	embedded = (const struct iphdr *)(icmp_hdr(skb) + 1);
	if (embedded->protocol != IPPROTO_GRE)
		return NF_ACCEPT;
	__skb_pull(skb, outer_len);
	if (beside_take_error(skb, state->net))
		return NF_STOLEN;
	__skb_push(skb, outer_len);
	return NF_ACCEPT;
}

/* A packet that was queued for a program arrives here in a task. */
static unsigned int beside_ipv4_local_in(void *priv, struct sk_buff *skb,
					 const struct nf_hook_state *state)
{
	unsigned int verdict;

	switch (ip_hdr(skb)->protocol) {
	case IPPROTO_GRE:
		local_bh_disable();
		verdict = beside_gre(skb, state);
		local_bh_enable();
		return verdict;
	case IPPROTO_ICMP:
		local_bh_disable();
		verdict = beside_icmp(skb, state);
		local_bh_enable();
		return verdict;
	default:
		return NF_ACCEPT;
	}
}

static const struct nf_hook_ops beside_hook = {
	.hook = beside_ipv4_local_in,
	.pf = NFPROTO_IPV4,
	.hooknum = NF_INET_LOCAL_IN,
	.priority = INT_MAX,
};

int grex_beside_ipv4_start(struct net *net)
{
	return nf_register_net_hook(net, &beside_hook);
}

/* The hook may still run until an RCU grace period has passed. */
void grex_beside_ipv4_stop(struct net *net)
{
	nf_unregister_net_hook(net, &beside_hook);
}
