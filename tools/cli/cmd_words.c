// SPDX-License-Identifier: GPL-2.0
/*
 * For shell completion: gretool words add|set|file prints options of a tunnel, "gretool
 * words commands" the commands, and "gretool words COMMAND" what a command takes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"

static int list_commands(void)
{
	const struct command *command = NULL;

	while ((command = command_next(command)))
		puts(command->name);
	return STATUS_OK;
}

/* A line has a name, its fields, whether a value follows (2: it may), and values. */
static int cmd_words(struct gretool *g, int argc, char **argv)
{
	static char words[] = "--words";
	enum options_use use = OPTIONS_ADD;
	const struct option *option, *meant;

	if (argc < 2)
		return STATUS_OK;
	if (!strcmp(argv[1], "commands"))
		return list_commands();
	if (strcmp(argv[1], "add") != 0 && strcmp(argv[1], "set") != 0 &&
	    strcmp(argv[1], "file") != 0)
		return command_run_named(g, 2, (char *[]){ argv[1], words });
	if (!strcmp(argv[1], "set"))
		use = OPTIONS_SET;
	else if (!strcmp(argv[1], "file"))
		use = OPTIONS_FILE;
	for (option = option_table; option->name; option++) {
		if (!option_is_for(option, use))
			continue;
		meant = option_meant(option);
		printf("%s %" PRIu64 " %d %s\n", option->name,
		       meant->repeats ? 0 : meant->fields,
		       meant->optional ? 2 : !!meant->value,
		       meant->complete ? meant->complete : "");
	}
	return STATUS_OK;
}

COMMAND(words, .run = cmd_words);
