// SPDX-License-Identifier: GPL-2.0
#include "cli/command.h"
#include "netlink/change.h"
#include "netlink/resolve.h"

static const char help[] =
	"gretool add NAME remote ADDRESS|any [OPTION]...\n"
	"\n"
	"Create a tunnel with all of its options, or nothing if one is refused. The\n"
	"options may come in any order, each at most once.\n";

static int cmd_add(struct gretool *g, int argc, char **argv)
{
	struct config c;
	int status;

	status = options_parse(&c, OPTIONS_ADD, argc - 1, argv + 1, NULL);
	if (!status)
		status = resolve_numbers(&g->nl, &c, &c, NULL);
	if (!status)
		status = change_create(&g->nl, &c, NULL);
	config_free(&c);
	return status;
}

COMMAND(add, .order = 10, .summary = "create a tunnel", .help = help,
	.options = OPTIONS_ADD, .run = cmd_add);
