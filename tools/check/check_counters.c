// SPDX-License-Identifier: GPL-2.0
/*
 * Why packets were dropped, and what to do about it. Counters only grow, and a
 * tunnel may be old, so that a small share of the packets is only a note.
 */
#include <inttypes.h>
#include <string.h>

#include "check/checks.h"

/* A warning needs so many packets, and a share of one in a hundred. */
#define MANY 10
#define SHARE 100

enum counted_of {
	RX,
	TX,
	ANY, /* the counter is not of the tunnel alone: always a note */
};

enum counter_fix {
	FIX_NONE, /* no command here mends it */
	FIX_OPTIONS,
	FIX_OPTIONS_UNLESS_REPLYING, /* else the packets were not keepalives */
	FIX_MTU, /* the MTU that fits, if it is known */
};

struct counter_check {
	const char *id; /* the name of the counter */
	unsigned int stat;
	enum counted_of direction;
	const char *text; /* after the number */
	enum counter_fix fix;
	const char *options; /* for `gretool set NAME`, or NULL */
};

static const struct counter_check counters[] = {
	{ "rx_wrong_key", GREX_STAT_RX_WRONG_KEY, RX,
	  "had a key other than ikey: the peer sends another key or none; "
	  "compare ikey with the okey of the peer",
	  FIX_OPTIONS, "ikey KEY" },
	{ "rx_csum", GREX_STAT_RX_CSUM, RX,
	  "had a wrong checksum: something on the path damages packets",
	  FIX_NONE, NULL },
	{ "rx_no_csum", GREX_STAT_RX_NO_CSUM, RX,
	  "had no checksum, which icsum requires: turn on ocsum at the peer, "
	  "or turn off icsum here",
	  FIX_OPTIONS, "noicsum" },
	{ "rx_no_seq", GREX_STAT_RX_NO_SEQ, RX,
	  "had no sequence number, which iseq requires: turn on oseq at the "
	  "peer, or turn off iseq here",
	  FIX_OPTIONS, "noiseq" },
	{ "rx_out_of_order", GREX_STAT_RX_OUT_OF_ORDER, RX,
	  "had an old sequence number: the underlay reorders packets, or the "
	  "peer has started again",
	  FIX_OPTIONS, "noiseq" },
	{ "rx_protocol", GREX_STAT_RX_PROTOCOL, RX,
	  "did not carry a layer-3 packet: the tunnel of the peer has another "
	  "type (gretap, EoIP, NVGRE)",
	  FIX_NONE, NULL },
	{ "rx_truncated", GREX_STAT_RX_TRUNCATED, RX,
	  "had an incomplete inner header: the peer sends broken packets, or "
	  "somebody forges its address",
	  FIX_NONE, NULL },
	{ "rx_ecn", GREX_STAT_RX_ECN, RX,
	  "had a congestion mark although the inner packet is not ECN-capable: "
	  "a router of the underlay marks packets that it must not mark",
	  FIX_NONE, NULL },
	{ "rx_ttl", GREX_STAT_RX_TTL, RX,
	  "had an outer TTL below ttl-min: the peer sends with a ttl below 255, "
	  "or there are more routers on the path than 255 - ttl-min, or "
	  "somebody further away forges the address of the peer; look at the "
	  "TTL in a capture, and set ttl 255 at the peer",
	  FIX_OPTIONS, "ttl-min NUMBER" },
	{ "rx_down", GREX_STAT_RX_DOWN, RX,
	  "arrived while the interface was down", FIX_NONE, NULL },
	{ "rx_no_memory", GREX_STAT_RX_NO_MEMORY, RX,
	  "were dropped because the receive queue was full: raise sysctl "
	  "net.core.netdev_max_backlog",
	  FIX_NONE, NULL },
	{ "rx_keepalive_refused", GREX_STAT_RX_KEEPALIVE_REFUSED, RX,
	  "were addressed back to their sender and not answered: the peer sends "
	  "keepalives that this end does not answer, or it routes its own "
	  "outer address into the tunnel, or it sends health checks to that "
	  "address and needs another address for them",
	  FIX_OPTIONS_UNLESS_REPLYING, "keepalive-reply on" },
	{ "rx_keepalive_unknown", GREX_STAT_RX_KEEPALIVE_UNKNOWN, RX,
	  "were answers to keepalives that were not sent: the tunnel has been "
	  "created again since, or somebody forges answers",
	  FIX_NONE, NULL },
	{ "rx_keepalive_unproved", GREX_STAT_RX_KEEPALIVE_UNPROVED, RX,
	  "were keepalives without the proof of keepalive-secret and not "
	  "answered: the peer has another secret or none, or somebody forges "
	  "its address; compare the ids that gretool show prints at both ends",
	  FIX_OPTIONS, "keepalive-secret SECRET" },
	{ "tx_no_remote", GREX_STAT_TX_NO_REMOTE, TX,
	  "had no remote: there is no neighbour entry with the outer address of "
	  "the next hop",
	  FIX_NONE, NULL },
	{ "tx_no_route", GREX_STAT_TX_NO_ROUTE, ANY,
	  "were dropped because there was no route to the remote", FIX_NONE,
	  NULL },
	{ "tx_recursion", GREX_STAT_TX_RECURSION, ANY,
	  "were dropped because the route to the remote led back into the "
	  "tunnel",
	  FIX_NONE, NULL },
	{ "tx_encap_limit", GREX_STAT_TX_ENCAP_LIMIT, TX,
	  "had passed as many tunnels as the encaplimit of the first one allows: "
	  "a routing loop through tunnels, or a limit that is too low",
	  FIX_NONE, NULL },
	{ "tx_too_big", GREX_STAT_TX_TOO_BIG, TX,
	  "were larger than the path MTU, and their senders were told so: if "
	  "they continue, ICMP is filtered on the way to them",
	  FIX_MTU, NULL },
	{ "tx_underlay", GREX_STAT_TX_UNDERLAY, TX,
	  "were refused by the underlay: its queue was full, or a filter drops "
	  "them on output",
	  FIX_NONE, NULL },
	{ "icmp_unreachable_relayed", GREX_STAT_ICMP_UNREACHABLE_RELAYED, TX,
	  "could not be delivered, as ICMP errors of the underlay say: look at "
	  "routes and filters on the path",
	  FIX_NONE, NULL },
	{ "icmp_time_exceeded_relayed", GREX_STAT_ICMP_TIME_EXCEEDED_RELAYED, TX,
	  "exceeded their TTL in the underlay: there is a loop, or the ttl is too "
	  "low, or it is inherited and somebody traces the path",
	  FIX_NONE, NULL },
	{ "netns_rx_no_tunnel", GREX_STAT_NETNS_RX_NO_TUNNEL, ANY,
	  "were GRE packets for which the namespace has no tunnel: compare local "
	  "and remote with a capture of the underlay",
	  FIX_NONE, NULL },
};

