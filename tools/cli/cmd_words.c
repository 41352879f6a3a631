// SPDX-License-Identifier: GPL-2.0
/*
 * For shell completion: gretool words add|set|file prints options of a tunnel, "gretool
 * words commands" the commands, and "gretool words COMMAND" what a command takes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/registry.h"
#include "option/words.h"

static int list_commands(void)
{
	const struct command *command = NULL;

	while ((command = registry_next(command)))
		puts(command->name);
	return STATUS_OK;
}

/* A line has a word, its fields, whether a value follows (2: it may), and values. */
static int cmd_words(struct gretool *g, int argc, char **argv)
{
	static char option[] = "--words";
	enum words_use use = WORDS_ADD;
	const struct word *word;

	if (argc < 2)
		return STATUS_OK;
	if (!strcmp(argv[1], "commands"))
		return list_commands();
	if (strcmp(argv[1], "add") != 0 && strcmp(argv[1], "set") != 0 &&
	    strcmp(argv[1], "file") != 0)
		return registry_run(g, 2, (char *[]){ argv[1], option });
	if (!strcmp(argv[1], "set"))
		use = WORDS_SET;
	else if (!strcmp(argv[1], "file"))
		use = WORDS_FILE;
	for (word = words; word->name; word++)
		if (words_are_for(word, use))
			printf("%s %" PRIu64 " %d %s\n", word->name,
			       word->repeats ? 0 : word->fields,
			       word->optional ? 2 : !!word->value,
			       word->complete ? word->complete : "");
	return STATUS_OK;
}

COMMAND(words, .run = cmd_words);
