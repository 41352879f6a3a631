// SPDX-License-Identifier: GPL-2.0
/*
 * Implements what the mode beside has in common over IPv4 and IPv6: where another module receives
 * IP protocol 47, a hook takes the packets of grex tunnels, and the ICMP errors about them. The
 * kernel is about to deliver the packet, and the firewall has accepted it. All other packets go
 * on unchanged.
 */
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/netfilter.h>
#include <linux/ratelimit.h>
#include <linux/string.h>
#include <net/gre.h>
#include <net/ipv6.h>
#include <net/rtnetlink.h>
#include <net/xfrm.h>

#include "addr.h"
#include "beside.h"
#include "grex.h"
#include "packet.h"

/**
 * grex_beside_pass_hooks - call the hooks that follow the one of grex
 * @own: the hook of grex
 * @skb: a packet that grex is going to take
 * @state: what the hook was called with
 *
 * Conntrack may be one of them, because it has the same priority, and it forgets a connection that
 * it has not confirmed.
 *
 * Return: whether the hooks have accepted the packet; otherwise it is gone
 */
bool grex_beside_pass_hooks(nf_hookfn own, struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	const struct netns_nf *nf = &state->net->nf;
	const struct nf_hook_entries *hooks;
	struct nf_hook_state rest;
	unsigned int next = 0;

	if (state->pf == NFPROTO_IPV6)
		hooks = rcu_dereference(nf->hooks_ipv6[NF_INET_LOCAL_IN]);
	else
		hooks = rcu_dereference(nf->hooks_ipv4[NF_INET_LOCAL_IN]);
	while (hooks && next < hooks->num_hook_entries)
		if (hooks->hooks[next++].hook == own)
			break;
	if (!hooks || next == hooks->num_hook_entries)
		return true;
	rest = *state;
	return nf_hook_slow(skb, &rest, hooks, next) == 1;
}

/**
 * grex_beside_policy_allows - check the IPsec policy for an ICMP error
 * @skb: at the embedded IP header
 * @is_ipv6: whether it is an error of ICMPv6
 *
 * icmp_rcv() and icmpv6_rcv() decide in the same way: they check the error itself, or, if the
 * IPsec tunnel that it came by allows that, the reverse of the embedded packet.
 *
 * Return: whether the policy allows the error
 */
bool grex_beside_policy_allows(struct sk_buff *skb, bool is_ipv6)
{
	const int error = skb_network_offset(skb);
	struct sec_path *path;
	bool allows;

	if (is_ipv6 ? xfrm6_policy_check(NULL, XFRM_POLICY_IN, skb)
		    : xfrm4_policy_check(NULL, XFRM_POLICY_IN, skb))
		return true;
	path = skb_sec_path(skb);
	if (!path || !path->len ||
	    !(path->xvec[path->len - 1]->props.flags & XFRM_STATE_ICMP))
		return false;
	skb_reset_network_header(skb);
	allows =
		is_ipv6 ? xfrm6_policy_check_reverse(NULL, XFRM_POLICY_IN, skb)
			: xfrm4_policy_check_reverse(NULL, XFRM_POLICY_IN, skb);
	skb_set_network_header(skb, error);
	return allows;
}

/* Whether the address of a device may be that of a packet. */
static bool beside_matches(const unsigned char *address, const void *outer,
			   unsigned int len)
{
	return !memchr_inv(address, 0, len) || !memcmp(address, outer, len);
}

/* Whether a device of ip_gre with these addresses may receive the packet. */
static bool beside_matches_ipv4(const struct net_device *dev,
				const struct iphdr *outer)
{
	__be32 remote;

	memcpy(&remote, dev->broadcast, sizeof(remote));
	return beside_matches(dev->dev_addr, &outer->daddr, sizeof(remote)) &&
	       (ipv4_is_multicast(remote) ||
		beside_matches(dev->broadcast, &outer->saddr, sizeof(remote)));
}

/* Whether a device of ip6_gre with these addresses may receive the packet. */
static bool beside_matches_ipv6(const struct net_device *dev,
				const struct ipv6hdr *outer)
{
	struct in6_addr remote;

	memcpy(&remote, dev->broadcast, sizeof(remote));
	return beside_matches(dev->dev_addr, &outer->daddr, sizeof(remote)) &&
	       (ipv6_addr_is_multicast(&remote) ||
		beside_matches(dev->broadcast, &outer->saddr, sizeof(remote)));
}

/* Whether a device of another module may receive the packet. The devices of ip_gre and ip6_gre have
 * its addresses, and those that carry Ethernet do not show them.
 */
static bool beside_may_receive(const struct net_device *dev,
			       const struct sk_buff *skb, bool is_ipv6,
			       bool is_ethernet)
{
	const char *kind;

	if (!(READ_ONCE(dev->flags) & IFF_UP) || !dev->rtnl_link_ops ||
	    dev->netdev_ops->ndo_start_xmit == grex_tx ||
	    dev->netdev_ops->ndo_start_xmit == grex_tx_ether)
		return false;
	if (is_ipv6 && dev->type == ARPHRD_IP6GRE)
		return beside_matches_ipv6(dev, ipv6_hdr(skb));
	if (!is_ipv6 && dev->type == ARPHRD_IPGRE)
		return beside_matches_ipv4(dev, ip_hdr(skb));
	kind = dev->rtnl_link_ops->kind;
	return is_ethernet &&
	       (is_ipv6 ? !strcmp(kind, "ip6gretap") ||
				  !strcmp(kind, "ip6erspan")
			: !strcmp(kind, "gretap") || !strcmp(kind, "erspan"));
}

/**
 * grex_beside_count_lost - count a packet that no tunnel receives
 * @skb: at the GRE header
 * @net: the namespace
 * @is_ipv6: the family of the outer header
 *
 * It is counted as in native mode if no tunnel of the other module receives it. The packet goes on
 * in any case, as the device of that tunnel may be in another namespace.
 */
void grex_beside_count_lost(struct sk_buff *skb, struct net *net, bool is_ipv6)
{
	const struct gre_base_hdr *gre = (const void *)skb->data;
	const struct net_device *dev;
	bool is_ethernet = false;

	if (skb_headlen(skb) >= sizeof(*gre))
		is_ethernet = gre->protocol == htons(ETH_P_TEB) ||
			      !grex_packet_is_carried(gre->protocol);

	/* Anyone can send such packets, and there may be many devices. */
	if (!__ratelimit(&grex_net(net)->lost_limit))
		return;
	for_each_netdev_rcu(net, dev)
		if (beside_may_receive(dev, skb, is_ipv6, is_ethernet))
			return;
	grex_rx_count_lost_rcu(skb, is_ipv6);
}
