// SPDX-License-Identifier: GPL-2.0
/*
 * Processes ICMP errors about outer packets: finds the tunnel that sent the packet, checks
 * the proof, learns from the error, and tells the inner source.
 */
#include <linux/icmp.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ratelimit.h>
#include <net/ip.h>
#include <net/l3mdev.h>

#include "auto_mtu.h"
#include "embedded.h"
#include "grex.h"
#include "header.h"
#include "icmp.h"
#include "ipv4.h"
#include "ipv6.h"
#include "packet.h"
#include "plpmtud.h"
#include "pmtu.h"
#include "relay.h"
#include "route.h"
#include "sent_log.h"
#include "stats.h"
#include "table.h"
#include "translate.h"

/* Number of errors from one address that may embed an unproved packet: this many at once, and
 * one more in each second. Others are ignored, so that guessing the 16 bits of an ID, which
 * changes meanwhile, takes 18 hours on average. An attacker who forges addresses has 64 times
 * as many guesses, and can use up those of a router.
 */
#define ICMP_GUESSES 20

/* Number of tunnels with the same addresses that are checked when the embedded packet ends
 * in front of the key.
 */
#define ICMP_KEYLESS 16

/**
 * struct icmp_report - an ICMP error and what is known of the packet
 * @skb: at the embedded outer header; the network header is that of the error
 * @reported: what the error says
 * @kind: kind of the error
 * @embedded: outer and GRE header of the embedded packet
 * @config: of the tunnel that sent the packet
 * @asked: number of tunnels that were checked
 * @known: the sent log of the tunnel has the packet
 * @sent: its entry, when @known
 */
struct icmp_report {
	struct sk_buff *skb;
	struct grex_reported reported;
	enum grex_error_kind kind;
	struct grex_embedded embedded;
	struct grex_config *config;
	unsigned int asked;
	bool known;
	struct grex_sent_packet sent;
};

/* These are the outcomes of an error. */
enum icmp_outcome {
	ICMP_RELAYED,
	ICMP_UNATTRIBUTED,
	ICMP_LIMITED,
	ICMP_REFUSED,
	ICMP_OUTCOMES,
};

static const u8 icmp_stats[GREX_ERROR_KINDS][ICMP_OUTCOMES] = {
	[GREX_ERROR_FRAG_NEEDED] = {
		[ICMP_RELAYED] = GREX_STAT_ICMP_FRAG_NEEDED_RELAYED,
		[ICMP_UNATTRIBUTED] = GREX_STAT_ICMP_FRAG_NEEDED_UNATTRIBUTED,
		[ICMP_LIMITED] = GREX_STAT_ICMP_FRAG_NEEDED_LIMITED,
		[ICMP_REFUSED] = GREX_STAT_ICMP_FRAG_NEEDED_REFUSED,
	},
	[GREX_ERROR_UNREACHABLE] = {
		[ICMP_RELAYED] = GREX_STAT_ICMP_UNREACHABLE_RELAYED,
		[ICMP_UNATTRIBUTED] = GREX_STAT_ICMP_UNREACHABLE_UNATTRIBUTED,
		[ICMP_LIMITED] = GREX_STAT_ICMP_UNREACHABLE_LIMITED,
		[ICMP_REFUSED] = GREX_STAT_ICMP_UNREACHABLE_REFUSED,
	},
	[GREX_ERROR_TIME_EXCEEDED] = {
		[ICMP_RELAYED] = GREX_STAT_ICMP_TIME_EXCEEDED_RELAYED,
		[ICMP_UNATTRIBUTED] = GREX_STAT_ICMP_TIME_EXCEEDED_UNATTRIBUTED,
		[ICMP_LIMITED] = GREX_STAT_ICMP_TIME_EXCEEDED_LIMITED,
		[ICMP_REFUSED] = GREX_STAT_ICMP_TIME_EXCEEDED_REFUSED,
	},
	[GREX_ERROR_PARAM_PROBLEM] = {
		[ICMP_RELAYED] = GREX_STAT_ICMP_PARAM_PROBLEM_RELAYED,
		[ICMP_UNATTRIBUTED] = GREX_STAT_ICMP_PARAM_PROBLEM_UNATTRIBUTED,
		[ICMP_LIMITED] = GREX_STAT_ICMP_PARAM_PROBLEM_LIMITED,
		[ICMP_REFUSED] = GREX_STAT_ICMP_PARAM_PROBLEM_REFUSED,
	},
};

