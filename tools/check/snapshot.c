// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check/proc.h"
#include "check/snapshot.h"
#include "lib/report.h"
#include "netlink/netns.h"

/* The kernel allows fewer nested tunnels. */
#define LOOP_MAX 8

/* --- the underlay, seen from one tunnel --- */

/* Follow the route from tunnel to tunnel until it leaves them or comes back. */
static void find_loop(struct nl *nl, struct snapshot *s, int ifindex)
{
	const int self = s->tunnel->ifindex;
	const struct iface *i;
	struct route_lookup next;
	int steps;

	for (steps = 0; steps < LOOP_MAX; steps++) {
		i = iface_find(s->underlay, ifindex);
		if (!i)
			break;
		if (strlen(s->loop) + IFNAMSIZ + 4 < sizeof(s->loop)) {
			strcat(s->loop, steps ? " > " : "");
			strcat(s->loop, i->name);
		}
		if (ifindex == self)
			return;
		if (!i->is_gre || i->elsewhere || !i->remote.family)
			break;
		route_ask(nl, &i->remote,
			  &(struct flow){ .source = i->local,
					  .oif = i->link,
					  .mark = i->fwmark },
			  &next);
		if (next.error)
			break;
		ifindex = next.oif;
	}
	s->loop[0] = '\0';
}

/* Guess the interface on which packets from the remote arrive. */
static int find_entry(const struct snapshot *s)
{
	const struct config *c = &s->tunnel->config;
	const struct iface *i = NULL;

	if (c->link)
		i = iface_find(s->underlay, (int)c->link);
	else if (c->local.family)
		i = iface_of_address(s->underlay, &c->local);
	if (!i || i->loopback || !strcmp(i->kind, "vrf") ||
	    !strcmp(i->kind, "dummy"))
		return 0;
	return i->ifindex;
}

static void read_outer(struct nl *nl, struct snapshot *s)
{
	const struct config *c = &s->tunnel->config;
	static const struct flow none;
	struct flow flow = { .oif = c->link, .mark = c->fwmark }, others = none;
	const struct iface *entry;
	struct route_lookup local;

	if (!(c->tos & GREX_TOS_INHERIT))
		flow.tos = c->tos & 0xfc;
	if (c->local.family) {
		route_ask(nl, &c->local, &none, &local);
		s->local_routed = !local.error && local.type == RTN_LOCAL;
		flow.source = c->local;
	}
	s->entry = find_entry(s);
	s->no_pmtu_disc = -1;
	s->entry_rp_filter = -1;
	entry = iface_find(s->underlay, s->entry);
	/* IPv6 has neither of these settings. */
	if (config_family(c) == AF_INET) {
		s->no_pmtu_disc = proc_ipv4("ip_no_pmtu_disc");
		if (entry)
			s->entry_rp_filter = proc_rp_filter(entry->name);
	}
	if (!c->remote.family)
		return;
	s->rule_names_gre = route_rules_name_gre(nl, c->remote.family);
	if (s->rule_names_gre)
		return;
	route_ask(nl, &c->remote, &flow, &s->route);
	/* A link-local address says nothing without its interface. */
	if (c->remote.family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&c->remote.v6))
		others.oif = c->link;
	route_ask(nl, &c->remote, &others, &s->plain);
	if (s->route.error)
		return;
	if (s->same)
		find_loop(nl, s, s->route.oif);
	if (s->loop[0])
		route_ask_without(nl, &c->remote, s->route.oif, &s->detour);
	s->neighbour = route_neighbour(nl,
				       s->route.gateway.family
					       ? &s->route.gateway
					       : &c->remote,
				       s->route.oif);
}

/* --- namespaces --- */

/*
 * Open the namespace of the underlay. Returns a file descriptor or -errno. *name
 * is its name, "1" for that of most processes, or NULL if the shell is in it.
 */
static int open_underlay(const struct snapshot_reader *r,
			 const struct config *c, const char **name)
{
	int32_t id;
	int fd;

	*name = NULL;
	if (r->home >= 0 && r->home_id == c->link_netnsid)
		return fcntl(r->home, F_DUPFD_CLOEXEC, 0);
	*name = c->link_netns;
	if (c->link_netns[0])
		return netns_open(c->link_netns);
	*name = "1";
	fd = netns_open(*name);
	if (fd < 0)
		return fd;
	if (!netns_id(r->nl, fd, false, &id) && id == c->link_netnsid)
		return fd;
	close(fd);
	return -ENOENT;
}

