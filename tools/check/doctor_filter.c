// SPDX-License-Identifier: GPL-2.0
/* Who else has a say about IP protocol 47: filters, and other owners of it. */
#include <inttypes.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "check/doctor.h"
#include "check/filter.h"
#include "netlink/kmod.h"

/* What the filters do with a packet, and where. */
struct ruling {
	bool dropped, sure;
	bool lets_answers; /* only the first packet of a connection is dropped */
	bool untracked; /* so that no rule by its state is about it */
	bool iptables;
	char family[8], table[FILTER_NAME_SIZE], base[FILTER_NAME_SIZE];
	char chain[FILTER_NAME_SIZE];
	bool by_rule;
	struct filter_rule rule;
};

/* Of iptables or of nft. */
static bool read_rules(struct filter *filter, const struct filter_text *text,
		       bool iptables, const struct filter_packet *packet)
{
	if (iptables)
		return filter_read_iptables(filter, text->iptables, packet);
	return filter_read_nft(filter, text->nft, packet);
}

static struct filter_packet packet_of(const struct facts *f, bool out)
{
	const struct config *c = &f->tunnel->config;
	struct in_addr local = c->local.v4, remote = c->remote.v4;
	struct filter_packet p = { .out = out, .device = "" };
	int ifindex = f->route.asked && !f->route.error ? f->route.oif : 0;
	const struct iface *i;

	/* It comes in where its address is, if not where the answers go. */
	if (!out && f->entry)
		ifindex = f->entry;
	i = iface_find(f->underlay, ifindex);
	if (i)
		p.device = i->name;
	if (!c->local.family)
		local = f->route.source;
	p.source = out ? local : remote;
	p.destination = out ? remote : local;
	p.mark = c->fwmark;
	p.strays = !out && f->entry && f->plain.asked && !f->plain.error &&
		   f->plain.type == RTN_UNICAST && f->plain.oif != f->entry &&
		   !doctor_loops(f);
	return p;
}

static void rule_on(const struct filter_text *text, bool iptables,
		    struct filter_packet packet, struct ruling *ruling)
{
	struct filter_end end;
	struct filter filter;

	/* One finding is enough. */
	if (ruling->dropped ||
	    !(iptables ? (void *)text->iptables : (void *)text->nft))
		return;
	packet.established = false;
	if (!read_rules(&filter, text, iptables, &packet))
		goto out;
	packet.untracked = filter_untracks(&filter);
	if (packet.untracked) {
		filter_free(&filter);
		if (!read_rules(&filter, text, iptables, &packet))
			goto out;
	}
	filter_walk(&filter, packet.out, &end);
	if (!end.dropped)
		goto out;
	ruling->dropped = true;
	ruling->untracked = packet.untracked;
	ruling->sure = end.sure;
	ruling->iptables = !end.base->family[0];
	strcpy(ruling->family, end.base->family);
	strcpy(ruling->table, end.base->table);
	strcpy(ruling->base, end.base->name);
	strcpy(ruling->chain, end.chain->name);
	ruling->by_rule = end.rule;
	if (end.rule)
		ruling->rule = *end.rule;
	filter_free(&filter);
	packet.established = true;
	if (!read_rules(&filter, text, iptables, &packet))
		goto out;
	filter_walk(&filter, packet.out, &end);
	ruling->lets_answers = !end.dropped;
out:
	filter_free(&filter);
}

/* The sentence is about where, what, and how often. */
static void say_ruling(const struct facts *f, const struct ruling *r, bool out,
		       struct finding *found)
{
	const struct config *c = &f->tunnel->config;
	char remote[INET_ADDRSTRLEN], by[FILTER_NAME_SIZE + 64];
	const char *const until = out ? " until the peer has sent something, "
					"and again when that is forgotten"
				      : " until this end has sent something, "
					"and again when that is forgotten";
	char count[64] = "";

	if (!r->by_rule)
		snprintf(by, sizeof(by),
			 "no rule accepts it and the policy is drop");
	else if (r->iptables)
		snprintf(by, sizeof(by), "rule %" PRIu64 "%s%s", r->rule.number,
			 strcmp(r->chain, r->base) ? " of " : "",
			 strcmp(r->chain, r->base) ? r->chain : "");
	else
		snprintf(by, sizeof(by), "the rule with handle %" PRIu64 "%s%s",
			 r->rule.number,
			 strcmp(r->chain, r->base) ? " of chain " : "",
			 strcmp(r->chain, r->base) ? r->chain : "");
	if (r->by_rule && r->rule.counted)
		snprintf(count, sizeof(count),
			 ", which has dropped %" PRIu64 " packets",
			 r->rule.packets);
	found_say(found,
		  r->sure && !r->lets_answers ? SEVERITY_PROBLEM
					      : SEVERITY_WARNING,
		  "chain %s of table %s%s%s %s GRE (protocol 47) %s %s%s: %s%s%s",
		  r->base, r->iptables ? "iptables" : r->family, " ", r->table,
		  r->sure ? "drops" : "may drop", out ? "to" : "from",
		  c->remote.family ? ipv4_text(c->remote.v4, remote)
				   : "any remote",
		  r->lets_answers ? until : "", by, count,
		  r->untracked ? "; a rule with notrack leaves it without a "
				 "connection"
			       : "");
}

