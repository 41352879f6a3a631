// SPDX-License-Identifier: GPL-2.0
/* The interface of the tunnel, the routes into it, and what its namespace does
 * with decapsulated packets.
 */
#include <inttypes.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "check/checks.h"

static const char *name_of(const struct facts *f, char text[SHELL_NAME_SIZE])
{
	return shell_word(f->tunnel->config.name, text, SHELL_NAME_SIZE);
}

/* A setting of an interface. A name with a dot needs slashes as separators. */
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

void check_down(const struct facts *f, struct finding *found)
{
	char name[SHELL_NAME_SIZE];

	if (f->tunnel->config.up || waits_for_dev(f))
		return;
	found_say(found, SEVERITY_PROBLEM,
		  "the interface is down and takes no packets");
	found_fix(found, "%s set %s up", f->here.gretool, name_of(f, name));
}

void check_no_address(const struct facts *f, struct finding *found)
{
	char name[SHELL_NAME_SIZE];

	if (f->tunnel->config.naddrs)
		return;
	found_say(found, SEVERITY_NOTE,
		  "the interface has no address, so that packets from this "
		  "machine carry the address of another interface");
	found_fix(found, "%s set %s addr ADDRESS/PREFIX", f->here.gretool,
		  name_of(f, name));
}

void check_no_inner_route(const struct facts *f, struct finding *found)
{
	char name[SHELL_NAME_SIZE];

	/* An interface that is down or has no carrier may have lost its routes. */
	if (f->routes.count || !f->tunnel->config.up || !f->tunnel->carrier)
		return;
	found_say(found, SEVERITY_NOTE,
		  "no route leads into the tunnel, so that nothing is sent "
		  "through it");
	found_fix(found, "%s route add PREFIX dev %s", f->here.ip,
		  name_of(f, name));
}

/* Routes that an operator or a routing daemon has added: the kernel does not remove
 * them when the carrier goes away.
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

void check_routes_stay(const struct facts *f, struct finding *found)
{
	const struct tunnel *t = f->tunnel;
	const size_t routes = chosen_routes(f, AF_INET);

	if (!t->config.up || t->carrier || !routes || f->ignore_linkdown)
		return;
	found_say(found, SEVERITY_WARNING,
		  "there is no carrier, and the kernel keeps using the %zu "
		  "IPv4 route%s into the tunnel",
		  routes, routes == 1 ? "" : "s");
	fix_setting(found, &f->here, "ipv4", t->config.name,
		    "ignore_routes_with_linkdown", 1);
}

/* A machine that routes networks into a tunnel is probably a router. A machine that
 * gets packets for others is certainly meant to be one.
 */
void check_forwarding(const struct facts *f, struct finding *found)
{
	const char *name = f->tunnel->config.name;
	const size_t routes = chosen_routes(f, AF_INET);
	const bool asked_to = f->not_for_us != 0;

	if (f->forwarding != 0 || !routes)
		return;
	if (f->forwarding_all > 0) {
		found_say(found, SEVERITY_WARNING,
			  "this machine forwards IPv4, but not packets from the "
			  "tunnel (net.ipv4.conf.%s.forwarding is 0)",
			  name);
		fix_setting(found, &f->here, "ipv4", name, "forwarding", 1);
		return;
	}
	if (asked_to)
		found_say(found, SEVERITY_WARNING,
			  "this machine does not forward IPv4 "
			  "(net.ipv4.ip_forward is 0) and has dropped "
			  "%" PRIu64 " packets for other hosts",
			  f->not_for_us);
	else
		found_say(found, SEVERITY_NOTE,
			  "this machine does not forward IPv4 "
			  "(net.ipv4.ip_forward is 0): hosts behind it cannot "
			  "use the %zu route%s into the tunnel",
			  routes, routes == 1 ? "" : "s");
	found_fix(found, "%ssysctl -w net.ipv4.ip_forward=1", f->here.run);
}

