// SPDX-License-Identifier: GPL-2.0
#include "cli/args.h"
#include "netlink/change.h"
#include "netlink/tunnels.h"

static const char help[] = "gretool del NAME\n"
			   "\n"
			   "Delete a tunnel.\n";

static int cmd_del(struct gretool *g, int argc, char **argv)
{
	const char *name = NULL;
	const struct args args = {
		.operands = &name,
		.max_operands = 1,
		.operand_name = "NAME",
		.complete = { "@tunnel" },
		.needs_tunnel = true,
	};
	struct tunnel tunnel;
	int status;

	status = args_read(&args, &g->output, argc, argv);
	if (!status)
		status = tunnels_find(&g->nl, name, &tunnel);
	if (status)
		return status;
	return change_delete(&g->nl, name, tunnel.ifindex);
}

COMMAND(del, .order = 30, .summary = "delete a tunnel", .help = help,
	.run = cmd_del);
