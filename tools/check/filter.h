/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Would the filters of this machine let a GRE packet through? The rules are
 * read from nft (filter_nft.c) or iptables (filter_iptables.c) with one packet
 * in mind, so that each rule is for it, is not, or cannot be told.
 */
#ifndef FILTER_H
#define FILTER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As nftables has it, with the NUL. */
#define FILTER_NAME_SIZE 256

struct json_value;

enum filter_sure {
	FILTER_NO,
	FILTER_MAYBE,
	FILTER_YES,
};

enum filter_verdict {
	FILTER_NEXT, /* the next rule */
	FILTER_ACCEPT,
	FILTER_DROP,
	FILTER_RETURN,
	FILTER_JUMP,
	FILTER_GOTO,
};

struct filter_packet {
	bool out; /* this machine sends it */
	bool established; /* it belongs to a known connection, else it is new */
	bool untracked; /* a rule has taken it out of connection tracking */
	struct in_addr source, destination; /* 0.0.0.0: not known */
	bool strays; /* the way back to its source leads by another device */
	const char *device; /* by which it comes or goes, "": not known */
	uint32_t mark;
};

struct filter_rule {
	enum filter_sure match;
	enum filter_verdict verdict;
	char target[FILTER_NAME_SIZE]; /* chain of a jump */
	bool untracks; /* it takes packets out of connection tracking */
	bool names_gre; /* it is about protocol 47 and not about all */
	bool counted;
	uint64_t packets;
	uint64_t number; /* handle of nft, place in the chain of iptables */
};

struct filter_chain {
	char family[8]; /* ip, inet, netdev; "" for iptables */
	char table[FILTER_NAME_SIZE];
	char name[FILTER_NAME_SIZE];
	char hook[16]; /* "" : only jumped to */
	bool drops; /* its policy */
	struct filter_rule *rules;
	size_t nrules;
};

struct filter {
	struct filter_chain *chains;
	size_t nchains;
};

/* False: not understood, or no memory. Free it in both cases. */
bool filter_read_nft(struct filter *f, const struct json_value *ruleset,
		     const struct filter_packet *packet);
bool filter_read_iptables(struct filter *f, const char *text,
			  const struct filter_packet *packet);
void filter_free(struct filter *f);
/* Does a rule surely take the packet out of connection tracking? */
bool filter_untracks(const struct filter *f);

/* For the readers; NULL: no memory. */
struct filter_chain *filter_add_chain(struct filter *f);
struct filter_rule *filter_add_rule(struct filter_chain *chain);
struct filter_chain *filter_find(const struct filter *f, const char *family,
				 const char *table, const char *name);
enum filter_sure filter_and(enum filter_sure a, enum filter_sure b);
enum filter_sure filter_not(enum filter_sure a);
enum filter_sure filter_is_device(const char *device, const char *pattern,
				  char wildcard);

/* What becomes of the packet. */
struct filter_end {
	bool dropped;
	bool sure;
	const struct filter_chain *base; /* where it was hooked */
	const struct filter_chain *chain; /* where it ended */
	const struct filter_rule *rule; /* NULL: the policy */
};

void filter_walk(const struct filter *f, bool out, struct filter_end *end);

#endif /* FILTER_H */
