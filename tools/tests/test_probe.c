// SPDX-License-Identifier: GPL-2.0
/*
 * The command probe runs against a fake kernel, clock and user, so that every moment is
 * known.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/command.h"
#include "lib/duration.h"
#include "lib/interrupt.h"
#include "netlink/error.h"
#include "netlink/tunnels.h"
#include "option/parse.h"
#include "show/print.h"
#include "tap.h"

/* Times are in ms since the start; NEVER means no answer. */
#define NEVER UINT64_MAX
#define KERNEL_PROBES 4096

static struct {
	uint64_t now;
	/* Probes, by their number in the kernel. */
	uint64_t sent, sent_at[KERNEL_PROBES], back_at[KERNEL_PROBES];
	uint32_t size;
	/* Returns the RTT of our n-th probe, or 0 if the kernel refuses it. */
	uint64_t (*rtt_of)(uint64_t number);
	uint64_t ours;
	uint64_t other_every; /* others send a probe after this many of ours */
	uint64_t stop_at, stop_for; /* a shell stops us for this long */
	uint64_t interrupt_at[2];
	uint64_t gone_at; /* the tunnel is deleted */
} kernel;

static int fake_find(struct nl *nl, const char *name, struct tunnel *t)
{
	uint64_t i;

	memset(t, 0, sizeof(*t));
	if (kernel.now >= kernel.gone_at)
		return refused("%s: there is no such interface", name);
	t->ifindex = 7;
	ip_parse("192.0.2.2", &t->config.remote);
	t->manual.known = kernel.sent;
	t->manual.sent = kernel.sent;
	for (i = 0; i < kernel.sent && i < GREX_KEEPALIVE_HISTORY; i++) {
		const uint64_t number = kernel.sent - 1 - i;

		if (kernel.back_at[number] <= kernel.now)
			t->manual.history[i] =
				(uint32_t)(1000 * (kernel.back_at[number] -
						   kernel.sent_at[number])) +
				1;
	}
	return STATUS_OK;
}

static void kernel_sends(uint64_t rtt)
{
	if (kernel.sent == KERNEL_PROBES)
		abort();
	kernel.sent_at[kernel.sent] = kernel.now;
	kernel.back_at[kernel.sent] = rtt == NEVER ? NEVER : kernel.now + rtt;
	kernel.sent++;
}

static int fake_talk(struct nl *nl, struct nl_request *request, nl_reply_fn fn,
		     void *arg)
{
	const struct nlmsghdr *nlh = &request->header;
	const uint64_t number = kernel.ours++;
	const uint64_t rtt = kernel.rtt_of(number);

	/* The size is the last attribute of the message. */
	kernel.size = *((const uint32_t *)mnl_nlmsg_get_payload_tail(nlh) - 1);
	if (!rtt) {
		memset(&nl->error, 0, sizeof(nl->error));
		nl->error.code = ENETDOWN;
		return -ENETDOWN;
	}
	kernel_sends(rtt);
	return 0;
}

static int fake_clock(clockid_t clock, struct timespec *time)
{
	time->tv_sec = (time_t)(kernel.now / 1000);
	time->tv_nsec = (long)(kernel.now % 1000) * 1000000;
	return 0;
}

static void fake_sleep(uint32_t ms)
{
	const uint64_t before = kernel.now;

	kernel.now += ms;
	if (kernel.stop_for && before < kernel.stop_at &&
	    kernel.now >= kernel.stop_at)
		kernel.now += kernel.stop_for;
	if (kernel.other_every && kernel.ours &&
	    kernel.ours % kernel.other_every == 0 &&
	    kernel.sent < KERNEL_PROBES / 2)
		kernel_sends(1);
	if (kernel.now > 100000000)
		abort();
}

static unsigned int fake_interrupts(void)
{
	return (kernel.now >= kernel.interrupt_at[0]) +
	       (kernel.now >= kernel.interrupt_at[1]);
}

static void no_signals(void)
{
}

#define tunnels_find fake_find
#define nl_talk fake_talk
#define clock_gettime fake_clock
#define interrupt_sleep fake_sleep
#define interrupts fake_interrupts
#define interrupt_catch no_signals
#define interrupt_release no_signals
#include "show/cmd_probe.c"

