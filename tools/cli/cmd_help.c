// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "cli/gretool.h"
#include "option/words.h"

const char help_help[] = "gretool help [COMMAND]\n"
			 "\n"
			 "Explain a command, or list them.\n";

static void help_all(void)
{
	const struct command *command;

	puts("gretool [-n NETNS] [-s] [-d] [-j] [-p] COMMAND [ARGUMENT]...\n"
	     "gretool [-n NETNS] [-force] -batch FILE\n"
	     "\n"
	     "Commands:");
	for (command = commands; command->name; command++)
		if (command->summary)
			printf("  %-9s %s\n", command->name, command->summary);
	puts("\n"
	     "Options:\n"
	     "  -n NETNS     act in a network namespace: name, path or pid\n"
	     "  -batch FILE  carry out a file of commands, - for standard "
	     "input\n"
	     "  -force       go on after an error in it\n"
	     "  -s -d        show: statistics, details\n"
	     "  -j -p        JSON, indented JSON\n"
	     "  --version\n"
	     "\n"
	     "\"gretool help COMMAND\" explains more, gretool(8) all.");
}

int cmd_help(struct gretool *g, int argc, char **argv)
{
	const struct command *command;

	(void)g;
	if (!argc) {
		help_all();
		return STATUS_OK;
	}
	command = find_command(argv[0]);
	if (!command || !command->help)
		return usage("\"%s\" is not a command, see \"gretool help\"",
			     argv[0]);
	fputs(command->help, stdout);
	if (command->run == cmd_add)
		words_help(stdout, WORDS_ADD);
	else if (command->run == cmd_set)
		words_help(stdout, WORDS_SET);
	else if (command->run == cmd_apply)
		words_help(stdout, WORDS_FILE);
	return STATUS_OK;
}
