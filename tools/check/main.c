// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check/checks.h"
#include "cli/args.h"
#include "lib/visible.h"
#include "netlink/tunnels.h"
#include "show/print.h"

static const char help[] =
	"gretool check [NAME] [-j] [-p]\n"
	"\n"
	"Find out what is wrong with a tunnel, or with all tunnels. The command looks at\n"
	"the interface, the route to the remote and its MTU, filters, source checks,\n"
	"forwarding, the peer, dropped packets, and the files in /etc/gretool. Each\n"
	"finding is a problem, a warning or a note. Below it is the command that mends\n"
	"it; replace words in capitals. The command changes nothing.\n"
	"\n"
	"  -j  JSON: an array with one object for each tunnel\n"
	"  -p  indented JSON\n"
	"\n"
	"The exit status is 3 if there are problems or warnings.\n";

static void print_text(const char *name, const struct finding *list,
		       size_t count)
{
	size_t i;

	if (!count && name) {
		print_name(stdout, name);
		puts(": nothing wrong");
	}
	for (i = 0; i < count; i++) {
		if (name) {
			print_name(stdout, name);
			fputs(": ", stdout);
		}
		printf("%s: ", severity_text(list[i].severity));
		visible_put(stdout, list[i].text);
		printf(" [%s]\n", list[i].id);
		if (!list[i].fix[0])
			continue;
		fputs("    ", stdout);
		visible_put(stdout, list[i].fix);
		putchar('\n');
	}
}

static void print_json_findings(struct json *json, const char *name,
				const struct finding *list, size_t count)
{
	size_t i;

	json_object(json, NULL);
	json_number(json, "schema", JSON_SCHEMA);
	json_string(json, "ifname", name);
	json_array(json, "findings");
	for (i = 0; i < count; i++) {
		json_object(json, NULL);
		json_string(json, "id", list[i].id);
		json_string(json, "severity", severity_text(list[i].severity));
		json_string(json, "text", list[i].text);
		json_string(json, "fix", list[i].fix[0] ? list[i].fix : NULL);
		json_object_end(json);
	}
	json_array_end(json);
	json_object_end(json);
}

struct checking {
	const struct output *output;
	struct json json;
	int status; /* STATUS_FINDINGS if something is wrong */
};

static void print_findings(struct checking *c, const char *name,
			   const struct finding *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (list[i].severity > SEVERITY_NOTE)
			c->status = STATUS_FINDINGS;
	if (c->output->json)
		print_json_findings(&c->json, name, list, count);
	else
		print_text(name, list, count);
}

static int check_tunnel(struct checking *c, struct snapshot_reader *reader,
			const struct tunnel *tunnel)
{
	struct finding *list = NULL;
	struct snapshot snapshot;
	size_t count;
	int status;

	status = snapshot_read(reader, tunnel, &snapshot);
	if (!status) {
		list = checks_run(&snapshot, &count);
		if (list)
			print_findings(c, tunnel->config.name, list, count);
		else
			status = refused("%s", strerror(ENOMEM));
	}
	free(list);
	snapshot_free(&snapshot);
	return status;
}

static bool has_tunnel(const struct tunnels *tunnels, const char *name)
{
	size_t i;

	for (i = 0; i < tunnels->count; i++)
		if (!strcmp(tunnels->list[i].config.name, name))
			return true;
	return false;
}

/* Report the tunnels of files that do not exist. Returns how many. */
static size_t check_missing(struct checking *c, const struct conf *conf,
			    const struct tunnels *tunnels)
{
	struct finding found;
	size_t count = 0, i;

	for (i = 0; i < conf->count; i++) {
		const struct section *section = &conf->sections[i];

		if (section->is_wrong ||
		    has_tunnel(tunnels, section->config.name))
			continue;
		check_not_there(section, &found);
		print_findings(c, section->config.name, &found, 1);
		count++;
	}
	return count;
}

/* name: the only tunnel to check, which exists; NULL: all tunnels. */
static int check_all(struct gretool *g, const char *name,
		     struct tunnels *tunnels)
{
	struct checking c = {
		.output = &g->output,
		.json = { .out = stdout, .pretty = g->output.pretty },
	};
	struct snapshot_reader reader;
	struct finding found = { 0 };
	int status = STATUS_OK, one;
	size_t i, missing = 0;

	snapshot_open(&reader, &g->nl, g->netns, g->home);
	/* Routes are only compared with those of files. */
	if (reader.files.conf.count)
		tunnels_read_routes(&g->nl, tunnels);
	if (g->output.json)
		json_array(&c.json, NULL);
	for (i = 0; i < tunnels->count; i++) {
		/* A tunnel that is deleted meanwhile does not hide the others. */
		one = check_tunnel(&c, &reader, &tunnels->list[i]);
		status = status ? status : one;
	}
	if (!tunnels->count)
		check_no_tunnel(&found);
	if (found.severity)
		print_findings(&c, NULL, &found, 1);
	else if (!name)
		missing = check_missing(&c, &reader.files.conf, tunnels);
	if (!tunnels->count && !found.severity && !missing && !g->output.json)
		puts("there are no tunnels");
	if (g->output.json)
		json_array_end(&c.json);
	snapshot_close(&reader);
	return status ? status : c.status;
}

static int run_check(struct gretool *g, int argc, char **argv)
{
	const char *name = NULL;
	const struct args args = {
		.output = "jp",
		.useless = "sd",
		.operands = &name,
		.max_operands = 1,
		.complete = { "@tunnel" },
	};
	struct tunnels tunnels;
	int status;

	status = args_read(&args, &g->output, argc, argv);
	if (status)
		return status;
	status = tunnels_read(&g->nl, name, true, &tunnels);
	if (!status)
		status = check_all(g, name, &tunnels);
	tunnels_free(&tunnels);
	return status;
}

COMMAND(check, .help = help, .run = run_check);
