// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/conf.h"
#include "apply/diff.h"
#include "apply/state.h"
#include "cli/args.h"
#include "lib/interrupt.h"
#include "netlink/resolve.h"
#include "netlink/tunnels.h"

#define LOCK_FOLDER "/run/gretool"

static const char help[] =
	"gretool apply [FILE|DIRECTORY] [--dry-run] [--prune] [--state-file FILE]\n"
	"              [--keep-going] [--dev NAME] [-j] [-p]\n"
	"\n"
	"Apply a file of tunnels, or all *.conf files of a directory, which is\n" CONF_PATH
	" by default, and print the differences. A tunnel that exists is\n"
	"changed in place, and only where it differs from the file. Each tunnel is\n"
	"changed completely or not at all. apply does not wait for anything.\n"
	"\n"
	"  --dry-run          print the differences, and change nothing\n"
	"  --prune            delete tunnels that are not in the files, and from the\n"
	"                     other tunnels addresses that are not in the files and\n"
	"                     routes that an earlier apply has added\n"
	"  --state-file FILE  record the tunnels of the files in FILE; --prune then\n"
	"                     deletes only tunnels that were recorded\n"
	"  --keep-going       skip sections that have an error; if there is one, no\n"
	"                     tunnel is deleted\n"
	"  --dev NAME         apply only the tunnels with this dev\n"
	"  -j                 print the differences as JSON\n"
	"  -p                 print indented JSON\n"
	"\n"
	"A file has a section for each tunnel:\n"
	"\n"
	"  [gre1]\n"
	"  local 192.0.2.1 remote 192.0.2.2 key 5\n"
	"  addr 10.0.0.1/30 up\n"
	"  route 10.8.0.0/16 via 10.0.0.2 metric 10\n"
	"\n"
	"A section takes the options of \"gretool add\", and these:\n";

struct apply {
	struct gretool *g;
	const char *path;
	const char *state_path; /* NULL: nothing is recorded */
	const char *dev; /* only tunnels with this dev; NULL: all */
	bool dry_run, prune, keep_going, colour, is_interrupted;
	struct conf conf;
	struct section **order; /* in which the sections of conf are applied */
	struct index before, now; /* of the state file */
	int lock;
	struct tunnels running;
	struct index by_name; /* the tunnels of running */
	struct json json;
	int status; /* of the first tunnel that failed */
};

static bool is_colourful(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !getenv("NO_COLOR") && term &&
	       strcmp(term, "dumb") != 0;
}

static void carry_out(struct apply *a, const struct diff *d, int ifindex)
{
	int status = STATUS_OK;

	if (d->action == ACTION_NONE)
		return;
	if (!a->g->output.json)
		diff_print(d, a->colour);
	if (!a->dry_run)
		status = plan_execute(&a->g->nl, d, ifindex);
	if (a->g->output.json)
		diff_json(&a->json, d, !a->dry_run && !status);
	if (!a->status)
		a->status = status;
}

static void report_dev(const struct config *c, const char *when,
		       const char *how)
{
	report_about(source_find(&c->source, "dev"),
		     "dev: there is no interface \"%s\"%s, %s stays %s", c->dev,
		     when, c->name, how);
}

/*
 * The interface of the underlay does not exist yet, and the kernel needs its index. The
 * tunnel is created without it, and stays down. But a tunnel that is up is not taken
 * down, since the name may be a typing error; and a tunnel whose interface is gone may
 * keep its index.
 */
static int wait_for_dev(struct apply *a, struct config *c,
			const struct tunnel *running)
{
	if (running && resolve_dev_is_gone(&a->g->nl, &running->config)) {
		report_dev(c, " now", "without one until the next apply");
		memcpy(c->dev, running->config.dev, sizeof(c->dev));
		c->link = running->config.link;
		return STATUS_OK;
	}
	if (running && running->config.up) {
		report_dev(c, "", "as it is");
		return STATUS_REFUSED;
	}
	report_dev(c, " yet", "down until the next apply");
	c->dev[0] = '\0';
	c->link = 0;
	c->up = false;
	c->routes.count = 0;
	c->given &= ~F_ROUTE;
	return STATUS_OK;
}

static void change_running(struct apply *a, const struct config *said,
			   const struct tunnel *running)
{
	struct config target;
	struct diff d;

	diff_target(&target, said, running, a->prune);
	diff_find(&d, &running->config, &target);
	carry_out(a, &d, running->ifindex);
	config_free(&target);
}

