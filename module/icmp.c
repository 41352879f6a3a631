// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors about outer packets: the underlay route learns from them.
 */
#include <linux/icmp.h>
#include <linux/ip.h>
#include <net/ip.h>

#include "grex.h"
#include "header.h"
#include "packet.h"
#include "route.h"
#include "table.h"

/* The tunnel that sent the quoted packet. Eight bytes of it behind the IP
 * header are certain (RFC 792); a key further back may not have been quoted,
 * and without it nothing is attributed: anyone can forge an ICMP error.
 */
static struct grex_config *icmp_sender(struct grex_net *gn, struct sk_buff *skb)
{
	const struct iphdr *quote = (const struct iphdr *)skb->data;
	unsigned int ip_len = quote->ihl * 4;
	unsigned int look =
		min_t(unsigned int, skb->len - ip_len, GREX_HEADER_LOOK);
	struct grex_header header;
	struct grex_match sent = {
		.local.v4 = quote->saddr,
		.remote.v4 = quote->daddr,
		.family = AF_INET,
	};

	if (!pskb_may_pull(skb, ip_len + look) ||
	    grex_header_parse(&header, skb->data + ip_len, look))
		return NULL;
	sent.key = header.key;
	sent.keyed = !!(header.flags & GREX_HEADER_KEY);
	return grex_table_sender_rcu(&gn->table, &sent);
}

/* The route is looked up once more in there, by the IP header and the device of
 * @skb: those of the packet that was sent, not of the error, which names other
 * addresses and may have come another way.
 */
static void icmp_update_pmtu(struct sk_buff *skb, struct dst_entry *dst,
			     u32 mtu)
{
	const int network = skb_network_offset(skb);
	struct net_device *dev = skb->dev;

	skb_reset_network_header(skb);
	skb->dev = dst->dev;
	dst->ops->update_pmtu(dst, NULL, skb, mtu, false);
	skb->dev = dev;
	skb_set_network_header(skb, network);
}

/* @skb is at the quoted IP header; @info is the MTU of a frag needed. */
void grex_icmp_error(struct sk_buff *skb, u32 info)
{
	const struct icmphdr *icmp = icmp_hdr(skb);
	bool frag_needed = icmp->type == ICMP_DEST_UNREACH &&
			   icmp->code == ICMP_FRAG_NEEDED;
	const struct grex_config *config;
	const struct iphdr *quote;
	struct dst_entry *dst;
	struct rtable *rt;
	__be32 saddr;
	u32 mark;

	if (!frag_needed && icmp->type != ICMP_REDIRECT)
		return;
	config = icmp_sender(grex_net(dev_net(skb->dev)), skb);
	if (!config)
		return;

	quote = (const struct iphdr *)skb->data;
	rt = grex_route_lookup(config, quote->daddr, quote->tos, &saddr);
	if (IS_ERR(rt))
		return;
	dst = &rt->dst;
	mark = skb->mark;
	skb->mark = config->fwmark; /* keys the look-up too */
	if (frag_needed)
		icmp_update_pmtu(skb, dst, info);
	else
		dst->ops->redirect(dst, NULL, skb);
	skb->mark = mark;
	ip_rt_put(rt);
}
