/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What apply has made, kept in a file from one apply to the next: each line has the name
 * of a tunnel, or the name and an address. With it, --prune spares what somebody else has
 * made. Kernels from 5.18 on store a protocol with each address; the lines of addresses
 * are for older kernels.
 */
#ifndef STATE_H
#define STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "option/config.h"

#define STATE_LINE (IFNAMSIZ + INET6_ADDRSTRLEN + sizeof("/128"))

struct state {
	char (*lines)[STATE_LINE];
	size_t count;
};

/* One that is not there is empty. Both return enum status, after a report. */
int state_read(struct state *state, const char *path);
int state_write(struct state *state, const char *path);

/* Whether a line was read; lines that were added are not found. NULL: the tunnel itself. */
bool state_has(const struct state *state, const char *name,
	       const struct address *address);
/* False: no memory. */
bool state_add(struct state *state, const char *name,
	       const struct address *address);
/* Copy a line from another one; get the name of the tunnel in a line. */
bool state_copy(struct state *state, const struct state *from, size_t line);
void state_name(const struct state *state, size_t line, char name[IFNAMSIZ]);
void state_free(struct state *state);

#endif /* STATE_H */
