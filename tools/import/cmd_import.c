// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "import/import.h"

static const char help[] =
	"gretool import links\n"
	"gretool import ifupdown [FILE]\n"
	"gretool import networkd [DIRECTORY]\n"
	"\n"
	"Write a file for \"gretool apply\" from the GRE tunnels that others "
	"have: links of\n"
	"the kernel's own kind; stanzas and their commands of ip(8) in\n"
	"/etc/network/interfaces; units in /etc/systemd/network. What cannot "
	"be taken\n"
	"over is a comment, and a warning.\n";

static int cmd_import(struct gretool *g, int argc, char **argv)
{
	struct import im = { 0 };
	const char *from, *path;
	int status, err;

	if (!argc)
		return usage("where from is missing, expected links, ifupdown "
			     "or networkd");
	from = argv[0];
	path = argc > 1 ? argv[1] : NULL;
	if (argc > 2 || (path && !strcmp(from, "links")))
		return usage("\"%s\" is too much", argv[argc - 1]);
	if (!strcmp(from, "links"))
		status = import_links(&im, &g->nl);
	else if (!strcmp(from, "ifupdown"))
		status = import_ifupdown(&im, path ? path
						   : "/etc/network/interfaces");
	else if (!strcmp(from, "networkd"))
		status = import_networkd(&im,
					 path ? path : "/etc/systemd/network");
	else
		return usage("\"%s\" is not links, ifupdown or networkd", from);
	err = import_print(stdout, &im);
	import_free(&im);
	return status ? status : err;
}

COMMAND(import, .order = 120, .summary = "write one from what other tools have",
	.help = help, .run = cmd_import);
