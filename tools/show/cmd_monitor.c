// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/args.h"
#include "lib/list.h"
#include "netlink/resolve.h"
#include "netlink/tunnels.h"
#include "option/options.h"
#include "show/print.h"

static const char help[] =
	"gretool monitor [-j]\n"
	"\n"
	"Report when a tunnel is created, changed, renamed or deleted, goes up or down,\n"
	"or gains or loses its carrier. Runs until it is interrupted.\n"
	"\n"
	"  -j  JSON: an object for each event, one on each line\n";

/* An event tells what is, not what was: what was is remembered here. */
struct known {
	struct tunnel tunnel;
	unsigned int round; /* of the dump that saw it last */
};

struct monitor {
	struct nl *nl; /* asks, so that no answer is lost among the events */
	const struct output *output;
	struct known **known; /* sorted by ifindex */
	size_t count;
	unsigned int round;
	bool silent; /* what is found at the start is no news */
};

static void tell_text(const struct tunnel *t, const char *time,
		      const char *event, const char *old_name, uint64_t fields)
{
	printf("%s %s ", time, event);
	print_name(stdout, t->config.name);
	if (old_name) {
		fputs(" from ", stdout);
		print_name(stdout, old_name);
	}
	options_print(stdout, &t->config, fields);
	/* The number is not the operator's, and is what has changed. */
	if (fields & F_MTU && t->config.mtu_auto)
		printf(" (%" PRIu32 ")", t->config.mtu);
	putchar('\n');
}

static void tell_json(const struct tunnel *t, const char *time,
		      const char *event, const char *old_name)
{
	struct json json = { .out = stdout };

	json_object(&json, NULL);
	json_number(&json, "schema", JSON_SCHEMA);
	json_string(&json, "time", time);
	json_string(&json, "event", event);
	json_string(&json, "old_ifname", old_name);
	json_object(&json, "tunnel");
	print_json(&json, t);
	json_object_end(&json);
	json_object_end(&json);
}

static void tell(const struct monitor *m, const struct tunnel *t,
		 const char *event, const char *old_name, uint64_t fields)
{
	char time[sizeof("2026-01-01T00:00:00.000000Z") + 8];
	struct timespec now;
	struct tm utc;
	size_t used;

	if (m->silent)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	used = strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(time + used, sizeof(time) - used, ".%06uZ",
		 (unsigned int)now.tv_nsec / 1000 % 1000000);
	if (m->output->json)
		tell_json(t, time, event, old_name);
	else
		tell_text(t, time, event, old_name, fields);
	fflush(stdout);
}

/* Where the tunnel with this ifindex is, or would be. */
static size_t place_of(const struct monitor *m, int ifindex, bool *is_known)
{
	size_t low = 0, high = m->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->known[middle]->tunnel.ifindex < ifindex)
			low = middle + 1;
		else
			high = middle;
	}
	*is_known = low < m->count && m->known[low]->tunnel.ifindex == ifindex;
	return low;
}

static struct known *insert(struct monitor *m, size_t place)
{
	struct known *known = memory_or_end(calloc(1, sizeof(*known)));

	list_add(&m->known, &m->count, &known, sizeof(struct known *));
	memmove(&m->known[place + 1], &m->known[place],
		(m->count - 1 - place) * sizeof(struct known *));
	m->known[place] = known;
	return known;
}

static void forget(struct monitor *m, size_t place)
{
	tell(m, &m->known[place]->tunnel, "deleted", NULL, 0);
	free(m->known[place]);
	m->count--;
	memmove(&m->known[place], &m->known[place + 1],
		(m->count - place) * sizeof(struct known *));
}

/* Is what the numbers stand for known already? */
static bool same_names(const struct config *a, const struct config *b)
{
	return a->link == b->link && a->link_netnsid == b->link_netnsid &&
	       !((a->given ^ b->given) & F_LINK_NETNS);
}