void check_forwarding6(const struct facts *f, struct finding *found)
{
	const size_t routes = chosen_routes(f, AF_INET6);

	if (f->forwarding6 != 0 || !routes)
		return;
	found_say(found, SEVERITY_NOTE,
		  "this machine does not forward IPv6 "
		  "(net.ipv6.conf.all.forwarding is 0): hosts behind it cannot "
		  "use the %zu IPv6 route%s into the tunnel",
		  routes, routes == 1 ? "" : "s");
	/* With this setting the kernel ignores router advertisements. */
	found_fix(found, "%ssysctl -w net.ipv6.conf.all.forwarding=1",
		  f->here.run);
}

/* Sources to which no route leads back into the tunnel, such as the health check of
 * a provider, which has to leave by the WAN.
 */
static void check_strangers(const struct facts *f, struct finding *found)
{
	const char *name = f->tunnel->config.name;

	if (!f->bad_source || f->forwarding <= 0 || !f->tunnel->path.has_rx)
		return;
	found_say(found, SEVERITY_NOTE,
		  "rp_filter is 1 (strict) for %s, and such filters have "
		  "dropped %" PRIu64
		  " packets so far, on all interfaces: they drop the health "
		  "check of a provider that arrives through the tunnel and has "
		  "to leave by another interface",
		  name, f->bad_source);
	fix_setting(found, &f->here, "ipv4", name, "rp_filter", 2);
}

/* Some providers forge an echo reply of this router and send it through the tunnel,
 * to see it come back by the WAN.
 */
void check_accept_local(const struct facts *f, struct finding *found)
{
	const char *name = f->tunnel->config.name;

	if (f->accept_local != 0 || f->forwarding <= 0 ||
	    !f->tunnel->path.has_rx || f->martians <= f->bad_source)
		return;
	found_say(found, SEVERITY_NOTE,
		  "packets from the tunnel whose source is an address of this "
		  "machine are dropped, because accept_local is 0 for %s (%" PRIu64
		  " packets have been dropped for their source so far, on the "
		  "whole machine): the health check of a provider may be such "
		  "a packet",
		  name, f->martians - f->bad_source);
	fix_setting(found, &f->here, "ipv4", name, "accept_local", 1);
}

void check_rp_filter(const struct facts *f, struct finding *found)
{
	const char *name = f->tunnel->config.name;
	char address[INET_ADDRSTRLEN], more[48] = "";
	size_t i, others = 0;
	const struct inner_route *first = NULL;

	/* With 2, any route back is enough. */
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
		check_strangers(f, found);
		return;
	}
	inet_ntop(AF_INET, &first->to, address, sizeof(address));
	if (others)
		snprintf(more, sizeof(more), " and of %zu more routes", others);
	found_say(found, SEVERITY_WARNING,
		  "rp_filter is 1 (strict) for %s, so that packets from %s/%u%s "
		  "that arrive through the tunnel are dropped, because the "
		  "route back leads through %s (%" PRIu64
		  " packets have been dropped so far, on all interfaces)",
		  name, address, first->length, more,
		  f->routes.back_dev[0] ? f->routes.back_dev
					: "another interface",
		  f->bad_source);
	fix_setting(found, &f->here, "ipv4", name, "rp_filter", 2);
}

void check_underlay_rp_filter(const struct facts *f, struct finding *found)
{
	const struct iface *entry, *way;
	char remote[INET_ADDRSTRLEN];

	if (!f->underlay || !f->entry || f->entry_rp_filter != 1 ||
	    !f->plain.asked || f->plain.error || f->plain.oif == f->entry ||
	    f->plain.type == RTN_LOCAL || route_loops(f))
		return;
	entry = iface_find(f->underlay, f->entry);
	way = iface_find(f->underlay, f->plain.oif);
	if (!entry || !way)
		return;
	found_say(found, SEVERITY_WARNING,
		  "rp_filter is 1 (strict) for %s, where packets from %s should "
		  "arrive, but the route to that address leads through %s: the "
		  "packets are dropped",
		  entry->name, ipv4_text(f->tunnel->config.remote.v4, remote),
		  way->name);
	fix_setting(found, &f->there, "ipv4", entry->name, "rp_filter", 2);
}
