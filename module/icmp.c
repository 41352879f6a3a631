// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors about outer packets: whose packet it was, whether to believe it,
 * what the underlay route learns from it, and what the inner source is told.
 */
#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/ratelimit.h>
#include <net/ip.h>
#include <net/l3mdev.h>

#include "discover.h"
#include "grex.h"
#include "header.h"
#include "packet.h"
#include "quote.h"
#include "relay.h"
#include "route.h"
#include "sent.h"
#include "stats.h"
#include "table.h"
#include "translate.h"

/* A remote that was said to be unreachable counts as such for so long. */
#define ICMP_UNREACHABLE_TIME (10 * HZ)

/**
 * struct icmp_report - an ICMP error and what is known of the packet
 * @skb: at the quoted outer header; its network header is the error's
 * @error: type, code, MTU or pointer
 * @quote: outer and GRE header as quoted
 * @config: of the tunnel that sent the packet
 * @known: does that tunnel remember it
 * @sent: as it remembers it, when @known is GREX_SENT_FOUND
 */
struct icmp_report {
	struct sk_buff *skb;
	struct grex_error error;
	struct grex_quote quote;
	struct grex_config *config;
	enum grex_sent_verdict known;
	struct grex_sent_packet sent;
};

/* The rows and columns of the counters: GREX_STATS_ICMP. */
enum icmp_outcome {
	ICMP_RELAYED,
	ICMP_UNATTRIBUTED,
	ICMP_LIMITED,
	ICMP_REFUSED,
	ICMP_OUTCOMES,
};

static void icmp_count(const struct icmp_report *report,
		       enum icmp_outcome outcome)
{
	const enum grex_error_kind kind =
		grex_error_kind(report->error.type, report->error.code);

	grex_stats_count(report->config->tunnel->stats,
			 GREX_ICMP_FRAG_NEEDED_RELAYED + kind * ICMP_OUTCOMES +
				 outcome);
}

/* @info is what the kernel makes of the second word: the MTU, or the pointer. */
static void icmp_read_error(struct icmp_report *report, u32 info)
{
	const struct icmphdr *icmp = icmp_hdr(report->skb);

	report->error.type = icmp->type;
	report->error.code = icmp->code;
	report->error.info = info;
}

static bool icmp_is_known(struct icmp_report *report,
			  const struct grex_config *config)
{
	report->known = grex_sent_find(config->tunnel->sent,
				       report->quote.daddr, report->quote.id,
				       &report->sent);
	return report->known == GREX_SENT_FOUND;
}

/* Is the error from where the tunnel's underlay is? The device may be another
 * than the one that the packet left by, the VRF may not.
 */
static bool icmp_is_same_vrf(const struct icmp_report *report,
			     const struct grex_config *config)
{
	struct net_device *dev = report->skb->dev;

	return !config->link ||
	       l3mdev_master_ifindex_by_index(dev_net(dev), config->link) ==
		       l3mdev_master_ifindex_rcu(dev);
}

/* Did this tunnel send the quoted packet? Its addresses are right already. */
static bool icmp_is_sender(struct grex_config *config, void *arg)
{
	struct icmp_report *report = arg;
	const struct grex_header *header = &report->quote.header;

	if (header->flags != config->oflags ||
	    !icmp_is_same_vrf(report, config))
		return false;
	if (report->quote.has_key)
		return header->key == config->okey;
	/* The key is further back than the quote: only the ID can tell. */
	return icmp_is_known(report, config);
}

static bool icmp_find_sender(struct grex_net *gn, struct icmp_report *report)
{
	const struct grex_quote *quote = &report->quote;
	const struct grex_match sent = {
		.local.v4 = quote->saddr,
		.remote.v4 = quote->daddr,
		.key = quote->header.key,
		.keyed = !!(quote->header.flags & GREX_HEADER_KEY),
		.family = AF_INET,
	};

	/* It comes to where the packet came from. */
	if (ip_hdr(report->skb)->daddr != quote->saddr)
		return false;
	report->config = grex_table_sender_rcu(&gn->table, &sent,
					       quote->has_key, icmp_is_sender,
					       report);
	if (!report->config)
		return false;
	icmp_is_known(report, report->config);
	return true;
}

/* What is quoted of the inner packet, or what is remembered of it. On success
 * @relay says which.
 */
