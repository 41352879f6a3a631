// SPDX-License-Identifier: GPL-2.0
/* Filters that drop IP protocol 47, and other owners of it. */
#include <inttypes.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "check/checks.h"
#include "check/filter.h"
#include "netlink/kmod.h"

/* The filters have probably not changed since a packet passed so recently. */
#define LATELY_MS 60000
/* If so many keepalives are unanswered, something is wrong. */
#define UNANSWERED_MANY 4

/* What the filters do with the packets of one direction. */
struct ruling {
	struct filter_end end;
	bool out;
	bool lets_answers; /* only the first packet of a connection is dropped */
	char peer[64]; /* "from 192.0.2.2" */
};

static bool is_ipv6(const struct snapshot *s)
{
	return config_family(&s->tunnel->config) == AF_INET6;
}

/* The family of nft for the outer packets. */
static const char *nft_family(const struct snapshot *s)
{
	return is_ipv6(s) ? "ip6" : "ip";
}

/* The condition of nft for GRE. IPv6 may have extension headers before it. */
static const char *nft_gre(const struct snapshot *s)
{
	return is_ipv6(s) ? "meta l4proto gre" : "ip protocol gre";
}

static struct filter_packet packet_of(const struct snapshot *s, bool out)
{
	const struct config *c = &s->tunnel->config;
	struct ip local = c->local;
	struct filter_packet p = { .out = out,
				   .family = config_family(c),
				   .device = "" };
	int ifindex = s->route.asked && !s->route.error ? s->route.oif : 0;
	const struct iface *i;

	/* It arrives where the local address is, if that is known. */
	if (!out && s->entry)
		ifindex = s->entry;
	i = iface_find(s->underlay, ifindex);
	if (i)
		p.device = i->name;
	if (!c->local.family)
		local = s->route.source;
	p.source = out ? local : c->remote;
	p.destination = out ? c->remote : local;
	p.strays = !out && s->entry && s->plain.asked && !s->plain.error &&
		   s->plain.type == RTN_UNICAST && s->plain.oif != s->entry &&
		   !route_loops(s);
	return p;
}

/* Whether a packet has passed recently. Then the rules need no further look. */
static bool passes_lately(const struct snapshot *s, bool out)
{
	const struct path *path = &s->tunnel->path;

	return out ? path->has_tx && path->last_tx < LATELY_MS
		   : path->has_rx && path->last_rx < LATELY_MS;
}

/* The counters of the tunnel suggest that a filter drops its packets. */
static bool is_silent(const struct snapshot *s, bool out)
{
	const struct tunnel *t = s->tunnel;

	if (out)
		return t->counters[GREX_STAT_TX_UNDERLAY];
	return !t->path.has_rx && t->keepalives.sent >= UNANSWERED_MANY;
}

/* "the rule with handle 7 of chain x, which has dropped 5 packets" */
static const char *rule_text(const struct filter_end *end, char *text,
			     size_t size)
{
	const bool nested = strcmp(end->chain, end->base) != 0;
	char count[64] = "";

	if (!end->rule)
		return "no rule accepts it and the policy is drop";
	if (end->counted)
		snprintf(count, sizeof(count),
			 ", which has %s %" PRIu64 " packets",
			 end->drops ? "dropped" : "counted", end->packets);
	snprintf(text, size, "the rule with handle %" PRIu64 "%s%s%s",
		 end->number, nested ? " of chain " : "",
		 nested ? end->chain : "", count);
	return text;
}

/* A policy on output also drops inner packets that this machine sends. There is no
 * command for names that need quotes, because nft needs other quotes than the shell.
 */
static bool drops_inner(const struct snapshot *s, const struct ruling *r)
{
	const char *const name = s->tunnel->config.name;
	char quoted[SHELL_NAME_SIZE];

	return r->out && !r->end.rule && s->same &&
	       strcmp(r->end.family, "netdev") != 0 &&
	       !strcmp(shell_word(name, quoted, sizeof(quoted)), name);
}

static void say_drops(const struct snapshot *s, const struct ruling *r,
		      struct finding *found)
{
	const struct filter_end *end = &r->end;
	char command[sizeof(found->fix)], more[2 * sizeof(found->fix)] = "";
	char rule[400], remote[INET6_ADDRSTRLEN], who[64] = "";
	const struct ip *to = &s->tunnel->config.remote;

