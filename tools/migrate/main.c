// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/conf.h"
#include "cli/args.h"
#include "cli/command.h"
#include "lib/list.h"
#include "migrate/move.h"
#include "migrate/obstacles.h"
#include "migrate/sysctls.h"
#include "netlink/error.h"
#include "option/options.h"

static const char help[] =
	"gretool migrate NAME|--all [--keep-name] [--back] [--dry-run] [--force]\n"
	"\n"
	"Turn links of the kernel's kinds gre and ip6gre into grex tunnels while they\n"
	"are in use, with their addresses, routes, rules, neighbours and sysctls. gre1\n"
	"becomes gre1x, and can still be called gre1; with --keep-name its name stays\n"
	"gre1. --back turns grex tunnels into links of these kinds. What cannot be moved\n"
	"is named, and nothing is changed then; --force leaves it behind. After an\n"
	"error, everything is as it was before.\n";

struct options {
	bool all, keep_name, back, dry_run, force;
};

/* The tunnels that were migrated, and those that were not. */
struct outcome {
	char (*done)[IFNAMSIZ];
	size_t ndone;
	size_t nleft;
	bool is_any[2]; /* whether one has an IPv4 underlay, and one an IPv6 underlay */
};

struct names {
	char (*list)[IFNAMSIZ];
	size_t count;
	bool back;
};

/* ip_gre and ip6_gre make these in every namespace. */
static bool is_fallback(const struct tunnel *t)
{
	static const char *const names[] = { "gre0", "gretap0", "erspan0",
					     "ip6gre0" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(t->config.name, names[i]))
			return true;
	return false;
}

static int take_name(const struct nlmsghdr *message, void *arg)
{
	struct names *names = arg;
	char name[IFNAMSIZ];
	struct tunnel t;

	if (!link_read(message, &t))
		return -EBADMSG;
	snprintf(name, sizeof(name), "%s", t.config.name);
	if (is_fallback(&t) ||
	    (names->back ? !link_is_grex(&t) || t.config.ether
			 : !link_is_gre(&t)))
		return 0;
	list_add(&names->list, &names->count, name, sizeof(name));
	return 0;
}

static int find_names(struct nl *nl, struct names *names)
{
	struct nl_request request;
	int err;

	link_dump(&request, false);
	err = nl_dump(nl, &request, take_name, names, &names->count);
	if (err == -EINTR)
		return refused("the interfaces change faster than they can be "
			       "read, try again");
	return err ? report_error(nl, &request, "interfaces") : STATUS_OK;
}

static void print_plan(const struct move *mv)
{
	const struct belongings *b = mv->old;
	const struct config *c = &b->tunnel.config;

	printf("%s of kind %s would become %s of kind %s:", c->name,
	       b->tunnel.kind, mv->final_name,
	       mv->back ? move_kind(c) : GREX_KIND);
	options_print(stdout, c,
		      options_needed(c) &
			      ~(mv->back ? obstacles_options(c) : 0));
	putchar('\n');
	belongings_print(stdout, b);
	sysctls_print(stdout, c->name);
}

/* The old name is free then, and programs that ask the kernel for it find the tunnel. */
static void add_old_name(struct move *mv)
{
	const char *old = mv->old->tunnel.config.name;
	struct nl_request request;
	struct nlmsghdr *nlh = &request.header;
	struct nlattr *names;

	nl_start(&request, RTM_NEWLINKPROP,
		 NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND,
		 sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, mv->final_name);
	names = mnl_attr_nest_start(nlh, IFLA_PROP_LIST);
	mnl_attr_put_strz(nlh, IFLA_ALT_IFNAME, old);
	mnl_attr_nest_end(nlh, names);
	if (nl_talk(mv->nl, &request, NULL, NULL))
		report("%s: is not an alternative name of %s: %s", old,
		       mv->final_name, strerror(mv->nl->error.code));
}

static int migrate_read(struct nl *nl, const struct options *o,
			struct belongings *b)
{
	struct move mv = {
		.nl = nl, .old = b, .back = o->back, .keep_name = o->keep_name
	};
	int status = obstacles_refuse(b, o->back);

	if (!status)
		status = move_find_name(&mv);
	if (!status)
		status = belongings_read(nl, b);
	if (status)
		return status;
	if (o->dry_run)
		print_plan(&mv);
	if (obstacles_report(b, o->back) && !o->force)
		return refused("%s: nothing was changed; --force leaves behind "
			       "what cannot be moved",
			       b->tunnel.config.name);
	if (o->dry_run)
		return STATUS_OK;
	status = move_link(&mv);
	if (status)
		return status;
	if (!o->keep_name && !o->back)
		add_old_name(&mv);
	return STATUS_OK;
}

static bool is_over_ipv6(const struct tunnel *t)
{
	return config_family(&t->config) == AF_INET6;
}

