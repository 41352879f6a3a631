/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writing a file anew, so that who reads it sees the old or the new one, also after a
 * crash. It keeps its mode.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <limits.h>
#include <stdio.h>

struct replacement {
	const char *path;
	char beside[PATH_MAX]; /* the new one, until it is whole */
	FILE *out;
};

/*
 * Both return 0 or -errno; after an error nothing is left of it. -EEXIST: what
 * is there is no regular file.
 */
int replace_begin(struct replacement *r, const char *path);
int replace_end(struct replacement *r);

typedef void (*output_fn)(FILE *out, const void *what);

/*
 * Print to standard output, or into the file if there is a path. Returns STATUS_OK, or
 * reports what is wrong and returns STATUS_REFUSED.
 */
int output_file(const char *path, output_fn print, const void *what);

#endif /* OUTPUT_H */
