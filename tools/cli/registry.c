// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "cli/extra.h"
#include "cli/registry.h"
#include "cli/start.h"
#include "lib/nearest.h"

/* Names beyond this number are not suggested for an unknown command. */
#define NAMES_MAX 64

const struct command *registry_find(const char *name)
{
	const struct command *const *c;

	for (c = __start_commands; c != __stop_commands; c++)
		if (!strcmp((*c)->name, name))
			return *c;
	return NULL;
}

static bool is_before(const struct command *a, const struct command *b)
{
	return a->order == b->order ? strcmp(a->name, b->name) < 0
				    : a->order < b->order;
}

static bool is_listed(const struct command *command)
{
	return command->summary &&
	       (!command->is_extra || extra_is_installed(command->name));
}

const struct command *registry_next(const struct command *previous)
{
	const struct command *const *c, *next = NULL;

	for (c = __start_commands; c != __stop_commands; c++)
		if ((!previous || is_before(previous, *c)) &&
		    (!next || is_before(*c, next)) && is_listed(*c))
			next = *c;
	return next;
}

static const char *nearest_name(const char *name)
{
	const char *names[NAMES_MAX + 1] = { NULL };
	const struct command *command = NULL;
	size_t count = 0;

	while (count < NAMES_MAX && (command = registry_next(command)))
		names[count++] = command->name;
	return nearest(name, names, sizeof(*names));
}

int registry_run(struct gretool *g, int argc, char **argv)
{
	const struct command *command = registry_find(argv[0]);
	const char *meant;
	int status;

	if (command && command->is_extra)
		return extra_run(g, argc, argv);
	if (command) {
		status = start_enter(g);
		return status ? status : command_run(g, command, argc, argv);
	}
	meant = nearest_name(argv[0]);
	if (meant)
		return usage("\"%s\" is not a command, did you mean \"%s\"?",
			     argv[0], meant);
	return usage("\"%s\" is not a command, see \"gretool help\"", argv[0]);
}
