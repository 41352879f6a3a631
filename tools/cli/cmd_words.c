// SPDX-License-Identifier: GPL-2.0
/* For shell completion: gretool words add|set|file. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "option/words.h"

/* WORD, the bits of what it says, does a value follow (2: perhaps), which. */
static int cmd_words(struct gretool *g, int argc, char **argv)
{
	enum words_use use = WORDS_ADD;
	const struct word *word;

	(void)g;
	if (argc > 1 && !strcmp(argv[1], "set"))
		use = WORDS_SET;
	else if (argc > 1 && !strcmp(argv[1], "file"))
		use = WORDS_FILE;
	for (word = words; word->name; word++)
		if (words_are_for(word, use))
			printf("%s %u %d %s\n", word->name,
			       word->repeats ? 0 : word->fields,
			       word->optional ? 2 : !!word->value,
			       word->complete ? word->complete : "");
	return STATUS_OK;
}

COMMAND(words, .run = cmd_words);
