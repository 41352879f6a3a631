// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "cli/command.h"

void command_help(const struct command *command)
{
	fputs(command->help, stdout);
	if (command->print_options)
		command->print_options();
}

static bool asks_for_help(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], "-h") || !strcmp(argv[i], "--help"))
			return true;
	return false;
}

int command_run(struct gretool *g, const struct command *command, int argc,
		char **argv)
{
	int status = STATUS_OK;

	report_origin.command = command->name;
	if (command->help && asks_for_help(argc, argv))
		command_help(command);
	else
		status = command->run(g, argc, argv);
	report_origin.command = NULL;
	return status == STATUS_DONE ? STATUS_OK : status;
}
