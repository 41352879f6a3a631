/* SPDX-License-Identifier: GPL-2.0 */
/* Reading tunnels from the kernel. */
#ifndef TUNNELS_H
#define TUNNELS_H

#include "netlink/link.h"
#include "netlink/nl.h"

struct tunnels {
	struct tunnel *list;
	size_t count;
	bool is_partial; /* something may be missing, and was reported */
};

/*
 * Read one tunnel without names and addresses. It is an error if there is no such
 * interface, or if it is of another kind. Returns enum status, after a report.
 */
int tunnels_find(struct nl *nl, const char *name, struct tunnel *tunnel);
/* The same by the index of the interface. */
int tunnels_find_index(struct nl *nl, int ifindex, struct tunnel *tunnel);

/* The same for all tunnels. The caller frees them in any case. */
int tunnels_dump(struct nl *nl, bool stats, struct tunnels *tunnels);

/*
 * Read one tunnel, or all if name is NULL, with names and addresses. Returns enum
 * status, after a report. The caller frees them in any case.
 */
int tunnels_read(struct nl *nl, const char *name, bool stats,
		 struct tunnels *tunnels);
/* Add names and addresses to tunnels that were read elsewhere, and sort them. */
int tunnels_fill(struct nl *nl, struct tunnels *tunnels);
/* Add routes, see route.h. */
int tunnels_read_routes(struct nl *nl, struct tunnels *tunnels);
void tunnels_free(struct tunnels *tunnels);

#endif /* TUNNELS_H */
