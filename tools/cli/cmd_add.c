// SPDX-License-Identifier: GPL-2.0
#include "cli/gretool.h"
#include "netlink/change.h"
#include "netlink/resolve.h"
#include "option/words.h"

const char help_add[] = "gretool add NAME remote ADDRESS|any [OPTION]...\n"
			"\n"
			"Create a tunnel: all of what is said, or nothing. "
			"Options may come in any\n"
			"order, each at most once.\n";

int cmd_add(struct gretool *g, int argc, char **argv)
{
	struct config c;
	int status;

	status = words_parse(&c, WORDS_ADD, argc, argv);
	if (!status)
		status = resolve_numbers(&g->nl, &c, &c);
	if (!status)
		status = change_create(&g->nl, &c, NULL);
	config_free(&c);
	return status;
}
