// SPDX-License-Identifier: GPL-2.0
/* For shell completion: gretool words add|set. */
#include <stdio.h>
#include <string.h>

#include "gretool.h"
#include "words.h"

/* WORD, the bits of what it says, does a value follow (2: perhaps), which. */
int cmd_words(struct gretool *g, int argc, char **argv)
{
	bool set = argc && !strcmp(argv[0], "set");
	const struct word *word;

	(void)g;
	for (word = words; word->name; word++)
		if (!(set && word->add_only))
			printf("%s %u %d %s\n", word->name,
			       word->repeats ? 0 : word->fields,
			       word->optional ? 2 : !!word->value,
			       word->complete ? word->complete : "");
	return STATUS_OK;
}
