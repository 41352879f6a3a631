/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state file tells apply what an earlier apply has created: each line has the name of
 * a tunnel, or a name and an address. It keeps --prune from deleting what somebody else
 * has created. Kernels since 5.18 store a protocol with each address; the lines of
 * addresses are for older kernels.
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

/* A missing file is empty. Both report errors and return enum status. */
int state_read(struct state *state, const char *path);
int state_write(struct state *state, const char *path);

/* Whether the file had the line; added lines are not found. NULL: the tunnel itself. */
bool state_has(const struct state *state, const char *name,
	       const struct address *address);
/* False: no memory. */
bool state_add(struct state *state, const char *name,
	       const struct address *address);
/* Add a line of another state. */
bool state_copy(struct state *state, const struct state *from, size_t line);
/* Get the name of the tunnel in a line. */
void state_name(const struct state *state, size_t line, char name[IFNAMSIZ]);
void state_free(struct state *state);

#endif /* STATE_H */
