// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "cli/args.h"
#include "lib/output.h"
#include "metrics/metrics.h"
#include "netlink/tunnels.h"

static const char help[] =
	"gretool metrics [FILE]\n"
	"\n"
	"Print the counters and states of all tunnels as OpenMetrics text, or write\n"
	"them to FILE, which is replaced atomically. The textfile collector of the\n"
	"Prometheus node exporter reads files whose name ends in .prom.\n";

static void print_metrics(FILE *out, const void *what)
{
	const struct tunnels *tunnels = what;

	metrics_print(out, tunnels->list, tunnels->count);
}

static int run_metrics(struct gretool *g, int argc, char **argv)
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

	status = args_read(&args, &g->output, argc, argv);
	if (status)
		return status;
	if (path && !strcmp(path, "-"))
		path = NULL;
	status = tunnels_dump(&g->nl, true, &tunnels);
	if (!status)
		status = output_file(path, print_metrics, &tunnels);
	tunnels_free(&tunnels);
	return status;
}

COMMAND(metrics, .help = help, .run = run_metrics);
