/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A command of gretool. COMMAND() registers it, so that a new command is a new file
 * and no list has to be edited.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>

#include "lib/report.h"
#include "netlink/nl.h"
#include "option/parse.h"

/* How commands print. */
struct output {
	bool json;
	bool pretty;
	bool details;
	unsigned int stats; /* how many times -s was given */
};

/* What all commands have in common. */
struct gretool {
	struct nl nl;
	struct output output;
	bool force; /* a batch goes on after an error */
	const char *netns; /* of -n; NULL: that of the shell */
	bool is_inside; /* gretool has entered netns */
	int home; /* the network namespace of the shell, if is_inside; else -1 */
};

struct command {
	const char *name;
	unsigned int order; /* where `help` lists the command */
	const char *summary; /* NULL: `help` does not list the command */
	const char *help;
	enum options_use options; /* that follow the help */
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

/* The only command of a program beside gretool, or NULL. */
const struct command *command_only(void);
const struct command *command_find(const char *name);
/* The next command that `help` lists, in its order; NULL begins, and ends. */
const struct command *command_next(const struct command *previous);
void command_help(const struct command *command);

/* Enter the network namespace of -n, unless this was done. Returns enum status. */
int command_enter(struct gretool *g);
/*
 * Run the command in that namespace, or explain it if one of the arguments is -h or
 * --help. Returns enum status.
 */
int command_run(struct gretool *g, const struct command *command, int argc,
		char **argv);
/* Run the command that argv[0] names. */
int command_run_named(struct gretool *g, int argc, char **argv);

/* Run the lines of a file; "-" is standard input. Returns enum status. */
int batch_run(struct gretool *g, const char *path);

/*
 * Programs are searched beside gretool and in LIBEXECDIR. The environment is ignored,
 * because gretool runs as root.
 */
bool extra_is_installed(const char *name);
/*
 * Execute the program of the command argv[0]. In a batch, wait until it ends, and return
 * its exit status.
 */
int extra_run(struct gretool *g, int argc, char **argv);

#endif /* COMMAND_H */
