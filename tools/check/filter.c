// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "check/filter.h"

/* The kernel allows as many nested jumps. */
#define DEPTH_MAX 16

enum match {
	NO,
	MAYBE,
	YES,
};

enum verdict {
	NEXT, /* the next rule, or the end of the chain */
	ACCEPT,
	DROP,
	RETURN,
	UNKNOWN, /* a statement that is not read, such as a queue or named map */
};

struct walk {
	const json_t *objects;
	const struct filter_packet *packet;
	bool untracked; /* the packet may have no state */
	/* The first rule that may accept the packet, and that may drop it. */
	struct filter_end may_accept, may_drop;
};

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static uint64_t number_of(const json_t *object, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(object, name));
}

static bool is_one_of(const char *word, const char *const *list)
{
	while (*list && strcmp(word, *list) != 0)
		list++;
	return *list;
}

static enum match both(enum match a, enum match b)
{
	return a < b ? a : b;
}

/* The part of a packet that a rule compares, with its value in our packet. */
struct key {
	enum {
		KEY_UNKNOWN,
		KEY_ABSENT, /* our packet has no such header or interface */
		KEY_PROTOCOL,
		KEY_ADDRESS,
		KEY_DEVICE,
		KEY_WORD,
		KEY_STATUS, /* of a connection without address translation */
	} kind;
	const char *word;
	struct ip address;
};

static bool is_ipv6(const struct walk *w)
{
	return w->packet->family == AF_INET6;
}

static struct key key_of_meta(const struct walk *w, const char *name)
{
	static const char *const devices[2][3] = { { "iif", "iifname" },
						   { "oif", "oifname" } };
	const bool out = w->packet->out;

	if (!strcmp(name, "l4proto"))
		return (struct key){ .kind = KEY_PROTOCOL };
	if (!strcmp(name, "nfproto"))
		return (struct key){ .kind = KEY_WORD,
				     .word = is_ipv6(w) ? "ipv6" : "ipv4" };
	if (!strcmp(name, "protocol"))
		return (struct key){ .kind = KEY_WORD,
				     .word = is_ipv6(w) ? "ip6" : "ip" };
	if (is_one_of(name, devices[out]) && w->packet->device[0])
		return (struct key){ .kind = KEY_DEVICE,
				     .word = w->packet->device };
	if (is_one_of(name, devices[!out]))
		return (struct key){ .kind = KEY_ABSENT };
	return (struct key){ .kind = KEY_UNKNOWN };
}

static struct key key_of(const struct walk *w, const json_t *left)
{
	static const char *const others[] = {
		"tcp", "udp",  "udplite", "icmp", "icmpv6", "igmp", "esp",
		"ah",  "sctp", "dccp",	  "comp", "arp",    NULL
	};
	static const char *const headers[] = { "ip", "ip6" };
	const struct filter_packet *p = w->packet;
	const json_t *meta = json_object_get(left, "meta");
	const json_t *payload = json_object_get(left, "payload");
	const char *ct = text_of(json_object_get(left, "ct"), "key");
	const char *protocol = text_of(payload, "protocol");
	const char *field = text_of(payload, "field");

	if (meta)
		return key_of_meta(w, text_of(meta, "key"));
	if (!strcmp(ct, "status"))
		return (struct key){ .kind = KEY_STATUS };
	if (!strcmp(ct, "state") && !w->untracked)
		return (struct key){ .kind = KEY_WORD,
				     .word = p->established ? "established"
							    : "new" };
	if (is_one_of(protocol, others))
		return (struct key){ .kind = KEY_ABSENT };
	if (!strcmp(protocol, headers[!is_ipv6(w)]))
		return (struct key){ .kind = KEY_ABSENT };
	if (strcmp(protocol, headers[is_ipv6(w)]) != 0)
		return (struct key){ .kind = KEY_UNKNOWN };
	/* A peer that puts an extension header before GRE is rare. */
	if (!strcmp(field, "protocol") || !strcmp(field, "nexthdr"))
		return (struct key){ .kind = KEY_PROTOCOL };
	if (!strcmp(field, "saddr") && p->source.family)
		return (struct key){ .kind = KEY_ADDRESS,
				     .address = p->source };
	if (!strcmp(field, "daddr") && p->destination.family)
		return (struct key){ .kind = KEY_ADDRESS,
				     .address = p->destination };
	return (struct key){ .kind = KEY_UNKNOWN };
}

