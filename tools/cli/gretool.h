/* SPDX-License-Identifier: GPL-2.0 */
/* What the commands share. */
#ifndef GRETOOL_H
#define GRETOOL_H

#include <stdbool.h>

#include "lib/report.h"
#include "netlink/nl.h"

/* How show and monitor print. */
struct output {
	bool json;
	bool pretty;
	bool details;
	unsigned int stats; /* how many times -s was given */
};

struct gretool {
	struct nl nl;
	struct output output;
	bool force; /* a batch goes on after an error */
	const char *netns; /* of -n, NULL: where the shell is */
	int home; /* with -n: a file of the namespace of the shell, or -1 */
};

struct command {
	const char *name;
	const char *summary; /* NULL: not for humans, `help` hides it */
	const char *help;
	/* The arguments after the name of the command. Returns enum status. */
	int (*run)(struct gretool *g, int argc, char **argv);
};

/* Ends with a command without a name. */
extern const struct command commands[];

const struct command *find_command(const char *name);
/* Carry out one command line, the command first. */
int run_command(struct gretool *g, int argc, char **argv);
/* Take -s, -d, -j or -p. False: it is none of them. */
bool output_option(struct output *output, const char *text);

int cmd_add(struct gretool *g, int argc, char **argv);
int cmd_set(struct gretool *g, int argc, char **argv);
int cmd_del(struct gretool *g, int argc, char **argv);
int cmd_show(struct gretool *g, int argc, char **argv);
int cmd_monitor(struct gretool *g, int argc, char **argv);
int cmd_probe(struct gretool *g, int argc, char **argv);
int cmd_top(struct gretool *g, int argc, char **argv);
int cmd_metrics(struct gretool *g, int argc, char **argv);
int cmd_check(struct gretool *g, int argc, char **argv);
int cmd_apply(struct gretool *g, int argc, char **argv);
int cmd_save(struct gretool *g, int argc, char **argv);
int cmd_import(struct gretool *g, int argc, char **argv);
int cmd_help(struct gretool *g, int argc, char **argv);
int cmd_words(struct gretool *g, int argc, char **argv);

extern const char help_add[], help_set[], help_del[], help_show[],
	help_monitor[], help_probe[], help_top[], help_check[], help_metrics[],
	help_apply[], help_save[], help_import[], help_help[];

#endif /* GRETOOL_H */
