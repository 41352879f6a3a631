// SPDX-License-Identifier: GPL-2.0
/* The interface of the tunnel, the routes into it, and what its namespace does
 * with decapsulated packets.
 */
#include <inttypes.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "check/checks.h"

static const char *name_of(const struct snapshot *s, char text[SHELL_NAME_SIZE])
{
	return shell_word(s->tunnel->config.name, text, SHELL_NAME_SIZE);
}

/* A setting of an interface. A name with a dot needs slashes as separators. */
static void fix_setting(struct finding *found, const struct context *context,
			const char *family, const char *device,
			const char *setting, int value)
{
	char quoted[SHELL_NAME_SIZE];

	if (strchr(device, '.'))
		found_fix(found, "%ssysctl -w net/%s/conf/%s/%s=%d",
			  context->run, family,
			  shell_word(device, quoted, sizeof(quoted)), setting,
			  value);
	else
		found_fix(found, "%ssysctl -w net.%s.conf.%s.%s=%d",
			  context->run, family,
			  shell_word(device, quoted, sizeof(quoted)), setting,
			  value);
}

void check_down(const struct snapshot *s, struct finding *found)
{
	char name[SHELL_NAME_SIZE];

	if (s->tunnel->config.up || waits_for_dev(s))
		return;
	found_say(found, SEVERITY_PROBLEM,
		  "the interface is down and takes no packets");
	found_fix(found, "%s set %s up", s->here.gretool, name_of(s, name));
}

void check_no_address(const struct snapshot *s, struct finding *found)
{
	char name[SHELL_NAME_SIZE];

	/* Ports of a bridge have none. */
	if (s->tunnel->config.addrs.count || s->tunnel->config.ether)
		return;
	found_say(found, SEVERITY_NOTE,
		  "the interface has no address, so that packets from this "
		  "machine carry the address of another interface");
	found_fix(found, "%s set %s addr ADDRESS/PREFIX", s->here.gretool,
		  name_of(s, name));
}

void check_no_inner_route(const struct snapshot *s, struct finding *found)
{
	char name[SHELL_NAME_SIZE];

	/* An interface that is down or has no carrier may have lost its routes. */
	if (s->routes.count || !s->tunnel->config.up || !s->tunnel->carrier ||
	    s->tunnel->config.ether)
		return;
	found_say(found, SEVERITY_NOTE,
		  "no route leads into the tunnel, so that nothing is sent "
		  "through it");
	found_fix(found, "%s route add PREFIX dev %s", s->here.ip,
		  name_of(s, name));
}

/* Routes that an operator or a routing daemon has added: the kernel does not remove
 * them when the carrier goes away.
 */
static size_t chosen_routes(const struct snapshot *s, int family)
{
	size_t count = 0, i;

	for (i = 0; i < s->routes.count; i++)
		count += s->routes.list[i].family == family &&
			 s->routes.list[i].protocol != RTPROT_KERNEL &&
			 s->routes.list[i].protocol != RTPROT_REDIRECT;
	return count;
}

/* Linux 5.10 does not heed the setting of "all" interfaces. The flags of the
 * routes tell what the kernel does, but it marks them up to a second after the carrier
 * is gone.
 */
static bool routes_are_ignored(const struct snapshot *s)
{
	size_t i;

	for (i = 0; i < s->routes.count; i++)
		if (s->routes.list[i].family == AF_INET &&
		    s->routes.list[i].is_kept)
			return false;
	return s->ignore_linkdown;
}

void check_routes_stay(const struct snapshot *s, struct finding *found)
{
	const struct tunnel *t = s->tunnel;
	const size_t routes = chosen_routes(s, AF_INET);

	if (!t->config.up || t->carrier || !routes || routes_are_ignored(s))
		return;
	found_say(found, SEVERITY_WARNING,
		  "there is no carrier, and the kernel keeps using the %zu "
		  "IPv4 route%s into the tunnel",
		  routes, routes == 1 ? "" : "s");
	fix_setting(found, &s->here, "ipv4", t->config.name,
		    "ignore_routes_with_linkdown", 1);
}

/* A machine that routes networks into a tunnel is probably a router. A machine that
 * gets packets for others is certainly meant to be one.
 */
