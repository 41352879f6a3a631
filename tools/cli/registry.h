/* SPDX-License-Identifier: GPL-2.0 */
/* The commands that are linked into a program, see COMMAND(). */
#ifndef REGISTRY_H
#define REGISTRY_H

#include "cli/command.h"

const struct command *registry_find(const char *name);
/* The next command that `help` lists, in its order; NULL begins, and ends. */
const struct command *registry_next(const struct command *previous);
/* Run the command that argv[0] names. Returns enum status. */
int registry_run(struct gretool *g, int argc, char **argv);

#endif /* REGISTRY_H */
