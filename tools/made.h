/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which tunnels are of the files, kept in a file from one apply to the next: a
 * name on each line. So --prune spares what somebody else has made.
 */
#ifndef MADE_H
#define MADE_H

#include <linux/if.h>
#include <stdbool.h>
#include <stddef.h>

struct made {
	char (*names)[IFNAMSIZ];
	size_t count;
};

/* One that is not there is empty. Both return enum status, after a report. */
int made_read(struct made *made, const char *path);
int made_write(struct made *made, const char *path);

/* As read; what was added is not found. */
bool made_has(const struct made *made, const char *name);
/* False: no memory. */
bool made_add(struct made *made, const char *name);
void made_free(struct made *made);

#endif /* MADE_H */