static bool is_done(const struct tunnel *t, bool back)
{
	return back ? link_is_gre(t) : link_is_grex(t);
}

static int migrate(struct nl *nl, const struct options *o, const char *name,
		   struct outcome *outcome)
{
	struct belongings b = { 0 };
	int status = belongings_read_link(nl, name, &b);
	char done[IFNAMSIZ];

	if (!status && is_done(&b.tunnel, o->back)) {
		if (o->back)
			printf("%s is a link of the kind %s already\n",
			       b.tunnel.config.name, b.tunnel.kind);
		else
			printf("%s is a grex tunnel already\n",
			       b.tunnel.config.name);
		belongings_free(&b);
		return STATUS_OK;
	}
	if (!status)
		status = migrate_read(nl, o, &b);
	snprintf(done, sizeof(done), "%s", b.tunnel.config.name);
	if (status) {
		outcome->nleft++;
	} else {
		list_add(&outcome->done, &outcome->ndone, done, sizeof(done));
		outcome->is_any[is_over_ipv6(&b.tunnel)] = true;
	}
	belongings_free(&b);
	return status;
}

static int migrate_all(struct nl *nl, const struct options *o,
		       struct outcome *outcome)
{
	struct names names = { .back = o->back };
	int status = find_names(nl, &names), err;
	size_t i;

	for (i = 0; i < names.count; i++) {
		err = migrate(nl, o, names.list[i], outcome);
		status = status ? status : err;
	}
	free(names.list);
	return status;
}

/* Whether there are files of tunnels already. */
static bool has_files(void)
{
	DIR *directory = opendir(CONF_PATH);
	const struct dirent *entry;
	bool found = false;

	while (directory && (entry = readdir(directory)))
		found |= entry->d_name[0] != '.';
	if (directory)
		closedir(directory);
	return found;
}

static int find_users(const struct nlmsghdr *message, void *arg)
{
	bool *found =
		arg; /* whether there is a link of ip_gre, and one of ip6_gre */
	struct tunnel t;

	if (link_read(message, &t) && link_is_any_gre(&t) &&
	    !link_is_grex(&t) && !is_fallback(&t))
		found[!link_is_gre_over_ipv4(&t)] = true;
	return 0;
}

/* Name the modules that no link of this namespace needs any more. */
static void print_unneeded(struct nl *nl, const struct outcome *outcome)
{
	static const char *const modules[] = { "ip_gre", "ip6_gre" };
	struct nl_request request;
	bool found[2] = { false };
	int i;

	link_dump(&request, false);
	if (nl_dump(nl, &request, find_users, found, NULL))
		return;
	for (i = 0; i < 2; i++)
		if (outcome->is_any[i] && !found[i])
			printf("    echo blacklist %s >>/etc/modprobe.d/grex.conf\n",
			       modules[i]);
}

/* All of this is gone after the next boot, unless files say the same. */
static void print_how_to_last(struct nl *nl, const struct outcome *outcome)
{
	size_t i;

	puts("\nTo have the same after the next boot:");
	if (has_files())
		puts("    gretool save     # and add what is new to " CONF_PATH);
	else
		puts("    gretool save " CONF_PATH "/tunnels.conf");
	puts("    systemctl enable gretool");
	fputs("    # remove from the configuration that has created them:",
	      stdout);
	for (i = 0; i < outcome->ndone; i++)
		printf(" %s", outcome->done[i]);
	putchar('\n');
	print_unneeded(nl, outcome);
}

static int run_migrate(struct gretool *g, int argc, char **argv)
{
	const char *name = NULL;
	struct options o = { 0 };
	const struct args_option options[] = {
		{ "all", .flag = &o.all },
		{ "keep-name", .flag = &o.keep_name },
		{ "back", .flag = &o.back },
		{ "dry-run", .flag = &o.dry_run },
		{ "force", .flag = &o.force },
		{ 0 },
	};
	const struct args args = {
		.options = options,
		.operands = &name,
		.max_operands = 1,
		.operand_name = "NAME",
		.complete = { "@dev" },
	};
	struct outcome outcome = { 0 };
	int status = args_read(&args, &g->output, argc, argv);

	if (status)
		return status;
	if (!name && !o.all)
		return usage("NAME is missing, or --all");
	if (name && o.all)
		return usage("unexpected argument \"%s\" beside --all", name);
	status = o.all ? migrate_all(&g->nl, &o, &outcome)
		       : migrate(&g->nl, &o, name, &outcome);
	if (o.all && outcome.nleft)
		report("%zu of %zu interfaces are left as they were",
		       outcome.nleft, outcome.nleft + outcome.ndone);
	if (o.all && !status && !outcome.ndone)
		puts("There is nothing to migrate.");
	if (outcome.ndone && !o.back && !o.dry_run)
		print_how_to_last(&g->nl, &outcome);
	free(outcome.done);
	return status;
}

COMMAND(migrate, .help = help, .run = run_migrate);
