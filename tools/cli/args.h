/* SPDX-License-Identifier: GPL-2.0 */
/* Read command lines: options with one dash or two, and operands. */
#ifndef ARGS_H
#define ARGS_H

#include "cli/command.h"

/*
 * An option has one of the pointers. If it has the pointer of the option before it, it
 * is an alias of that option, and no message lists it.
 */
struct args_option {
	const char *name; /* without its dashes; NULL ends a list */
	bool *flag;
	unsigned int *count; /* how many times the option was given */
	const char **value; /* the option takes a value */
	const char *expected; /* what the value is, or NULL */
	const char *complete; /* what a shell offers as value: "@file", "@dev" */
};

struct args {
	const struct args_option *options; /* of the command, or NULL */
	const char *output; /* which of -s, -d, -j and -p it takes, as "jp" */
	const char *useless; /* which it refuses, even before the command */
	const char **operands; /* an operand that is missing stays as it is */
	int max_operands;
	const char *operand_name;
	/* Of the operands: words, or "@tunnel", a name that is checked. */
	const char *complete[2];
	bool needs_tunnel; /* that name cannot be left out */
};

/*
 * Read the arguments of a command, whose name is argv[0]. Returns enum status, or
 * STATUS_DONE: the only argument was --words, and what a shell may offer was printed.
 */
int args_read(const struct args *args, struct output *output, int argc,
	      char **argv);

/*
 * Read options, with those of the output, up to the first argument that is none of them,
 * and set *rest to its index. Returns enum status.
 */
int args_read_first(const struct args_option *options, struct output *output,
		    int argc, char **argv, int *rest);

#endif /* ARGS_H */
