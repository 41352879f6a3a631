// SPDX-License-Identifier: GPL-2.0
/* The checks of the MTU, the path MTU and the MSS. */
#include <inttypes.h>

#include "check/checks.h"
#include "lib/duration.h"

#define IPV4_TCP_HEADERS 40
#define IPV6_TCP_HEADERS 60
/* If so many probes for the path MTU are unanswered, something is wrong. */
#define UNANSWERED_MANY 6
/* Answers take another path if at least so many packets were received, and so many
 * for each one that was sent. With offloads, one received packet may stand for a
 * hundred segments, so that the true ratio is even larger.
 */
#define ONE_WAY_MANY 1000
#define ONE_WAY_RATIO 100
/* The peer tells its MTU with each probe; an older value is stale. */
#define HEARSAY_MS 600000

static bool is_probed(const struct snapshot *s)
{
	return s->tunnel->path.mtu &&
	       s->tunnel->path.source == GREX_PATH_FROM_PROBES;
}

static bool is_learned(const struct snapshot *s)
{
	return s->tunnel->path.mtu &&
	       s->tunnel->path.source == GREX_PATH_FROM_ICMP;
}

static uint32_t route_mtu(const struct snapshot *s)
{
	const struct iface *i;

	if (is_probed(s) || is_learned(s) || s->rule_names_gre)
		return s->tunnel->path.mtu;
	if (!s->underlay || !s->route.asked || s->route.error ||
	    route_loops(s) || remote_is_ours(s))
		return 0;
	if (s->route.mtu)
		return s->route.mtu;
	i = iface_find(s->underlay, s->route.oif);
	return i ? i->mtu : 0;
}

uint32_t fitting_mtu(const struct snapshot *s)
{
	const uint32_t mtu = route_mtu(s);

	return mtu > config_overhead(&s->tunnel->config)
		       ? mtu - config_overhead(&s->tunnel->config)
		       : 0;
}

static bool has_ipv6(const struct config *c)
{
	size_t i;

	for (i = 0; i < c->addrs.count; i++)
		if (c->addrs.list[i].local.family == AF_INET6)
			return true;
	return false;
}

/* Senders learn from ICMP what fits, and stall if ICMP is filtered. The kernel
 * forgets after some minutes what an ICMP error has told.
 */
void check_mtu(const struct snapshot *s, struct finding *found)
{
	const struct config *c = &s->tunnel->config;
	const uint32_t fits = fitting_mtu(s);
	char name[SHELL_NAME_SIZE], learned[64] = "", since[DURATION_SIZE];

	/* With "mtu auto" the tunnel mends that itself. */
	if (!fits || c->mtu <= fits || c->mtu_auto)
		return;
	if (is_learned(s))
		snprintf(learned, sizeof(learned),
			 " (as an ICMP error has told %s ago)",
			 duration_spoken(s->tunnel->path.age, since));
	else if (s->route.expires && !is_probed(s))
		snprintf(learned, sizeof(learned),
			 " (as an ICMP error has told, for %" PRIu32 " s more)",
			 s->route.expires);
	found_say(found,
		  c->pmtudisc && !learned[0] ? SEVERITY_PROBLEM
					     : SEVERITY_WARNING,
		  "the MTU is %" PRIu32 ", but the %s to the remote takes "
		  "%" PRIu32 " bytes%s, which is %" PRIu32
		  " bytes of overhead and %" PRIu32
		  " bytes for the inner packet: larger packets are %s%s",
		  c->mtu, is_probed(s) || is_learned(s) ? "path" : "route",
		  route_mtu(s), learned, config_overhead(c), fits,
		  c->pmtudisc ? "refused, and connections stall where ICMP is "
				"filtered"
			      : "fragmented",
		  fits < IPV6_MTU_MIN && has_ipv6(c)
			  ? "; IPv6 needs an MTU of 1280 and is turned off below"
			  : "");
	found_fix(found, "%s set %s mtu %" PRIu32, s->here.gretool,
		  shell_word(c->name, name, sizeof(name)), fits);
}

/* Connections of hosts behind a router stall where ICMP is filtered. This machine
 * itself knows the MTU of the interface.
 */
void check_mss(const struct snapshot *s, struct finding *found)
{
	const struct config *c = &s->tunnel->config;
	const uint32_t fits = fitting_mtu(s);
	const uint32_t mtu = fits && fits < c->mtu ? fits : c->mtu;
	char name[SHELL_NAME_SIZE];

	if (c->mss == GREX_MSS_OFF && s->forwarding > 0)
		found_say(found, SEVERITY_NOTE,
			  "this machine forwards, and the MSS of TCP through "
			  "the tunnel is not clamped: where ICMP is filtered, "
			  "connections of hosts behind it stall");
	else if (c->mss >= GREX_MSS_MIN && c->mss + IPV4_TCP_HEADERS > mtu)
		found_say(found, SEVERITY_WARNING,
			  "the MSS of TCP is clamped to %" PRIu32
			  ", but only %" PRIu32 " fits, 40 less than the "
			  "%" PRIu32 " bytes that pass in one piece",
			  c->mss, mtu - IPV4_TCP_HEADERS, mtu);
	else
		return;
	found_fix(found, "%s set %s mss auto", s->here.gretool,
		  shell_word(c->name, name, sizeof(name)));
}

