// SPDX-License-Identifier: GPL-2.0
/* gretool: configures and shows grex tunnels. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cli/args.h"
#include "cli/batch.h"
#include "cli/registry.h"
#include "netlink/netns.h"

#ifndef VERSION
#define VERSION "unknown"
#endif

/* What is before the command. */
struct first {
	const char *batch;
	bool help, version;
};

static int read_first(struct gretool *g, struct first *first, int argc,
		      char **argv, int *rest)
{
	static const char netns[] =
		"the name, path or pid of a network namespace";
	static const char batch[] = "a file or - for standard input";
	const struct args_option options[] = {
		{ "n", .value = &g->netns, .expected = netns },
		{ "netns", .value = &g->netns, .expected = netns },
		{ "batch", .value = &first->batch, .expected = batch },
		{ "b", .value = &first->batch, .expected = batch },
		{ "force", .flag = &g->force },
		{ "h", .flag = &first->help },
		{ "help", .flag = &first->help },
		{ "V", .flag = &first->version },
		{ "version", .flag = &first->version },
		{ 0 },
	};
	int status;

	status = args_read_first(options, &g->output, argc, argv, rest);
	if (!status && *rest < argc && argv[*rest][0] == '-')
		status = usage("\"%s\" is not an option, see \"gretool help\"",
			       argv[*rest]);
	return status;
}

static int enter(struct gretool *g)
{
	g->home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	return netns_enter(g->netns);
}

static int run(struct gretool *g, int argc, char **argv)
{
	struct first first = { 0 };
	int rest, status;

	status = read_first(g, &first, argc, argv, &rest);
	if (status)
		return status;
	if (first.help)
		return command_run(g, registry_find("help"), 1, argv);
	if (first.version) {
		printf("gretool %s\n", VERSION);
		return STATUS_OK;
	}
	if (first.batch && rest < argc)
		return usage("-batch: unexpected argument \"%s\", the commands "
			     "are in the file",
			     argv[rest]);
	if (!first.batch && rest == argc)
		return usage("the command is missing, see \"gretool help\"");
	if (g->netns)
		status = enter(g);
	if (status)
		return status;
	return first.batch ? batch_run(g, first.batch)
			   : registry_run(g, argc - rest, argv + rest);
}

int main(int argc, char **argv)
{
	/* Large: it has the receive buffer. */
	static struct gretool g = { .home = -1 };
	int status = run(&g, argc, argv);

	nl_close(&g.nl);
	if (fflush(stdout) || ferror(stdout)) {
		report("cannot write the output: %s", strerror(errno));
		status = status ? status : STATUS_REFUSED;
	}
	return status;
}