	found_say(found, r->lets_answers ? SEVERITY_WARNING : SEVERITY_PROBLEM,
		  "chain %s of table %s %s drops GRE (protocol 47) %s%s: %s",
		  end->base, end->family, end->table, r->peer,
		  !r->lets_answers ? ""
		  : r->out	   ? " until the peer has sent something, and "
				     "again when that is forgotten"
				   : " until this end has sent something, and "
				     "again when that is forgotten",
		  rule_text(end, rule, sizeof(rule)));
	/* A rule before all others helps against any of them. */
	snprintf(command, sizeof(command), "%snft insert rule %s %s %s ",
		 s->there.run, end->family, end->table, end->base);
	if (to->family)
		snprintf(who, sizeof(who), "%s %s %s ", nft_family(s),
			 r->out ? "daddr" : "saddr", ip_text(to, remote));
	if (drops_inner(s, r))
		snprintf(more, sizeof(more), " && %soifname %s accept", command,
			 s->tunnel->config.name);
	found_fix(found, "%s%s%s accept%s", command, who, nft_gre(s), more);
}

/* The kernel itself shows what becomes of the packets. */
static void say_unsure(const struct snapshot *s, const struct ruling *r,
		       struct finding *found)
{
	const bool dropped = r->end.drops && r->end.packets;
	const char *const family = nft_family(s);
	const char *const run = s->there.run;
	char rule[400];

	found_say(found,
		  dropped || is_silent(s, r->out) ? SEVERITY_WARNING
						  : SEVERITY_NOTE,
		  "it cannot be told whether chain %s of table %s %s drops GRE "
		  "(protocol 47) %s: that depends on %s%s",
		  r->end.base, r->end.family, r->end.table, r->peer,
		  rule_text(&r->end, rule, sizeof(rule)),
		  r->end.untracked ? "; a rule with notrack may leave it "
				     "without a connection"
				   : "");
	/* No rule of ours could start a trace before a chain of a device. */
	if (!strcmp(r->end.family, "netdev"))
		found_fix(found, "%snft list chain netdev %s %s", run,
			  r->end.table, r->end.chain);
	else
		found_fix(found,
			  "%snft \"add table %s grex_trace; add chain %s "
			  "grex_trace grex { type filter hook %s priority -350; "
			  "}; add rule %s grex_trace grex %s meta "
			  "nftrace set 1\"; %stimeout 30 nft monitor trace; "
			  "%snft delete table %s grex_trace",
			  run, family, family, r->out ? "output" : "prerouting",
			  family, nft_gre(s), run, run, family);
}

/* "[7:99] -A INPUT -p gre -j DROP": a rule that has dropped packets of GRE. */
static bool has_dropped(const char *line, bool out)
{
	const bool leaves = strstr(line, "] -A OUTPUT ") ||
			    strstr(line, "] -A POSTROUTING ");

	return leaves == out && strncmp(line, "[0:", 3) != 0 &&
	       !strstr(line, "] -A FORWARD ") &&
	       (strstr(line, " -p gre ") || strstr(line, " -p 47 ")) &&
	       (strstr(line, " -j DROP") || strstr(line, " -j REJECT"));
}

/* Rules of the old iptables are not read, but they all have counters. */
static void check_iptables(const struct snapshot *s, const struct ruling *r,
			   struct finding *found)
{
	const char *const text = is_ipv6(s) ? s->underlay->filter.ip6tables
					    : s->underlay->filter.iptables;
	char *copy = text ? strdup(text) : NULL, *line, *rest;

	if (!copy)
		return;
	line = strtok_r(copy, "\n", &rest);
	while (line && !has_dropped(line, r->out))
		line = strtok_r(NULL, "\n", &rest);
	if (line)
		found_say(found, SEVERITY_WARNING,
			  "a rule of iptables has dropped packets of GRE "
			  "(protocol 47): \"%s\"",
			  line);
	else if (!passes_lately(s, r->out))
		found_say(found,
			  is_silent(s, r->out) ? SEVERITY_WARNING
					       : SEVERITY_NOTE,
			  "it cannot be told whether the rules of iptables "
			  "drop GRE (protocol 47) %s",
			  r->peer);
	if (found->severity)
		found_fix(found, "%sip%stables-legacy-save -c", s->there.run,
			  is_ipv6(s) ? "6" : "");
	free(copy);
}