/* Scrubbed traffic arrives through the tunnel, and the answers leave by the WAN. The
 * tunnel never sees the MSS that a server here offers, so that its clients send
 * segments that do not fit.
 */
void check_mss_way_back(const struct snapshot *s, struct finding *found)
{
	const struct rtnl_link_stats64 *stats = &s->tunnel->stats;
	const struct config *c = &s->tunnel->config;
	const uint32_t fits = fitting_mtu(s);
	uint32_t mss =
		(fits && fits < c->mtu ? fits : c->mtu) - IPV6_TCP_HEADERS;
	char quoted[SHELL_NAME_SIZE];
	const struct iface *wan = NULL;

	if (c->mss == GREX_MSS_OFF || stats->rx_packets < ONE_WAY_MANY ||
	    stats->tx_packets > stats->rx_packets / ONE_WAY_RATIO)
		return;
	if (c->mss != GREX_MSS_AUTO && c->mss < mss)
		mss = c->mss;
	if (s->same && s->underlay && s->route.asked && !s->route.error)
		wan = iface_find(s->underlay, s->route.oif);
	found_say(found, SEVERITY_WARNING,
		  "%" PRIu64 " packets were received, but only %" PRIu64
		  " sent: if answers leave by another interface, mss does not "
		  "clamp what servers here offer, and their clients send "
		  "segments that do not fit",
		  (uint64_t)stats->rx_packets, (uint64_t)stats->tx_packets);
	found_fix(found,
		  "%snft \"add table inet grex_mss; add chain inet grex_mss out "
		  "{ type filter hook postrouting priority mangle; }; add rule "
		  "inet grex_mss out oifname %s tcp flags syn tcp option maxseg "
		  "size set %" PRIu32 "\"",
		  s->here.run,
		  wan ? shell_word(wan->name, quoted, sizeof(quoted))
		      : "INTERFACE",
		  mss);
}

/* A peer that is a grex, too, tells its MTU in its probes. */
void check_ends_differ(const struct snapshot *s, struct finding *found)
{
	const struct config *c = &s->tunnel->config;
	const struct path *path = &s->tunnel->path;
	char name[SHELL_NAME_SIZE], since[DURATION_SIZE];

	if (!path->peer_device || path->peer_device == c->mtu ||
	    path->peer_age > HEARSAY_MS)
		return;
	found_say(found, SEVERITY_WARNING,
		  "the MTU is %" PRIu32 " here and %" PRIu32
		  " at the peer (as it has said %s ago%s): some protocols "
		  "(OSPF) require the same MTU at both ends",
		  c->mtu, path->peer_device,
		  duration_spoken(path->peer_age, since),
		  path->peer_verified ? "" : ", unverified");
	/* Otherwise the MTU of the peer is too large, or this one will follow. */
	if (path->peer_device < c->mtu && !c->mtu_auto)
		found_fix(found, "%s set %s mtu %" PRIu32, s->here.gretool,
			  shell_word(c->name, name, sizeof(name)),
			  path->peer_device);
}

/* In mode 1 the kernel passes an error on without its MTU. In modes 2 and 3 it does
 * not pass it on at all, because GRE, unlike TCP, cannot verify an error.
 */
void check_no_pmtu_disc(const struct snapshot *s, struct finding *found)
{
	const struct config *c = &s->tunnel->config;

	/* Without DF there are no such errors. */
	if (s->no_pmtu_disc <= 0 || (!c->pmtudisc && c->ignore_df))
		return;
	/* Probes find the path MTU without ICMP. */
	found_say(found, c->mtu_probe ? SEVERITY_NOTE : SEVERITY_WARNING,
		  "sysctl net.ipv4.ip_no_pmtu_disc is %d: an ICMP error that "
		  "tells the path MTU %s",
		  s->no_pmtu_disc,
		  s->no_pmtu_disc == 1
			  ? "is read as 552 bytes, whatever it says"
			  : "does not get to the tunnel, and packets that are "
			    "too large are lost");
	found_fix(found, "%ssysctl -w net.ipv4.ip_no_pmtu_disc=0",
		  s->there.run);
}

void check_mtu_probe(const struct snapshot *s, struct finding *found)
{
	const struct config *c = &s->tunnel->config;
	const struct path *path = &s->tunnel->path;
	char name[SHELL_NAME_SIZE];

	if (!c->up || !c->remote.family)
		return;
	if (!c->mtu_probe) {
		found_say(found, SEVERITY_NOTE,
			  "the path MTU is not probed: where ICMP is filtered, "
			  "large packets are lost if the path takes less than "
			  "the route");
		found_fix(found, "%s set %s mtu-probe on", s->here.gretool,
			  shell_word(c->name, name, sizeof(name)));
	} else if (path->sent >= UNANSWERED_MANY && !path->received) {
		found_say(found, SEVERITY_WARNING,
			  "the path MTU is not known: none of %" PRIu64
			  " probes came back; the peer may not answer "
			  "keepalives",
			  path->sent);
	} else if (path->search == GREX_PATH_SEARCH_ERROR) {
		found_say(found, SEVERITY_WARNING,
			  "the path MTU is not known: small probes come back, "
			  "but probes of 576 bytes do not; something on the "
			  "path drops large keepalives, or all large packets");
	}
}