static void apply_section(struct apply *a, struct section *section)
{
	struct config *said = &section->config;
	struct tunnel *running = index_find(&a->by_name, said->name);
	struct diff d;
	bool missing;
	int status;

	status = resolve_numbers(&a->g->nl, said, said, &missing);
	if (!status && missing)
		status = wait_for_dev(a, said, running);
	if (status) {
		a->status = a->status ? a->status : status;
		return;
	}
	if (running) {
		change_running(a, said, running);
		return;
	}
	diff_find(&d, NULL, said);
	carry_out(a, &d, 0);
}

/* Signals end apply only between two tunnels. */
static bool is_interrupted(struct apply *a)
{
	interrupt_sleep(0);
	if (!interrupts())
		return false;
	if (!a->is_interrupted)
		report("interrupted, the tunnels that are left stay as they "
		       "are");
	a->is_interrupted = true;
	if (!a->status)
		a->status = STATUS_REFUSED;
	return true;
}

/* This comes first, because another tunnel may be given the same endpoints. */
static void prune_tunnels(struct apply *a)
{
	struct diff d;
	size_t i;

	for (i = 0; i < a->running.count && !is_interrupted(a); i++) {
		const struct tunnel *t = &a->running.list[i];
		const char *name = t->config.name;

		if (index_find(&a->conf.by_name, name) ||
		    (a->state_path && !state_has(&a->before, name, NULL)))
			continue;
		diff_find(&d, &t->config, NULL);
		carry_out(a, &d, t->ifindex);
	}
}

static bool is_meant(const struct section *section)
{
	return !section->is_wrong && !section->is_other;
}

/* This comes before dev is resolved, which clears the name of a missing interface. */
static void choose_sections(struct apply *a)
{
	size_t i;

	for (i = 0; a->dev && i < a->conf.count; i++) {
		struct section *section = &a->conf.sections[i];

		section->is_other = !(section->config.given & F_DEV) ||
				    strcmp(section->config.dev, a->dev) != 0;
	}
}

/* An address that others have added before apply could is not ours. */
static bool is_ours(const struct tunnel *running, const struct entry *address)
{
	const struct entry *there = NULL;

	if (running)
		there = entries_find(&running->config.addrs, address,
				     entry_equal);
	return !there || there->protocol == ENTRY_PROTOCOL;
}

static void note_section(struct apply *a, const struct config *c)
{
	const struct tunnel *running = index_find(&a->by_name, c->name);
	size_t i;

	state_add(&a->now, c->name, NULL);
	for (i = 0; i < c->addrs.count; i++)
		if (is_ours(running, &c->addrs.list[i]))
			state_add(&a->now, c->name, &c->addrs.list[i]);
}

/*
 * Record what is in the files and, with all, what was recorded before and may still exist.
 * The state file is written before anything is created, so that the next apply finds it if
 * this one is interrupted.
 */
static int note_state(struct apply *a, bool all)
{
	char name[IFNAMSIZ];
	size_t i;

	index_free(&a->now);
	for (i = 0; i < a->conf.count; i++)
		if (is_meant(&a->conf.sections[i]))
			note_section(a, &a->conf.sections[i].config);
	for (i = 0; all && i < a->before.count; i++) {
		const char *line = a->before.entries[i].key;

		snprintf(name, sizeof(name), "%.*s", (int)strcspn(line, " "),
			 line);
		if (index_find(&a->by_name, name))
			index_add(&a->now, line, &a->now);
	}
	return state_write(&a->now, a->state_path);
}

/* Kernels before 5.18 store no protocol with an address, so the state file replaces it. */
static void sort_running(struct apply *a)
{
	size_t i, j;

	for (i = 0; i < a->running.count; i++) {
		struct config *c = &a->running.list[i].config;

		index_add(&a->by_name, c->name, &a->running.list[i]);
		for (j = 0; j < c->addrs.count; j++)
			if (state_has(&a->before, c->name, &c->addrs.list[j]))
				c->addrs.list[j].protocol = ENTRY_PROTOCOL;
	}
	index_sort(&a->by_name);
}

/*
 * Only one apply works in a network namespace at a time. Only root can open the file that
 * is locked, so that nobody else can hold the lock. If the file cannot be created, as in
 * an unprivileged container, apply goes on without a lock.
 */