static void check_filter(const struct snapshot *s, bool out,
			 struct finding *found)
{
	const struct ip *to = &s->tunnel->config.remote;
	struct ruling r = { .out = out };
	char remote[INET6_ADDRSTRLEN];
	struct filter_packet packet;
	struct filter_end answers;

	if (!s->underlay)
		return;
	snprintf(r.peer, sizeof(r.peer), "%s %s", out ? "to" : "from",
		 to->family ? ip_text(to, remote) : "any remote");
	packet = packet_of(s, out);
	filter_walk(s->underlay->filter.nft, &packet, &r.end);
	packet.established = true;
	filter_walk(s->underlay->filter.nft, &packet, &answers);
	r.lets_answers = answers.fate == FILTER_PASSES;
	if (r.end.fate == FILTER_DROPS)
		say_drops(s, &r, found);
	else if (r.end.fate == FILTER_UNSURE &&
		 (!passes_lately(s, out) || (r.end.drops && r.end.packets)))
		say_unsure(s, &r, found);
	else
		check_iptables(s, &r, found);
}

void check_filter_input(const struct snapshot *s, struct finding *found)
{
	check_filter(s, false, found);
}

void check_filter_output(const struct snapshot *s, struct finding *found)
{
	check_filter(s, true, found);
}

void check_filter_unread(const struct snapshot *s, struct finding *found)
{
	const struct filter_text *t;

	if (!s->underlay)
		return;
	t = &s->underlay->filter;
	if (!t->unread[0])
		return;
	found_say(found, SEVERITY_NOTE,
		  "it cannot be told whether filters drop protocol 47: %s",
		  t->unread);
	found_fix(found, "%s", t->install);
}

void check_beside(const struct snapshot *s, struct finding *found)
{
	const char *other = config_family(&s->tunnel->config) == AF_INET6
				    ? "ip6_gre"
				    : "ip_gre";

	if (!s->beside)
		return;
	found_say(found, SEVERITY_NOTE,
		  "mode beside: another module, %s in most cases, owns IP "
		  "protocol 47, and grex takes the packets of its tunnels "
		  "before it; without tunnels of %s, \"rmmod %s\" makes "
		  "receiving cheaper",
		  other, other, other);
}

void check_no_tunnel(struct finding *found)
{
	struct kmod_fault fault;

	memset(found, 0, sizeof(*found));
	found->id = "module";
	if (!kmod_find_fault(&fault))
		return;
	found_say(found, SEVERITY_PROBLEM, "%s", fault.text);
	found_fix(found, "%s", fault.fix);
}

static bool same_key(const struct direction *a, const struct direction *b)
{
	return a->key == b->key && (!a->key || a->key_value == b->key_value);
}

/* The kernel refuses two grex tunnels with the same ends and key, but accepts a
 * tunnel of ip_gre or ip6_gre beside one of grex.
 */
void check_same_ends(const struct snapshot *s, struct finding *found)
{
	const struct config *c = &s->tunnel->config;
	static const char *const kinds[2][2] = { { "gre", "gretap" },
						 { "ip6gre", "ip6gretap" } };
	const char *const in_tree =
		kinds[config_family(c) == AF_INET6][c->ether];
	char remote[INET6_ADDRSTRLEN], quoted[SHELL_NAME_SIZE];
	size_t i;

	if (!s->underlay)
		return;
	for (i = 0; i < s->underlay->nifaces; i++) {
		const struct iface *other = &s->underlay->ifaces[i];

		if (strcmp(other->kind, in_tree) || other->is_grex ||
		    other->elsewhere || !same_key(&other->in, &c->in) ||
		    !ip_equal(&other->remote, &c->remote))
			continue;
		if (c->local.family && other->local.family &&
		    !ip_equal(&other->local, &c->local))
			continue;
		found_say(found, SEVERITY_WARNING,
			  "%s, a tunnel of kind %s, has the same ends (remote "
			  "%s) and key: only %s gets the packets of the peer",
			  other->name, other->kind,
			  ip_text(&other->remote, remote), c->name);
		found_fix(found, "%s link del %s", s->there.ip,
			  shell_word(other->name, quoted, sizeof(quoted)));
		return;
	}
}