static void forget_underlay(struct snapshot_reader *r)
{
	if (r->underlay_nl) {
		nl_close(r->underlay_nl);
		free(r->underlay_nl);
	}
	r->underlay_nl = NULL;
	underlay_free(&r->underlay);
	r->has_underlay = false;
}

/* Runs in the namespace of the underlay. */
static int examine(struct snapshot_reader *r, struct snapshot *s, int32_t id)
{
	struct nl *nl = r->nl;
	int err = 0;

	if (r->has_underlay && r->underlay_id != id)
		forget_underlay(r);
	if (!s->same) {
		/* A socket belongs to the namespace in which it was opened. */
		if (!r->underlay_nl)
			r->underlay_nl = calloc(1, sizeof(*r->underlay_nl));
		nl = r->underlay_nl;
		if (!nl)
			return -ENOMEM;
	}
	if (!r->has_underlay)
		err = underlay_read(nl, &r->underlay);
	if (err) {
		forget_underlay(r);
		return err;
	}
	r->has_underlay = true;
	r->underlay_id = id;
	s->underlay = &r->underlay;
	read_outer(nl, s);
	return 0;
}

static int enter_and_examine(struct snapshot_reader *r, struct snapshot *s)
{
	const struct config *c = &s->tunnel->config;
	const char *name;
	int fd, err;

	fd = open_underlay(r, c, &name);
	if (fd < 0)
		return 0;
	context_init(&s->there, name);
	err = setns(fd, CLONE_NEWNET);
	close(fd);
	/* The check goes on without the underlay, and says so. */
	if (err)
		return 0;
	err = examine(r, s, c->link_netnsid);
	if (setns(r->here, CLONE_NEWNET))
		return -errno;
	return err;
}

/* The parameter has the present mode, and behind "ipv6" that of tunnels over IPv6. */
static bool is_beside(int family)
{
	FILE *file = fopen("/sys/module/grex/parameters/demux", "re");
	char text[64] = "", *ipv6;

	if (!file)
		return false;
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	fclose(file);
	ipv6 = strstr(text, "ipv6");
	if (family == AF_INET6)
		return ipv6 && strstr(ipv6, "beside");
	if (ipv6)
		*ipv6 = '\0';
	return strstr(text, "beside");
}

static void read_here(struct snapshot *s)
{
	const char *name = s->tunnel->config.name;
	int all;

	s->rp_filter = proc_rp_filter(name);
	s->accept_local = proc_accept_local(name);
	s->forwarding = proc_conf("ipv4", name, "forwarding");
	s->forwarding_all = proc_conf("ipv4", "all", "forwarding");
	s->forwarding6 = proc_conf("ipv6", "all", "forwarding");
	s->ignore_linkdown =
		proc_conf("ipv4", name, "ignore_routes_with_linkdown");
	all = proc_conf("ipv4", "all", "ignore_routes_with_linkdown");
	if (all > s->ignore_linkdown)
		s->ignore_linkdown = all;
	s->not_for_us = proc_counter("/proc/net/snmp", "Ip", "InAddrErrors");
	s->bad_source = proc_counter("/proc/net/netstat", "TcpExt",
				     "IPReversePathFilter");
	s->martians = proc_martian_sources();
}

int snapshot_read(struct snapshot_reader *r, const struct tunnel *t,
		  struct snapshot *s)
{
	int err;

	memset(s, 0, sizeof(*s));
	s->tunnel = t;
	s->here = r->context;
	s->there = r->context;
	s->same = !(t->config.given & F_LINK_NETNS);
	s->beside = is_beside(config_family(&s->tunnel->config));
	read_here(s);
	files_compare(&r->files, r->nl, t, &s->file);
	err = inner_routes_read(r->nl, t->ifindex, &s->routes);
	if (!err)
		inner_routes_ask_back(r->nl, &s->routes);
	if (!err)
		err = s->same ? examine(r, s, -1) : enter_and_examine(r, s);
	return err ? refused("%s: %s", t->config.name, strerror(-err))
		   : STATUS_OK;
}

void snapshot_free(struct snapshot *s)
{
	free(s->routes.list);
	s->routes.list = NULL;
}

void snapshot_open(struct snapshot_reader *r, struct nl *nl, const char *netns,
		   int home)
{
	memset(r, 0, sizeof(*r));
	r->nl = nl;
	r->netns = netns;
	r->home = home;
	r->home_id = -1;
	r->here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (home >= 0 && netns_id(nl, home, false, &r->home_id))
		r->home_id = -1;
	context_init(&r->context, netns);
	files_read(&r->files);
}

void snapshot_close(struct snapshot_reader *r)
{
	forget_underlay(r);
	files_free(&r->files);
	if (r->here >= 0)
		close(r->here);
}
