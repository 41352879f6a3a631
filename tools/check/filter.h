/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the filters of this machine do with a GRE packet. The check reads rules that
 * match the protocol, an address, the interface or the state of the connection, and
 * end in a verdict. Any other rule may match or not: the result that depends on it
 * is FILTER_UNSURE.
 */
#ifndef FILTER_H
#define FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "option/ip.h"

struct json_t;

struct filter_packet {
	bool out; /* this machine sends it */
	bool established; /* it belongs to a known connection; otherwise it is new */
	int family; /* of the outer header */
	struct ip source, destination; /* AF_UNSPEC: not known */
	bool strays; /* the route back to its source is by another interface */
	const char *device; /* that receives or sends it, "": not known */
};

enum filter_fate {
	FILTER_PASSES,
	FILTER_UNSURE,
	FILTER_DROPS,
};

/* What becomes of the packet, and where. The strings are those of the rules. */
struct filter_end {
	enum filter_fate fate;
	const char *family, *table;
	const char *base; /* the chain that is hooked */
	const char *chain; /* the one with the rule that decides */
	const struct json_t *rule; /* NULL: the policy decides */
	uint64_t number; /* its handle */
	bool drops, counted; /* the rule drops what it matches, and counts it */
	/* It names protocol 47, an address of the tunnel, or the route of a stray. */
	bool is_about_us;
	uint64_t packets;
	bool untracked; /* a rule takes the packet out of connection tracking */
};

/* The rules as `nft -j list ruleset` prints them, see libnftables-json(5). */
void filter_walk(const struct json_t *ruleset,
		 const struct filter_packet *packet, struct filter_end *end);

#endif /* FILTER_H */
