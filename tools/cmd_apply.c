// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "difference.h"
#include "gretool.h"
#include "made.h"
#include "order.h"
#include "reconcile.h"
#include "resolve.h"
#include "tunnels.h"

#define DEFAULT_PATH "/etc/gretool"

const char help_apply[] =
	"gretool apply [FILE|DIRECTORY] [--dry-run] [--prune] [--made FILE]\n"
	"              [--keep-going] [--dev NAME] [-j] [-p]\n"
	"\n"
	"Make the tunnels what a file says, or all *.conf of a directory "
	"(by default\n" DEFAULT_PATH
	"), and print the difference. Only what differs is "
	"touched, and\n"
	"a live tunnel is changed in place; each tunnel all or nothing. "
	"Nothing is\n"
	"waited for.\n"
	"\n"
	"  --dry-run     print the difference, and change nothing\n"
	"  --prune       delete the tunnels that are not in the files, the "
	"addresses of\n"
	"                their tunnels that are not, and the routes that apply "
	"has made\n"
	"  --made FILE   note there which tunnels are in the files, and let "
	"--prune\n"
	"                delete only those that were noted\n"
	"  --keep-going  leave out sections that are wrong, and then delete no "
	"tunnel\n"
	"  --dev NAME    only the tunnels with this dev\n"
	"  -j            the difference as JSON\n"
	"  -p            JSON, indented\n"
	"\n"
	"A file has a section for each tunnel:\n"
	"\n"
	"  [gre1]\n"
	"  local 192.0.2.1 remote 192.0.2.2 key 5\n"
	"  addr 10.0.0.1/30 up\n"
	"  route 10.8.0.0/16 via 10.0.0.2 metric 10\n"
	"\n"
	"It takes the options of \"gretool add\", and those of routes:\n";

/* What decides over the MTU that the kernel chooses. */
#define F_PATH (F_LOCAL | F_REMOTE | F_DEV | F_OUT | F_TOS | F_FWMARK | F_MTU)

struct apply {
	struct gretool *g;
	const char *path;
	const char *made_path; /* NULL: nothing is noted */
	const char *dev; /* NULL: whatever it is */
	bool dry_run, prune, keep_going, colour;
	struct conf conf;
	struct made before, now;
	struct tunnels running;
	struct tunnel **by_name; /* of running */
	struct json json;
	int status; /* of the first that failed */
};

static bool is_colourful(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !getenv("NO_COLOR") && term &&
	       strcmp(term, "dumb") != 0;
}

static int compare_names(const void *left, const void *right)
{
	const struct tunnel *const *a = left, *const *b = right;

	return strcmp((*a)->config.name, (*b)->config.name);
}

static int sort_running(struct apply *a)
{
	size_t i;

	a->by_name = calloc(a->running.count + 1, sizeof(*a->by_name));
	if (!a->by_name)
		return refused("%s", strerror(ENOMEM));
	for (i = 0; i < a->running.count; i++)
		a->by_name[i] = &a->running.list[i];
	qsort(a->by_name, a->running.count, sizeof(*a->by_name), compare_names);
	return STATUS_OK;
}

static int compare_to_name(const void *name, const void *tunnel)
{
	const struct tunnel *const *t = tunnel;

	return strcmp(name, (*t)->config.name);
}

static struct tunnel *find_running(const struct apply *a, const char *name)
{
	struct tunnel **found = bsearch(name, a->by_name, a->running.count,
					sizeof(*a->by_name), compare_to_name);

	return found ? *found : NULL;
}

static void carry_out(struct apply *a, const struct difference *d, int ifindex,
		      const struct section *section)
{
	int status = STATUS_OK;

	if (d->action == ACTION_NONE)
		return;
	if (!a->g->output.json)
		difference_print(d, a->colour);
	if (!a->dry_run)
		status = reconcile(a->g, d, ifindex, section);
	if (a->g->output.json)
		difference_json(&a->json, d, !a->dry_run && !status);
	if (!a->status)
		a->status = status;
}

static void report_dev(const struct config *c, const struct section *section,
		       const char *when, const char *how)
{
	section_report(section, 0);
	report_option("dev");
	report("dev: there is no interface \"%s\"%s, %s stays %s", c->dev, when,
	       c->name, how);
	report_words(NULL, 0);
}

