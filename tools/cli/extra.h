/* SPDX-License-Identifier: GPL-2.0 */
/* Commands that are programs of their own: "check" is gretool-check. */
#ifndef EXTRA_H
#define EXTRA_H

#include "cli/gretool.h"

/*
 * Programs are searched beside gretool and in LIBEXECDIR. The environment is ignored,
 * because gretool runs as root.
 */
bool extra_is_installed(const char *name);

/*
 * Execute the program of the command argv[0]. In a batch, wait until it ends, and return
 * its exit status.
 */
int extra_run(struct gretool *g, int argc, char **argv);

#endif /* EXTRA_H */
