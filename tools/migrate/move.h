/* SPDX-License-Identifier: GPL-2.0 */
/* A link of another kind takes the place of a link, without a gap in its traffic. */
#ifndef MOVE_H
#define MOVE_H

#include "migrate/belongings.h"

struct move {
	struct nl *nl;
	struct belongings *old;
	bool back; /* from grex to the kind of the kernel */
	bool keep_name;
	char final_name[IFNAMSIZ]; /* of the new link in the end */
};

/* The kind of the kernel that has the underlay of this tunnel. */
const char *move_kind(const struct config *c);
/*
 * Find the name of the new link. Returns enum status, after a report if there is no such
 * name.
 */
int move_find_name(struct move *mv);
/*
 * Make the move, or nothing: after an error, and after SIGINT, SIGTERM or SIGHUP, the old
 * link works as before. Returns enum status.
 */
int move_link(struct move *mv);

#endif /* MOVE_H */
