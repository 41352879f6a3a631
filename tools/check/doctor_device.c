// SPDX-License-Identifier: GPL-2.0
/* The interface of the tunnel, the routes into it, and what its namespace does
 * with the packets that come out of it.
 */
#include <inttypes.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "check/doctor.h"

static const char *name_of(const struct facts *f, char text[SHELL_NAME_SIZE])
{
	return shell_word(f->tunnel->config.name, text, SHELL_NAME_SIZE);
}

/* A setting of an interface. With slashes, dots in names do no harm. */
static void fix_setting(struct finding *found, const struct place *place,
			const char *family, const char *device,
			const char *setting, int value)
{
	char quoted[SHELL_NAME_SIZE];

	if (strchr(device, '.'))
		found_fix(found, "%ssysctl -w net/%s/conf/%s/%s=%d", place->run,
			  family, shell_word(device, quoted, sizeof(quoted)),
			  setting, value);
	else
		found_fix(found, "%ssysctl -w net.%s.conf.%s.%s=%d", place->run,
			  family, shell_word(device, quoted, sizeof(quoted)),
			  setting, value);
}

void judge_down(const struct facts *f, struct finding *found)
{
	char name[SHELL_NAME_SIZE];

	if (f->tunnel->config.up || doctor_waits_for_dev(f))
		return;
	found_say(found, SEVERITY_PROBLEM,
		  "the interface is down, and takes no packets");
	found_fix(found, "%s set %s up", f->here.gretool, name_of(f, name));
}

void judge_no_address(const struct facts *f, struct finding *found)
{
	char name[SHELL_NAME_SIZE];

	if (f->tunnel->config.naddrs)
		return;
	found_say(found, SEVERITY_NOTE,
		  "the interface has no address, so that what this machine "
		  "sends through it has an address of another one");
	found_fix(found, "%s set %s addr ADDRESS/PREFIX", f->here.gretool,
		  name_of(f, name));
}

void judge_no_inner_route(const struct facts *f, struct finding *found)
{
	char name[SHELL_NAME_SIZE];

	/* An interface that is down, or has no carrier, may have lost them. */
	if (f->routes.count || !f->tunnel->config.up || !f->tunnel->carrier)
		return;
	found_say(found, SEVERITY_NOTE,
		  "no route leads into the tunnel, so that nothing is sent "
		  "through it");
	found_fix(found, "%s route add PREFIX dev %s", f->here.ip,
		  name_of(f, name));
}

/* Those that neither the kernel nor, when the carrier goes, a routing daemon
 * takes away.
 */
static size_t chosen_routes(const struct facts *f, int family)
{
	size_t count = 0, i;

	for (i = 0; i < f->routes.count; i++)
		count += f->routes.list[i].family == family &&
			 f->routes.list[i].protocol != RTPROT_KERNEL &&
			 f->routes.list[i].protocol != RTPROT_REDIRECT;
	return count;
}

void judge_routes_stay(const struct facts *f, struct finding *found)
{
	const struct tunnel *t = f->tunnel;
	const size_t routes = chosen_routes(f, AF_INET);

	if (!t->config.up || t->carrier || !routes || f->ignore_linkdown)
		return;
	found_say(found, SEVERITY_WARNING,
		  "there is no carrier, and the kernel goes on sending into "
		  "the tunnel what %zu IPv4 route%s there",
		  routes, routes == 1 ? " leads" : "s lead");
	fix_setting(found, &f->here, "ipv4", t->config.name,
		    "ignore_routes_with_linkdown", 1);
}

/* Whoever routes networks into a tunnel is likely to be a router; whoever was
 * sent packets for others is one to somebody.
 */
void judge_forwarding(const struct facts *f, struct finding *found)
{
	const char *name = f->tunnel->config.name;
	const size_t routes = chosen_routes(f, AF_INET);
	const bool asked_to = f->not_for_us != 0;

	if (f->forwarding != 0 || !routes)
		return;
	if (f->forwarding_all > 0) {
		found_say(found, SEVERITY_WARNING,
			  "this machine forwards IPv4, but not what comes out "
			  "of the tunnel (net.ipv4.conf.%s.forwarding is 0)",
			  name);
		fix_setting(found, &f->here, "ipv4", name, "forwarding", 1);
		return;
	}
	if (asked_to)
		found_say(found, SEVERITY_WARNING,
			  "this machine does not forward IPv4 "
			  "(net.ipv4.ip_forward is 0), and has dropped "
			  "%" PRIu64 " packets that were for others",
			  f->not_for_us);
	else
		found_say(found, SEVERITY_NOTE,
			  "this machine does not forward IPv4 "
			  "(net.ipv4.ip_forward is 0): nobody behind it can "
			  "use the %zu route%s into the tunnel",
			  routes, routes == 1 ? "" : "s");
	found_fix(found, "%ssysctl -w net.ipv4.ip_forward=1", f->here.run);
}