/*
 * An interface of the underlay that is still to come: the kernel wants its index.
 * Until then the tunnel is there, and down; but one that is up is not taken down
 * for what may be a typing error, and one whose interface went may keep its index.
 */
static int wait_for_dev(struct apply *a, struct section *section,
			const struct tunnel *running)
{
	struct config *c = &section->config;

	if (running && resolve_dev_is_gone(&a->g->nl, &running->config)) {
		report_dev(c, section, " now",
			   "without one until the next apply");
		memcpy(c->dev, running->config.dev, sizeof(c->dev));
		c->link = running->config.link;
		return STATUS_OK;
	}
	if (running && running->config.up) {
		report_dev(c, section, "", "as it is");
		return STATUS_REFUSED;
	}
	report_dev(c, section, " yet", "down until the next apply");
	c->dev[0] = '\0';
	c->link = 0;
	c->up = false;
	c->nroutes = 0;
	c->given &= ~(uint32_t)F_ROUTE;
	return STATUS_OK;
}

/*
 * What the kernel has made of it, when that can be told only afterwards. Reads the
 * link alone: there may be thousands of them.
 */
static void settle_mtu(struct apply *a, const struct config *said,
		       const struct section *section)
{
	struct config wanted = { 0 }, target;
	struct difference d;
	struct tunnel now;

	if (tunnels_find(&a->g->nl, said->name, &now))
		return;
	if (difference_target(&wanted, said, &now, false)) {
		target = now.config;
		target.mtu = wanted.mtu;
		difference_find(&d, &now.config, &target);
		d.fields &= F_MTU;
		if (d.fields && reconcile(a->g, &d, now.ifindex, section))
			a->status = a->status ? a->status : STATUS_REFUSED;
	}
	config_free(&wanted);
}

static void change_running(struct apply *a, const struct config *said,
			   const struct tunnel *running,
			   const struct section *section)
{
	struct config target;
	struct difference d;

	if (difference_target(&target, said, running, a->prune)) {
		difference_find(&d, &running->config, &target);
		carry_out(a, &d, running->ifindex, section);
		if (!a->dry_run && d.fields & F_PATH && !(said->given & F_MTU))
			settle_mtu(a, said, section);
	} else {
		a->status = refused("%s", strerror(ENOMEM));
	}
	config_free(&target);
}

static void apply_section(struct apply *a, struct section *section)
{
	struct config *said = &section->config;
	struct tunnel *running = find_running(a, said->name);
	struct difference d;
	bool missing;
	int status;

	section_report(section, 0);
	status = resolve_numbers_or_wait(&a->g->nl, said, &missing);
	report_words(NULL, 0);
	if (!status && missing)
		status = wait_for_dev(a, section, running);
	if (status) {
		a->status = a->status ? a->status : status;
		return;
	}
	if (running) {
		change_running(a, said, running, section);
		return;
	}
	difference_find(&d, NULL, said);
	carry_out(a, &d, 0, section);
}

