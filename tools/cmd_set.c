// SPDX-License-Identifier: GPL-2.0
#include "change.h"
#include "link.h"
#include "resolve.h"
#include "tunnels.h"
#include "words.h"

const char help_set[] = "gretool set NAME OPTION...\n"
			"\n"
			"Change what is named and keep the rest: all of it, or "
			"nothing. An addr is\n"
			"added to those that are there.\n";

static int set_tunnel(struct gretool *g, struct config *c)
{
	struct tunnel tunnel;
	struct config wanted;
	uint32_t fields;
	int status;

	status = tunnels_find(&g->nl, c->name, &tunnel);
	if (status)
		return status;
	status = resolve_numbers(&g->nl, c, &tunnel.config);
	if (status)
		return status;

	/* Key, checksum and sequence share an attribute: keep the others. */
	wanted = tunnel.config;
	config_overlay(&wanted, c);
	fields = c->given & ~(uint32_t)F_ADDR;
	if (fields)
		status = change_link(g, tunnel.ifindex, &wanted, fields);
	if (status)
		return status; /* a refused change has changed nothing */
	status = change_addresses(g, tunnel.ifindex, c, true);
	if (status && fields) {
		struct nl_request request;

		link_change(&request, tunnel.ifindex, &tunnel.config, fields);
		nl_talk(&g->nl, &request, NULL, NULL);
	}
	return status;
}

int cmd_set(struct gretool *g, int argc, char **argv)
{
	struct config c;
	int status;

	status = words_parse(&c, WORDS_SET, argc, argv);
	if (!status)
		status = set_tunnel(g, &c);
	config_free(&c);
	return status;
}