static int lock_namespace(struct apply *a)
{
	char path[64];
	struct stat st;

	if (stat("/proc/self/ns/net", &st))
		return STATUS_OK;
	snprintf(path, sizeof(path), LOCK_FOLDER "/apply.%ju",
		 (uintmax_t)st.st_ino);
	if (mkdir(LOCK_FOLDER, 0755) && errno != EEXIST)
		return STATUS_OK;
	a->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (a->lock < 0 || !flock(a->lock, LOCK_EX | LOCK_NB))
		return STATUS_OK;
	if (errno == EWOULDBLOCK)
		report("another apply is at work in this network namespace, "
		       "waiting for it");
	while (flock(a->lock, LOCK_EX))
		if (errno != EINTR)
			return refused("%s: %s", path, strerror(errno));
	return STATUS_OK;
}

static int read_running(struct apply *a)
{
	int status = STATUS_OK;

	if (a->state_path)
		status = state_read(&a->before, a->state_path);
	if (!status)
		status = tunnels_read(&a->g->nl, NULL, false, &a->running);
	if (!status)
		status = tunnels_read_routes(&a->g->nl, &a->running);
	if (!status && a->running.is_partial)
		status = refused("nothing is changed, as something might be "
				 "missing; try again");
	if (!status)
		sort_running(a);
	return status;
}

static void make_all(struct apply *a)
{
	size_t i;

	if (a->g->output.json)
		json_array(&a->json, NULL);
	/* A section that cannot be read may be about any of the tunnels. */
	if (a->prune && !a->status)
		prune_tunnels(a);
	for (i = 0; i < a->conf.count && !is_interrupted(a); i++)
		if (is_meant(a->order[i]))
			apply_section(a, a->order[i]);
	if (a->g->output.json)
		json_array_end(&a->json);
}

static int apply_all(struct apply *a)
{
	const bool notes = a->state_path && !a->dry_run;
	int status = read_running(a);

	choose_sections(a);
	if (!status)
		a->order = sort_sections(&a->conf, &a->running);
	if (!status && notes)
		status = note_state(a, true);
	if (status)
		return status;
	interrupt_catch();
	make_all(a);
	interrupt_release();
	if (notes && a->prune && !a->status)
		a->status = note_state(a, false);
	return a->status;
}

static int parse_arguments(struct apply *a, int argc, char **argv)
{
	const struct args_option options[] = {
		{ "dry-run", .flag = &a->dry_run },
		{ "prune", .flag = &a->prune },
		{ "state-file", .value = &a->state_path, .expected = "a file",
		  .complete = "@file" },
		{ "made", .value = &a->state_path, .expected = "a file" },
		{ "keep-going", .flag = &a->keep_going },
		{ "dev", .value = &a->dev, .expected = "an interface",
		  .complete = "@dev" },
		{ 0 },
	};
	const struct args args = {
		.options = options,
		.output = "jp",
		.useless = "sd",
		.operands = &a->path,
		.max_operands = 1,
		.complete = { "@file" },
	};
	int status;

	status = args_read(&args, &a->g->output, argc, argv);
	if (status)
		return status;
	if (a->dev && a->prune)
		return usage("--prune and --dev: expected only one of them");
	if (!a->path)
		a->path = CONF_PATH;
	return STATUS_OK;
}

static int cmd_apply(struct gretool *g, int argc, char **argv)
{
	struct apply a = {
		.g = g,
		.colour = is_colourful(),
		.lock = -1,
	};
	int status;

	status = parse_arguments(&a, argc, argv);
	a.json = (struct json){ .out = stdout, .pretty = g->output.pretty };
	/* Read the files after waiting, because they may have changed. */
	if (!status && !a.dry_run)
		status = lock_namespace(&a);
	if (!status) {
		status = conf_read(&a.conf, a.path);
		a.status = status;
		if (!status || a.keep_going)
			status = apply_all(&a);
	}
	if (a.lock >= 0)
		close(a.lock);
	index_free(&a.before);
	index_free(&a.now);
	index_free(&a.by_name);
	free(a.order);
	tunnels_free(&a.running);
	conf_free(&a.conf);
	return status;
}

COMMAND(apply, .order = 100, .summary = "apply a file of tunnels", .help = help,
	.options = OPTIONS_FILE, .run = cmd_apply);
