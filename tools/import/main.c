// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "cli/args.h"
#include "import/import.h"

static const char help[] =
	"gretool import links\n"
	"gretool import ifupdown [FILE]\n"
	"gretool import networkd [DIRECTORY]\n"
	"\n"
	"Write a file for \"gretool apply\" from GRE tunnels that other tools have\n"
	"configured: links of the kind gre in the kernel; stanzas with their ip(8)\n"
	"commands in /etc/network/interfaces; units in /etc/systemd/network. What\n"
	"cannot be imported becomes a comment, and a warning.\n";

static int read_from(struct import *im, struct nl *nl, const char *from,
		     const char *path)
{
	if (!strcmp(from, "ifupdown"))
		return import_ifupdown(im,
				       path ? path : "/etc/network/interfaces");
	if (!strcmp(from, "networkd"))
		return import_networkd(im,
				       path ? path : "/etc/systemd/network");
	if (strcmp(from, "links") != 0)
		return usage("\"%s\" is not links, ifupdown or networkd", from);
	if (path)
		return usage("unexpected argument \"%s\"", path);
	return import_links(im, nl);
}

static int run_import(struct gretool *g, int argc, char **argv)
{
	const char *operands[2] = { NULL, NULL };
	const struct args args = {
		.operands = operands,
		.max_operands = 2,
		.operand_name = "links, ifupdown or networkd",
		.complete = { "links ifupdown networkd", "@file" },
	};
	struct import im = { 0 };
	int status, err;

	status = args_read(&args, &g->output, argc, argv);
	if (status)
		return status;
	if (!operands[0])
		return usage("the source is missing, expected links, ifupdown "
			     "or networkd");
	status = read_from(&im, &g->nl, operands[0], operands[1]);
	err = import_print(stdout, &im);
	import_free(&im);
	return status ? status : err;
}

COMMAND(import, .help = help, .run = run_import);
