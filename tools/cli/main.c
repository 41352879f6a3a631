// SPDX-License-Identifier: GPL-2.0
/* gretool: configures and shows grex tunnels. */
#include "cli/batch.h"
#include "cli/registry.h"
#include "cli/start.h"

static int run(struct gretool *g, int argc, char **argv)
{
	struct start start = { 0 };
	int rest, status;

	status = start_read(g, &start, argc, argv, &rest);
	if (status)
		return status;
	if (rest < argc && argv[rest][0] == '-')
		return usage("\"%s\" is not an option, see \"gretool help\"",
			     argv[rest]);
	if (start.help)
		return command_run(g, registry_find("help"), 1, argv);
	if (start.version) {
		start_print_version();
		return STATUS_OK;
	}
	if (start.batch && rest < argc)
		return usage("-batch: unexpected argument \"%s\", the commands "
			     "are in the file",
			     argv[rest]);
	if (start.batch) {
		status = start_enter(g);
		return status ? status : batch_run(g, start.batch);
	}
	if (rest == argc)
		return usage("the command is missing, see \"gretool help\"");
	return registry_run(g, argc - rest, argv + rest);
}

int main(int argc, char **argv)
{
	/* This is too large for the stack. */
	static struct gretool g = { .home = -1 };

	return start_end(&g, run(&g, argc, argv));
}
