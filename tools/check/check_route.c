// SPDX-License-Identifier: GPL-2.0
/* How outer packets reach the remote. */
#include <errno.h>
#include <inttypes.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "check/checks.h"

static const struct config *config_of(const struct snapshot *s)
{
	return &s->tunnel->config;
}

static bool is_ours(const struct snapshot *s, const struct ip *address)
{
	return s->underlay && iface_of_address(s->underlay, address);
}

/* Over IPv4, an address to which a route of type local leads is enough for the module. */
bool local_is_missing(const struct snapshot *s)
{
	const struct ip *const local = &config_of(s)->local;

	return s->underlay && local->family && !is_ours(s, local) &&
	       !(s->local_routed && local->family == AF_INET);
}

bool remote_is_ours(const struct snapshot *s)
{
	return (s->route.asked && !s->route.error &&
		s->route.type == RTN_LOCAL) ||
	       (config_of(s)->remote.family &&
		is_ours(s, &config_of(s)->remote));
}

bool route_loops(const struct snapshot *s)
{
	return s->loop[0];
}

/* The module knows the route of its own packets. The kernel tells us only the route
 * for packets of any protocol.
 */
static bool has_no_route(const struct snapshot *s)
{
	if (s->tunnel->path.mtu || waits_for_dev(s))
		return false;
	return s->rule_names_gre || (s->route.asked && s->route.error);
}

static const char *device_of(const struct snapshot *s, int ifindex)
{
	const struct iface *i = iface_find(s->underlay, ifindex);

	return i ? i->name : "";
}

void check_underlay_unread(const struct snapshot *s, struct finding *found)
{
	if (s->underlay)
		return;
	found_say(found, SEVERITY_NOTE,
		  "the namespace of the outer packets (id %" PRId32
		  ") has no name in /run/netns or cannot be entered: its "
		  "routes and filters were not checked",
		  config_of(s)->link_netnsid);
	found_fix(found, "ip netns attach NAME PID");
}

void check_local_missing(const struct snapshot *s, struct finding *found)
{
	char local[INET6_ADDRSTRLEN], source[INET6_ADDRSTRLEN];
	char name[SHELL_NAME_SIZE], device[SHELL_NAME_SIZE];
	const struct config *c = config_of(s);

	if (!local_is_missing(s))
		return;
	ip_text(&c->local, local);
	shell_word(c->name, name, sizeof(name));
	found_say(found, SEVERITY_PROBLEM,
		  "local %s is not an address of this machine, so that "
		  "nothing is sent or received",
		  local);
	/* The source address of the route is probably what was meant. */
	if (s->plain.asked && !s->plain.error && s->plain.source.family)
		found_fix(found, "%s set %s local %s", s->here.gretool, name,
			  ip_text(&s->plain.source, source));
	else
		found_fix(found, "%s addr add %s/%zu dev %s", s->there.ip,
			  local, 8 * ip_size(&c->local),
			  c->link ? shell_word(c->dev, device, sizeof(device))
				  : "DEVICE");
}

void check_remote_is_local(const struct snapshot *s, struct finding *found)
{
	const struct config *c = config_of(s);
	char remote[INET6_ADDRSTRLEN], name[SHELL_NAME_SIZE];
	const struct iface *owner;

	if (!remote_is_ours(s))
		return;
	owner = iface_of_address(s->underlay, &c->remote);
	found_say(found, SEVERITY_PROBLEM,
		  "remote %s is an address of this machine itself%s%s",
		  ip_text(&c->remote, remote), owner ? ", on " : "",
		  owner ? owner->name : "");
	found_fix(found, "%s set %s remote ADDRESS", s->here.gretool,
		  shell_word(c->name, name, sizeof(name)));
}

/* The interface that sends the outer packets, if something is wrong with it. */
static const struct iface *broken_underlay(const struct snapshot *s)
{
	const struct config *c = config_of(s);
	const struct iface *i = NULL;

	if (!s->underlay || remote_is_ours(s) || route_loops(s))
		return NULL;
	if (c->link)
		i = iface_find(s->underlay, (int)c->link);
	else if (s->route.asked && !s->route.error)
		i = iface_find(s->underlay, s->route.oif);
	/* Without a route, it may be the interface that has the local address. */
	if (!i && c->local.family)
		i = iface_of_address(s->underlay, &c->local);
	return i && (!i->up || !i->carrier) ? i : NULL;
}