static void icmp_count(const struct icmp_report *report,
		       enum icmp_outcome outcome)
{
	/* Redirects are not counted. */
	if (report->kind == GREX_ERROR_OTHER)
		return;
	grex_stats_count(report->config->tunnel->stats,
			 icmp_stats[report->kind][outcome]);
}

static union grex_addr icmp_addr(const u8 address[16])
{
	union grex_addr addr;

	memcpy(&addr, address, sizeof(addr));
	return addr;
}

/* The log has no IPv6 packets, whose embedded beginning is never too short for the proof. */
static bool icmp_is_known(struct icmp_report *report,
			  const struct grex_config *config)
{
	report->known = !grex_is_ipv6(config) &&
			grex_sent_log_find(config->tunnel->sent_log,
					   icmp_addr(report->embedded.daddr).v4,
					   report->embedded.id, &report->sent);
	return report->known;
}

/* Whether the error was received in the VRF of the tunnel's underlay. Its device may be
 * another one than the device that the packet was sent by.
 */
static bool icmp_is_same_vrf(const struct icmp_report *report,
			     const struct grex_config *config)
{
	struct net_device *dev = report->skb->dev;

	return !config->options.link ||
	       grex_route_in_vrf(config, l3mdev_master_ifindex_rcu(dev));
}

/* Whether this tunnel, whose addresses match, sent the embedded packet. */
static bool icmp_is_sender(struct grex_config *config, void *arg)
{
	struct icmp_report *report = arg;
	const struct grex_header *header = &report->embedded.header;

	if (!report->embedded.has_key && report->asked++ >= ICMP_KEYLESS)
		return false;
	if (header->flags != config->options.oflags ||
	    !icmp_is_same_vrf(report, config))
		return false;
	if (report->embedded.has_key)
		return header->key == config->options.okey;
	/* The embedded packet ends in front of the key, so only the ID identifies it. */
	return icmp_is_known(report, config);
}

static bool icmp_find_sender(struct grex_net *gn, struct icmp_report *report)
{
	const struct grex_embedded *embedded = &report->embedded;
	struct grex_match sent = {
		.local = icmp_addr(embedded->saddr),
		.remote = icmp_addr(embedded->daddr),
		.key = embedded->header.key,
		.keyed = !!(embedded->header.flags & GREX_HEADER_KEY),
		.family = embedded->version == 6 ? AF_INET6 : AF_INET,
		.ether = embedded->header.protocol == htons(ETH_P_TEB),
	};

	/* An error is sent to the source of the packet. */
	if (!grex_addr_is_same(&report->reported.to, &sent.local))
		return false;
	report->config = grex_table_sender_rcu(&gn->table, &sent,
					       embedded->has_key,
					       icmp_is_sender, report);
	/* A probe is IP, whatever the payload of the tunnel is. */
	if (!report->config && !sent.ether) {
		sent.ether = true;
		report->config = grex_table_sender_rcu(&gn->table, &sent,
						       embedded->has_key,
						       icmp_is_sender, report);
	}
	return report->config;
}

/* Read the inner packet from the error, or from the sent log. On success @relay points to
 * it.
 */
static enum grex_inner_verdict icmp_read_inner(const struct icmp_report *report,
					       struct grex_inner *inner,
					       struct grex_relay *relay)
{
	const struct grex_embedded *embedded = &report->embedded;
	const struct sk_buff *skb = report->skb;
	enum grex_inner_verdict verdict = GREX_INNER_IS_TRUNCATED;
	unsigned int end;

	relay->skb = skb;
	relay->extension =
		grex_extension_find(report->reported.words, skb->len);
	/* The linear part holds all that an error may embed. */
	end = min_t(unsigned int, relay->extension.offset, skb_headlen(skb));
	if (embedded->inner < end) {
		relay->embedded = skb->data + embedded->inner;
		relay->embedded_len = end - embedded->inner;
		verdict = grex_inner_read(inner, embedded->header.protocol,
					  relay->embedded, relay->embedded_len);
	}
	if (verdict == GREX_INNER_IS_TRUNCATED && report->known) {
		relay->embedded = report->sent.head;
		relay->embedded_len = report->sent.len;
		verdict = grex_inner_read(inner, report->sent.protocol,
					  relay->embedded, relay->embedded_len);
	}
	/* Padding is not part of the packet. */
	if (verdict == GREX_INNER_OK)
		relay->embedded_len =
			min(relay->embedded_len, inner->total_len);
	return verdict;
}

/* Whether the embedded packet belongs to the flow that the sent log has for its ID. Other
 * fields are not compared: checksums and lengths differ between segments, and are filled in
 * late.
 */
