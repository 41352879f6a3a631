/* SPDX-License-Identifier: GPL-2.0 */
/* The lines of files: batches of commands, and files of tunnels. */
#ifndef LINE_H
#define LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The largest number of words that a line may have. */
#define LINE_WORDS 512

/*
 * Split a line into words: '...', "...", backslash, # to the end of the line. The
 * words overwrite the line. Returns NULL, or what is wrong with the line.
 */
const char *line_split(char *line, char **argv, int size, int *argc);

/* Returns NULL, or why the bytes of a line are not text. */
const char *line_check(const char *line, size_t length, bool is_first);

/* Print a name as one word of a line: in quotes where line_split() needs them. */
void print_name(FILE *out, const char *name);

#endif /* LINE_H */
