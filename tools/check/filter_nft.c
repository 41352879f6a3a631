// SPDX-License-Identifier: GPL-2.0
/* Rules as `nft -j list ruleset` prints them, see libnftables-json(5). */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/filter.h"
#include "check/json_read.h"

#define MASK(length) ((length) ? ~0U << (32 - (length)) : 0U)

struct nft {
	struct filter *filter;
	const struct filter_packet *packet;
	const struct json_value *objects; /* the elements of "nftables" */
};

/* What one value of our packet is; kinds of which we know none are UNKNOWN. */
struct known {
	enum {
		UNKNOWN,
		ABSENT, /* no such header in our packet */
		PROTOCOL,
		ADDRESS,
		DEVICE,
		WORD,
		NUMBER,
		FOUND, /* of a look-up; "missing" if the number is 0 */
	} kind;
	const char *word;
	uint32_t number;
};

static bool is_ipv4_family(const char *family)
{
	return !strcmp(family, "ip") || !strcmp(family, "inet") ||
	       !strcmp(family, "netdev");
}

static struct known of_address(struct in_addr address)
{
	return (struct known){ .kind = address.s_addr ? ADDRESS : UNKNOWN,
			       .number = ntohl(address.s_addr) };
}

static struct known of_meta(const struct nft *n, const char *key)
{
	const struct filter_packet *p = n->packet;
	const char *const device = p->out ? "oif" : "iif";

	if (!strcmp(key, "l4proto"))
		return (struct known){ .kind = PROTOCOL };
	if (!strcmp(key, "nfproto"))
		return (struct known){ .kind = WORD, .word = "ipv4" };
	if (!strcmp(key, "protocol"))
		return (struct known){ .kind = WORD, .word = "ip" };
	if (!strcmp(key, "mark") && p->out)
		return (struct known){ .kind = NUMBER, .number = p->mark };
	if (!strncmp(key, device, 3) && (!key[3] || !strcmp(key + 3, "name")))
		return (struct known){ .kind = DEVICE, .word = p->device };
	return (struct known){ .kind = UNKNOWN };
}

static struct known of_payload(const struct nft *n, const char *protocol,
			       const char *field)
{
	static const char *const others[] = {
		"ip6", "tcp",  "udp",  "udplite", "icmp", "icmpv6", "igmp",
		"esp", "sctp", "dccp", "ah",	  "comp", "arp",
	};
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(protocol, others[i]))
			return (struct known){ .kind = ABSENT };
	if (strcmp(protocol, "ip") != 0)
		return (struct known){ .kind = UNKNOWN };
	if (!strcmp(field, "protocol"))
		return (struct known){ .kind = PROTOCOL };
	if (!strcmp(field, "saddr"))
		return of_address(n->packet->source);
	if (!strcmp(field, "daddr"))
		return of_address(n->packet->destination);
	return (struct known){ .kind = UNKNOWN };
}

/* fib saddr . iif oif: the check of the source that strict rp_filter makes, too. */
static struct known of_fib(const struct nft *n, const struct json_value *fib)
{
	const struct json_value *flags = json_member(fib, "flags"), *flag;
	bool saddr = false, iif = false;

	for (flag = flags ? flags->first : NULL; flag; flag = flag->next) {
		saddr |= json_is(flag, "saddr");
		iif |= json_is(flag, "iif");
	}
	if (n->packet->out || !saddr || !iif)
		return (struct known){ .kind = UNKNOWN };
	return (struct known){ .kind = FOUND, .number = !n->packet->strays };
}

static const char *state_of(const struct filter_packet *p)
{
	if (p->untracked)
		return "untracked";
	return p->established ? "established" : "new";
}