const size_t counter_checks = sizeof(counters) / sizeof(counters[0]);

static uint64_t packets_of(const struct snapshot *s, enum counted_of direction)
{
	const struct rtnl_link_stats64 *stats = &s->tunnel->stats;

	if (direction == RX)
		return stats->rx_packets + stats->rx_errors + stats->rx_dropped;
	return stats->tx_packets + stats->tx_errors + stats->tx_dropped;
}

static void fix_counter(const struct snapshot *s,
			const struct counter_check *check,
			struct finding *found)
{
	const struct config *c = &s->tunnel->config;
	const uint32_t fits = fitting_mtu(s);
	char name[SHELL_NAME_SIZE];

	shell_word(c->name, name, sizeof(name));
	switch (check->fix) {
	case FIX_NONE:
		return;
	case FIX_MTU:
		if (fits && c->mtu > fits)
			found_fix(found, "%s set %s mtu %" PRIu32,
				  s->here.gretool, name, fits);
		return;
	case FIX_OPTIONS_UNLESS_REPLYING:
		if (c->keepalive_reply)
			return;
		break;
	case FIX_OPTIONS:
		break;
	}
	found_fix(found, "%s set %s %s", s->here.gretool, name, check->options);
}

void check_counter(const struct snapshot *s, size_t i, struct finding *found)
{
	const struct counter_check *check = &counters[i];
	const uint64_t count = s->tunnel->counters[check->stat];
	const uint64_t all = packets_of(s, check->direction);
	const bool many = check->direction != ANY && count >= MANY &&
			  count >= all / SHARE;

	found->id = check->id;
	if (!count)
		return;
	if (check->direction == ANY)
		found_say(found, SEVERITY_NOTE, "%" PRIu64 " packets %s", count,
			  check->text);
	else
		found_say(found, many ? SEVERITY_WARNING : SEVERITY_NOTE,
			  "%" PRIu64 " of %" PRIu64 " packets %s %s", count,
			  all, check->direction == RX ? "received" : "sent",
			  check->text);
	fix_counter(s, check, found);
}
