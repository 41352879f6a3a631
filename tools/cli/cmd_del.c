// SPDX-License-Identifier: GPL-2.0
#include "cli/command.h"
#include "netlink/change.h"
#include "netlink/tunnels.h"
#include "option/words.h"

static const char help[] = "gretool del NAME\n"
			   "\n"
			   "Delete a tunnel.\n";

static int cmd_del(struct gretool *g, int argc, char **argv)
{
	struct tunnel tunnel;
	const char *wrong;
	int status;

	if (!argc)
		return usage("the name of the tunnel is missing, expected NAME");
	if (argc > 1)
		return usage("\"%s\" is too much, expected only NAME", argv[1]);
	wrong = words_check_name(argv[0]);
	if (wrong)
		return usage("name: \"%s\" %s", argv[0], wrong);
	status = tunnels_find(&g->nl, argv[0], &tunnel);
	if (status)
		return status;
	return change_delete(&g->nl, argv[0], tunnel.ifindex);
}

COMMAND(del, .order = 30, .summary = "delete a tunnel", .help = help,
	.run = cmd_del);
