// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/diff.h"
#include "cli/args.h"
#include "lib/output.h"
#include "netlink/tunnels.h"
#include "option/options.h"

static const char help[] =
	"gretool save [FILE]\n"
	"\n"
	"Write all tunnels, their addresses and their static routes as a file for\n"
	"\"gretool apply\", to standard output, or to FILE, which is replaced atomically.\n";

/*
 * An MTU that the kernel has chosen is not saved, because it may change with the route.
 * The kernel does not report secrets.
 */
static uint64_t fields_of(const struct tunnel *t)
{
	uint64_t fields = options_needed(&t->config);

	if (t->config.mtu_default)
		fields &= ~F_MTU;
	return fields & ~F_KEEPALIVE_SECRET;
}

/* subject is " of addr ADDRESS", or "" for the tunnel itself. */
static void save_properties(FILE *out, const char *name, const char *subject,
			    const struct properties *properties)
{
	size_t i;

	for (i = 0; i < properties->count; i++) {
		report("%s: \"%s\"%s is not saved, a file cannot say it", name,
		       properties->names[i], subject);
		fprintf(out, "# not saved, a file cannot say it: \"%s\"%s\n",
			properties->names[i], subject);
	}
}

static void save_address_properties(FILE *out, const char *name,
				    const struct entry *a)
{
	char ip[INET6_ADDRSTRLEN], subject[INET6_ADDRSTRLEN + 32];

	snprintf(subject, sizeof(subject), " of addr %s/%u",
		 ip_text(&a->local, ip), a->prefix);
	save_properties(out, name, subject, &a->properties);
}

static void save_tunnel(FILE *out, const struct tunnel *t)
{
	char text[IFNAMSIZ];
	size_t i;

	snprintf(text, sizeof(text), "if%u", t->config.link);
	if (t->config.link && !strcmp(t->config.dev, text)) {
		report("%s: the name of dev cannot be read", t->config.name);
		fputs("# The name of dev cannot be read.\n", out);
	}
	options_print_section(out, &t->config, fields_of(t));
	if (t->config.keepalive_secret.is_set) {
		report("%s: the keepalive-secret is not saved, it cannot be read",
		       t->config.name);
		fputs("# not saved, it cannot be read:", out);
		options_print(out, &t->config, F_KEEPALIVE_SECRET);
		putc('\n', out);
	}
	save_properties(out, t->config.name, "", &t->properties);
	for (i = 0; i < t->config.addrs.count; i++)
		save_address_properties(out, t->config.name,
					&t->config.addrs.list[i]);
	for (i = 0; i < t->unsupported.count; i++) {
		report("%s: a route is not saved, it has more than a file can say",
		       t->config.name);
		fputs("# not saved, it has more than a file can say:", out);
		route_print(out, &t->unsupported.list[i]);
		putc('\n', out);
	}
}

static void save_tunnels(FILE *out, const void *what)
{
	const struct tunnels *tunnels = what;
	size_t i;

	for (i = 0; i < tunnels->count; i++) {
		if (i)
			putc('\n', out);
		save_tunnel(out, &tunnels->list[i]);
	}
}

/* A file can have one route to a destination: the first, which the kernel uses. */
static void set_aside(struct tunnel *t)
{
	struct config *c = &t->config;
	const size_t count = c->routes.count;
	size_t i;

	c->routes.count = 0;
	for (i = 0; i < count; i++) {
		const struct entry r = c->routes.list[i];

		if (entries_find(&c->routes, &r, entry_same_place))
			entries_add(&t->unsupported, &r);
		else
			c->routes.list[c->routes.count++] = r;
	}
}

/* Sorting by name makes files comparable. */
static int compare_tunnels(const void *left, const void *right)
{
	const struct tunnel *a = left, *b = right;

	return strcmp(a->config.name, b->config.name);
}

static int cmd_save(struct gretool *g, int argc, char **argv)
{
	struct tunnels tunnels;
	const char *path = NULL;
	const struct args args = {
		.operands = &path,
		.max_operands = 1,
		.complete = { "@file" },
		.operand_name = "FILE",
	};
	int status;
	size_t i;

	status = args_read(&args, &g->output, argc, argv);
	if (status)
		return status;
	if (path && !strcmp(path, "-"))
		path = NULL;
	status = tunnels_read(&g->nl, NULL, false, &tunnels);
	if (!status)
		status = tunnels_read_routes(&g->nl, &tunnels);
	if (!status && tunnels.is_partial)
		status = refused("nothing is saved, as something might be "
				 "missing; try again");
	for (i = 0; !status && i < tunnels.count; i++)
		set_aside(&tunnels.list[i]);
	if (!status && tunnels.count)
		qsort(tunnels.list, tunnels.count, sizeof(*tunnels.list),
		      compare_tunnels);
	if (!status)
		status = output_file(path, save_tunnels, &tunnels);
	tunnels_free(&tunnels);
	return status;
}

COMMAND(save, .order = 110, .summary = "write a file of all tunnels",
	.help = help, .run = cmd_save);