/* What the left side of a match is for our packet. */
static struct known of_expression(const struct nft *n,
				  const struct json_value *e)
{
	const struct json_value *inner = json_member(e, "meta");

	if (inner)
		return of_meta(n, json_text(inner, "key"));
	inner = json_member(e, "payload");
	if (inner)
		return of_payload(n, json_text(inner, "protocol"),
				  json_text(inner, "field"));
	inner = json_member(e, "fib");
	if (inner)
		return of_fib(n, inner);
	inner = json_member(e, "ct");
	if (inner && !strcmp(json_text(inner, "key"), "state"))
		return (struct known){ .kind = WORD,
				       .word = state_of(n->packet) };
	return (struct known){ .kind = UNKNOWN };
}

static enum filter_sure sure(bool yes)
{
	return yes ? FILTER_YES : FILTER_NO;
}

static bool read_address(const struct json_value *v, uint32_t *address)
{
	struct in_addr a;

	if (!v || v->type != JSON_STRING ||
	    inet_pton(AF_INET, v->text, &a) != 1)
		return false;
	*address = ntohl(a.s_addr);
	return true;
}

/* "missing", "exists", and 0 as they are printed; a device by its name is no check. */
static enum filter_sure is_found(const struct known *k,
				 const struct json_value *v)
{
	if (v->type == JSON_BOOL)
		return sure(v->number == k->number);
	if (json_is(v, "0") || (v->type == JSON_NUMBER && !v->number))
		return sure(!k->number);
	return FILTER_MAYBE;
}

/* A plain value: a number or a string. */
static enum filter_sure is_plain(const struct known *k,
				 const struct json_value *v)
{
	const bool text = v->type == JSON_STRING;
	uint32_t address;

	if (k->kind == FOUND)
		return is_found(k, v);
	if (!text && v->type != JSON_NUMBER)
		return FILTER_MAYBE;
	switch (k->kind) {
	case PROTOCOL:
		if (text)
			return sure(!strcmp(v->text, "gre") ||
				    !strcmp(v->text, "47"));
		return sure(v->number == IPPROTO_GRE);
	case ADDRESS:
		if (!read_address(v, &address))
			return FILTER_MAYBE;
		return sure(address == k->number);
	case DEVICE:
		return text ? filter_is_device(k->word, v->text, '*')
			    : FILTER_MAYBE;
	case WORD:
		return text ? sure(!strcmp(v->text, k->word)) : FILTER_MAYBE;
	case NUMBER:
		return text ? FILTER_MAYBE : sure(v->number == k->number);
	case ABSENT:
		return FILTER_NO;
	case FOUND:
	case UNKNOWN:
		break;
	}
	return FILTER_MAYBE;
}

static enum filter_sure is_value(const struct nft *n, const struct known *k,
				 const char *family, const char *table,
				 const struct json_value *v);

static enum filter_sure is_prefix(const struct known *k,
				  const struct json_value *prefix)
{
	const struct json_value *length = json_member(prefix, "len");
	uint32_t address;

	if (k->kind != ADDRESS || !length || length->number > 32 ||
	    !read_address(json_member(prefix, "addr"), &address))
		return FILTER_MAYBE;
	return sure(!((address ^ k->number) & MASK(length->number)));
}

static enum filter_sure is_in_range(const struct known *k,
				    const struct json_value *range)
{
	const struct json_value *low = range->first;
	uint32_t from, to;

	if (k->kind != ADDRESS || range->type != JSON_ARRAY || !low ||
	    !read_address(low, &from) || !read_address(low->next, &to))
		return FILTER_MAYBE;
	return sure(k->number >= from && k->number <= to);
}

/* What looks like the name of a set is not one in here: that would have no end. */
static enum filter_sure is_element(const struct nft *n, const struct known *k,
				   const char *family, const char *table,
				   const struct json_value *v)
{
	const struct json_value *elem = json_member(v, "elem");

	if (elem)
		v = json_member(elem, "val");
	if (v && v->type == JSON_STRING)
		return is_plain(k, v);
	return is_value(n, k, family, table, v);
}

