// SPDX-License-Identifier: GPL-2.0
/* Rules as iptables-save(8) prints them, with counters. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/filter.h"

static enum filter_sure sure(bool yes)
{
	return yes ? FILTER_YES : FILTER_NO;
}

/* 192.0.2.0/24 or 192.0.2.0/255.255.255.0; one without is a host. */
static enum filter_sure is_address(struct in_addr address, char *text)
{
	char *slash = strchr(text, '/');
	unsigned long length;
	uint32_t mask = ~0U;
	struct in_addr a;

	if (slash) {
		*slash++ = '\0';
		length = strtoul(slash, NULL, 10);
		if (strchr(slash, '.') && inet_pton(AF_INET, slash, &a) == 1)
			mask = ntohl(a.s_addr);
		else if (length <= 32)
			mask = length ? ~0U << (32 - length) : 0;
		else
			return FILTER_MAYBE;
	}
	if (inet_pton(AF_INET, text, &a) != 1 || (mask && !address.s_addr))
		return FILTER_MAYBE;
	return sure(!((a.s_addr ^ address.s_addr) & htonl(mask)));
}

/* A list with commas. */
static enum filter_sure is_state(const struct filter_packet *p, char *list)
{
	const char *const state = p->untracked	   ? "UNTRACKED"
				  : p->established ? "ESTABLISHED"
						   : "NEW";
	char *rest, *word;

	for (word = strtok_r(list, ",", &rest); word;
	     word = strtok_r(NULL, ",", &rest))
		if (!strcmp(word, state))
			return FILTER_YES;
	return FILTER_NO;
}

static enum filter_sure is_device(const struct filter_packet *p, bool out,
				  const char *pattern)
{
	/* What comes in has no device to go out by, and the other way. */
	if (p->out != out)
		return FILTER_NO;
	return filter_is_device(p->device, pattern, '+');
}

static enum filter_verdict verdict_of(const char *target)
{
	static const struct {
		const char *word;
		enum filter_verdict verdict;
	} words[] = {
		{ "ACCEPT", FILTER_ACCEPT }, { "DROP", FILTER_DROP },
		{ "REJECT", FILTER_DROP },   { "RETURN", FILTER_RETURN },
		{ "LOG", FILTER_NEXT },	     { "NFLOG", FILTER_NEXT },
		{ "MARK", FILTER_NEXT },     { "CONNMARK", FILTER_NEXT },
		{ "TCPMSS", FILTER_NEXT },   { "CT", FILTER_NEXT },
		{ "NOTRACK", FILTER_NEXT },  { "TTL", FILTER_NEXT },
		{ "DSCP", FILTER_NEXT },     { "TOS", FILTER_NEXT },
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i].word, target))
			return words[i].verdict;
	return FILTER_JUMP;
}

/* One option with its value. */
static enum filter_sure read_option(const struct filter_packet *p,
				    struct filter_rule *r, const char *option,
				    char *value)
{
	if (!strcmp(option, "-p")) {
		r->names_gre = !strcmp(value, "gre") || !strcmp(value, "47");
		return sure(r->names_gre || !strcmp(value, "all"));
	}
	if (!strcmp(option, "-s"))
		return is_address(p->source, value);
	if (!strcmp(option, "-d"))
		return is_address(p->destination, value);
	if (!strcmp(option, "-i"))
		return is_device(p, false, value);
	if (!strcmp(option, "-o"))
		return is_device(p, true, value);
	if (!strcmp(option, "--ctstate") || !strcmp(option, "--state"))
		return is_state(p, value);
	if (!strcmp(option, "-m"))
		return sure(true);
	if (!strcmp(option, "-j") || !strcmp(option, "-g")) {
		r->verdict = verdict_of(value);
		if (option[1] == 'g')
			r->verdict = FILTER_GOTO;
		snprintf(r->target, sizeof(r->target), "%s", value);
		return FILTER_YES;
	}
	return FILTER_MAYBE;
}

