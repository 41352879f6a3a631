// SPDX-License-Identifier: GPL-2.0
/*
 * gretool: configures and shows grex tunnels. The programs beside it, which have one
 * command each, begin here, too.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/args.h"

#ifndef VERSION
#define VERSION "unknown"
#endif

/* The options before the command. */
struct start {
	const char *batch;
	const char *line; /* of the batch in which gretool executes a program */
	bool help, version;
};

/* Set *rest to the index of what follows. Returns enum status. */
static int read_options(struct gretool *g, struct start *start, int argc,
			char **argv, int *rest)
{
	static const char netns[] =
		"the name, path or pid of a network namespace";
	static const char batch[] = "a file or - for standard input";
	const struct args_option options[] = {
		{ "n", .value = &g->netns, .expected = netns },
		{ "netns", .value = &g->netns, .expected = netns },
		{ "batch", .value = &start->batch, .expected = batch },
		{ "b", .value = &start->batch, .expected = batch },
		{ "force", .flag = &g->force },
		{ "batch-file", .value = &report_origin.file },
		{ "batch-line", .value = &start->line },
		{ "h", .flag = &start->help },
		{ "help", .flag = &start->help },
		{ "V", .flag = &start->version },
		{ "version", .flag = &start->version },
		{ 0 },
	};
	int status = args_read_first(options, &g->output, argc, argv, rest);

	if (start->line)
		report_origin.line =
			(unsigned int)strtoul(start->line, NULL, 10);
	return status;
}

static int run(struct gretool *g, int argc, char **argv)
{
	const struct command *only = command_only();
	struct start start = { 0 };
	int rest, status;

	status = read_options(g, &start, argc, argv, &rest);
	if (status)
		return status;
	if (only && start.batch)
		return usage("-batch: only gretool itself runs a file of "
			     "commands");
	if (!only && rest < argc && argv[rest][0] == '-')
		return usage("\"%s\" is not an option, see \"gretool help\"",
			     argv[rest]);
	if (start.help && !only)
		return command_find("help")->run(g, 1, argv);
	if (start.help) {
		command_help(only);
		return STATUS_OK;
	}
	if (start.version) {
		printf("gretool %s\n", VERSION);
		return STATUS_OK;
	}
	/* argv[0] of a command is its name, which it does not read. */
	if (only)
		return command_run(g, only, argc - rest + 1, argv + rest - 1);
	if (start.batch && rest < argc)
		return usage("-batch: unexpected argument \"%s\", the commands "
			     "are in the file",
			     argv[rest]);
	if (start.batch) {
		status = command_enter(g);
		return status ? status : batch_run(g, start.batch);
	}
	if (rest == argc)
		return usage("the command is missing, see \"gretool help\"");
	return command_run_named(g, argc - rest, argv + rest);
}

int main(int argc, char **argv)
{
	/* This is too large for the stack. */
	static struct gretool g = { .home = -1 };
	int status = run(&g, argc, argv);

	nl_close(&g.nl);
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	report("cannot write the output: %s", strerror(errno));
	return status ? status : STATUS_REFUSED;
}