static bool icmp_is_remembered(const struct icmp_report *report,
			       const struct grex_flow *flow)
{
	const struct grex_sent_packet *sent = &report->sent;
	struct grex_flow logged;

	return report->known &&
	       report->embedded.header.protocol == sent->protocol &&
	       grex_flow_read(&logged, sent->protocol, sent->head, sent->len) &&
	       !memcmp(&logged, flow, sizeof(logged));
}

/* Whether packets of the tunnel have anything that an attacker would have to guess. A label
 * that the operator chose, or that the inner packet has, proves nothing.
 */
static bool icmp_has_proof(const struct grex_config *config)
{
	return !grex_is_ipv6(config) ||
	       config->options.flowlabel == GREX_FLOWLABEL_AUTO;
}

/* Whether the flow label is that of the flow, or the ID is, in the present or in the previous
 * epoch.
 */
static bool icmp_has_id(const struct icmp_report *report,
			const struct grex_flow *flow)
{
	const struct grex_sent_log *sent = report->config->tunnel->sent_log;
	const struct grex_embedded *embedded = &report->embedded;
	const union grex_addr remote = icmp_addr(embedded->daddr);
	unsigned int ago;

	if (!icmp_has_proof(report->config))
		return false;
	if (grex_is_ipv6(report->config))
		return embedded->id ==
		       grex_sent_log_label(sent, &remote.v6,
					   embedded->header.protocol, flow);
	for (ago = 0; ago < 2; ago++)
		if (embedded->id == grex_sent_log_id(sent, remote.v4,
						     embedded->header.protocol,
						     flow, ago))
			return true;
	return false;
}

/* Whether it is proved that the tunnel sent the embedded packet. Anyone can forge an ICMP
 * error about addresses and a key that he knows, but he does not know the ID. The ID of a
 * packet with DF is a keyed hash of the embedded flow (sent_log.h). Other packets, and
 * segments of a super-packet, must be in the sent log with the same flow. If the embedded
 * packet is too short to tell the flow, the sent log must have exactly its ID.
 */
static bool icmp_is_proved(const struct icmp_report *report)
{
	const struct grex_embedded *embedded = &report->embedded;
	const struct sk_buff *skb = report->skb;
	struct grex_flow flow;
	unsigned int len = 0;

	if (skb_headlen(skb) > embedded->inner)
		len = skb_headlen(skb) - embedded->inner;
	if (!grex_flow_read(&flow, embedded->header.protocol,
			    skb->data + embedded->inner, len))
		return report->known && report->sent.id == embedded->id;
	return (embedded->df && icmp_has_id(report, &flow)) ||
	       icmp_is_remembered(report, &flow);
}

/* Whether the embedded packet has passed more routers than ttl-min allows on the way to the
 * peer. With ttl inherit, their number is not known.
 */
static bool icmp_is_too_far(const struct icmp_report *report)
{
	const struct grex_config *config = report->config;

	return config->options.ttl_min &&
	       config->options.ttl != GREX_TTL_INHERIT &&
	       report->embedded.ttl + (255 - config->options.ttl_min) <
		       config->options.ttl;
}

/* Whether the error is plausible. A frag needed must be about a packet with DF that is larger
 * than both the reported MTU and the smallest MTU of today's links.
 */
static bool icmp_makes_sense(const struct icmp_report *report)
{
	const struct grex_embedded *embedded = &report->embedded;
	const u32 least = embedded->version == 6 ? IPV6_MIN_MTU
						 : GREX_SENT_LOG_LEN;

	if (icmp_is_too_far(report))
		return false;
	return report->kind != GREX_ERROR_FRAG_NEEDED ||
	       (embedded->df && embedded->total_len > least &&
		report->reported.error.info < embedded->total_len);
}

/* Find the two entries that count the unproved errors of a source, which is an IPv4 address
 * or an IPv6 network of 64 bits. Two sources rarely share both entries, so one seldom blocks
 * another.
 */
static void icmp_guesses(struct grex_net *gn, const union grex_addr *from,
			 struct grex_guesses *guesses[2])
{
	const u64 hash = siphash(from, sizeof(u64), &gn->guesses_key);

	guesses[0] = &gn->guesses[lower_32_bits(hash) % GREX_GUESSES];
	guesses[1] = &gn->guesses[upper_32_bits(hash) % GREX_GUESSES];
}

/* Each failure counts for one second. A value outside of the possible range is stale,
 * because jiffies have wrapped since, and is ignored.
 */
