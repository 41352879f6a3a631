// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "cli/args.h"
#include "lib/duration.h"
#include "lib/interrupt.h"
#include "netlink/error.h"
#include "netlink/tunnels.h"
#include "option/option.h"
#include "show/print.h"

static const char help[] =
	"gretool probe NAME [-c COUNT] [-i TIME] [-s SIZE] [-j]\n"
	"\n"
	"Send keepalive probes to the peer of a tunnel, and print the RTT of each\n"
	"answer. The tunnel need not have keepalives, its carrier does not change, and\n"
	"the peer need only answer keepalives or forward IPv4.\n"
	"\n"
	"  -c COUNT  number of probes (default: until interrupted)\n"
	"  -i TIME   interval between probes: 1s (default), 200ms, 0.5; at least 10ms\n"
	"  -s SIZE   bytes of the inner packet (default: the minimum, 56 or 60); the\n"
	"            outer packet has DF set if the tunnel has \"df set\"\n"
	"  -j        JSON: an object for each answer, and a summary at the end, one\n"
	"            on each line\n";

/* An answer that takes longer is none, see uapi/linux/grex.h. */
#define PROBE_MAX_AGE_MS 10000
/* How long the last one is waited for, unless answers take longer. */
#define PROBE_LINGER_MS 1000
#define PROBE_INTERVAL_MIN_MS 10
/* Of the inner packet: its headers and ours; and what the largest MTU takes. */
#define PROBE_SIZE_MIN GREX_PROBE_MIN
#define PROBE_SIZE_MAX GREX_PROBE_MAX
/* The kernel measures; this is only how soon we hear of it. */
#define PROBE_POLL_MS 5

struct probing {
	struct gretool *g;
	const char *name;
	int ifindex;
	const char *kind; /* of link */
	struct ip remote;
	uint32_t count; /* 0: no end */
	uint32_t interval; /* ms */
	uint32_t size;
	uint64_t sent, answered;
	uint64_t start; /* ms; when sequence number n goes is start + n x interval */
	/*
	 * Those that may still be answered, by our number: the kernel's number,
	 * and whether it was told.
	 */
	struct {
		uint64_t kernel;
		bool told;
	} probes[GREX_KEEPALIVE_HISTORY];
	uint64_t min, max, sum; /* us */
};

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void tell_answer(struct probing *p, uint64_t number, uint32_t us)
{
	struct json json = { .out = stdout };

	if (p->g->output.json) {
		json_object(&json, NULL);
		json_string(&json, "ifname", p->name);
		json_number(&json, "seq", number);
		json_number(&json, "rtt_us", us);
		json_object_end(&json);
	} else {
		print_name(stdout, p->name);
		printf(": seq=%" PRIu64 " time=%.3f ms\n", number, us / 1000.0);
	}
	fflush(stdout);
	if (!p->answered++ || us < p->min)
		p->min = us;
	if (us > p->max)
		p->max = us;
	p->sum += us;
}

/* Look what has come back; false: the tunnel is gone. */
static int look(struct probing *p)
{
	struct tunnel tunnel;
	uint64_t number;
	int status;

	status = tunnels_find(&p->g->nl, p->name, &tunnel);
	if (status)
		return status;
	number = p->sent < GREX_KEEPALIVE_HISTORY
			 ? 0
			 : p->sent - GREX_KEEPALIVE_HISTORY;
	for (; number < p->sent; number++) {
		const size_t slot = number % GREX_KEEPALIVE_HISTORY;
		const uint64_t behind =
			tunnel.manual.sent - 1 - p->probes[slot].kernel;

		if (p->probes[slot].told || behind >= GREX_KEEPALIVE_HISTORY ||
		    !tunnel.manual.history[behind])
			continue;
		p->probes[slot].told = true;
		tell_answer(p, number, tunnel.manual.history[behind]);
	}
	return STATUS_OK;
}

static int send_one(struct probing *p)
{
	const size_t slot = p->sent % GREX_KEEPALIVE_HISTORY;
	char remote[INET6_ADDRSTRLEN];
	struct nl_request request;
	struct tunnel tunnel;
	int status;

	link_probe(&request, p->ifindex, p->kind, p->size);
	if (nl_talk(&p->g->nl, &request, NULL, NULL))
		return report_error(&p->g->nl, &request, p->name);
	status = tunnels_find(&p->g->nl, p->name, &tunnel);
	if (status)
		return status;
	if (!tunnel.manual.sent)
		return refused("%s: the kernel has sent no probe", p->name);
	if (!p->sent && !p->g->output.json) {
		print_name(stdout, p->name);
		printf(": asking %s\n", ip_text(&p->remote, remote));
		fflush(stdout);
	}
	p->probes[slot].kernel = tunnel.manual.sent - 1;
	p->probes[slot].told = false;
	p->sent++;
	return STATUS_OK;
}

