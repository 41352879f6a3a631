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

#include "lib/index.h"
#include "option/config.h"

/* Lines are the keys. A missing file is empty. Both report errors and return enum status. */
int state_read(struct index *state, const char *path);
int state_write(struct index *state, const char *path);

/* The line of an address, or with NULL that of the tunnel itself. */
void state_add(struct index *state, const char *name,
	       const struct entry *address);
bool state_has(const struct index *state, const char *name,
	       const struct entry *address);

#endif /* STATE_H */
