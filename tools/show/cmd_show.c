// SPDX-License-Identifier: GPL-2.0
#include "netlink/kmod.h"
#include "netlink/tunnels.h"
#include "option/options.h"
#include "show/print.h"

#include "cli/args.h"

static const char help[] =
	"gretool show [NAME] [-s] [-d] [-j] [-p]\n"
	"\n"
	"Show one tunnel or all, one on each line, in the form of \"gretool add\".\n"
	"\n"
	"  -s  packets, bytes, and each reason for drops and ICMP errors that has\n"
	"      occurred (twice, or with -d: those that have not, too)\n"
	"  -d  all options, including defaults, and the state of the device\n"
	"  -j  JSON: an array with one object for each tunnel\n"
	"  -p  indented JSON\n";

static void show_text(const struct output *output, const struct tunnel *t)
{
	uint64_t fields = output->details ? F_ALL : options_needed(&t->config);

	print_name(stdout, t->config.name);
	options_print(stdout, &t->config, fields);
	putchar('\n');
	if (output->details)
		print_state(stdout, t);
	if (output->stats)
		print_stats(stdout, t, output->details || output->stats > 1);
}

static void show_json(const struct output *output,
		      const struct tunnels *tunnels)
{
	struct json json = { .out = stdout, .pretty = output->pretty };
	size_t i;

	json_array(&json, NULL);
	for (i = 0; i < tunnels->count; i++) {
		json_object(&json, NULL);
		json_number(&json, "schema", JSON_SCHEMA);
		print_json(&json, &tunnels->list[i]);
		print_json_addresses(&json, &tunnels->list[i].config);
		if (output->stats)
			print_json_stats(&json, &tunnels->list[i]);
		json_object_end(&json);
	}
	json_array_end(&json);
}

static int cmd_show(struct gretool *g, int argc, char **argv)
{
	const char *name = NULL;
	const struct args args = {
		.output = "sdjp",
		.operands = &name,
		.max_operands = 1,
		.complete = { "@tunnel" },
	};
	struct tunnels tunnels;
	int status;

	status = args_read(&args, &g->output, argc, argv);
	if (status)
		return status;
	status = tunnels_read(&g->nl, name, g->output.stats, &tunnels);
	if (!status && g->output.json)
		show_json(&g->output, &tunnels);
	else if (!status)
		for (size_t n = 0; n < tunnels.count; n++)
			show_text(&g->output, &tunnels.list[n]);
	/* Nothing to show may be for want of the module. */
	if (status || !tunnels.count)
		kmod_report_fault(NULL);
	tunnels_free(&tunnels);
	return status;
}

COMMAND(show, .order = 40, .summary = "show tunnels in the form of add",
	.help = help, .run = cmd_show);
