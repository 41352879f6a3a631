/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A command of gretool. COMMAND() registers it, so that a new command is a new file
 * and no list has to be edited.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include "cli/gretool.h"

struct command {
	const char *name;
	unsigned int order; /* where `help` lists the command */
	const char *summary; /* NULL: `help` does not list the command */
	const char *help;
	void (*print_options)(void); /* what follows the help, or NULL */
	bool is_extra; /* a program beside gretool, which has the help as well */
	/* The name of the command is argv[0]. Returns enum status, also STATUS_DONE. */
	int (*run)(struct gretool *g, int argc, char **argv);
};

/* The linker collects pointers to commands in a section, and defines its ends. */
extern const struct command *const __start_commands[];
extern const struct command *const __stop_commands[];

#define COMMAND(ID, ...)                                               \
	static const struct command definition_##ID = { .name = #ID,   \
							__VA_ARGS__ }; \
	static const struct command *const registered_##ID             \
		__attribute__((used, section("commands"))) = &definition_##ID

void command_help(const struct command *command);
/* Run the command, or explain it if one of the arguments is -h or --help. */
int command_run(struct gretool *g, const struct command *command, int argc,
		char **argv);

#endif /* COMMAND_H */