static unsigned long icmp_until(const struct grex_guesses *guesses)
{
	const unsigned long until = READ_ONCE(guesses->until);

	return time_in_range(until, jiffies, jiffies + 2 * ICMP_GUESSES * HZ)
		       ? until
		       : jiffies;
}

static bool icmp_may_guess(struct grex_guesses *guesses[2])
{
	const unsigned long full = jiffies + ICMP_GUESSES * HZ;

	return time_before(icmp_until(guesses[0]), full) ||
	       time_before(icmp_until(guesses[1]), full);
}

static void icmp_note_failure(struct grex_guesses *guesses[2])
{
	int i;

	for (i = 0; i < 2; i++)
		WRITE_ONCE(guesses[i]->until, icmp_until(guesses[i]) + HZ);
}

/* Whether a redirect comes from the router of the route (RFC 4861 8.1). */
static bool icmp_is_router(const struct icmp_report *report,
			   const struct dst_entry *dst)
{
	const union grex_addr router = grex_route_gateway(report->config, dst);

	return dst->dev == report->skb->dev &&
	       grex_addr_is_same(&router, &report->reported.from);
}

/* Apply a redirect to the route of the embedded packet. The callback of IPv4 looks the route up
 * again, by the IP header of the error, whose source must be the gateway, and by the mark. That
 * of IPv6 takes the route as it is, and checks nothing.
 */
static void icmp_redirect(struct icmp_report *report, struct dst_entry *dst)
{
	struct sk_buff *skb = report->skb;
	const u32 mark = skb->mark;

	if (grex_is_ipv6(report->config) && !icmp_is_router(report, dst))
		return;
	skb->mark = report->config->options.fwmark;
	dst->ops->redirect(dst, NULL, skb);
	skb->mark = mark;
}

/* Learn another gateway or a path MTU from an error that is proved. */
static void icmp_learn(struct icmp_report *report, bool redirect)
{
	const struct grex_embedded *embedded = &report->embedded;
	const union grex_addr remote = icmp_addr(embedded->daddr);
	struct dst_entry *dst;
	union grex_addr saddr;

	dst = grex_route_lookup(report->config, &remote, embedded->dsfield, 0,
				&saddr);
	if (IS_ERR(dst))
		return;
	if (redirect) {
		icmp_redirect(report, dst);
	} else {
		report->reported.error.info =
			grex_pmtu_learn(report->config, dst, &remote,
					report->reported.error.info,
					grex_route_is_spread(report->config,
							     &remote,
							     embedded->dsfield));
		grex_auto_mtu_kick(report->config->tunnel);
	}
	dst_release(dst);
}

static enum icmp_outcome icmp_relay(struct grex_net *gn,
				    struct icmp_report *report,
				    const struct grex_inner *inner,
				    struct grex_relay *relay)
{
	const struct grex_config *config = report->config;
	const union grex_addr saddr = icmp_addr(inner->saddr);
	struct grex_tunnel *tunnel = config->tunnel;

	/* The inner source of a probe is the remote, which must not be told. */
	if (inner->version == report->embedded.version &&
	    grex_addr_is_same(&saddr, &config->options.match.remote))
		return ICMP_REFUSED;
	relay->inner = inner;
	if (!grex_translate(&report->reported.error, inner,
			    report->embedded.inner,
			    config->options.ttl == GREX_TTL_INHERIT,
			    &relay->error))
		return ICMP_REFUSED;
	if (!__ratelimit(&tunnel->relay_limit[report->kind]) ||
	    !__ratelimit(&gn->relay_limit[report->kind]))
		return ICMP_LIMITED;
	relay->from_hop = config->options.icmp_from_hop;
	relay->hop_ipv4 = report->reported.hop_ipv4;
	relay->hop_ipv6 = report->reported.hop_ipv6;
	switch (grex_relay_send(tunnel->dev, relay)) {
	case 0:
		return ICMP_RELAYED;
	case -ENOMEM:
		return ICMP_LIMITED;
	default:
		return ICMP_REFUSED;
	}
}

static bool icmp_is_of_use(const struct grex_error *error)
{
	return grex_error_kind(error->type, error->code) != GREX_ERROR_OTHER ||
	       error->type == ICMP_REDIRECT;
}

/* Process an error if it is about a packet of a tunnel, which this returns. @skb is at the
 * embedded IP header.
 */
