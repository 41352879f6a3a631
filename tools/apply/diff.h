/* SPDX-License-Identifier: GPL-2.0 */
/* The difference between a tunnel and what it should be. */
#ifndef DIFF_H
#define DIFF_H

#include "lib/json.h"
#include "netlink/link.h"
#include "option/config.h"

enum action {
	ACTION_NONE,
	ACTION_ADD,
	ACTION_CHANGE, /* the tunnel exists, and is changed in place */
	ACTION_RECREATE, /* an option differs that cannot be changed in place */
	ACTION_DELETE,
};

struct diff {
	enum action action;
	uint64_t fields; /* what differs, including addresses and routes */
	const struct config *from; /* NULL: the tunnel does not exist */
	const struct config *to; /* NULL: the tunnel should not exist */
};

/* The options that cannot be changed in place, as the family of the outer addresses cannot. */
#define DIFF_RECREATES (F_LINK_NETNS | F_ETHER)

/*
 * Find what a running tunnel should be: what a file says, defaults for the rest, and the
 * addresses and routes that others have added. prune leaves out those that an earlier
 * apply has added. The caller frees target.
 */
void diff_target(struct config *target, const struct config *said,
		 const struct tunnel *running, bool prune);

void diff_find(struct diff *d, const struct config *from,
	       const struct config *to);

/*
 * The MTU that the kernel chooses for a tunnel without one. 0: it is not known, because
 * the tunnel has learned the path MTU by other means than the route.
 */
uint32_t diff_default_mtu(const struct tunnel *t);

void diff_print(const struct diff *d, bool colour);
/* done: the difference was applied without an error. */
void diff_json(struct json *json, const struct diff *d, bool done);

/*
 * Apply all of a difference or nothing: after an error the tunnel is what it was before.
 * Returns enum status.
 */
int plan_execute(struct nl *nl, const struct diff *d, int ifindex);

#endif /* DIFF_H */
