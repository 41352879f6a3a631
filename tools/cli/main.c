// SPDX-License-Identifier: GPL-2.0
/* gretool: configures and shows grex tunnels. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cli/batch.h"
#include "cli/registry.h"
#include "netlink/netns.h"

#ifndef VERSION
#define VERSION "unknown"
#endif

enum option {
	OPTION_NONE,
	OPTION_BATCH,
	OPTION_DETAILS,
	OPTION_FORCE,
	OPTION_HELP,
	OPTION_JSON,
	OPTION_NETNS,
	OPTION_PRETTY,
	OPTION_STATS,
	OPTION_VERSION,
};

/* One or two dashes, as ip(8) and as everyone else. */
static enum option find_option(const char *text)
{
	static const struct {
		const char *name;
		enum option option;
	} options[] = {
		{ "b", OPTION_BATCH },	     { "batch", OPTION_BATCH },
		{ "d", OPTION_DETAILS },     { "details", OPTION_DETAILS },
		{ "force", OPTION_FORCE },   { "h", OPTION_HELP },
		{ "help", OPTION_HELP },     { "j", OPTION_JSON },
		{ "json", OPTION_JSON },     { "n", OPTION_NETNS },
		{ "netns", OPTION_NETNS },   { "p", OPTION_PRETTY },
		{ "pretty", OPTION_PRETTY }, { "s", OPTION_STATS },
		{ "stats", OPTION_STATS },   { "statistics", OPTION_STATS },
		{ "V", OPTION_VERSION },     { "version", OPTION_VERSION },
	};
	size_t i;

	if (*text++ != '-')
		return OPTION_NONE;
	if (*text == '-')
		text++;
	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (!strcmp(options[i].name, text))
			return options[i].option;
	return OPTION_NONE;
}

bool output_option(struct output *output, const char *text)
{
	switch (find_option(text)) {
	case OPTION_JSON:
		output->json = true;
		return true;
	case OPTION_PRETTY:
		output->json = true;
		output->pretty = true;
		return true;
	case OPTION_STATS:
		output->stats++;
		return true;
	case OPTION_DETAILS:
		output->details = true;
		return true;
	default:
		return false;
	}
}

static int run_arguments(struct gretool *g, int argc, char **argv)
{
	const char *batch = NULL;
	int i, status;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (output_option(&g->output, argv[i]))
			continue;
		switch (find_option(argv[i])) {
		case OPTION_FORCE:
			g->force = true;
			break;
		case OPTION_HELP:
			return command_run(g, registry_find("help"), 1, argv);
		case OPTION_VERSION:
			printf("gretool %s\n", VERSION);
			return STATUS_OK;
		case OPTION_BATCH:
			if (++i == argc)
				return usage("-batch: the value is missing, "
					     "expected a file or - for "
					     "standard input");
			batch = argv[i];
			break;
		case OPTION_NETNS:
			if (++i == argc)
				return usage("-n: the value is missing, "
					     "expected the name, path or pid "
					     "of a network namespace");
			/* Of several, the first one leaves the shell's. */
			if (!g->netns)
				g->home = open("/proc/self/ns/net",
					       O_RDONLY | O_CLOEXEC);
			g->netns = argv[i];
			status = netns_enter(argv[i]);
			if (status)
				return status;
			break;
		default:
			return usage("\"%s\" is not an option, see \"gretool help\"",
				     argv[i]);
		}
	}
	if (batch && i < argc)
		return usage("-batch: \"%s\" is too much, the commands are in "
			     "the file",
			     argv[i]);
	if (batch)
		return batch_run(g, batch);
	if (i < argc)
		return registry_run(g, argc - i, argv + i);
	return usage("the command is missing, see \"gretool help\"");
}

int main(int argc, char **argv)
{
	/* Large: it has the receive buffer. */
	static struct gretool g;
	int status = run_arguments(&g, argc, argv);

	nl_close(&g.nl);
	if (fflush(stdout) || ferror(stdout)) {
		report("cannot write the output: %s", strerror(errno));
		status = status ? status : STATUS_REFUSED;
	}
	return status;
}
