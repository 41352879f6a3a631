// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/args.h"
#include "lib/duration.h"
#include "lib/interrupt.h"
#include "lib/visible.h"
#include "netlink/tunnels.h"
#include "show/print.h"

static const char help[] =
	"gretool top [-i TIME] [-c COUNT]\n"
	"\n"
	"Show a live table of all tunnels: the state of the peer, the RTT of its\n"
	"answers, how many of the last 32 probes were lost, and one character for each\n"
	"of them, the latest on the right: a higher bar is slower, x is lost. The table\n"
	"is updated until it is interrupted.\n"
	"\n"
	"  -i TIME   interval between updates: 1s (default), 200ms\n"
	"  -c COUNT  number of updates\n";

#define TOP_INTERVAL_MIN_MS 100
/* Move the cursor home, and clear the screen below it. */
#define TOP_HOME "\033[H\033[2J"

/* Scale the probes to eight heights between the fastest and the slowest. */
static void spark(const struct probes *p)
{
	static const char *const heights[] = { "▁", "▂", "▃", "▄",
					       "▅", "▆", "▇", "█" };
	uint32_t low = UINT32_MAX, high = 0;
	int i;

	for (i = 0; i < GREX_KEEPALIVE_HISTORY; i++) {
		if (!p->history[i])
			continue;
		if (p->history[i] < low)
			low = p->history[i];
		if (p->history[i] > high)
			high = p->history[i];
	}
	for (i = GREX_KEEPALIVE_HISTORY - 1; i >= 0; i--) {
		if ((uint64_t)i >= p->sent || (!i && !p->history[i]))
			putchar(' ');
		else if (!p->history[i])
			putchar('x');
		else
			fputs(heights[high == low ? 0
						  : (uint64_t)(p->history[i] -
							       low) *
							    7 / (high - low)],
			      stdout);
	}
}

/* Tunnels without a peer come first, then those with the highest loss. */
static int compare(const void *left, const void *right)
{
	const struct tunnel *a = left, *b = right;
	unsigned int lost_a, lost_b, of;

	lost_a = print_lost(&a->keepalives, &of);
	lost_b = print_lost(&b->keepalives, &of);
	if (a->carrier != b->carrier)
		return a->carrier ? 1 : -1;
	if (lost_a != lost_b)
		return lost_a > lost_b ? -1 : 1;
	return strcmp(a->config.name, b->config.name);
}

static void milliseconds(uint64_t ns)
{
	const double ms = (double)ns / 1e6;

	printf("%7.*f ", ms < 1000 ? 3 : 2, ms);
}

/* A line has 80 columns, or 81 if the name has the maximum of 15 characters. */
static void line(const struct tunnel *t)
{
	const struct probes *p = &t->keepalives;
	/* A byte becomes at most \\xNN. */
	char name[4 * IFNAMSIZ] = "";
	FILE *out = fmemopen(name, sizeof(name), "w");
	unsigned int lost, of;

	if (out) {
		visible_put(out, t->config.name);
		fclose(out);
	}
	printf("%-14s %-4s ", name, print_peer_text(t));
	if (p->received) {
		milliseconds(p->rtt);
		milliseconds(p->rtt_smoothed);
	} else {
		printf("%7s %7s ", "-", "-");
	}
	lost = print_lost(p, &of);
	if (of)
		printf("%2u/%-2u %5" PRIu64 " ", lost, of, p->flaps);
	else
		printf("%5s %5s ", "-", "-");
	spark(p);
	putchar('\n');
}

static int look(struct gretool *g, bool terminal)
{
	struct tunnels tunnels;
	int status;
	size_t i;

	status = tunnels_dump(&g->nl, false, &tunnels);
	if (!status) {
		if (tunnels.count)
			qsort(tunnels.list, tunnels.count,
			      sizeof(*tunnels.list), compare);
		if (terminal)
			fputs(TOP_HOME, stdout);
		printf("%-14s %-4s %7s %7s %5s %5s %s\n", "TUNNEL", "PEER",
		       "RTT ms", "SMOOTH", "LOST", "FLAPS", "LAST 32");
		for (i = 0; i < tunnels.count; i++)
			line(&tunnels.list[i]);
		fflush(stdout);
	}
	tunnels_free(&tunnels);
	return status;
}

static int run_top(struct gretool *g, int argc, char **argv)
{
	const bool terminal = isatty(STDOUT_FILENO);
	const char *interval_text = NULL, *count_text = NULL;
	const struct args_option options[] = {
		{ "i", .value = &interval_text },
		{ "c", .value = &count_text },
		{ 0 },
	};
	const struct args args = { .options = options };
	unsigned long count = 0, looks;
	uint32_t interval = 1000;
	int status;
	char *end;

	status = args_read(&args, &g->output, argc, argv);
	if (status)
		return status;
	if (count_text) {
		count = strtoul(count_text, &end, 10);
		if (*end || !count || !isdigit((unsigned char)*count_text))
			return usage("-c: \"%s\" is not 1 or more", count_text);
	}
	if (interval_text && (!duration_parse(interval_text, &interval) ||
			      interval < TOP_INTERVAL_MIN_MS))
		return usage("-i: \"%s\" is not a time of 100ms or more",
			     interval_text);
	interrupt_catch();
	for (looks = 1; !interrupts() && !status; looks++) {
		status = look(g, terminal);
		if (status || looks == count)
			break;
		interrupt_sleep(interval);
	}
	interrupt_release();
	return status;
}

COMMAND(top, .help = help, .run = run_top);
