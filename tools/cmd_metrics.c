// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "gretool.h"
#include "metrics.h"
#include "replace.h"
#include "tunnels.h"

const char help_metrics[] =
	"gretool metrics [FILE]\n"
	"\n"
	"Print the counters and states of all tunnels as OpenMetrics text, or "
	"write them\n"
	"into a file, which is replaced at once. Its name ends in .prom for the "
	"textfile\n"
	"collector of the Prometheus node exporter.\n";

static int write_file(const char *path, const struct tunnels *tunnels)
{
	struct replacement file;
	int err;

	err = replace_begin(&file, path);
	if (!err) {
		metrics_print(file.out, tunnels->list, tunnels->count);
		err = replace_end(&file);
	}
	if (err == -EEXIST)
		return refused("%s: is not a regular file", path);
	if (err)
		return refused("%s: %s", path, strerror(-err));
	return STATUS_OK;
}

int cmd_metrics(struct gretool *g, int argc, char **argv)
{
	struct tunnels tunnels;
	int status;

	if (argc && argv[0][0] == '-' && argv[0][1])
		return usage("\"%s\" is not an option, expected only FILE",
			     argv[0]);
	if (argc > 1)
		return usage("\"%s\" is too much, expected only FILE", argv[1]);
	status = tunnels_dump(&g->nl, true, &tunnels);
	if (!status && argc && strcmp(argv[0], "-") != 0)
		status = write_file(argv[0], &tunnels);
	else if (!status)
		metrics_print(stdout, tunnels.list, tunnels.count);
	tunnels_free(&tunnels);
	return status;
}
