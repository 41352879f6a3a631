// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "change.h"
#include "kmod.h"
#include "link.h"
#include "refusal.h"
#include "resolve.h"
#include "tunnels.h"
#include "words.h"

const char help_add[] = "gretool add NAME remote ADDRESS|any [OPTION]...\n"
			"\n"
			"Create a tunnel: all of what is said, or nothing. "
			"Options may come in any\n"
			"order, each at most once.\n";

/* The kernel loads the module by itself, unless it cannot. */
static int create(struct gretool *g, const struct config *c)
{
	static bool tried;
	struct nl_request request;
	int status, err;

	link_add(&request, c);
	err = nl_talk(&g->nl, &request, NULL, NULL);
	if (err == -EOPNOTSUPP && !tried && kmod_is_missing()) {
		tried = true;
		status = kmod_load();
		if (status)
			return status;
		link_add(&request, c);
		err = nl_talk(&g->nl, &request, NULL, NULL);
	}
	return err ? report_refusal(&g->nl, &request, c->name) : STATUS_OK;
}

static int add_tunnel(struct gretool *g, const struct config *c)
{
	struct nl_request request;
	struct config down = *c;
	struct tunnel tunnel;
	int status;

	/* Without addresses one message does it all. */
	if (!c->naddrs)
		return create(g, c);
	/* With addresses it comes up last. */
	down.up = false;
	status = create(g, &down);
	if (status)
		return status;
	status = tunnels_find(&g->nl, c->name, &tunnel);
	if (status)
		return status;
	status = change_addresses(g, tunnel.ifindex, c, false);
	if (!status && c->up)
		status = change_link(g, tunnel.ifindex, c, F_UP);
	if (status) {
		link_delete(&request, tunnel.ifindex);
		nl_talk(&g->nl, &request, NULL, NULL);
	}
	return status;
}

int cmd_add(struct gretool *g, int argc, char **argv)
{
	struct config c;
	int status;

	status = words_parse(&c, WORDS_ADD, argc, argv);
	if (!status)
		status = resolve_numbers(&g->nl, &c, &c);
	if (!status)
		status = add_tunnel(g, &c);
	config_free(&c);
	return status;
}
