// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "cli/command.h"

static const char help[] = "gretool help [COMMAND]\n"
			   "\n"
			   "Explain a command, or list them.\n";

static void list_commands(void)
{
	const struct command *command = NULL;

	puts("gretool [-n NETNS] [-s] [-d] [-j] [-p] COMMAND [ARGUMENT]...\n"
	     "gretool [-n NETNS] [-force] -batch FILE\n"
	     "\n"
	     "Commands:");
	while ((command = command_next(command)))
		printf("  %-9s %s\n", command->name, command->summary);
	puts("\n"
	     "Options:\n"
	     "  -n NETNS     act in a network namespace: name, path or pid\n"
	     "  -batch FILE  run a file of commands, - for standard input\n"
	     "  -force       go on after an error in the file\n"
	     "  -s -d        show: statistics, details\n"
	     "  -j -p        JSON, indented JSON\n"
	     "  --version\n"
	     "\n"
	     "\"gretool help COMMAND\" explains a command, gretool(8) everything.");
}

static int cmd_help(struct gretool *g, int argc, char **argv)
{
	static char help_option[] = "--help";
	const struct command *command;

	if (argc < 2) {
		list_commands();
		return STATUS_OK;
	}
	command = command_find(argv[1]);
	if (command && command->is_extra)
		return extra_run(g, 2, (char *[]){ argv[1], help_option });
	if (!command || !command->help)
		return usage("\"%s\" is not a command, see \"gretool help\"",
			     argv[1]);
	command_help(command);
	return STATUS_OK;
}

COMMAND(help, .order = 130, .summary = "explain a command", .help = help,
	.run = cmd_help);