/* Any of the elements of an array. */
static enum filter_sure is_any(const struct nft *n, const struct known *k,
			       const char *family, const char *table,
			       const struct json_value *array)
{
	enum filter_sure best = FILTER_NO, one;
	const struct json_value *v;

	if (!array || array->type != JSON_ARRAY)
		return FILTER_MAYBE;
	for (v = array->first; v; v = v->next) {
		one = is_element(n, k, family, table, v);
		if (one > best)
			best = one;
	}
	return best;
}

static const struct json_value *find_set(const struct nft *n,
					 const char *family, const char *table,
					 const char *name)
{
	const struct json_value *object, *set;

	for (object = n->objects; object; object = object->next) {
		set = json_member(object, "set");
		if (!set)
			set = json_member(object, "map");
		if (!strcmp(json_text(set, "name"), name) &&
		    !strcmp(json_text(set, "table"), table) &&
		    !strcmp(json_text(set, "family"), family))
			return set;
	}
	return NULL;
}

static enum filter_sure is_in_set(const struct nft *n, const struct known *k,
				  const char *family, const char *table,
				  const char *name)
{
	const struct json_value *set = find_set(n, family, table, name);
	const struct json_value *elements = json_member(set, "elem");

	if (!set)
		return FILTER_MAYBE;
	/* One that is empty prints without. */
	return elements ? is_any(n, k, family, table, elements) : FILTER_NO;
}

/* Is the value of our packet what the right side of a match says? */
static enum filter_sure is_value(const struct nft *n, const struct known *k,
				 const char *family, const char *table,
				 const struct json_value *v)
{
	const struct json_value *inner;

	if (k->kind == ABSENT)
		return FILTER_NO;
	if (k->kind == UNKNOWN || !v)
		return FILTER_MAYBE;
	if (v->type == JSON_ARRAY)
		return is_any(n, k, family, table, v);
	if (v->type == JSON_STRING && v->text[0] == '@')
		return is_in_set(n, k, family, table, v->text + 1);
	if (v->type != JSON_OBJECT)
		return is_plain(k, v);
	inner = json_member(v, "set");
	if (inner)
		return inner->type == JSON_ARRAY
			       ? is_any(n, k, family, table, inner)
			       : is_value(n, k, family, table, inner);
	inner = json_member(v, "prefix");
	if (inner)
		return is_prefix(k, inner);
	inner = json_member(v, "range");
	if (inner)
		return is_in_range(k, inner);
	inner = json_member(v, "elem");
	if (inner)
		return is_value(n, k, family, table, json_member(inner, "val"));
	return FILTER_MAYBE;
}

/* The elements of the right side of a match, or NULL: it is no set. */
static const struct json_value *elements_of(const struct nft *n,
					    const char *family,
					    const char *table,
					    const struct json_value *right)
{
	if (right && right->type == JSON_STRING && right->text[0] == '@')
		return json_member(find_set(n, family, table, right->text + 1),
				   "elem");
	return json_member(right, "set");
}

/* Several values at once, as in "ip saddr . ip protocol". */
static enum filter_sure is_tuple(const struct nft *n, const char *family,
				 const char *table,
				 const struct json_value *keys,
				 const struct json_value *tuple)
{
	enum filter_sure all = FILTER_YES;
	const struct json_value *key = keys->first, *value;
	struct known k;

	if (json_member(tuple, "elem"))
		tuple = json_member(json_member(tuple, "elem"), "val");
	tuple = json_member(tuple, "concat");
	for (value = tuple ? tuple->first : NULL; key;
	     key = key->next, value = value->next) {
		if (!value)
			return FILTER_MAYBE;
		k = of_expression(n, key);
		all = filter_and(all, is_value(n, &k, family, table, value));
	}
	return all;
}

