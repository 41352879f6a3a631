/* SPDX-License-Identifier: GPL-2.0 */
/* What is printed about all tunnels, to standard output or into a file. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdio.h>

#include "tunnels.h"

typedef void (*output_fn)(FILE *out, const struct tunnels *tunnels);

/* The arguments of a command that has none but FILE; NULL: standard output. */
int output_path(int argc, char **argv, const char **path);

/*
 * Who reads the file meanwhile finds the old or the new one. STATUS_OK, or
 * reports what is wrong and returns STATUS_REFUSED.
 */
int output_tunnels(const char *path, output_fn print,
		   const struct tunnels *tunnels);

#endif /* OUTPUT_H */