static bool icmp_take(struct sk_buff *skb, const struct grex_reported *reported)
{
	struct grex_net *gn = grex_net(dev_net(skb->dev));
	struct icmp_report report = {
		.skb = skb,
		.reported = *reported,
		.kind = grex_error_kind(reported->error.type,
					reported->error.code),
	};
	struct grex_guesses *guesses[2];
	bool may_guess;
	struct grex_relay relay = {};
	enum grex_inner_verdict verdict;
	struct grex_inner inner;

	if (!pskb_may_pull(skb,
			   min_t(unsigned int, skb->len, GREX_EMBEDDED_LOOK)))
		return false;
	if (!icmp_is_of_use(&reported->error))
		return false;
	if (!grex_embedded_read(&report.embedded, skb->data, skb_headlen(skb)) ||
	    report.embedded.version != reported->version)
		return false;
	icmp_guesses(gn, &reported->from, guesses);
	may_guess = icmp_may_guess(guesses);
	/* Without the key, only the ID identifies the tunnel, so each look-up that asks a
	 * tunnel counts as a guess.
	 */
	if ((!report.embedded.has_key && !may_guess) ||
	    !icmp_find_sender(gn, &report)) {
		if (report.asked)
			icmp_note_failure(guesses);
		return false;
	}
	if (!may_guess) {
		icmp_count(&report, ICMP_LIMITED);
		return true;
	}
	icmp_is_known(&report, report.config);
	if (!icmp_is_proved(&report)) {
		if (icmp_has_proof(report.config))
			icmp_note_failure(guesses);
		icmp_count(&report, ICMP_REFUSED);
		return true;
	}
	if (!icmp_makes_sense(&report)) {
		icmp_count(&report, ICMP_REFUSED);
		return true;
	}
	if (report.kind == GREX_ERROR_OTHER) {
		icmp_learn(&report, true);
		return true;
	}

	verdict = icmp_read_inner(&report, &inner, &relay);
	if (report.kind == GREX_ERROR_FRAG_NEEDED &&
	    grex_plpmtud_ptb(report.config, report.reported.error.info)) {
		grex_stats_count(report.config->tunnel->stats,
				 GREX_STAT_ICMP_FRAG_NEEDED_CLAIMED);
		return true;
	}
	if (report.kind == GREX_ERROR_FRAG_NEEDED)
		icmp_learn(&report, false);
	if (!report.config->options.icmp_relay ||
	    report.config->options.match.ether ||
	    !(READ_ONCE(report.config->tunnel->dev->flags) & IFF_UP))
		return true;

	switch (verdict) {
	case GREX_INNER_OK:
		icmp_count(&report, icmp_relay(gn, &report, &inner, &relay));
		break;
	case GREX_INNER_IS_TRUNCATED:
		icmp_count(&report, ICMP_UNATTRIBUTED);
		break;
	case GREX_INNER_IS_REFUSED:
		icmp_count(&report, ICMP_REFUSED);
		break;
	}
	return true;
}

/* Process an ICMP error, as icmp_take(). @info is the MTU of a frag needed, or the pointer. */
bool grex_icmp_take(struct sk_buff *skb, u32 info)
{
	struct grex_reported reported;

	grex_ipv4_read_error(skb, info, &reported);
	return icmp_take(skb, &reported);
}

/* Process an error from gre.ko. */
void grex_icmp_error(struct sk_buff *skb, u32 info)
{
	struct grex_net *gn = grex_net(dev_net(skb->dev));
	struct grex_reported reported;

	grex_ipv4_read_error(skb, info, &reported);
	if (icmp_is_of_use(&reported.error) && !icmp_take(skb, &reported))
		grex_stats_count(gn->stats, GREX_STAT_NETNS_ICMP_NO_TUNNEL);
}

#if IS_ENABLED(CONFIG_IPV6)
/* Process an ICMPv6 error, as icmp_take(). */
bool grex_icmp_take_ipv6(struct sk_buff *skb)
{
	struct grex_reported reported;

	grex_ipv6_read_error(skb, &reported);
	return icmp_take(skb, &reported);
}

/* Process an ICMPv6 error from the stack. It processes redirects that embed no packet itself. */
int grex_icmp_error_ipv6(struct sk_buff *skb, struct inet6_skb_parm *opt,
			 u8 type, u8 code, int offset, __be32 info)
{
	struct grex_net *gn = grex_net(dev_net(skb->dev));
	struct grex_reported reported;

	grex_ipv6_read_error(skb, &reported);
	if (!icmp_is_of_use(&reported.error))
		return 0;
	if (icmp_take(skb, &reported))
		return 0;
	grex_stats_count(gn->stats, GREX_STAT_NETNS_ICMP_NO_TUNNEL);
	return -ENOENT;
}
#endif
