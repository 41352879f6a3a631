// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check/filter_text.h"
#include "check/program.h"

static void unread(struct filter_text *t, const char *tool, const char *why)
{
	if (!t->unread[0])
		snprintf(t->unread, sizeof(t->unread), "%s: %.120s", tool, why);
}

static char *run(struct filter_text *t, const char *const argv[],
		 const char *package)
{
	const char *path = program_find(argv[0]);
	char complaint[120], *output;
	int status;

	if (!path) {
		unread(t, argv[0], "it is not installed");
		snprintf(t->install, sizeof(t->install), "apt install %s",
			 package);
		return NULL;
	}
	status = program_run(path, argv, &output, complaint, sizeof(complaint));
	if (!status)
		return output;
	free(output);
	if (status < 0)
		snprintf(complaint, sizeof(complaint), "%s", strerror(-status));
	else if (!complaint[0])
		snprintf(complaint, sizeof(complaint), "exit status %d",
			 status);
	unread(t, argv[0], complaint);
	return NULL;
}

/* Without the module there are no rules, and nft would load it. */
static bool nft_may_have_rules(void)
{
	if (!access("/sys/module/nf_tables", F_OK))
		return true;
	/* A kernel without modules has it built in, where it does not show. */
	return access("/proc/modules", F_OK) != 0;
}

/* The file has the tables of the old iptables, which nft does not show. */
static bool has_old_tables(struct filter_text *t, const char *path)
{
	FILE *file = fopen(path, "re");
	char line[64];
	bool any = false;

	if (!file) {
		if (errno != ENOENT)
			unread(t, "iptables", strerror(errno));
		return false;
	}
	while (fgets(line, sizeof(line), file))
		any = true;
	fclose(file);
	return any;
}

void filter_text_read(struct filter_text *t)
{
	static const char *const nft[] = { "nft", "-j", "list", "ruleset",
					   NULL };
	static const char *const old[] = { "iptables-legacy-save", "-c", NULL };
	static const char *const old6[] = { "ip6tables-legacy-save", "-c",
					    NULL };
	char *text = NULL;

	memset(t, 0, sizeof(*t));
	/* This kernel has no netfilter. */
	if (access("/proc/net/netfilter", F_OK))
		return;
	if (nft_may_have_rules())
		text = run(t, nft, "nftables");
	if (text) {
		t->nft = json_loads(text, 0, NULL);
		if (!t->nft)
			unread(t, nft[0], "it does not print JSON");
		free(text);
	}
	if (has_old_tables(t, "/proc/net/ip_tables_names"))
		t->iptables = run(t, old, "iptables");
	if (has_old_tables(t, "/proc/net/ip6_tables_names"))
		t->ip6tables = run(t, old6, "iptables");
}

void filter_text_free(struct filter_text *t)
{
	json_decref(t->nft);
	free(t->iptables);
	free(t->ip6tables);
	memset(t, 0, sizeof(*t));
}
