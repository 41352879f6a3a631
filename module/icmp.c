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
	/* The route is looked up once more in there, with the mark of @skb. */
	mark = skb->mark;
	skb->mark = config->fwmark;
	if (frag_needed)
		dst->ops->update_pmtu(dst, NULL, skb, info, false);
	else
		dst->ops->redirect(dst, NULL, skb);
	skb->mark = mark;
	ip_rt_put(rt);
}