static enum filter_sure is_any_tuple(const struct nft *n, const char *family,
				     const char *table,
				     const struct json_value *keys,
				     const struct json_value *right)
{
	const struct json_value *set = elements_of(n, family, table, right);
	enum filter_sure best = FILTER_NO, one;
	const struct json_value *v;

	if (!set)
		return is_tuple(n, family, table, keys, right);
	for (v = set->first; v; v = v->next) {
		one = is_tuple(n, family, table, keys, v);
		if (one > best)
			best = one;
	}
	return best;
}

struct rule_reader {
	const struct nft *nft;
	const char *family, *table;
	struct filter_chain *chain;
	struct filter_rule rule; /* what is known so far */
	bool ended, failed;
};

static void read_match(struct rule_reader *r, const struct json_value *match)
{
	const struct json_value *left = json_member(match, "left");
	const struct json_value *op = json_member(match, "op");
	const struct json_value *right = json_member(match, "right");
	const struct json_value *keys = json_member(left, "concat");
	const struct known k = of_expression(r->nft, left);
	enum filter_sure is;

	if (keys)
		is = is_any_tuple(r->nft, r->family, r->table, keys, right);
	else
		is = is_value(r->nft, &k, r->family, r->table, right);
	/* A packet without the header matches nothing, not even "!=". */
	if (json_is(op, "!=") && k.kind != ABSENT)
		is = filter_not(is);
	else if (!json_is(op, "==") && !json_is(op, "in") && k.kind != ABSENT)
		is = FILTER_MAYBE;
	r->rule.match = filter_and(r->rule.match, is);
	r->rule.names_gre |= k.kind == PROTOCOL && is == FILTER_YES &&
			     !json_is(op, "!=");
}

static void end_rule(struct rule_reader *r, enum filter_sure match,
		     enum filter_verdict verdict, const char *target)
{
	struct filter_rule *rule = filter_add_rule(r->chain);

	if (!rule) {
		r->failed = true;
		return;
	}
	*rule = r->rule;
	rule->match = filter_and(rule->match, match);
	rule->verdict = verdict;
	snprintf(rule->target, sizeof(rule->target), "%s", target);
}

/* False: it is none. */
static bool read_verdict(struct rule_reader *r, enum filter_sure match,
			 const struct json_value *statement)
{
	static const struct {
		const char *word;
		enum filter_verdict verdict;
	} words[] = {
		{ "accept", FILTER_ACCEPT }, { "drop", FILTER_DROP },
		{ "reject", FILTER_DROP },   { "return", FILTER_RETURN },
		{ "jump", FILTER_JUMP },     { "goto", FILTER_GOTO },
		{ "continue", FILTER_NEXT }, { "queue", FILTER_ACCEPT },
	};
	const struct json_value *found;
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		found = json_member(statement, words[i].word);
		if (!found)
			continue;
		/* What takes it from the queue decides, and nobody knows how. */
		if (!strcmp(words[i].word, "queue"))
			match = filter_and(match, FILTER_MAYBE);
		end_rule(r, match, words[i].verdict,
			 json_text(found, "target"));
		return true;
	}
	return false;
}

/* A verdict for each of several values: as many rules. */
static void read_vmap(struct rule_reader *r, const struct json_value *vmap)
{
	const struct known k = of_expression(r->nft, json_member(vmap, "key"));
	const struct json_value *data = json_member(vmap, "data");
	const struct json_value *elements =
		elements_of(r->nft, r->family, r->table, data);
	const struct json_value *value, *pair;

	for (pair = elements ? elements->first : NULL; pair;
	     pair = pair->next) {
		value = pair->first;
		if (value)
			read_verdict(r,
				     is_value(r->nft, &k, r->family, r->table,
					      value),
				     value->next);
	}
}

/* Modules of iptables, of which nft says no more than the name. */
static void read_xt(struct rule_reader *r, const struct json_value *xt)
{
	const char *const name = json_text(xt, "name");

	if (strcmp(json_text(xt, "type"), "target") != 0) {
		r->rule.match = filter_and(r->rule.match, FILTER_MAYBE);
		return;
	}
	if (strcmp(name, "REJECT") != 0 && strcmp(name, "DROP") != 0)
		return;
	end_rule(r, FILTER_YES, FILTER_DROP, "");
	r->ended = true;
}

