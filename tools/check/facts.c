// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check/facts.h"
#include "check/proc.h"
#include "lib/report.h"
#include "netlink/netns.h"

/* The kernel allows fewer nested tunnels. */
#define LOOP_MAX 8

/* --- the underlay, seen from one tunnel --- */

/* Follow the route from tunnel to tunnel until it leaves them or comes back. */
static void find_loop(struct nl *nl, struct facts *f, int ifindex)
{
	const int self = f->tunnel->ifindex;
	const struct iface *i;
	struct route_lookup next;
	int steps;

	for (steps = 0; steps < LOOP_MAX; steps++) {
		i = iface_find(f->underlay, ifindex);
		if (!i)
			break;
		if (strlen(f->loop) + IFNAMSIZ + 4 < sizeof(f->loop)) {
			strcat(f->loop, steps ? " > " : "");
			strcat(f->loop, i->name);
		}
		if (ifindex == self)
			return;
		if (!i->is_gre || i->elsewhere || !i->remote.s_addr)
			break;
		route_ask(nl, i->remote,
			  &(struct flow){ .source = i->local,
					  .oif = i->link,
					  .mark = i->fwmark },
			  &next);
		if (next.error)
			break;
		ifindex = next.oif;
	}
	f->loop[0] = '\0';
}

/* Guess the interface on which packets from the remote arrive. */
static int find_entry(const struct facts *f)
{
	const struct config *c = &f->tunnel->config;
	const struct iface *i = NULL;

	if (c->link)
		i = iface_find(f->underlay, (int)c->link);
	else if (c->local.family)
		i = iface_of_address(f->underlay, c->local.v4);
	if (!i || i->loopback || !strcmp(i->kind, "vrf") ||
	    !strcmp(i->kind, "dummy"))
		return 0;
	return i->ifindex;
}

static void read_outer(struct nl *nl, struct facts *f)
{
	const struct config *c = &f->tunnel->config;
	static const struct flow none;
	struct flow flow = { .oif = c->link, .mark = c->fwmark };
	const struct iface *entry;
	struct route_lookup local;

	if (!(c->tos & GREX_TOS_INHERIT))
		flow.tos = c->tos & 0xfc;
	if (c->local.family) {
		route_ask(nl, c->local.v4, &none, &local);
		f->local_routed = !local.error && local.type == RTN_LOCAL;
		flow.source = c->local.v4;
	}
	f->no_pmtu_disc = proc_ipv4("ip_no_pmtu_disc");
	f->entry = find_entry(f);
	f->entry_rp_filter = -1;
	entry = iface_find(f->underlay, f->entry);
	if (entry)
		f->entry_rp_filter = proc_rp_filter(entry->name);
	if (!c->remote.family)
		return;
	f->rule_names_gre = route_rules_name_gre(nl);
	if (f->rule_names_gre)
		return;
	route_ask(nl, c->remote.v4, &flow, &f->route);
	route_ask(nl, c->remote.v4, &none, &f->plain);
	if (f->route.error)
		return;
	if (f->same)
		find_loop(nl, f, f->route.oif);
	if (f->loop[0])
		route_ask_without(nl, c->remote.v4, f->route.oif, &f->detour);
	f->neighbour = route_neighbour(nl,
				       f->route.gateway.s_addr
					       ? f->route.gateway
					       : c->remote.v4,
				       f->route.oif);
}

/* --- namespaces --- */

/*
 * Open the namespace of the underlay. Returns a file descriptor or -errno. *name
 * is its name, "1" for that of most processes, or NULL if the shell is in it.
 */
static int open_underlay(const struct facts_reader *r, const struct config *c,
			 const char **name)
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

static void forget_underlay(struct facts_reader *r)
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
static int examine(struct facts_reader *r, struct facts *f, int32_t id)
{
	struct nl *nl = r->nl;
	int err = 0;

	if (r->has_underlay && r->underlay_id != id)
		forget_underlay(r);
	if (!f->same) {
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
	f->underlay = &r->underlay;
	read_outer(nl, f);
	return 0;
}

static int enter_and_examine(struct facts_reader *r, struct facts *f)
{
	const struct config *c = &f->tunnel->config;
	const char *name;
	int fd, err;

	fd = open_underlay(r, c, &name);
	if (fd < 0)
		return 0;
	place_of(&f->there, name);
	err = setns(fd, CLONE_NEWNET);
	close(fd);
	/* The check goes on without the underlay, and says so. */
	if (err)
		return 0;
	err = examine(r, f, c->link_netnsid);
	if (setns(r->here, CLONE_NEWNET))
		return -errno;
	return err;
}

static void read_here(struct facts *f)
{
	const char *name = f->tunnel->config.name;
	int all;

	f->rp_filter = proc_rp_filter(name);
	f->accept_local = proc_accept_local(name);
	f->forwarding = proc_conf("ipv4", name, "forwarding");
	f->forwarding_all = proc_conf("ipv4", "all", "forwarding");
	f->forwarding6 = proc_conf("ipv6", "all", "forwarding");
	f->ignore_linkdown =
		proc_conf("ipv4", name, "ignore_routes_with_linkdown");
	all = proc_conf("ipv4", "all", "ignore_routes_with_linkdown");
	if (all > f->ignore_linkdown)
		f->ignore_linkdown = all;
	f->not_for_us = proc_counter("/proc/net/snmp", "Ip", "InAddrErrors");
	f->bad_source = proc_counter("/proc/net/netstat", "TcpExt",
				     "IPReversePathFilter");
	f->martians = proc_martian_sources();
}

int facts_read(struct facts_reader *r, const struct tunnel *t, struct facts *f)
{
	int err;

	memset(f, 0, sizeof(*f));
	f->tunnel = t;
	f->here = r->place;
	f->there = r->place;
	f->same = !(t->config.given & F_LINK_NETNS);
	f->ip_gre = facts_ip_gre_is_loaded();
	read_here(f);
	files_compare(&r->files, r->nl, t, &f->file);
	err = inner_routes_read(r->nl, t->ifindex, &f->routes);
	if (!err) {
		inner_routes_ask_back(r->nl, &f->routes);
		err = f->same ? examine(r, f, -1) : enter_and_examine(r, f);
	}
	return err ? refused("%s: %s", t->config.name, strerror(-err))
		   : STATUS_OK;
}

void facts_free(struct facts *f)
{
	free(f->routes.list);
	f->routes.list = NULL;
}

void facts_open(struct facts_reader *r, struct nl *nl, const char *netns,
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
	place_of(&r->place, netns);
	files_read(&r->files);
}

void facts_close(struct facts_reader *r)
{
	forget_underlay(r);
	files_free(&r->files);
	if (r->here >= 0)
		close(r->here);
}

bool facts_ip_gre_is_loaded(void)
{
	return !access("/sys/module/ip_gre", F_OK);
}
