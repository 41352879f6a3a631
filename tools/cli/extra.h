/* SPDX-License-Identifier: GPL-2.0 */
/* Commands that are programs of their own, as "check" is gretool-check. */
#ifndef EXTRA_H
#define EXTRA_H

#include "cli/gretool.h"

/*
 * Programs are looked for beside gretool and in LIBEXECDIR, never where the environment
 * says, because gretool runs as root.
 */
bool extra_is_installed(const char *name);

/*
 * Run the program of the command argv[0] in the place of gretool, or wait for it if there
 * are other lines of a batch to carry out. Returns the exit status.
 */
int extra_run(struct gretool *g, int argc, char **argv);

#endif /* EXTRA_H */