/* 192.0.2.1 or 192.0.2.0/24, or the same of IPv6 */
static enum match is_address(const struct key *k, const char *text)
{
	char address[INET6_ADDRSTRLEN] = "";
	unsigned int length = 128;
	int end = 0, read;
	struct ip a;

	read = sscanf(text, "%45[0-9a-fA-F.:]%n/%3u%n", address, &end, &length,
		      &end);
	if (read < 1 || text[end] || !ip_parse(address, &a) ||
	    (read > 1 && length > 8 * ip_size(&a)))
		return MAYBE;
	return ip_is_in(&k->address, &a, length) ? YES : NO;
}

static enum match is_text(const struct key *k, const char *text)
{
	const size_t length = strlen(text);
	bool same;

	if (text[0] == '@') /* the name of a set */
		return MAYBE;
	switch (k->kind) {
	case KEY_ADDRESS:
		return is_address(k, text);
	case KEY_STATUS:
		return strcmp(text, "dnat") ? MAYBE : NO;
	case KEY_PROTOCOL:
		same = !strcmp(text, "gre") || !strcmp(text, "47");
		break;
	case KEY_DEVICE:
		same = length && text[length - 1] == '*'
			       ? !strncmp(text, k->word, length - 1)
			       : !strcmp(text, k->word);
		break;
	default:
		same = !strcasecmp(text, k->word);
	}
	return same ? YES : NO;
}

static enum match is_prefix(const struct key *k, const json_t *prefix)
{
	char text[64];

	snprintf(text, sizeof(text), "%s/%" PRIu64, text_of(prefix, "addr"),
		 number_of(prefix, "len"));
	return k->kind == KEY_ADDRESS ? is_address(k, text) : MAYBE;
}

/* Whether the right side of a match is the value in our packet. */
static enum match is_value(const struct key *k, const json_t *v)
{
	const json_t *set = json_object_get(v, "set");
	const json_t *prefix = json_object_get(v, "prefix");
	enum match best = NO, one;
	size_t i;

	if (k->kind == KEY_UNKNOWN || k->kind == KEY_ABSENT)
		return k->kind == KEY_ABSENT ? NO : MAYBE;
	if (json_is_string(v))
		return is_text(k, json_string_value(v));
	if (json_is_integer(v) && k->kind == KEY_PROTOCOL)
		return json_integer_value(v) == IPPROTO_GRE ? YES : NO;
	if (prefix)
		return is_prefix(k, prefix);
	v = set ? set : v;
	if (!json_is_array(v))
		return MAYBE;
	for (i = 0; i < json_array_size(v); i++) {
		one = is_value(k, json_array_get(v, i));
		best = one > best ? one : best;
	}
	return best;
}

/* Evaluate a condition of a rule. */
static enum match compare(const struct walk *w, const json_t *match,
			  struct filter_end *at)
{
	const struct key k = key_of(w, json_object_get(match, "left"));
	const enum match is = is_value(&k, json_object_get(match, "right"));
	const char *op = text_of(match, "op");

	if (json_object_get(json_object_get(match, "left"), "fib"))
		at->is_about_us |= w->packet->strays;
	/* Without the header nothing matches, not even "!=". */
	if (k.kind == KEY_ABSENT)
		return NO;
	if (!strcmp(op, "!="))
		return (enum match)(YES - is);
	if (strcmp(op, "==") != 0 && strcmp(op, "in") != 0)
		return MAYBE;
	at->is_about_us |= is == YES &&
			   (k.kind == KEY_PROTOCOL || k.kind == KEY_ADDRESS);
	return is;
}

static enum verdict walk_chain(struct walk *w, struct filter_end *at,
			       unsigned int depth);

