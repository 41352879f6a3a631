// SPDX-License-Identifier: GPL-2.0
/* How outer packets reach the remote. */
#include <errno.h>
#include <inttypes.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "check/checks.h"

static const struct config *config_of(const struct facts *f)
{
	return &f->tunnel->config;
}

static bool is_ours(const struct facts *f, struct in_addr address)
{
	return f->underlay && iface_of_address(f->underlay, address);
}

bool local_is_missing(const struct facts *f)
{
	return f->underlay && config_of(f)->local.family &&
	       !is_ours(f, config_of(f)->local.v4) && !f->local_routed;
}

bool remote_is_ours(const struct facts *f)
{
	return (f->route.asked && !f->route.error &&
		f->route.type == RTN_LOCAL) ||
	       (config_of(f)->remote.family &&
		is_ours(f, config_of(f)->remote.v4));
}

bool route_loops(const struct facts *f)
{
	return f->loop[0];
}

/* The module knows the route of its own packets. The kernel tells us only the route
 * for packets of any protocol.
 */
static bool has_no_route(const struct facts *f)
{
	if (f->tunnel->path.mtu || waits_for_dev(f))
		return false;
	return f->rule_names_gre || (f->route.asked && f->route.error);
}

static const char *device_of(const struct facts *f, int ifindex)
{
	const struct iface *i = iface_find(f->underlay, ifindex);

	return i ? i->name : "";
}

void check_underlay_unread(const struct facts *f, struct finding *found)
{
	if (f->underlay)
		return;
	found_say(found, SEVERITY_NOTE,
		  "the namespace of the outer packets (id %" PRId32
		  ") has no name in /run/netns or cannot be entered: its "
		  "routes and filters were not checked",
		  config_of(f)->link_netnsid);
	found_fix(found, "ip netns attach NAME PID");
}

void check_local_missing(const struct facts *f, struct finding *found)
{
	char local[INET_ADDRSTRLEN], source[INET_ADDRSTRLEN];
	char name[SHELL_NAME_SIZE], device[SHELL_NAME_SIZE];
	const struct config *c = config_of(f);

	if (!local_is_missing(f))
		return;
	ipv4_text(c->local.v4, local);
	shell_word(c->name, name, sizeof(name));
	found_say(found, SEVERITY_PROBLEM,
		  "local %s is not an address of this machine, so that "
		  "nothing is sent or received",
		  local);
	/* The source address of the route is probably what was meant. */
	if (f->plain.asked && !f->plain.error && f->plain.source.s_addr)
		found_fix(found, "%s set %s local %s", f->here.gretool, name,
			  ipv4_text(f->plain.source, source));
	else
		found_fix(found, "%s addr add %s/32 dev %s", f->there.ip, local,
			  c->link ? shell_word(c->dev, device, sizeof(device))
				  : "DEVICE");
}

void check_remote_is_local(const struct facts *f, struct finding *found)
{
	const struct config *c = config_of(f);
	char remote[INET_ADDRSTRLEN], name[SHELL_NAME_SIZE];
	const struct iface *owner;

	if (!remote_is_ours(f))
		return;
	owner = iface_of_address(f->underlay, c->remote.v4);
	found_say(found, SEVERITY_PROBLEM,
		  "remote %s is an address of this machine itself%s%s",
		  ipv4_text(c->remote.v4, remote), owner ? ", on " : "",
		  owner ? owner->name : "");
	found_fix(found, "%s set %s remote ADDRESS", f->here.gretool,
		  shell_word(c->name, name, sizeof(name)));
}

/* The interface that sends the outer packets, if something is wrong with it. */
static const struct iface *broken_underlay(const struct facts *f)
{
	const struct config *c = config_of(f);
	const struct iface *i = NULL;

	if (!f->underlay || remote_is_ours(f) || route_loops(f))
		return NULL;
	if (c->link)
		i = iface_find(f->underlay, (int)c->link);
	else if (f->route.asked && !f->route.error)
		i = iface_find(f->underlay, f->route.oif);
	/* Without a route, it may be the interface that has the local address. */
	if (!i && c->local.family)
		i = iface_of_address(f->underlay, c->local.v4);
	return i && (!i->up || !i->carrier) ? i : NULL;
}

void check_underlay_down(const struct facts *f, struct finding *found)
{
	const struct iface *i = broken_underlay(f);
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
	found_fix(found, "%s link set %s up", f->there.ip,
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

void check_no_route(const struct facts *f, struct finding *found)
{
	const struct config *c = config_of(f);
	char remote[INET_ADDRSTRLEN], quoted[SHELL_NAME_SIZE];
	char how[64 + IFNAMSIZ] = "";

	/* Each of these has a finding of its own. */
	if (!has_no_route(f) || local_is_missing(f) || broken_underlay(f))
		return;
	if (c->link)
		snprintf(how, sizeof(how), " with dev %s", c->dev);
	if (c->fwmark)
		snprintf(how + strlen(how), sizeof(how) - strlen(how),
			 " with fwmark 0x%" PRIx32, c->fwmark);
	ipv4_text(c->remote.v4, remote);
	if (!f->route.asked) {
		found_say(found, SEVERITY_PROBLEM,
			  "there is no route to %s%s, or it leads back into "
			  "the tunnel: a rule selects the route of GRE packets "
			  "(ipproto gre)",
			  remote, how);
		found_fix(found, "%s rule show", f->there.ip);
		return;
	}
	found_say(found, SEVERITY_PROBLEM, "there is no route to %s%s: %s",
		  remote, how, why_no_route(f->route.error));
	found_fix(found, "%s route replace %s/32 via GATEWAY%s%s", f->there.ip,
		  remote, c->link ? " dev " : "",
		  c->link ? shell_word(c->dev, quoted, sizeof(quoted)) : "");
}

void check_route_loop(const struct facts *f, struct finding *found)
{
	const struct config *c = config_of(f);
	char remote[INET_ADDRSTRLEN], gateway[INET_ADDRSTRLEN];
	char device[SHELL_NAME_SIZE];
	const struct route_lookup *d = &f->detour;

	if (!route_loops(f))
		return;
	ipv4_text(c->remote.v4, remote);
	found_say(found, SEVERITY_PROBLEM,
		  "the route to %s leads back into the tunnel (%s), so that "
		  "packets are dropped",
		  remote, f->loop);
	if (d->asked && d->oif)
		found_fix(found, "%s route replace %s/32%s%s dev %s",
			  f->there.ip, remote, d->gateway.s_addr ? " via " : "",
			  d->gateway.s_addr ? ipv4_text(d->gateway, gateway)
					    : "",
			  shell_word(device_of(f, d->oif), device,
				     sizeof(device)));
	else
		found_fix(found, "%s route replace %s/32 via GATEWAY",
			  f->there.ip, remote);
}

void check_gateway_silent(const struct facts *f, struct finding *found)
{
	char hop[INET_ADDRSTRLEN];

	if (!(f->neighbour & NUD_FAILED) || broken_underlay(f) ||
	    route_loops(f))
		return;
	found_say(found, SEVERITY_PROBLEM,
		  "%s %s does not answer ARP on %s: check that it is up and "
		  "on this network",
		  f->route.gateway.s_addr ? "the gateway" : "the remote",
		  ipv4_text(f->route.gateway.s_addr ? f->route.gateway
						    : config_of(f)->remote.v4,
			    hop),
		  device_of(f, f->route.oif));
}
