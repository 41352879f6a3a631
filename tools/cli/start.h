/* SPDX-License-Identifier: GPL-2.0 */
/* The common part of main() of gretool and the programs beside it. */
#ifndef START_H
#define START_H

#include "cli/command.h"

/* The options before the command. */
struct start {
	const char *batch;
	const char *file,
		*line; /* the position in a batch that messages begin with */
	bool help, version;
};

/* Read them, and set *rest to the index of what follows. Returns enum status. */
int start_read(struct gretool *g, struct start *start, int argc, char **argv,
	       int *rest);
/* Enter the network namespace of -n, unless this was done. Returns enum status. */
int start_enter(struct gretool *g);
void start_print_version(void);
/* Returns the exit status. */
int start_end(struct gretool *g, int status);

/* The main() of a program that has one command. */
int start_program(const struct command *command, int argc, char **argv);

#endif /* START_H */
