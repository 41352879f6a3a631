/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What apply has made, kept in a file from one apply to the next: each line has the name
 * of a tunnel, or the name and an address. With it, --prune spares what somebody else has
 * made. Kernels from 5.18 on store a protocol with each address; the lines of addresses
 * are for older kernels.
 */
#ifndef MADE_H
#define MADE_H

#include <stdbool.h>
#include <stddef.h>

#include "option/config.h"

#define MADE_LINE (IFNAMSIZ + INET6_ADDRSTRLEN + sizeof("/128"))

struct made {
	char (*lines)[MADE_LINE];
	size_t count;
};

/* One that is not there is empty. Both return enum status, after a report. */
int made_read(struct made *made, const char *path);
int made_write(struct made *made, const char *path);

/* Whether a line was read; lines that were added are not found. NULL: the tunnel itself. */
bool made_has(const struct made *made, const char *name,
	      const struct address *address);
/* False: no memory. */
bool made_add(struct made *made, const char *name,
	      const struct address *address);
/* Copy a line from another one; get the name of the tunnel in a line. */
bool made_copy(struct made *made, const struct made *from, size_t line);
void made_name(const struct made *made, size_t line, char name[IFNAMSIZ]);
void made_free(struct made *made);

#endif /* MADE_H */
