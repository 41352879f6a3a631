/* SPDX-License-Identifier: GPL-2.0 */
/* Files of commands. */
#ifndef BATCH_H
#define BATCH_H

#include <stdbool.h>
#include <stddef.h>

#define BATCH_WORDS 512

struct gretool;

/* Carry out the lines of a file; "-" is standard input. Returns enum status. */
int batch_run(struct gretool *g, const char *path);

/* NULL, or why a line of a file, the first or another, is no line of words. */
const char *batch_check_line(const char *line, size_t length, bool is_first);

/*
 * Cut a line into words: '...', "...", backslash, # to the end. The line is
 * written over. Returns NULL, or what is wrong with it.
 */
const char *batch_split(char *line, char **argv, int size, int *argc);

#endif /* BATCH_H */
