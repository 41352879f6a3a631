/* SPDX-License-Identifier: GPL-2.0 */
/* Run files of commands. */
#ifndef BATCH_H
#define BATCH_H

struct gretool;

/* Run the lines of a file; "-" is standard input. Returns enum status. */
int batch_run(struct gretool *g, const char *path);

#endif /* BATCH_H */