/* A policy that drops the outer packets on output drops what this machine itself
 * sends into the tunnel as well, as it has not been outside yet.
 */
static void fix_output_policy(const struct facts *f, const struct ruling *r,
			      struct finding *found)
{
	const char *const name = f->tunnel->config.name;
	char before[sizeof(found->fix)], quoted[SHELL_NAME_SIZE];

	/* A chain of a device sees no other device; and a name that needs quotes
	 * needs more of them for nft.
	 */
	if (!f->same || !strcmp(r->family, "netdev") ||
	    strcmp(shell_word(name, quoted, sizeof(quoted)), name))
		return;
	memcpy(before, found->fix, sizeof(before));
	if (r->iptables)
		found_fix(found,
			  "%s && %siptables-legacy -t %s -I %s -o %s -j "
			  "ACCEPT",
			  before, f->there.run, r->table, r->base, name);
	else
		found_fix(found,
			  "%s && %snft insert rule %s %s %s oifname %s "
			  "accept",
			  before, f->there.run, r->family, r->table, r->base,
			  name);
}

/* Before all other rules: that helps against any of them. */
static void fix_ruling(const struct facts *f, const struct ruling *r, bool out,
		       struct finding *found)
{
	const struct config *c = &f->tunnel->config;
	char remote[INET_ADDRSTRLEN], who[64] = "";

	if (c->remote.family && r->iptables)
		snprintf(who, sizeof(who), "%s %s ", out ? "-d" : "-s",
			 ipv4_text(c->remote.v4, remote));
	else if (c->remote.family)
		snprintf(who, sizeof(who), "ip %s %s ", out ? "daddr" : "saddr",
			 ipv4_text(c->remote.v4, remote));
	if (r->iptables)
		found_fix(found,
			  "%siptables-legacy -t %s -I %s %s-p 47 -j ACCEPT",
			  f->there.run, r->table, r->base, who);
	else
		found_fix(found,
			  "%snft insert rule %s %s %s %sip protocol gre accept",
			  f->there.run, r->family, r->table, r->base, who);
	if (out && !r->by_rule)
		fix_output_policy(f, r, found);
}

static void judge_filter(const struct facts *f, bool out, struct finding *found)
{
	struct filter_packet packet;
	struct ruling ruling = { 0 };

	if (!f->underlay)
		return;
	packet = packet_of(f, out);
	rule_on(&f->underlay->filter, false, packet, &ruling);
	rule_on(&f->underlay->filter, true, packet, &ruling);
	if (!ruling.dropped)
		return;
	say_ruling(f, &ruling, out, found);
	fix_ruling(f, &ruling, out, found);
}

void judge_filter_input(const struct facts *f, struct finding *found)
{
	judge_filter(f, false, found);
}

void judge_filter_output(const struct facts *f, struct finding *found)
{
	judge_filter(f, true, found);
}

void judge_filter_unread(const struct facts *f, struct finding *found)
{
	const struct filter_text *t;

	if (!f->underlay)
		return;
	t = &f->underlay->filter;
	if (!t->unread[0])
		return;
	found_say(found, SEVERITY_NOTE,
		  "whether filters drop protocol 47 cannot be seen: %s",
		  t->unread);
	found_fix(found, "%s", t->install);
}

static const char ip_gre_fix[] =
	"rmmod ip_gre && echo blacklist ip_gre >> /etc/modprobe.d/grex.conf";

void judge_ip_gre(const struct facts *f, struct finding *found)
{
	if (!f->ip_gre)
		return;
	found_say(found, SEVERITY_WARNING,
		  "the kernel's own ip_gre is loaded too, and protocol 47 has "
		  "one owner: what is for the one does not get to the other; "
		  "without it its gre and gretap tunnels go");
	found_fix(found, "%s", ip_gre_fix);
}

void doctor_judge_no_tunnel(struct finding *found)
{
	struct kmod_fault fault;

	memset(found, 0, sizeof(*found));
	found->id = facts_ip_gre_is_loaded() ? "ip_gre" : "module";
	if (!kmod_find_fault(&fault))
		return;
	found_say(found, SEVERITY_PROBLEM, "%s", fault.text);
	found_fix(found, "%s", fault.fix);
}

/* The kernel refuses two of grex with the same ends and key, not one of its own
 * beside one of grex.
 */
void judge_same_ends(const struct facts *f, struct finding *found)
{
	const struct config *c = &f->tunnel->config;
	char remote[INET_ADDRSTRLEN], quoted[SHELL_NAME_SIZE];
	size_t i;

	if (!f->underlay || !c->remote.family)
		return;
	for (i = 0; i < f->underlay->nifaces; i++) {
		const struct iface *other = &f->underlay->ifaces[i];

		if (!other->kind[0] || !strcmp(other->kind, GREX_KIND) ||
		    other->elsewhere ||
		    other->remote.s_addr != c->remote.v4.s_addr)
			continue;
		if (c->local.family && other->local.s_addr &&
		    other->local.s_addr != c->local.v4.s_addr)
			continue;
		found_say(found, SEVERITY_WARNING,
			  "%s, a tunnel of kind %s, has the same ends (remote "
			  "%s): only one of the two gets what the peer sends",
			  other->name, other->kind,
			  ipv4_text(other->remote, remote));
		found_fix(found, "%s link del %s", f->there.ip,
			  shell_word(other->name, quoted, sizeof(quoted)));
		return;
	}
}