static void name_numbers(struct monitor *m, struct config *c,
			 const struct config *old)
{
	if (!old || !same_names(c, old)) {
		resolve_names(m->nl, c);
		return;
	}
	memcpy(c->dev, old->dev, sizeof(c->dev));
	memcpy(c->link_netns, old->link_netns, sizeof(c->link_netns));
}

static void compare(struct monitor *m, const struct tunnel *old,
		    const struct tunnel *new)
{
	uint64_t fields = config_diff(&old->config, &new->config);

	if (old->config.mtu != new->config.mtu)
		fields |= F_MTU;
	if (strcmp(old->config.name, new->config.name) != 0)
		tell(m, new, "renamed", old->config.name, 0);
	if (fields & ~F_UP)
		tell(m, new, "changed", NULL, fields & ~F_UP);
	if (fields & F_UP)
		tell(m, new, new->config.up ? "up" : "down", NULL, 0);
	if (old->carrier != new->carrier)
		tell(m, new, new->carrier ? "carrier-on" : "carrier-off", NULL,
		     0);
}

static void see(struct monitor *m, struct tunnel *new)
{
	bool is_known;
	const size_t place = place_of(m, new->ifindex, &is_known);
	struct known *known = is_known ? m->known[place] : NULL;

	name_numbers(m, &new->config, known ? &known->tunnel.config : NULL);
	if (known) {
		compare(m, &known->tunnel, new);
	} else {
		known = insert(m, place);
		tell(m, new, "created", NULL, options_needed(&new->config));
	}
	known->tunnel = *new;
	known->round = m->round;
}

static int hear(const struct nlmsghdr *message, void *arg)
{
	struct monitor *m = arg;
	struct tunnel tunnel;
	bool is_known;
	size_t place;

	if (message->nlmsg_type != RTM_NEWLINK &&
	    message->nlmsg_type != RTM_DELLINK)
		return 0;
	if (!link_read(message, &tunnel) || !link_is_grex(&tunnel))
		return 0;
	place = place_of(m, tunnel.ifindex, &is_known);
	if (message->nlmsg_type == RTM_NEWLINK)
		see(m, &tunnel);
	else if (is_known)
		forget(m, place);
	return 0;
}

/* Learn what there is now, at the start and after events were lost. */
static int look_around(struct monitor *m)
{
	struct tunnels tunnels;
	int status;
	size_t i;

	m->round++;
	status = tunnels_dump(m->nl, false, &tunnels);
	for (i = 0; !status && i < tunnels.count; i++)
		see(m, &tunnels.list[i]);
	tunnels_free(&tunnels);
	if (status)
		return status;
	for (i = m->count; i--;)
		if (m->known[i]->round != m->round)
			forget(m, i);
	m->silent = false;
	return STATUS_OK;
}

static int cmd_monitor(struct gretool *g, int argc, char **argv)
{
	/* Large: it has a receive buffer. */
	static struct nl events;
	struct monitor m = { .nl = &g->nl,
			     .output = &g->output,
			     .silent = true };
	const struct args args = { .output = "j", .useless = "sdp" };
	int status, err;

	status = args_read(&args, &g->output, argc, argv);
	if (status)
		return status;
	err = nl_subscribe(&events, RTMGRP_LINK);
	if (err)
		return refused("cannot listen to the kernel: %s",
			       strerror(-err));
	do {
		status = look_around(&m);
		if (status)
			break;
		err = nl_listen(&events, hear, &m);
		if (err == -ENOBUFS)
			report("events were lost, the next ones are about what "
			       "came of them");
		else
			status = refused("cannot listen to the kernel: %s",
					 strerror(-err));
	} while (!status);
	for (size_t n = 0; n < m.count; n++)
		free(m.known[n]);
	free(m.known);
	nl_close(&events);
	return status;
}

COMMAND(monitor, .order = 50, .summary = "report changes as they happen",
	.help = help, .run = cmd_monitor);