static enum grex_inner_verdict icmp_read_inner(const struct icmp_report *report,
					       struct grex_inner *inner,
					       struct grex_relay *relay)
{
	const struct grex_quote *quote = &report->quote;
	const struct sk_buff *skb = report->skb;
	enum grex_inner_verdict verdict = GREX_INNER_IS_TRUNCATED;
	unsigned int end;

	relay->skb = skb;
	relay->extension =
		grex_extension_find(icmp_hdr(skb)->un.reserved[1], skb->len);
	/* What is not in the linear part is more than can be quoted. */
	end = min_t(unsigned int, relay->extension.offset, skb_headlen(skb));
	if (quote->inner < end) {
		relay->quote = skb->data + quote->inner;
		relay->quote_len = end - quote->inner;
		verdict = grex_inner_read(inner, quote->header.protocol,
					  relay->quote, relay->quote_len);
	}
	if (verdict == GREX_INNER_IS_TRUNCATED &&
	    report->known == GREX_SENT_FOUND) {
		relay->quote = report->sent.head;
		relay->quote_len = report->sent.len;
		verdict = grex_inner_read(inner, report->sent.protocol,
					  relay->quote, relay->quote_len);
	}
	/* Padding is not part of the packet. */
	if (verdict == GREX_INNER_OK)
		relay->quote_len = min(relay->quote_len, inner->total_len);
	return verdict;
}

/* Anyone can forge an ICMP error; what is known of the packet speaks for or
 * against it. A frag needed is about a packet with DF that is larger than the
 * MTU, and of a size that is remembered.
 */
static bool icmp_is_credible(const struct icmp_report *report,
			     enum grex_inner_verdict verdict,
			     const struct grex_inner *inner)
{
	struct grex_sent *memory = report->config->tunnel->sent;
	const struct grex_quote *quote = &report->quote;
	const struct icmphdr *icmp = icmp_hdr(report->skb);
	struct grex_inner sent;

	if (grex_error_kind(icmp->type, icmp->code) == GREX_ERROR_FRAG_NEEDED &&
	    (!quote->df || quote->total_len <= GREX_SENT_LEN ||
	     report->error.info >= quote->total_len))
		return false;
	switch (report->known) {
	case GREX_SENT_FOUND:
		return verdict != GREX_INNER_OK ||
		       grex_inner_read(&sent, report->sent.protocol,
				       report->sent.head, report->sent.len) ||
		       grex_inner_same_flow(&sent, inner);
	case GREX_SENT_NEVER:
		if (!quote->df || quote->total_len <= GREX_SENT_LEN)
			return true;
		/* Something on the way may give out other IDs. */
		return verdict == GREX_INNER_OK &&
		       grex_sent_has_flow(memory, inner);
	default:
		return true;
	}
}

/* The route is looked up once more in there, by the IP header and the device of
 * @skb: those of the packet that was sent, not of the error, which names other
 * addresses and may have come another way. The mark keys that look-up too.
 */
static void icmp_update_route(struct icmp_report *report, struct dst_entry *dst,
			      bool redirect)
{
	struct sk_buff *skb = report->skb;
	const int network = skb_network_offset(skb);
	struct net_device *dev = skb->dev;
	const u32 mark = skb->mark;

	skb->mark = report->config->fwmark;
	if (redirect) {
		/* The error's source has to be the gateway: it is read, too. */
		dst->ops->redirect(dst, NULL, skb);
	} else {
		skb_reset_network_header(skb);
		skb->dev = dst->dev;
		dst->ops->update_pmtu(dst, NULL, skb, report->error.info,
				      false);
		skb->dev = dev;
		skb_set_network_header(skb, network);
	}
	skb->mark = mark;
}

static void icmp_learn(struct icmp_report *report, bool redirect)
{
	const struct grex_quote *quote = &report->quote;
	struct rtable *rt;
	__be32 saddr;

	rt = grex_route_lookup(report->config, quote->daddr, quote->dsfield,
			       &saddr);
	if (IS_ERR(rt))
		return;
	icmp_update_route(report, &rt->dst, redirect);
	ip_rt_put(rt);
}

/* The MTU that packets to this remote are held to from now on. It is not below
 * the floor of the route, whatever was reported.
 */
static u32 icmp_path_mtu(const struct icmp_report *report)
{
	const struct grex_quote *quote = &report->quote;
	struct rtable *rt;
	__be32 saddr;
	u32 mtu;

	rt = grex_route_lookup(report->config, quote->daddr, quote->dsfield,
			       &saddr);
	if (IS_ERR(rt))
		return report->error.info;
	mtu = dst_mtu(&rt->dst);
	ip_rt_put(rt);
	return mtu;
}