static void start(uint64_t (*rtt_of)(uint64_t number))
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.now = 5000;
	kernel.rtt_of = rtt_of;
	kernel.interrupt_at[0] = NEVER;
	kernel.interrupt_at[1] = NEVER;
	kernel.gone_at = NEVER;
}

static const char *said;
static char complaint[256];

/* Run "probe" with these arguments; its output is in said. */
static int probe(const char *arguments)
{
	static struct gretool g;
	char *argv[16] = { "probe" }, *copy = strdup(arguments), *word,
	     *rest = copy;
	int argc = 1, status;

	if (!copy)
		abort();
	while ((word = strsep(&rest, " ")))
		argv[argc++] = word;
	memset(complaint, 0, sizeof(complaint));
	report_origin.stream = fmemopen(complaint, sizeof(complaint) - 1, "w");
	if (!report_origin.stream)
		abort();
	output_catch();
	status = cmd_probe(&g, argc, argv);
	said = output_caught();
	fclose(report_origin.stream);
	report_origin.stream = NULL;
	free(copy);
	return status;
}

static unsigned int lines_of(const char *text)
{
	unsigned int lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

static const char *last_line(void)
{
	const char *line = said, *next;

	while ((next = strchr(line, '\n')) && next[1])
		line = next + 1;
	return line;
}

static uint64_t always(uint64_t number)
{
	return 20;
}

/* 20, 10, 30 */
static uint64_t uneven(uint64_t number)
{
	return number == 1 ? 10 : 20 + 5 * number;
}

static uint64_t never(uint64_t number)
{
	return NEVER;
}

static uint64_t second_lost(uint64_t number)
{
	return number == 1 ? NEVER : 20;
}

/* The first answer comes back last. */
static uint64_t overtaken(uint64_t number)
{
	return number ? 20 : 2500;
}

static uint64_t refuses(uint64_t number)
{
	return 0;
}

static uint64_t third_refused(uint64_t number)
{
	return number == 2 ? 0 : 20;
}

static uint64_t satellite(uint64_t number)
{
	return 2000;
}

static void test_answers(void)
{
	int status;

	start(always);
	status = probe("g1 -c 3");
	check_text(said,
		   "g1: asking 192.0.2.2\n"
		   "g1: seq=0 time=20.001 ms\n"
		   "g1: seq=1 time=20.001 ms\n"
		   "g1: seq=2 time=20.001 ms\n"
		   "g1: 3 sent, 3 answered, 0% lost, rtt min/avg/max "
		   "20.001/20.001/20.001 ms\n",
		   "three answers");
	check(!status && !complaint[0], "which is success");
	check(!kernel.size, "as few bytes as it takes");
	check(kernel.now >= 7020 && kernel.now < 7050,
	      "nothing is waited for when all is back (%" PRIu64 " ms)",
	      kernel.now - 5000);

	start(uneven);
	probe("-c 3 -i 200ms g1 -s 1476");
	check_text(last_line(),
		   "g1: 3 sent, 3 answered, 0% lost, rtt min/avg/max "
		   "10.001/20.001/30.001 ms\n",
		   "the least, the mean and the most");
	check(kernel.size == 1476, "the size is sent (%u)", kernel.size);

	start(overtaken);
	probe("g1 -c 3");
	check_text(said,
		   "g1: asking 192.0.2.2\n"
		   "g1: seq=1 time=20.001 ms\n"
		   "g1: seq=2 time=20.001 ms\n"
		   "g1: seq=0 time=2500.001 ms\n"
		   "g1: 3 sent, 3 answered, 0% lost, rtt min/avg/max "
		   "20.001/846.668/2500.001 ms\n",
		   "answers are told as they come, once");

	start(satellite);
	probe("g1 -c 5");
	check_text(last_line(),
		   "g1: 5 sent, 5 answered, 0% lost, rtt min/avg/max "
		   "2000.001/2000.001/2000.001 ms\n",
		   "slow answers are waited for");
}

static void test_lost_ones(void)
{
	int status;

	start(never);
	status = probe("g1 -c 2");
	check_text(said,
		   "g1: asking 192.0.2.2\n"
		   "g1: 2 sent, 0 answered, 100% lost\n",
		   "no answer");
	check(status == STATUS_REFUSED && !complaint[0],
	      "which is a failure, and no error");
	check(kernel.now >= 7000 && kernel.now < 7100,
	      "the last is waited for a second (%" PRIu64 " ms)",
	      kernel.now - 5000);

	start(second_lost);
	status = probe("g1 -c 3");
	check_text(said,
		   "g1: asking 192.0.2.2\n"
		   "g1: seq=0 time=20.001 ms\n"
		   "g1: seq=2 time=20.001 ms\n"
		   "g1: 3 sent, 2 answered, 33% lost, rtt min/avg/max "
		   "20.001/20.001/20.001 ms\n",
		   "one is lost");
	check(!status, "which is success still");
}

/* Probes of others take numbers too. */
static void test_others(void)
{
	start(second_lost);
	kernel.other_every = 1;
	probe("g1 -c 4 -i 20ms");
	check_text(said,
		   "g1: asking 192.0.2.2\n"
		   "g1: seq=0 time=20.001 ms\n"
		   "g1: seq=2 time=20.001 ms\n"
		   "g1: seq=3 time=20.001 ms\n"
		   "g1: 4 sent, 3 answered, 25% lost, rtt min/avg/max "
		   "20.001/20.001/20.001 ms\n",
		   "answers to others are not ours");
	check(kernel.sent > kernel.ours, "there were some (%" PRIu64 ")",
	      kernel.sent - kernel.ours);
}

static void test_many(void)
{
	start(always);
	probe("g1 -c 500 -i 10ms");
	check(lines_of(said) == 502, "more than the kernel remembers (%u)",
	      lines_of(said));
	check(!strncmp(last_line(), "g1: 500 sent, 500 answered, 0% lost,", 36),
	      "all of them");
	check(kernel.now >= 9990 && kernel.now < 10100,
	      "each at its time (%" PRIu64 " ms)", kernel.now - 5000);
}

static void test_interrupts(void)
{
	int status;

	start(always);
	kernel.interrupt_at[0] = 7500;
	status = probe("g1");
	check_text(last_line(),
		   "g1: 3 sent, 3 answered, 0% lost, rtt min/avg/max "
		   "20.001/20.001/20.001 ms\n",
		   "without a count until it is interrupted");
	check(!status && kernel.now < 7520, "and no longer");

	start(overtaken);
	kernel.interrupt_at[0] = 5100;
	probe("g1");
	check(kernel.now >= 6000 && kernel.now < 6200,
	      "what is on its way is waited for");
	start(overtaken);
	kernel.interrupt_at[0] = 5100;
	kernel.interrupt_at[1] = 5200;
	probe("g1");
	check(kernel.now < 5220, "a second signal does not wait");

	start(always);
	kernel.stop_at = 7500;
	kernel.stop_for = 60000;
	kernel.interrupt_at[0] = 69500;
	probe("g1");
	check(kernel.ours == 5, "nothing is made up for (%" PRIu64 " sent)",
	      kernel.ours);
}

static void test_refused(void)
{
	int status;

	start(refuses);
	status = probe("g1 -c 3");
	check(status == STATUS_REFUSED && !said[0],
	      "a refusal has no output: '%s'", said);
	check_text(complaint, "gretool: g1: Network is down\n", "and says why");

	start(third_refused);
	status = probe("g1 -c 5");
	check(status == STATUS_REFUSED && complaint[0],
	      "a refusal later is one too");
	check_text(last_line(),
		   "g1: 2 sent, 2 answered, 0% lost, rtt min/avg/max "
		   "20.001/20.001/20.001 ms\n",
		   "what was learned is told");

	start(always);
	kernel.gone_at = 6500;
	status = probe("g1");
	check(status == STATUS_REFUSED, "the tunnel is deleted");
	check_text(complaint, "gretool: g1: there is no such interface\n",
		   "which is said");
	check(!strncmp(last_line(), "g1: 2 sent, 2 answered", 22),
	      "after what was learned");
}

int main(void)
{
	test_answers();
	test_lost_ones();
	test_others();
	test_many();
	test_interrupts();
	test_refused();
	return finish();
}
