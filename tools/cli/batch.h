/* SPDX-License-Identifier: GPL-2.0 */
/* Files of commands. */
#ifndef BATCH_H
#define BATCH_H

struct gretool;

/* Carry out the lines of a file; "-" is standard input. Returns enum status. */
int batch_run(struct gretool *g, const char *path);

#endif /* BATCH_H */
