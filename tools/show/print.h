/* SPDX-License-Identifier: GPL-2.0 */
/* Tunnels for people (as `add` takes them) and for programs (JSON). */
#ifndef PRINT_H
#define PRINT_H

#include <netinet/in.h>
#include <stdio.h>

#include "lib/json.h"
#include "lib/line.h"
#include "netlink/link.h"
#include "option/config.h"

/* The counters of GREX_STATS, by GREX_STAT_*: what each is called, and what it counts. */
extern const struct counter {
	const char *name; /* NULL: no such counter */
	bool of_netns; /* the same for all tunnels of an underlay namespace */
	const char *text;
} counters[GREX_STAT_MAX + 1];

/* The words of these, by number. */
extern const char *const peer_state_words[GREX_KEEPALIVE_STATES];
extern const char *const path_source_words[GREX_PATH_SOURCES];

/* Indented lines about state, traffic, drops. */
void print_state(FILE *out, const struct tunnel *tunnel);
void print_stats(FILE *out, const struct tunnel *tunnel, bool zeros);
/* Those of them that only IFLA_INFO_XSTATS tells. */
void print_xstats(FILE *out, const struct tunnel *tunnel, bool zeros);
/* off, down, hold or up. */
const char *print_peer_text(const struct tunnel *tunnel);
/* How many of the last probes were lost, and of how many. */
unsigned int print_lost(const struct probes *probes, unsigned int *of);

/* The members of a JSON object. */
void print_json(struct json *json, const struct tunnel *tunnel);
void print_json_xstats(struct json *json, const struct tunnel *tunnel);
void print_json_addresses(struct json *json, const struct config *c);
void print_json_stats(struct json *json, const struct tunnel *tunnel);

#endif /* PRINT_H */
