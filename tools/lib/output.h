/* SPDX-License-Identifier: GPL-2.0 */
/* What is printed, to standard output or into a file. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdio.h>

typedef void (*output_fn)(FILE *out, const void *what);

/*
 * Who reads the file meanwhile finds the old or the new one. STATUS_OK, or
 * reports what is wrong and returns STATUS_REFUSED.
 */
int output_file(const char *path, output_fn print, const void *what);

#endif /* OUTPUT_H */