/* The next word, without its quotes; NULL: there is none. */
static char *next_word(char **at)
{
	char *start = *at + strspn(*at, " "), *from, *to;
	const bool quoted = *start == '"';

	if (!*start)
		return NULL;
	start += quoted;
	for (from = to = start; *from && *from != (quoted ? '"' : ' ');
	     from++) {
		if (*from == '\\' && from[1])
			from++;
		*to++ = *from;
	}
	*at = *from ? from + 1 : from;
	*to = '\0';
	return start;
}

static bool is_option(const char *word)
{
	return word[0] == '-' &&
	       (word[1] == '-' || isalpha((unsigned char)word[1]));
}

/* Options of a target come after it, and are not about the packet. */
static void read_options(const struct filter_packet *p, struct filter_rule *r,
			 char *text)
{
	char *word = next_word(&text), *value;
	enum filter_sure is;
	bool no;

	r->match = FILTER_YES;
	while (word && !r->target[0]) {
		no = !strcmp(word, "!");
		if (no)
			word = next_word(&text);
		value = next_word(&text);
		if (!word)
			return;
		/* It has no value, as --syn, or several. */
		if (!is_option(word) || !value || is_option(value)) {
			r->match = filter_and(r->match, FILTER_MAYBE);
			word = value;
			continue;
		}
		if (strcmp(word, "--comment") != 0) {
			is = read_option(p, r, word, value);
			r->match =
				filter_and(r->match, no ? filter_not(is) : is);
		}
		word = next_word(&text);
	}
	r->names_gre &= r->match != FILTER_NO;
}

static bool read_chain(struct filter *f, const char *table, const char *line)
{
	char name[FILTER_NAME_SIZE], policy[16];
	struct filter_chain *c;
	size_t i;

	if (sscanf(line, ":%63s %15s", name, policy) != 2)
		return true;
	c = filter_add_chain(f);
	if (!c)
		return false;
	snprintf(c->table, sizeof(c->table), "%s", table);
	snprintf(c->name, sizeof(c->name), "%s", name);
	c->drops = !strcmp(policy, "DROP");
	/* Chains of the user have no policy; the others are named as hooks. */
	if (policy[0] == '-')
		return true;
	for (i = 0; i < sizeof(c->hook) - 1 && name[i]; i++)
		c->hook[i] = (char)tolower((unsigned char)name[i]);
	return true;
}

/* [packets:bytes] -A CHAIN OPTIONS */
static bool read_rule(struct filter *f, const char *table,
		      const struct filter_packet *p, char *line)
{
	unsigned long long packets;
	char name[FILTER_NAME_SIZE];
	struct filter_chain *c;
	struct filter_rule *r;
	int used = 0;

	if (sscanf(line, "[%llu:%*u] -A %63s %n", &packets, name, &used) < 2 ||
	    !used)
		return true;
	c = filter_find(f, "", table, name);
	if (!c)
		return true;
	r = filter_add_rule(c);
	if (!r)
		return false;
	r->counted = true;
	r->packets = packets;
	r->number = c->nrules;
	r->untracks = strstr(line + used, "-j NOTRACK") ||
		      strstr(line + used, "-j CT --notrack");
	read_options(p, r, line + used);
	return true;
}

bool filter_read_iptables(struct filter *f, const char *text,
			  const struct filter_packet *packet)
{
	char table[FILTER_NAME_SIZE] = "";
	char *copy = strdup(text), *line, *rest;
	bool good = copy;

	memset(f, 0, sizeof(*f));
	for (line = copy ? strtok_r(copy, "\n", &rest) : NULL; good && line;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (line[0] == '*')
			snprintf(table, sizeof(table), "%s", line + 1);
		else if (line[0] == ':')
			good = read_chain(f, table, line);
		else if (line[0] == '[')
			good = read_rule(f, table, packet, line);
	}
	free(copy);
	return good;
}