/* Evaluate the last statement of a rule. Returns NEXT if the rule is not sure to match. */
static enum verdict end_rule(struct walk *w, enum match is, const char *word,
			     const json_t *inner, struct filter_end *at,
			     unsigned int depth)
{
	static const char *const drops[] = { "drop", "reject", NULL };
	const bool jumps = !strcmp(word, "jump") || !strcmp(word, "goto");
	const struct filter_end here = *at;
	enum verdict verdict = UNKNOWN;
	bool suspect;

	if (is == NO)
		return NEXT;
	if (!strcmp(word, "accept"))
		verdict = ACCEPT;
	else if (!strcmp(word, "return"))
		verdict = RETURN;
	else if (is_one_of(word, drops))
		verdict = DROP;
	at->drops = verdict == DROP;
	if (jumps && depth < DEPTH_MAX) {
		at->chain = text_of(inner, "target");
		verdict = walk_chain(w, at, depth + 1);
		/* A goto does not come back to this chain. */
		if (verdict == NEXT || verdict == RETURN)
			return is == YES && !strcmp(word, "goto") ? RETURN
								  : NEXT;
		if (verdict == UNKNOWN)
			*at = here;
	}
	if (is == YES && verdict != UNKNOWN)
		return verdict;
	/* A rule that does not name GRE or has never dropped is not suspected. */
	suspect = (here.is_about_us || at->is_about_us) &&
		  (!at->counted || at->packets);
	if (verdict != DROP && !w->may_accept.rule)
		w->may_accept = *at;
	if ((verdict == DROP || verdict == UNKNOWN) && suspect &&
	    !w->may_drop.rule)
		w->may_drop = *at;
	return NEXT;
}

/* A verdict map is like one rule for each of its values. */
static enum verdict end_map(struct walk *w, enum match is, const json_t *map,
			    struct filter_end *at, unsigned int depth)
{
	const struct key k = key_of(w, json_object_get(map, "key"));
	const json_t *set =
		json_object_get(json_object_get(map, "data"), "set");
	enum verdict verdict = NEXT;
	struct filter_end end;
	enum match one;
	const char *word;
	json_t *pair, *inner;
	size_t i;

	if (!json_is_array(set))
		return end_rule(w, is, "map", map, at, depth);
	for (i = 0; i < json_array_size(set) && verdict == NEXT; i++) {
		end = *at;
		pair = json_array_get(set, i);
		one = both(is, is_value(&k, json_array_get(pair, 0)));
		json_object_foreach(json_array_get(pair, 1), word, inner)
			verdict = end_rule(w, one, word, inner, &end, depth);
	}
	if (verdict != NEXT)
		*at = end;
	return verdict;
}

static enum verdict walk_rule(struct walk *w, const json_t *rule,
			      struct filter_end *at, unsigned int depth)
{
	static const char *const harmless[] = { "log",	     "mangle",
						"dup",	     "flow",
						"ct helper", "ct timeout",
						"secmark",   NULL };
	/* A set that is filled here may have a limit for each element. */
	static const char *const conditions[] = { "limit", "quota", "ct count",
						  "last",  "meter", "set",
						  "map",   "xt",    NULL };
	const json_t *expr = json_object_get(rule, "expr");
	enum match is = YES;
	enum verdict verdict;
	const char *word;
	json_t *inner;
	size_t i;

	for (i = 0; i < json_array_size(expr); i++)
		json_object_foreach(json_array_get(expr, i), word, inner) {
			if (is_one_of(word, harmless) ||
			    !strcmp(text_of(inner, "name"), "comment"))
				continue;
			if (!strcmp(word, "match")) {
				is = both(is, compare(w, inner, at));
			} else if (!strcmp(word, "counter")) {
				at->counted = json_is_object(inner);
				at->packets = number_of(inner, "packets");
			} else if (!strcmp(word, "notrack")) {
				w->untracked |= is != NO;
			} else if (!strcmp(word, "vmap")) {
				verdict = end_map(w, is, inner, at, depth);
				if (verdict != NEXT)
					return verdict;
			} else if (!strcmp(text_of(inner, "type"), "target")) {
				/* nft prints only the name of this target of iptables. */
				if (!strcmp(text_of(inner, "name"), "REJECT"))
					return end_rule(w, is, "reject", inner,
							at, depth);
			} else if (is_one_of(word, conditions)) {
				is = both(is, MAYBE);
			} else {
				return end_rule(w, is, word, inner, at, depth);
			}
		}
	return NEXT;
}

