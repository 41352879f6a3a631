// SPDX-License-Identifier: GPL-2.0
/*
 * Processes ICMP errors about outer packets: finds the tunnel that sent the packet, checks
 * the proof, learns from the error, and tells the inner source.
 */
#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/ratelimit.h>
#include <net/ip.h>
#include <net/l3mdev.h>

#include "auto_mtu.h"
#include "embedded.h"
#include "grex.h"
#include "header.h"
#include "icmp.h"
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
 * @error: type, code, MTU or pointer
 * @kind: kind of the error
 * @embedded: outer and GRE header of the embedded packet
 * @config: of the tunnel that sent the packet
 * @asked: number of tunnels that were checked
 * @known: the sent log of the tunnel has the packet
 * @sent: its entry, when @known
 */
struct icmp_report {
	struct sk_buff *skb;
	struct grex_error error;
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

/* Read the error. The kernel has extracted @info, which is the MTU or the pointer. */
static void icmp_read_error(struct icmp_report *report, u32 info)
{
	const struct icmphdr *icmp = icmp_hdr(report->skb);

	report->error.type = icmp->type;
	report->error.code = icmp->code;
	report->error.info = info;
	report->kind = grex_error_kind(icmp->type, icmp->code);
}

static bool icmp_is_known(struct icmp_report *report,
			  const struct grex_config *config)
{
	report->known = grex_sent_log_find(config->tunnel->sent_log,
					   report->embedded.daddr,
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
	const struct grex_match sent = {
		.local = grex_addr_ipv4(embedded->saddr),
		.remote = grex_addr_ipv4(embedded->daddr),
		.key = embedded->header.key,
		.keyed = !!(embedded->header.flags & GREX_HEADER_KEY),
		.family = AF_INET,
	};

	/* An error is sent to the source of the packet. */
	if (ip_hdr(report->skb)->daddr != embedded->saddr)
		return false;
	report->config = grex_table_sender_rcu(&gn->table, &sent,
					       embedded->has_key,
					       icmp_is_sender, report);
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
		grex_extension_find(icmp_hdr(skb)->un.reserved[1], skb->len);
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

/* Whether the ID is that of the flow in the present or in the previous epoch. */
static bool icmp_has_id(const struct icmp_report *report,
			const struct grex_flow *flow)
{
	const struct grex_sent_log *sent = report->config->tunnel->sent_log;
	const struct grex_embedded *embedded = &report->embedded;
	unsigned int ago;

	for (ago = 0; ago < 2; ago++)
		if (embedded->id == grex_sent_log_id(sent, embedded->daddr,
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

	if (icmp_is_too_far(report))
		return false;
	return report->kind != GREX_ERROR_FRAG_NEEDED ||
	       (embedded->df && embedded->total_len > GREX_SENT_LOG_LEN &&
		report->error.info < embedded->total_len);
}

/* Find the two entries that count the unproved errors of a source address. Two addresses
 * rarely share both entries, so one sender seldom blocks another.
 */
static void icmp_guesses(struct grex_net *gn, const struct sk_buff *skb,
			 struct grex_guesses *guesses[2])
{
	const u64 hash =
		siphash_1u32((__force u32)ip_hdr(skb)->saddr, &gn->guesses_key);

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

/* Apply a redirect to the route of the embedded packet. The callback looks the route up
 * again, by the IP header of the error, whose source must be the gateway, and by the mark.
 */
static void icmp_redirect(struct icmp_report *report, struct dst_entry *dst)
{
	struct sk_buff *skb = report->skb;
	const u32 mark = skb->mark;

	skb->mark = report->config->options.fwmark;
	dst->ops->redirect(dst, NULL, skb);
	skb->mark = mark;
}

/* Learn another gateway or a path MTU from an error that is proved. */
static void icmp_learn(struct icmp_report *report, bool redirect)
{
	const struct grex_embedded *embedded = &report->embedded;
	const union grex_addr remote = grex_addr_ipv4(embedded->daddr);
	struct dst_entry *dst;
	union grex_addr saddr;

	dst = grex_route_lookup(report->config, &remote, embedded->dsfield, 0,
				&saddr);
	if (IS_ERR(dst))
		return;
	if (redirect) {
		icmp_redirect(report, dst);
	} else {
		report->error.info =
			grex_pmtu_learn(report->config, dst, &remote,
					report->error.info,
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
	struct grex_tunnel *tunnel = config->tunnel;
	const struct iphdr *ip = ip_hdr(report->skb);

	/* The inner source of a probe is the remote, which must not be told. */
	if (inner->version == 4 &&
	    !memcmp(inner->saddr, &config->options.match.remote.v4,
		    sizeof(config->options.match.remote.v4)))
		return ICMP_REFUSED;
	relay->inner = inner;
	if (!grex_translate(&report->error, inner, report->embedded.inner,
			    config->options.ttl == GREX_TTL_INHERIT,
			    &relay->error))
		return ICMP_REFUSED;
	if (!__ratelimit(&tunnel->relay_limit[report->kind]) ||
	    !__ratelimit(&gn->relay_limit[report->kind]))
		return ICMP_LIMITED;
	if (config->options.icmp_from_hop)
		relay->hop = ip->saddr;
	switch (grex_relay_send(tunnel->dev, relay)) {
	case 0:
		return ICMP_RELAYED;
	case -ENOMEM:
		return ICMP_LIMITED;
	default:
		return ICMP_REFUSED;
	}
}

static bool icmp_is_of_use(const struct icmphdr *icmp)
{
	return grex_error_kind(icmp->type, icmp->code) != GREX_ERROR_OTHER ||
	       icmp->type == ICMP_REDIRECT;
}

/* Process an error if it is about a packet of a tunnel, which this returns. @skb is at the
 * embedded IP header; @info is the MTU of a frag needed.
 */
bool grex_icmp_take(struct sk_buff *skb, u32 info)
{
	struct grex_net *gn = grex_net(dev_net(skb->dev));
	struct icmp_report report = { .skb = skb };
	struct grex_guesses *guesses[2];
	bool may_guess;
	struct grex_relay relay = {};
	enum grex_inner_verdict verdict;
	struct grex_inner inner;

	if (!pskb_may_pull(skb,
			   min_t(unsigned int, skb->len, GREX_EMBEDDED_LOOK)))
		return false;
	icmp_read_error(&report, info);
	if (!icmp_is_of_use(icmp_hdr(skb)))
		return false;
	if (!grex_embedded_read(&report.embedded, skb->data, skb_headlen(skb)))
		return false;
	icmp_guesses(gn, skb, guesses);
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
	    grex_plpmtud_ptb(report.config, report.error.info)) {
		grex_stats_count(report.config->tunnel->stats,
				 GREX_STAT_ICMP_FRAG_NEEDED_CLAIMED);
		return true;
	}
	if (report.kind == GREX_ERROR_FRAG_NEEDED)
		icmp_learn(&report, false);
	if (!report.config->options.icmp_relay ||
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

/* Process an error from gre.ko. */
void grex_icmp_error(struct sk_buff *skb, u32 info)
{
	struct grex_net *gn = grex_net(dev_net(skb->dev));

	if (icmp_is_of_use(icmp_hdr(skb)) && !grex_icmp_take(skb, info))
		grex_stats_count(gn->stats, GREX_STAT_NETNS_ICMP_NO_TUNNEL);
}