/* Which source to tell is not known: whoever sends next is told. A tunnel with
 * many remotes cannot know whose packets are concerned.
 */
static void icmp_remember_unreachable(const struct icmp_report *report)
{
	const struct grex_config *config = report->config;

	if (config->match.remote.v4 &&
	    grex_error_means_unreachable(&report->error,
					 config->ttl == GREX_TTL_INHERIT))
		WRITE_ONCE(config->tunnel->unreachable,
			   (jiffies + ICMP_UNREACHABLE_TIME) ?: 1);
}

static enum icmp_outcome icmp_relay(struct grex_net *gn,
				    struct icmp_report *report,
				    const struct grex_inner *inner,
				    struct grex_relay *relay)
{
	const struct grex_config *config = report->config;
	struct grex_tunnel *tunnel = config->tunnel;
	const struct iphdr *ip = ip_hdr(report->skb);

	/* A keepalive of ours says that it is from the remote. */
	if (inner->version == 4 &&
	    !memcmp(inner->saddr, &config->match.remote.v4,
		    sizeof(config->match.remote.v4)))
		return ICMP_REFUSED;
	relay->inner = inner;
	if (!grex_translate(&report->error, inner, report->quote.inner,
			    config->ttl == GREX_TTL_INHERIT, &relay->error))
		return ICMP_REFUSED;
	if (!__ratelimit(&tunnel->relay_limit) ||
	    !__ratelimit(&gn->relay_limit))
		return ICMP_LIMITED;
	if (config->icmp_from_hop)
		relay->hop = ip->saddr;
	return grex_relay_send(tunnel->dev, relay) ? ICMP_REFUSED
						   : ICMP_RELAYED;
}

/* @skb is at the quoted IP header; @info is the MTU of a frag needed. */
void grex_icmp_error(struct sk_buff *skb, u32 info)
{
	struct grex_net *gn = grex_net(dev_net(skb->dev));
	struct icmp_report report = { .skb = skb };
	struct grex_relay relay = {};
	enum grex_inner_verdict verdict;
	enum grex_error_kind kind;
	struct grex_inner inner;

	if (!pskb_may_pull(skb, min_t(unsigned int, skb->len, GREX_QUOTE_LOOK)))
		return;
	icmp_read_error(&report, info);
	kind = grex_error_kind(report.error.type, report.error.code);
	if (kind == GREX_ERROR_OTHER && report.error.type != ICMP_REDIRECT)
		return;
	if (!grex_quote_read(&report.quote, skb->data, skb_headlen(skb)) ||
	    !icmp_find_sender(gn, &report)) {
		grex_stats_count(gn->stats, GREX_NETNS_ICMP_NO_TUNNEL);
		return;
	}
	if (kind == GREX_ERROR_OTHER) {
		icmp_learn(&report, true);
		return;
	}

	verdict = icmp_read_inner(&report, &inner, &relay);
	if (!icmp_is_credible(&report, verdict, &inner)) {
		icmp_count(&report, ICMP_REFUSED);
		return;
	}
	if (kind == GREX_ERROR_FRAG_NEEDED &&
	    grex_discover_claim(report.config, report.error.info)) {
		grex_stats_count(report.config->tunnel->stats,
				 GREX_ICMP_FRAG_NEEDED_CLAIMED);
		return;
	}
	if (kind == GREX_ERROR_FRAG_NEEDED) {
		icmp_learn(&report, false);
		WRITE_ONCE(report.config->tunnel->pmtu.frag_needed,
			   jiffies ?: 1);
		report.error.info = icmp_path_mtu(&report);
	}
	if (!report.config->icmp_relay ||
	    !(READ_ONCE(report.config->tunnel->dev->flags) & IFF_UP))
		return;

	switch (verdict) {
	case GREX_INNER_OK:
		icmp_count(&report, icmp_relay(gn, &report, &inner, &relay));
		break;
	case GREX_INNER_IS_TRUNCATED:
		icmp_remember_unreachable(&report);
		icmp_count(&report, ICMP_UNATTRIBUTED);
		break;
	case GREX_INNER_IS_REFUSED:
		icmp_count(&report, ICMP_REFUSED);
		break;
	}
}
