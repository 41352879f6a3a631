// SPDX-License-Identifier: GPL-2.0
#include "cli/command.h"
#include "netlink/change.h"
#include "netlink/resolve.h"
#include "netlink/tunnels.h"

static const char help[] =
	"gretool set NAME OPTION...\n"
	"\n"
	"Change the options that are given, all or none of them, and keep the others.\n"
	"addr adds an address to those of the tunnel.\n";

/* Undo a change after the kernel has refused an address. */
static void put_back(struct gretool *g, const struct tunnel *before,
		     uint64_t fields)
{
	struct nl_request request;

	/* The kernel may have turned the probes on with "mtu auto". */
	if (fields & F_MTU)
		fields |= F_MTU_PROBE;
	link_change(&request, before->ifindex, &before->config, fields);
	nl_talk(&g->nl, &request, NULL, NULL);
	if (change_for_good(&before->config, fields))
		report("%s: the keepalive-secret could not be put back",
		       before->config.name);
}

static int set_tunnel(struct gretool *g, struct config *c)
{
	struct tunnel tunnel;
	struct config wanted;
	uint64_t fields, last = 0;
	int status;

	status = tunnels_find(&g->nl, c->name, &tunnel);
	if (status)
		return status;
	status = resolve_numbers(&g->nl, c, &tunnel.config, NULL);
	if (status)
		return status;

	/* Key, checksum and sequence share an attribute, so send those that stay, too. */
	wanted = tunnel.config;
	config_overlay(&wanted, c);
	fields = c->given & ~F_ADDR;
	/* A tunnel without a remote cannot have a secret, so it is removed at once. */
	if (c->addrs.count && wanted.remote.family)
		last = change_for_good(&tunnel.config, fields);
	fields &= ~last;
	if (fields)
		status = change_link(&g->nl, tunnel.ifindex, &wanted, fields);
	if (status)
		return status; /* the kernel has changed nothing */
	status = change_addresses(&g->nl, tunnel.ifindex, c, true);
	if (status && fields)
		put_back(g, &tunnel, fields);
	if (!status && last)
		status = change_link(&g->nl, tunnel.ifindex, &wanted, last);
	return status;
}

static int cmd_set(struct gretool *g, int argc, char **argv)
{
	struct config c;
	int status;

	status = options_parse(&c, OPTIONS_SET, argc - 1, argv + 1, NULL);
	if (!status)
		status = set_tunnel(g, &c);
	config_free(&c);
	return status;
}

COMMAND(set, .order = 20, .summary = "change a tunnel", .help = help,
	.options = OPTIONS_SET, .run = cmd_set);