static void read_statement(struct rule_reader *r,
			   const struct json_value *statement)
{
	static const char *const conditions[] = { "limit", "quota", "ct count",
						  "meter", "set",   "last" };
	const struct json_value *inner = json_member(statement, "match");
	const struct json_value *packets;
	size_t i;

	if (inner) {
		read_match(r, inner);
		return;
	}
	inner = json_member(statement, "counter");
	packets = json_member(inner, "packets");
	if (packets) {
		r->rule.counted = true;
		r->rule.packets = packets->number;
	}
	if (json_member(statement, "notrack")) {
		r->rule.untracks = true;
		end_rule(r, FILTER_YES, FILTER_NEXT, "");
	}
	for (i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++)
		if (json_member(statement, conditions[i]))
			r->rule.match = filter_and(r->rule.match, FILTER_MAYBE);
	inner = json_member(statement, "vmap");
	if (inner) {
		read_vmap(r, inner);
		return;
	}
	inner = json_member(statement, "xt");
	if (inner)
		read_xt(r, inner);
	else
		r->ended = read_verdict(r, FILTER_YES, statement);
}

static bool read_rule(struct nft *n, const struct json_value *rule)
{
	struct rule_reader r = {
		.nft = n,
		.family = json_text(rule, "family"),
		.table = json_text(rule, "table"),
		.rule = { .match = FILTER_YES },
	};
	const struct json_value *handle = json_member(rule, "handle");
	const struct json_value *expr = json_member(rule, "expr");
	const struct json_value *statement;

	r.chain = filter_find(n->filter, r.family, r.table,
			      json_text(rule, "chain"));
	if (!r.chain || !expr)
		return true;
	r.rule.number = handle ? handle->number : 0;
	for (statement = expr->first; statement && !r.ended;
	     statement = statement->next)
		read_statement(&r, statement);
	return !r.failed;
}

/* Does a chain of a device see what ours sees? */
static bool is_our_device(const struct nft *n, const struct json_value *chain)
{
	const struct json_value *device = json_member(chain, "dev");

	if (!device || !n->packet->device[0])
		return true;
	if (device->type == JSON_STRING)
		return json_is(device, n->packet->device);
	for (device = device->first; device; device = device->next)
		if (json_is(device, n->packet->device))
			return true;
	return false;
}

static bool read_chain(struct nft *n, const struct json_value *chain)
{
	struct filter_chain *c;

	if (!is_ipv4_family(json_text(chain, "family")))
		return true;
	c = filter_add_chain(n->filter);
	if (!c)
		return false;
	snprintf(c->family, sizeof(c->family), "%s",
		 json_text(chain, "family"));
	snprintf(c->table, sizeof(c->table), "%s", json_text(chain, "table"));
	snprintf(c->name, sizeof(c->name), "%s", json_text(chain, "name"));
	if (is_our_device(n, chain))
		snprintf(c->hook, sizeof(c->hook), "%s",
			 json_text(chain, "hook"));
	c->drops = !strcmp(json_text(chain, "policy"), "drop");
	return true;
}

bool filter_read_nft(struct filter *f, const struct json_value *ruleset,
		     const struct filter_packet *packet)
{
	const struct json_value *objects = json_member(ruleset, "nftables");
	struct nft n = { .filter = f, .packet = packet };
	const struct json_value *object, *inner;
	bool good = objects;

	memset(f, 0, sizeof(*f));
	n.objects = objects ? objects->first : NULL;
	for (object = n.objects; good && object; object = object->next) {
		inner = json_member(object, "chain");
		if (inner)
			good = read_chain(&n, inner);
	}
	for (object = n.objects; good && object; object = object->next) {
		inner = json_member(object, "rule");
		if (inner)
			good = read_rule(&n, inner);
	}
	return good;
}
