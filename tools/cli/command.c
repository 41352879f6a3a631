// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "lib/nearest.h"
#include "netlink/netns.h"

/* Names beyond this number are not suggested for an unknown command. */
#define NAMES_MAX 64

const struct command *command_only(void)
{
	return __start_commands + 1 == __stop_commands ? __start_commands[0]
						       : NULL;
}

const struct command *command_find(const char *name)
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

const struct command *command_next(const struct command *previous)
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

	while (count < NAMES_MAX && (command = command_next(command)))
		names[count++] = command->name;
	return nearest(name, names, sizeof(*names));
}

void command_help(const struct command *command)
{
	fputs(command->help, stdout);
	if (command->options)
		options_help(stdout, command->options);
}

int command_enter(struct gretool *g)
{
	if (!g->netns || g->is_inside)
		return STATUS_OK;
	g->home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	g->is_inside = true;
	return netns_enter(g->netns);
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
	int status = command_enter(g);

	if (status)
		return status;
	report_origin.command = command->name;
	if (command->help && asks_for_help(argc, argv))
		command_help(command);
	else
		status = command->run(g, argc, argv);
	report_origin.command = NULL;
	return status == STATUS_DONE ? STATUS_OK : status;
}

int command_run_named(struct gretool *g, int argc, char **argv)
{
	const struct command *command = command_find(argv[0]);
	const char *meant;

	if (command)
		return command->is_extra ? extra_run(g, argc, argv)
					 : command_run(g, command, argc, argv);
	meant = nearest_name(argv[0]);
	if (meant)
		return usage("\"%s\" is not a command, did you mean \"%s\"?",
			     argv[0], meant);
	return usage("\"%s\" is not a command, see \"gretool help\"", argv[0]);
}
