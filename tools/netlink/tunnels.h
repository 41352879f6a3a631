/* SPDX-License-Identifier: GPL-2.0 */
/* Reading tunnels from the kernel. */
#ifndef TUNNELS_H
#define TUNNELS_H

#include "netlink/link.h"
#include "netlink/nl.h"

struct tunnels {
	struct tunnel *list;
	size_t count;
	bool is_partial; /* some may be missing, which was reported */
};

/*
 * One tunnel, as the kernel has it: no names, no addresses. Returns enum
 * status, after a report: no such interface, or not of our kind.
 */
int tunnels_find(struct nl *nl, const char *name, struct tunnel *tunnel);
/* The same, by the number of the interface. */
int tunnels_find_index(struct nl *nl, int ifindex, struct tunnel *tunnel);

/* All of them, likewise. The caller frees in both cases. */
int tunnels_dump(struct nl *nl, bool stats, struct tunnels *tunnels);

/*
 * One tunnel, or all if name is NULL, with names and addresses. Returns enum
 * status, after a report. The caller frees in both cases.
 */
int tunnels_read(struct nl *nl, const char *name, bool stats,
		 struct tunnels *tunnels);
/* Names and addresses of those that somebody else has read; sorts them. */
int tunnels_fill(struct nl *nl, struct tunnels *tunnels);
/* Their routes, too: see static_route.h. */
int tunnels_read_routes(struct nl *nl, struct tunnels *tunnels);
void tunnels_free(struct tunnels *tunnels);

#endif /* TUNNELS_H */
