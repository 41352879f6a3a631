// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/args.h"
#include "cli/start.h"
#include "netlink/netns.h"

#ifndef VERSION
#define VERSION "unknown"
#endif

int start_read(struct gretool *g, struct start *start, int argc, char **argv,
	       int *rest)
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
		{ "batch-file", .value = &start->file },
		{ "batch-line", .value = &start->line },
		{ "h", .flag = &start->help },
		{ "help", .flag = &start->help },
		{ "V", .flag = &start->version },
		{ "version", .flag = &start->version },
		{ 0 },
	};

	return args_read_first(options, &g->output, argc, argv, rest);
}

int start_enter(struct gretool *g)
{
	if (!g->netns || g->is_inside)
		return STATUS_OK;
	g->home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	g->is_inside = true;
	return netns_enter(g->netns);
}

void start_print_version(void)
{
	printf("gretool %s\n", VERSION);
}

int start_end(struct gretool *g, int status)
{
	nl_close(&g->nl);
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	report("cannot write the output: %s", strerror(errno));
	return status ? status : STATUS_REFUSED;
}

static int run(struct gretool *g, const struct command *command, int argc,
	       char **argv)
{
	struct start start = { 0 };
	int rest, status;

	status = start_read(g, &start, argc, argv, &rest);
	if (status)
		return status;
	if (start.batch)
		return usage(
			"-batch: only gretool itself runs a file of commands");
	report_origin.file = start.file;
	if (start.line)
		report_origin.line =
			(unsigned int)strtoul(start.line, NULL, 10);
	if (start.help) {
		command_help(command);
		return STATUS_OK;
	}
	if (start.version) {
		start_print_version();
		return STATUS_OK;
	}
	status = start_enter(g);
	/* argv[0] of a command is its name, which it does not read. */
	return status ? status
		      : command_run(g, command, argc - rest + 1,
				    argv + rest - 1);
}

int start_program(const struct command *command, int argc, char **argv)
{
	/* This is too large for the stack. */
	static struct gretool g = { .home = -1 };

	return start_end(&g, run(&g, command, argc, argv));
}