void check_forwarding(const struct snapshot *s, struct finding *found)
{
	const char *name = s->tunnel->config.name;
	const size_t routes = chosen_routes(s, AF_INET);
	const bool asked_to = s->not_for_us != 0;

	if (s->forwarding != 0 || !routes)
		return;
	if (s->forwarding_all > 0) {
		found_say(found, SEVERITY_WARNING,
			  "this machine forwards IPv4, but not packets from the "
			  "tunnel (net.ipv4.conf.%s.forwarding is 0)",
			  name);
		fix_setting(found, &s->here, "ipv4", name, "forwarding", 1);
		return;
	}
	if (asked_to)
		found_say(found, SEVERITY_WARNING,
			  "this machine does not forward IPv4 "
			  "(net.ipv4.ip_forward is 0) and has dropped "
			  "%" PRIu64 " packets for other hosts",
			  s->not_for_us);
	else
		found_say(found, SEVERITY_NOTE,
			  "this machine does not forward IPv4 "
			  "(net.ipv4.ip_forward is 0): hosts behind it cannot "
			  "use the %zu route%s into the tunnel",
			  routes, routes == 1 ? "" : "s");
	found_fix(found, "%ssysctl -w net.ipv4.ip_forward=1", s->here.run);
}

void check_forwarding6(const struct snapshot *s, struct finding *found)
{
	const size_t routes = chosen_routes(s, AF_INET6);

	if (s->forwarding6 != 0 || !routes)
		return;
	found_say(found, SEVERITY_NOTE,
		  "this machine does not forward IPv6 "
		  "(net.ipv6.conf.all.forwarding is 0): hosts behind it cannot "
		  "use the %zu IPv6 route%s into the tunnel",
		  routes, routes == 1 ? "" : "s");
	/* With this setting the kernel ignores router advertisements. */
	found_fix(found, "%ssysctl -w net.ipv6.conf.all.forwarding=1",
		  s->here.run);
}

/* Sources to which no route leads back into the tunnel, such as the health check of
 * a provider, which has to leave by the WAN.
 */
static void check_strangers(const struct snapshot *s, struct finding *found)
{
	const char *name = s->tunnel->config.name;

	if (!s->bad_source || s->forwarding <= 0 || !s->tunnel->path.has_rx)
		return;
	found_say(found, SEVERITY_NOTE,
		  "rp_filter is 1 (strict) for %s, and such filters have "
		  "dropped %" PRIu64
		  " packets so far, on all interfaces: they drop the health "
		  "check of a provider that arrives through the tunnel and has "
		  "to leave by another interface",
		  name, s->bad_source);
	fix_setting(found, &s->here, "ipv4", name, "rp_filter", 2);
}

/* Some providers forge an echo reply of this router and send it through the tunnel,
 * to see it come back by the WAN.
 */
void check_accept_local(const struct snapshot *s, struct finding *found)
{
	const char *name = s->tunnel->config.name;

	if (s->accept_local != 0 || s->forwarding <= 0 ||
	    !s->tunnel->path.has_rx || s->martians <= s->bad_source)
		return;
	found_say(found, SEVERITY_NOTE,
		  "packets from the tunnel whose source is an address of this "
		  "machine are dropped, because accept_local is 0 for %s (%" PRIu64
		  " packets have been dropped for their source so far, on the "
		  "whole machine): the health check of a provider may be such "
		  "a packet",
		  name, s->martians - s->bad_source);
	fix_setting(found, &s->here, "ipv4", name, "accept_local", 1);
}

void check_rp_filter(const struct snapshot *s, struct finding *found)
{
	const char *name = s->tunnel->config.name;
	char address[INET_ADDRSTRLEN], more[48] = "";
	size_t i, others = 0;
	const struct inner_route *first = NULL;

	/* With 2, any route back is enough. */
	if (s->rp_filter != 1)
		return;
	for (i = 0; i < s->routes.count; i++) {
		const struct inner_route *r = &s->routes.list[i];

		if (!r->back || r->back == s->tunnel->ifindex)
			continue;
		if (first)
			others++;
		else
			first = r;
	}
	if (!first) {
		check_strangers(s, found);
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
		  s->routes.back_dev[0] ? s->routes.back_dev
					: "another interface",
		  s->bad_source);
	fix_setting(found, &s->here, "ipv4", name, "rp_filter", 2);
}

void check_underlay_rp_filter(const struct snapshot *s, struct finding *found)
{
	const struct iface *entry, *way;
	char remote[INET6_ADDRSTRLEN];

	if (!s->underlay || !s->entry || s->entry_rp_filter != 1 ||
	    !s->plain.asked || s->plain.error || s->plain.oif == s->entry ||
	    s->plain.type == RTN_LOCAL || route_loops(s))
		return;
	entry = iface_find(s->underlay, s->entry);
	way = iface_find(s->underlay, s->plain.oif);
	if (!entry || !way)
		return;
	found_say(found, SEVERITY_WARNING,
		  "rp_filter is 1 (strict) for %s, where packets from %s should "
		  "arrive, but the route to that address leads through %s: the "
		  "packets are dropped",
		  entry->name, ip_text(&s->tunnel->config.remote, remote),
		  way->name);
	fix_setting(found, &s->there, "ipv4", entry->name, "rp_filter", 2);
}
