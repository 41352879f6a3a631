// SPDX-License-Identifier: GPL-2.0
/* How large packets may be. */
#include <inttypes.h>

#include "doctor.h"

#define IPV4_HEADER 20
#define GRE_HEADER 4
#define GRE_FIELD 4
#define IPV6_MIN_MTU 1280
#define IPV4_TCP_HEADERS 40

static uint32_t overhead(const struct config *c)
{
	return IPV4_HEADER + GRE_HEADER +
	       GRE_FIELD * ((uint32_t)c->out.key + c->out.csum + c->out.seq);
}

static uint32_t route_mtu(const struct facts *f)
{
	const struct iface *i;

	if (!f->underlay || !f->route.asked || f->route.error ||
	    doctor_loops(f) || doctor_remote_is_ours(f))
		return 0;
	if (f->route.mtu)
		return f->route.mtu;
	i = iface_find(f->underlay, f->route.oif);
	return i ? i->mtu : 0;
}

uint32_t doctor_fitting_mtu(const struct facts *f)
{
	const uint32_t mtu = route_mtu(f);

	return mtu > overhead(&f->tunnel->config)
		       ? mtu - overhead(&f->tunnel->config)
		       : 0;
}

static bool has_ipv6(const struct config *c)
{
	size_t i;

	for (i = 0; i < c->naddrs; i++)
		if (c->addrs[i].local.family == AF_INET6)
			return true;
	return false;
}

/* Senders are told what fits; those who are not, since ICMP is filtered, stall.
 * What an ICMP error has taught may be forgotten again.
 */
void judge_mtu(const struct facts *f, struct finding *found)
{
	const struct config *c = &f->tunnel->config;
	const uint32_t fits = doctor_fitting_mtu(f);
	char name[SHELL_NAME_SIZE], learned[64] = "";

	if (!fits || c->mtu <= fits)
		return;
	if (f->route.expires)
		snprintf(learned, sizeof(learned),
			 " (as an ICMP error has told, for %" PRIu32 " s more)",
			 f->route.expires);
	found_say(found,
		  c->pmtudisc && !f->route.expires ? SEVERITY_PROBLEM
						   : SEVERITY_WARNING,
		  "the MTU is %" PRIu32 ", but the route to the remote takes "
		  "%" PRIu32 " bytes%s, less %" PRIu32 " of overhead %" PRIu32
		  ": larger packets are %s%s",
		  c->mtu, route_mtu(f), learned, overhead(c), fits,
		  c->pmtudisc ? "refused, and stall where ICMP is filtered"
			      : "fragmented",
		  fits < IPV6_MIN_MTU && has_ipv6(c)
			  ? "; IPv6 needs 1280, and goes when the MTU is less"
			  : "");
	found_fix(found, "%s set %s mtu %" PRIu32, f->here.gretool,
		  shell_word(c->name, name, sizeof(name)), fits);
}

/* Hosts behind a router stall where ICMP is filtered; those of this machine learn
 * from the interface.
 */
void judge_mss(const struct facts *f, struct finding *found)
{
	const struct config *c = &f->tunnel->config;
	const uint32_t fits = doctor_fitting_mtu(f);
	const uint32_t mtu = fits && fits < c->mtu ? fits : c->mtu;
	char name[SHELL_NAME_SIZE];

	if (c->mss == GREX_MSS_OFF && f->forwarding > 0)
		found_say(found, SEVERITY_NOTE,
			  "this machine forwards, and the MSS of TCP through "
			  "the tunnel is not lowered: where ICMP is filtered, "
			  "connections of hosts behind it stall");
	else if (c->mss >= GREX_MSS_MIN && c->mss + IPV4_TCP_HEADERS > mtu)
		found_say(found, SEVERITY_WARNING,
			  "the MSS of TCP is lowered to %" PRIu32
			  ", but what fits is %" PRIu32 ", 40 less than the "
			  "%" PRIu32 " bytes that get through in one piece",
			  c->mss, mtu - IPV4_TCP_HEADERS, mtu);
	else
		return;
	found_fix(found, "%s set %s mss auto", f->here.gretool,
		  shell_word(c->name, name, sizeof(name)));
}
