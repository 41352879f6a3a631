/* SPDX-License-Identifier: GPL-2.0 */
/* The options of a tunnel on a command line or in a file. */
#ifndef WORDS_H
#define WORDS_H

#include <stdbool.h>
#include <stdio.h>

#include "option/config.h"
#include "option/option.h"

enum words_use {
	WORDS_ADD,
	WORDS_SET,
	WORDS_FILE, /* a section of a file: see gretool.conf(5) */
	WORDS_IP, /* behind "type grex" of ip(8), which has the name */
};

/*
 * NAME and words to config; WORDS_IP without NAME, and a remote is not needed.
 * Returns STATUS_OK, or reports what is wrong and returns STATUS_USAGE;
 * report_word() is told which word that is. The caller frees c in both cases.
 */
int words_parse(struct config *c, enum words_use use, int argc, char **argv);

/* Whether the option can be given at all. */
bool words_are_for(const struct option *option, enum words_use use);
/* The options of a use, and what each does, in lines. */
void words_help(FILE *out, enum words_use use);

/* NULL, or what is wrong with an interface name. */
const char *words_check_name(const char *name);

#endif /* WORDS_H */