static bool is_in(const json_t *object, const struct filter_end *at,
		  const char *member, const char *chain)
{
	return !strcmp(text_of(object, member), chain) &&
	       !strcmp(text_of(object, "table"), at->table) &&
	       !strcmp(text_of(object, "family"), at->family);
}

/* Walk the rules of at->chain. UNKNOWN: there is no such chain. */
static enum verdict walk_chain(struct walk *w, struct filter_end *at,
			       unsigned int depth)
{
	const char *const chain = at->chain;
	const json_t *object, *rule;
	enum verdict verdict;
	bool exists = false;
	size_t i;

	for (i = 0; i < json_array_size(w->objects); i++) {
		object = json_array_get(w->objects, i);
		exists |= is_in(json_object_get(object, "chain"), at, "name",
				chain);
		rule = json_object_get(object, "rule");
		if (!rule || !is_in(rule, at, "chain", chain))
			continue;
		*at = (struct filter_end){
			.family = at->family,
			.table = at->table,
			.base = at->base,
			.chain = chain,
			.rule = rule,
			.number = number_of(rule, "handle"),
		};
		verdict = walk_rule(w, rule, at, depth);
		if (verdict != NEXT)
			return verdict;
	}
	return exists ? NEXT : UNKNOWN;
}

static bool is_on_the_way(const struct walk *w, const json_t *chain)
{
	static const char *const hooks[2][4] = {
		{ "ingress", "prerouting", "input" },
		{ "output", "postrouting", "egress" },
	};
	const char *const families[] = { is_ipv6(w) ? "ip6" : "ip", "inet",
					 "netdev", NULL };
	const struct key device = { .kind = KEY_DEVICE,
				    .word = w->packet->device };
	const json_t *devices = json_object_get(chain, "dev");

	return is_one_of(text_of(chain, "family"), families) &&
	       is_one_of(text_of(chain, "hook"), hooks[w->packet->out]) &&
	       (!devices || !w->packet->device[0] ||
		is_value(&device, devices) != NO);
}

static void walk_base(struct walk *w, const json_t *chain,
		      struct filter_end *end)
{
	const struct filter_end base = { .family = text_of(chain, "family"),
					 .table = text_of(chain, "table"),
					 .base = text_of(chain, "name"),
					 .chain = text_of(chain, "name") };
	enum verdict verdict;

	w->may_accept.rule = NULL;
	w->may_drop.rule = NULL;
	*end = base;
	verdict = walk_chain(w, end, 0);
	if (verdict != ACCEPT && verdict != DROP) {
		*end = base;
		verdict = strcmp(text_of(chain, "policy"), "drop") ? ACCEPT
								   : DROP;
	}
	if (verdict == DROP && !w->may_accept.rule) {
		end->fate = FILTER_DROPS;
	} else if (verdict == DROP || w->may_drop.rule) {
		*end = verdict == DROP ? w->may_accept : w->may_drop;
		end->fate = FILTER_UNSURE;
	}
}

void filter_walk(const json_t *ruleset, const struct filter_packet *packet,
		 struct filter_end *worst)
{
	struct walk w = { .objects = json_object_get(ruleset, "nftables"),
			  .packet = packet };
	struct filter_end end;
	const json_t *chain;
	bool untracked;
	size_t i;

	/* A rule with notrack makes the state of the connection unknown, so repeat it. */
	do {
		untracked = w.untracked;
		*worst = (struct filter_end){ 0 };
		for (i = 0; i < json_array_size(w.objects); i++) {
			chain = json_object_get(json_array_get(w.objects, i),
						"chain");
			if (!is_on_the_way(&w, chain))
				continue;
			/* All of them must let the packet pass, so their order does not matter. */
			walk_base(&w, chain, &end);
			if (end.fate > worst->fate)
				*worst = end;
		}
	} while (w.untracked != untracked);
	worst->untracked = w.untracked;
}
