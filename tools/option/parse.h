/* SPDX-License-Identifier: GPL-2.0 */
/* The parser of the options on a command line or in a file. */
#ifndef PARSE_H
#define PARSE_H

#include <stdbool.h>
#include <stdio.h>

#include "option/config.h"
#include "option/option.h"

enum options_use {
	OPTIONS_NONE,
	OPTIONS_ADD,
	OPTIONS_SET,
	OPTIONS_FILE, /* a section of gretool.conf(5) */
	OPTIONS_IP, /* behind "type grex" of ip(8) */
};

/*
 * Parse NAME OPTION... With OPTIONS_IP there is no NAME, and a remote is not
 * needed. source has the positions of the arguments in a file, or is NULL. Returns
 * STATUS_OK, or reports what is wrong and returns STATUS_USAGE. The caller frees c
 * in both cases.
 */
int options_parse(struct config *c, enum options_use use, int argc, char **argv,
		  const struct source *source);

/* Whether the option can be given here at all. */
bool option_is_for(const struct option *option, enum options_use use);
/* Print a line of help for each option. */
void options_help(FILE *out, enum options_use use);

/* Returns NULL, or what is wrong with an interface name. */
const char *interface_name_error(const char *name);

#endif /* PARSE_H */
