// SPDX-License-Identifier: GPL-2.0
/*
 * Takes the packets of grex tunnels, and the ICMP errors about them, where another module,
 * ip_gre in most cases, receives IP protocol 47. The kernel is about to deliver the packet:
 * fragments are reassembled, and the firewall has accepted it. What the kernel, icmp_rcv()
 * and gre.ko would do before they call grex_rx() and grex_icmp_error() is done here. All
 * other packets go on unchanged.
 */
#include <linux/bottom_half.h>
#include <linux/icmp.h>
#include <linux/if_arp.h>
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/ratelimit.h>
#include <linux/string.h>
#include <net/dropreason.h>
#include <net/gre.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/route.h>
#include <net/rtnetlink.h>
#include <net/xfrm.h>

#include "beside.h"
#include "grex.h"
#include "icmp.h"
#include "packet.h"

/* gre.ko drops shorter packets. */
#define BESIDE_GRE_LEN 12
/* gre.ko reads these bits of the second byte as the version. */
#define BESIDE_GRE_VERSION 0x7f
/* A host that receives an error needs 8 bytes behind the embedded IP header. */
#define BESIDE_EMBEDDED_PAYLOAD 8

static unsigned int beside_local_in(void *priv, struct sk_buff *skb,
				    const struct nf_hook_state *state);

/* Call the hooks that follow this one. Conntrack may be one of them, because it has the same
 * priority, and it forgets a connection that it has not confirmed. Return whether the hooks
 * have accepted the packet; otherwise it is gone.
 */
static bool beside_pass_hooks(struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	const struct nf_hook_entries *hooks =
		rcu_dereference(state->net->nf.hooks_ipv4[NF_INET_LOCAL_IN]);
	struct nf_hook_state rest;
	unsigned int next = 0;

	while (hooks && next < hooks->num_hook_entries)
		if (hooks->hooks[next++].hook == beside_local_in)
			break;
	if (!hooks || next == hooks->num_hook_entries)
		return true;
	rest = *state;
	return nf_hook_slow(skb, &rest, hooks, next) == 1;
}

/* Return the protocol of the payload of a GRE packet. */
static __be16 beside_protocol(const u8 *gre)
{
	return ((const struct gre_base_hdr *)gre)->protocol;
}

/* Whether a device of another module may receive the packet. The devices of ip_gre have its
 * addresses, and those of gretap and erspan do not show them.
 */
static bool beside_may_receive(const struct net_device *dev,
			       const struct sk_buff *skb, bool is_ethernet)
{
	const struct iphdr *outer = ip_hdr(skb);
	__be32 local, remote;

	if (!(READ_ONCE(dev->flags) & IFF_UP) || !dev->rtnl_link_ops ||
	    dev->netdev_ops->ndo_start_xmit == grex_tx ||
	    dev->netdev_ops->ndo_start_xmit == grex_tx_ether)
		return false;
	if (dev->type != ARPHRD_IPGRE)
		return is_ethernet &&
		       (!strcmp(dev->rtnl_link_ops->kind, "gretap") ||
			!strcmp(dev->rtnl_link_ops->kind, "erspan"));
	memcpy(&local, dev->dev_addr, sizeof(local));
	memcpy(&remote, dev->broadcast, sizeof(remote));
	return (!local || local == outer->daddr) &&
	       (!remote || remote == outer->saddr || ipv4_is_multicast(remote));
}

/* Count a packet as in native mode if no tunnel of the other module receives it. It goes on
 * in any case, as the device of that tunnel may be in another namespace. @skb is at the GRE
 * header.
 */
static void beside_count_lost(struct sk_buff *skb, struct net *net)
{
	const __be16 protocol = beside_protocol(skb->data);
	const bool is_ethernet = protocol == htons(ETH_P_TEB) ||
				 !grex_packet_is_carried(protocol);
	const struct net_device *dev;

	/* Anyone can send such packets, and there may be many devices. */
	if (!__ratelimit(&grex_net(net)->lost_limit))
		return;
	for_each_netdev_rcu(net, dev)
		if (beside_may_receive(dev, skb, is_ethernet))
			return;
	grex_rx_count_lost_rcu(skb);
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
		config = grex_rx_find_rcu(skb, &received);
		if (!config)
			beside_count_lost(skb, state->net);
	}
	__skb_push(skb, outer_len);
	if (!config)
		return NF_ACCEPT;
	if (!beside_pass_hooks(skb, state))
		return NF_STOLEN;
	if (!xfrm4_policy_check(NULL, XFRM_POLICY_IN, skb)) {
		kfree_skb_reason(skb, SKB_DROP_REASON_XFRM_POLICY);
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

/* Whether the IPsec policy allows an error, as icmp_rcv() decides it: for the error itself,
 * or, if the tunnel that it came by allows that, for the reverse of the embedded packet. @skb
 * is at the embedded IP header.
 */
static bool beside_policy_allows(struct sk_buff *skb)
{
	const int error = skb_network_offset(skb);
	struct sec_path *path;
	bool allows;

	if (xfrm4_policy_check(NULL, XFRM_POLICY_IN, skb))
		return true;
	path = skb_sec_path(skb);
	if (!path || !path->len ||
	    !(path->xvec[path->len - 1]->props.flags & XFRM_STATE_ICMP))
		return false;
	skb_reset_network_header(skb);
	allows = xfrm4_policy_check_reverse(NULL, XFRM_POLICY_IN, skb);
	skb_set_network_header(skb, error);
	return allows;
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
	if (!beside_policy_allows(skb)) {
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
static unsigned int beside_local_in(void *priv, struct sk_buff *skb,
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
	.hook = beside_local_in,
	.pf = NFPROTO_IPV4,
	.hooknum = NF_INET_LOCAL_IN,
	.priority = INT_MAX,
};

int grex_beside_start(struct net *net)
{
	return nf_register_net_hook(net, &beside_hook);
}

/* The hook may still run until an RCU grace period has passed. */
void grex_beside_stop(struct net *net)
{
	nf_unregister_net_hook(net, &beside_hook);
}