void judge_forwarding6(const struct facts *f, struct finding *found)
{
	const size_t routes = chosen_routes(f, AF_INET6);

	if (f->forwarding6 != 0 || !routes)
		return;
	found_say(found, SEVERITY_NOTE,
		  "this machine does not forward IPv6 "
		  "(net.ipv6.conf.all.forwarding is 0): nobody behind it can "
		  "use the %zu IPv6 route%s into the tunnel",
		  routes, routes == 1 ? "" : "s");
	/* It also ends the acceptance of router advertisements. */
	found_fix(found, "%ssysctl -w net.ipv6.conf.all.forwarding=1",
		  f->here.run);
}

/* Whoever sends through the tunnel without a route back into it, as the health check
 * of a provider does, which has to go on by the WAN.
 */
static void judge_strangers(const struct facts *f, struct finding *found)
{
	const char *name = f->tunnel->config.name;

	if (!f->bad_source || f->forwarding <= 0 || !f->tunnel->path.has_rx)
		return;
	found_say(found, SEVERITY_NOTE,
		  "rp_filter is 1 (strict) for %s, and %" PRIu64
		  " packets were dropped so far for it, on all interfaces: so "
		  "is the health check of a provider that comes out of the "
		  "tunnel and has to go on by another interface",
		  name, f->bad_source);
	fix_setting(found, &f->here, "ipv4", name, "rp_filter", 2);
}

/* An echo reply of this router to a provider, which the provider itself has written
 * and sends by the tunnel, to see it come back by the WAN.
 */
void judge_accept_local(const struct facts *f, struct finding *found)
{
	const char *name = f->tunnel->config.name;

	if (f->accept_local != 0 || f->forwarding <= 0 ||
	    !f->tunnel->path.has_rx || f->martians <= f->bad_source)
		return;
	found_say(found, SEVERITY_NOTE,
		  "packets that come out of the tunnel from an address of this "
		  "machine are dropped, since accept_local is 0 for %s (%" PRIu64
		  " packets were dropped so far for their source, on the whole "
		  "machine): a health check of a provider may be such a packet",
		  name, f->martians - f->bad_source);
	fix_setting(found, &f->here, "ipv4", name, "accept_local", 1);
}

void judge_rp_filter(const struct facts *f, struct finding *found)
{
	const char *name = f->tunnel->config.name;
	char address[INET_ADDRSTRLEN], more[48] = "";
	size_t i, others = 0;
	const struct inner_route *first = NULL;

	/* 2 only wants that there is some route back. */
	if (f->rp_filter != 1)
		return;
	for (i = 0; i < f->routes.count; i++) {
		const struct inner_route *r = &f->routes.list[i];

		if (!r->back || r->back == f->tunnel->ifindex)
			continue;
		if (first)
			others++;
		else
			first = r;
	}
	if (!first) {
		judge_strangers(f, found);
		return;
	}
	inet_ntop(AF_INET, &first->to, address, sizeof(address));
	if (others)
		snprintf(more, sizeof(more), " and of %zu more routes", others);
	found_say(found, SEVERITY_WARNING,
		  "rp_filter is 1 (strict) for %s, so that packets from %s/%u%s "
		  "that come out of the tunnel are dropped, since the route "
		  "back leads through %s (%" PRIu64
		  " packets were dropped so far, on all interfaces)",
		  name, address, first->length, more,
		  f->routes.back_dev[0] ? f->routes.back_dev
					: "another interface",
		  f->bad_source);
	fix_setting(found, &f->here, "ipv4", name, "rp_filter", 2);
}

void judge_underlay_rp_filter(const struct facts *f, struct finding *found)
{
	const struct iface *entry, *way;
	char remote[INET_ADDRSTRLEN];

	if (!f->underlay || !f->entry || f->entry_rp_filter != 1 ||
	    !f->plain.asked || f->plain.error || f->plain.oif == f->entry ||
	    f->plain.type == RTN_LOCAL || doctor_loops(f))
		return;
	entry = iface_find(f->underlay, f->entry);
	way = iface_find(f->underlay, f->plain.oif);
	if (!entry || !way)
		return;
	found_say(found, SEVERITY_WARNING,
		  "rp_filter is 1 (strict) for %s, by which packets of %s "
		  "should come, but the route to it leads through %s: they "
		  "are dropped",
		  entry->name, ipv4_text(f->tunnel->config.remote.v4, remote),
		  way->name);
	fix_setting(found, &f->there, "ipv4", entry->name, "rp_filter", 2);
}