void check_underlay_down(const struct snapshot *s, struct finding *found)
{
	const struct iface *i = broken_underlay(s);
	char quoted[SHELL_NAME_SIZE];

	if (!i)
		return;
	if (i->up) {
		found_say(found, SEVERITY_PROBLEM,
			  "%s, which sends the outer packets, has no carrier: "
			  "look at its cable and at the far end",
			  i->name);
		return;
	}
	found_say(found, SEVERITY_PROBLEM,
		  "%s, which sends the outer packets, is down", i->name);
	found_fix(found, "%s link set %s up", s->there.ip,
		  shell_word(i->name, quoted, sizeof(quoted)));
}

static const char *why_no_route(int error)
{
	switch (error) {
	case EACCES:
		return "a route or rule of type prohibit matches";
	case EINVAL:
		return "a route or rule of type blackhole matches";
	case EHOSTUNREACH:
		return "a route or rule of type unreachable matches";
	case ENETUNREACH:
		return "network is unreachable";
	}
	return strerror(error);
}

void check_no_route(const struct snapshot *s, struct finding *found)
{
	const struct config *c = config_of(s);
	char remote[INET6_ADDRSTRLEN], quoted[SHELL_NAME_SIZE];
	char how[64 + IFNAMSIZ] = "";

	/* Each of these has a finding of its own. */
	if (!has_no_route(s) || local_is_missing(s) || broken_underlay(s))
		return;
	if (c->link)
		snprintf(how, sizeof(how), " with dev %s", c->dev);
	if (c->fwmark)
		snprintf(how + strlen(how), sizeof(how) - strlen(how),
			 " with fwmark 0x%" PRIx32, c->fwmark);
	ip_text(&c->remote, remote);
	if (!s->route.asked) {
		found_say(found, SEVERITY_PROBLEM,
			  "there is no route to %s%s, or it leads back into "
			  "the tunnel: a rule selects the route of GRE packets "
			  "(ipproto gre)",
			  remote, how);
		found_fix(found, "%s%s rule show", s->there.ip,
			  c->remote.family == AF_INET6 ? " -6" : "");
		return;
	}
	found_say(found, SEVERITY_PROBLEM, "there is no route to %s%s: %s",
		  remote, how, why_no_route(s->route.error));
	found_fix(found, "%s route replace %s/%zu via GATEWAY%s%s", s->there.ip,
		  remote, 8 * ip_size(&c->remote), c->link ? " dev " : "",
		  c->link ? shell_word(c->dev, quoted, sizeof(quoted)) : "");
}

void check_route_loop(const struct snapshot *s, struct finding *found)
{
	const struct config *c = config_of(s);
	char remote[INET6_ADDRSTRLEN], gateway[INET6_ADDRSTRLEN];
	char device[SHELL_NAME_SIZE];
	const struct route_lookup *d = &s->detour;

	if (!route_loops(s))
		return;
	ip_text(&c->remote, remote);
	found_say(found, SEVERITY_PROBLEM,
		  "the route to %s leads back into the tunnel (%s), so that "
		  "packets are dropped",
		  remote, s->loop);
	if (d->asked && d->oif)
		found_fix(found, "%s route replace %s/%zu%s%s dev %s",
			  s->there.ip, remote, 8 * ip_size(&c->remote),
			  d->gateway.family ? " via " : "",
			  d->gateway.family ? ip_text(&d->gateway, gateway)
					    : "",
			  shell_word(device_of(s, d->oif), device,
				     sizeof(device)));
	else
		found_fix(found, "%s route replace %s/%zu via GATEWAY",
			  s->there.ip, remote, 8 * ip_size(&c->remote));
}

void check_gateway_silent(const struct snapshot *s, struct finding *found)
{
	const struct ip *const remote = &config_of(s)->remote;
	const bool has_gateway = s->route.gateway.family;
	char hop[INET6_ADDRSTRLEN];

	if (!(s->neighbour & NUD_FAILED) || broken_underlay(s) ||
	    route_loops(s))
		return;
	found_say(found, SEVERITY_PROBLEM,
		  "%s %s does not answer %s on %s: check that it is up and "
		  "on this network",
		  has_gateway ? "the gateway" : "the remote",
		  ip_text(has_gateway ? &s->route.gateway : remote, hop),
		  remote->family == AF_INET6 ? "neighbour solicitations"
					     : "ARP",
		  device_of(s, s->route.oif));
}