/* When there is nothing to wait for any more. */
static uint64_t patience(const struct probing *p)
{
	const uint64_t longest = 2 * p->max / 1000;

	if (!p->answered)
		return PROBE_LINGER_MS;
	if (longest > PROBE_MAX_AGE_MS)
		return PROBE_MAX_AGE_MS;
	return longest > PROBE_LINGER_MS ? longest : PROBE_LINGER_MS;
}

static bool all_told(const struct probing *p)
{
	size_t i;

	for (i = 0; i < GREX_KEEPALIVE_HISTORY && i < p->sent; i++)
		if (!p->probes[i].told)
			return false;
	return true;
}

static int run(struct probing *p)
{
	uint64_t end = 0, now, due;
	int status;

	p->start = now_ms();
	for (;;) {
		now = now_ms();
		due = p->start + p->sent * p->interval;
		if (interrupts() || (p->count && p->sent == p->count)) {
			if (!end)
				end = now + patience(p);
			if (interrupts() > 1 || all_told(p) || now >= end)
				return STATUS_OK;
		} else if (now >= due) {
			/* Who was stopped does not make up for it in a burst. */
			if (now - due > p->interval)
				p->start += now - due;
			status = send_one(p);
			if (status)
				return status;
		}
		interrupt_sleep(PROBE_POLL_MS);
		status = look(p);
		if (status)
			return status;
	}
}

static void summarise_json(const struct probing *p)
{
	struct json json = { .out = stdout };

	json_object(&json, NULL);
	json_string(&json, "ifname", p->name);
	json_number(&json, "sent", p->sent);
	json_number(&json, "answered", p->answered);
	if (p->answered) {
		json_number(&json, "rtt_min_us", p->min);
		json_number(&json, "rtt_avg_us", p->sum / p->answered);
		json_number(&json, "rtt_max_us", p->max);
	}
	json_object_end(&json);
}

static void summarise(const struct probing *p)
{
	print_name(stdout, p->name);
	printf(": %" PRIu64 " sent, %" PRIu64 " answered, %.0f%% lost", p->sent,
	       p->answered,
	       p->sent ? 100.0 * (double)(p->sent - p->answered) /
				 (double)p->sent
		       : 0.0);
	if (p->answered)
		printf(", rtt min/avg/max %.3f/%.3f/%.3f ms",
		       (double)p->min / 1000.0,
		       (double)p->sum / 1000.0 / (double)p->answered,
		       (double)p->max / 1000.0);
	putchar('\n');
}

static bool parse_count(const char *text, uint32_t *count)
{
	return option_parse_digits(text, 10, UINT32_MAX, count) && *count;
}

static int parse(struct probing *p, int argc, char **argv)
{
	const char *count = NULL, *interval = NULL, *size = NULL;
	const struct args_option options[] = {
		{ "c", .value = &count },
		{ "i", .value = &interval },
		{ "s", .value = &size },
		{ 0 },
	};
	const struct args args = {
		.options = options,
		.output = "j",
		.operands = &p->name,
		.max_operands = 1,
		.complete = { "@tunnel" },
		.needs_tunnel = true,
	};
	int status;

	status = args_read(&args, &p->g->output, argc, argv);
	if (status)
		return status;
	if (count && !parse_count(count, &p->count))
		return usage("-c: \"%s\" is not 1..4294967295", count);
	if (interval && (!duration_parse(interval, &p->interval) ||
			 p->interval < PROBE_INTERVAL_MIN_MS))
		return usage("-i: \"%s\" is not a time of 10ms or more",
			     interval);
	if (size && (!parse_count(size, &p->size) || p->size < PROBE_SIZE_MIN ||
		     p->size > PROBE_SIZE_MAX))
		return usage("-s: \"%s\" is not %u..%u bytes", size,
			     PROBE_SIZE_MIN, PROBE_SIZE_MAX);
	return STATUS_OK;
}

static int cmd_probe(struct gretool *g, int argc, char **argv)
{
	struct probing p = { .g = g, .interval = 1000 };
	struct tunnel tunnel;
	int status;

	status = parse(&p, argc, argv);
	if (status)
		return status;
	status = tunnels_find(&g->nl, p.name, &tunnel);
	if (status)
		return status;
	p.ifindex = tunnel.ifindex;
	p.kind = config_kind(&tunnel.config);
	p.remote = tunnel.config.remote;
	interrupt_catch();
	status = run(&p);
	interrupt_release();
	if (status && !p.sent)
		return status;
	if (g->output.json)
		summarise_json(&p);
	else
		summarise(&p);
	if (status)
		return status;
	return p.answered ? STATUS_OK : STATUS_REFUSED;
}

COMMAND(probe, .order = 60,
	.summary = "send probes to the peer, and print the RTT", .help = help,
	.run = cmd_probe);
