// SPDX-License-Identifier: GPL-2.0
/* The lines that show prints about a peer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/line.h"
#include "show/print.h"
#include "tap.h"

/* Make a history of probes, the newest first: '.' is lost, and others took 1 ms. */
static struct probes probes_of(uint64_t sent, const char *history)
{
	struct probes p = { .known = true, .sent = sent };
	size_t i;

	for (i = 0; history[i]; i++) {
		p.history[i] = history[i] == '.' ? 0 : 1000;
		p.received += p.history[i] != 0;
	}
	return p;
}

static void test_lost(void)
{
	static const struct {
		uint64_t sent;
		const char *history;
		unsigned int lost, of;
		const char *what;
	} cases[] = {
		{ 0, "", 0, 0, "none was sent" },
		{ 1, "x", 0, 1, "the first is back" },
		{ 1, ".", 0, 0, "the first may be on its way" },
		{ 2, "..", 1, 1, "the one before it is not any more" },
		{ 3, "x.x", 1, 3, "one of three" },
		{ 3, ".xx", 0, 2, "the last may be on its way" },
		{ 31, "...............................", 30, 30, "all of 31" },
		{ 32, "x...............................", 31, 32,
		  "all but the last of 32" },
		{ 33, "................................", 31, 31,
		  "no more than 32 are known" },
		{ 1000000000000, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.", 1, 32,
		  "the oldest of very many" },
	};
	unsigned int lost, of;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct probes p =
			probes_of(cases[i].sent, cases[i].history);

		lost = print_lost(&p, &of);
		check(lost == cases[i].lost && of == cases[i].of,
		      "lost: %s (%u of %u)", cases[i].what, lost, of);
	}
}

static void test_peer(void)
{
	static const char *const states[] = { "off", "down", "hold", "up",
					      "unknown" };
	struct tunnel t = { 0 };
	size_t i;

	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		t.keepalives.state = (uint32_t)i;
		check_text(print_peer_text(&t), states[i], "state %zu is %s", i,
			   states[i]);
	}
}

static const char *stats_of(const struct tunnel *t, bool zeros)
{
	static char *text;
	size_t size;
	FILE *out;

	free(text);
	text = NULL;
	out = open_memstream(&text, &size);
	if (!out)
		abort();
	print_stats(out, t, zeros);
	fclose(out);
	return text;
}

#define QUIET                                           \
	"    rx 0 packets 0 bytes 0 errors 0 dropped\n" \
	"    tx 0 packets 0 bytes 0 errors 0 dropped\n"

static void test_stats(void)
{
	struct tunnel t = { 0 };

	check_text(stats_of(&t, false), QUIET, "nobody was asked");

	t.keepalives = probes_of(3, "..x");
	t.keepalives.state = GREX_KEEPALIVE_HOLD;
	t.keepalives.flaps = 2;
	t.keepalives.changed = 723000;
	t.keepalives.rtt = 1000000;
	t.keepalives.rtt_smoothed = 1250000;
	t.keepalives.rtt_min = 999;
	t.keepalives.rtt_max = 10000000000;
	t.keepalives.jitter = 123456;
	check_text(stats_of(&t, false),
		   QUIET
		   "    peer hold for 12 min 3 s flaps 2 keepalives 3 sent "
		   "1 answered 1 of the last 2 lost\n"
		   "    rtt last 1.000 ms smoothed 1.250 ms min 0.001 ms "
		   "max 10000.000 ms jitter 0.123 ms\n",
		   "a peer that was asked");

	t.manual = probes_of(2, "..");
	check(strstr(stats_of(&t, false),
		     "jitter 0.123 ms\n    probes 2 sent 0 answered\n") &&
		      !strstr(strstr(stats_of(&t, false), "probes"), "rtt"),
	      "probes of hand have a line of their own, without an answer no "
	      "time");
	t.manual = probes_of(2, "x.");
	t.manual.rtt = 7000000;
	check(strstr(stats_of(&t, false),
		     "    probes 2 sent 1 answered\n    rtt last 7.000 ms"),
	      "with one there is a time");

	memset(&t.keepalives, 0, sizeof(t.keepalives));
	check(!strstr(stats_of(&t, false), "peer"),
	      "probes say nothing of the peer's state");

	memset(&t, 0, sizeof(t));
	t.counters[GREX_STAT_RX_KEEPALIVE_REPEATED] = 5;
	check_text(stats_of(&t, false),
		   QUIET
		   "    rx_keepalive_repeated 5  answer to a keepalive of "
		   "ours, old or a second time\n",
		   "a counter that is not 0");
	check(strstr(stats_of(&t, true), "    keepalive_answered 0  "),
	      "all counters");
}

static const char *xstats_of(const struct tunnel *t)
{
	output_catch();
	print_xstats(stdout, t, false);
	return output_caught();
}

/* Differences between the two ends are printed. */
static void test_claims(void)
{
	struct tunnel t = { .config.mtu = 1476 };

	t.path = (struct path){ .mtu = 1500,
				.source = GREX_PATH_FROM_PROBES,
				.peer_device = 1400,
				.peer_mtu = 1424,
				.peer_age = 3000 };
	check_text(xstats_of(&t),
		   "    path mtu 1500 from probes\n"
		   "    the ends differ: mtu 1476 here, 1400 at the peer, 3.00 s "
		   "ago, unverified\n"
		   "    the ends differ: path mtu 1500 from here, 1424 from the "
		   "peer, 3.00 s ago, unverified\n",
		   "anybody may have said that");
	t.path.peer_verified = 1;
	check_text(xstats_of(&t),
		   "    path mtu 1500 from probes\n"
		   "    the ends differ: mtu 1476 here, 1400 at the peer, 3.00 s "
		   "ago\n"
		   "    the ends differ: path mtu 1500 from here, 1424 from the "
		   "peer, 3.00 s ago\n",
		   "the peer has");
}

/* Control characters of a name are printed as \xNN, and a file reads that back. */
static void test_name(void)
{
	static const struct {
		const char *name, *text;
	} names[] = {
		{ "gre1", "gre1" },
		{ "a#b", "\"a#b\"" },
		{ "\xc3\xa4", "\xc3\xa4" },
		{ "\x1b[31m", "\"\\x1b[31m\"" },
		{ "a\x7f\"\\", "\"a\\x7f\\\"\\\\\"" },
		{ "\xc2\x9b", "\"\\xc2\\x9b\"" },
		{ "\xff\xc3\xa4", "\"\\xff\xc3\xa4\"" },
	};
	char *text = NULL, *argv[2];
	const char *wrong;
	size_t size, i;
	FILE *out;
	int argc;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		out = open_memstream(&text, &size);
		if (!out)
			abort();
		print_name(out, names[i].name);
		fclose(out);
		check_text(text, names[i].text, "name %zu", i);
		wrong = line_split(text, argv, 2, &argc);
		check(!wrong && argc == 1 && !strcmp(argv[0], names[i].name),
		      "name %zu is read back", i);
		free(text);
	}
}

int main(void)
{
	test_name();
	test_lost();
	test_peer();
	test_stats();
	test_claims();
	return finish();
}