static int compare_section_names(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* First of all: another one may be to have the same ends. */
static void prune_tunnels(struct apply *a)
{
	const char **names = calloc(a->conf.count + 1, sizeof(*names));
	struct difference d;
	size_t i;

	if (!names) {
		a->status = refused("%s", strerror(ENOMEM));
		return;
	}
	for (i = 0; i < a->conf.count; i++)
		names[i] = a->conf.sections[i].config.name;
	qsort(names, a->conf.count, sizeof(*names), compare_section_names);
	for (i = 0; i < a->running.count; i++) {
		const struct tunnel *t = &a->running.list[i];
		const char *name = t->config.name;

		if (bsearch(&name, names, a->conf.count, sizeof(*names),
			    compare_section_names) ||
		    (a->made_path && !made_has(&a->before, name)))
			continue;
		difference_find(&d, &t->config, NULL);
		carry_out(a, &d, t->ifindex, NULL);
	}
	free(names);
}

static bool is_meant(const struct section *section)
{
	return !section->is_wrong && !section->is_other;
}

/* Before dev is resolved, which forgets the name of one that is not there. */
static void choose_sections(struct apply *a)
{
	size_t i;

	for (i = 0; a->dev && i < a->conf.count; i++) {
		struct section *section = &a->conf.sections[i];

		section->is_other = !(section->config.given & F_DEV) ||
				    strcmp(section->config.dev, a->dev) != 0;
	}
}

/* Those of the files, and those of before that may still be there. */
static void note_made(struct apply *a)
{
	bool noted = true;
	int status;
	size_t i;

	for (i = 0; i < a->conf.count; i++)
		if (is_meant(&a->conf.sections[i]))
			noted = noted &&
				made_add(&a->now,
					 a->conf.sections[i].config.name);
	for (i = 0; i < a->before.count; i++)
		if ((!a->prune || a->status) &&
		    find_running(a, a->before.names[i]))
			noted = noted && made_add(&a->now, a->before.names[i]);
	status = noted ? made_write(&a->now, a->made_path)
		       : refused("%s", strerror(ENOMEM));
	if (!a->status)
		a->status = status;
}

static int apply_all(struct apply *a)
{
	int status = STATUS_OK;
	size_t i;

	if (a->made_path)
		status = made_read(&a->before, a->made_path);
	if (status)
		return status;
	status = tunnels_read(&a->g->nl, NULL, false, &a->running);
	if (!status)
		status = tunnels_read_routes(&a->g->nl, &a->running);
	if (!status)
		status = sort_running(a);
	choose_sections(a);
	if (!status && !order_sections(&a->conf, &a->running))
		status = refused("%s", strerror(ENOMEM));
	if (status)
		return status;
	if (a->g->output.json)
		json_array(&a->json, NULL);
	/* A section that is wrong may be about any of them. */
	if (a->prune && !a->status)
		prune_tunnels(a);
	for (i = 0; i < a->conf.count; i++)
		if (is_meant(&a->conf.sections[i]))
			apply_section(a, &a->conf.sections[i]);
	if (a->g->output.json)
		json_array_end(&a->json);
	if (a->made_path && !a->dry_run)
		note_made(a);
	return a->status;
}

static int parse_arguments(struct apply *a, int argc, char **argv)
{
	int i;

	for (i = 0; i < argc; i++) {
		if (output_option(&a->g->output, argv[i]))
			continue;
		if (!strcmp(argv[i], "--dry-run")) {
			a->dry_run = true;
		} else if (!strcmp(argv[i], "--prune")) {
			a->prune = true;
		} else if (!strcmp(argv[i], "--keep-going")) {
			a->keep_going = true;
		} else if (!strcmp(argv[i], "--made")) {
			if (++i == argc)
				return usage("--made: the value is missing, "
					     "expected a file");
			a->made_path = argv[i];
		} else if (!strcmp(argv[i], "--dev")) {
			if (++i == argc)
				return usage("--dev: the value is missing, "
					     "expected an interface");
			a->dev = argv[i];
		} else if (argv[i][0] == '-' && argv[i][1]) {
			return usage("\"%s\" is not an option, expected "
				     "--dry-run, --prune, --made, "
				     "--keep-going, --dev, -j or -p",
				     argv[i]);
		} else if (a->path) {
			return usage("\"%s\" is too much, expected only one "
				     "FILE or DIRECTORY",
				     argv[i]);
		} else {
			a->path = argv[i];
		}
	}
	if (a->g->output.stats || a->g->output.details)
		return usage("-s and -d say nothing here, expected -j or -p");
	if (a->dev && a->prune)
		return usage("--prune and --dev: expected only one of them");
	if (!a->path)
		a->path = DEFAULT_PATH;
	return STATUS_OK;
}

int cmd_apply(struct gretool *g, int argc, char **argv)
{
	struct apply a = {
		.g = g,
		.colour = is_colourful(),
	};
	int status;

	status = parse_arguments(&a, argc, argv);
	a.json = (struct json){ .out = stdout, .pretty = g->output.pretty };
	if (!status) {
		status = conf_read(&a.conf, a.path);
		a.status = status;
		if (!status || a.keep_going)
			status = apply_all(&a);
	}
	made_free(&a.before);
	made_free(&a.now);
	free(a.by_name);
	tunnels_free(&a.running);
	conf_free(&a.conf);
	return status;
}
