// SPDX-License-Identifier: GPL-2.0
/* The table of top: the order of its lines, and their contents. */
#include <stdio.h>
#include <string.h>

#include "top/main.c"
#include "tap.h"

#define BLANKS "                                " /* 32 columns */

static void sparked(const struct probes *p, const char *expected,
		    const char *what)
{
	const char *text;
	char blanked[256];
	size_t signs = 0, i;

	output_catch();
	spark(p);
	text = output_caught();
	/* In UTF-8, each character has exactly one byte that is not a continuation. */
	for (i = 0; text[i]; i++)
		signs += (text[i] & 0xc0) != 0x80;
	check(signs == GREX_KEEPALIVE_HISTORY, "%s: 32 columns (%zu)", what,
	      signs);
	snprintf(blanked, sizeof(blanked), "%s", text + strspn(text, " "));
	check_text(blanked, expected, "%s", what);
}

static void test_spark(void)
{
	struct probes p = { 0 };
	int i;

	sparked(&p, "", "nothing was sent");

	p.sent = 3;
	sparked(&p, "xx ", "none is back, and the last may be on its way");

	p.history[0] = 500;
	sparked(&p, "xx▁", "the only one is the lowest");

	/* The newest probe is on the right. */
	p.history[1] = 1200;
	p.history[2] = 850;
	sparked(&p, "▄█▁", "higher is slower");

	p.sent = 1ULL << 40;
	for (i = 0; i < GREX_KEEPALIVE_HISTORY; i++)
		p.history[i] = UINT32_MAX - (uint32_t)i * 100000000;
	p.history[31] = 1;
	sparked(&p,
		"▁▃▃▃▃▃▃▄▄▄▄▄▄▅▅"
		"▅▅▅▅▆▆▆▆▆▆▇▇▇▇▇▇█",
		"very slow ones");
}

static struct tunnel named(const char *name, bool carrier, const char *history)
{
	struct tunnel t = { .carrier = carrier };
	size_t i;

	snprintf(t.config.name, sizeof(t.config.name), "%s", name);
	t.keepalives.known = history[0];
	t.keepalives.sent = strlen(history);
	for (i = 0; history[i]; i++)
		t.keepalives.history[i] = history[i] == '.' ? 0 : 1000;
	return t;
}

static void test_order(void)
{
	struct tunnel list[] = {
		named("b", true, ""),	     named("a", true, ""),
		named("some", true, "x.x"),  named("more", true, "x..x"),
		named("late", true, ".xx"),  named("lost", false, "...x"),
		named("gone", false, "..."), named("none", true, "xxxx"),
		named("well", false, "xx"),
	};
	static const char *const order[] = { "gone", "lost", "well",
					     "more", "some", "a",
					     "b",    "late", "none" };
	size_t i;

	qsort(list, sizeof(list) / sizeof(list[0]), sizeof(list[0]), compare);
	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		check_text(list[i].config.name, order[i], "line %zu", i + 1);
}

static void test_line(void)
{
	struct tunnel t = named("gre1", true, "");

	output_catch();
	line(&t);
	check_text(output_caught(),
		   "gre1           off        -       -     -     - " BLANKS
		   "\n",
		   "a tunnel without keepalives");

	t = named("\x1b[2J", true, "");
	output_catch();
	line(&t);
	check(!strncmp(output_caught(), "\\x1b[2J  ", 9),
	      "a name that would clear the screen");

	t = named("a-long-name-14", true, ".x.x");
	t.keepalives.state = GREX_KEEPALIVE_UP;
	t.keepalives.received = 2;
	t.keepalives.flaps = 12;
	t.keepalives.rtt = 1234567;
	t.keepalives.rtt_smoothed = 9999000000;
	output_catch();
	line(&t);
	check_text(output_caught(),
		   "a-long-name-14 up     1.235 9999.00  1/3     12 "
		   "                            ▁x▁ "
		   "\n",
		   "one with");
	t.keepalives.rtt_smoothed = 1000000000;
	t.keepalives.rtt = 999999000;
	output_catch();
	line(&t);
	check(strstr(output_caught(), " up   999.999 1000.00  1/3 "),
	      "slow ones");

	t.keepalives.received = 0;
	memset(t.keepalives.history, 0, sizeof(t.keepalives.history));
	t.keepalives.state = GREX_KEEPALIVE_DOWN;
	output_catch();
	line(&t);
	check_text(output_caught(),
		   "a-long-name-14 down       -       -  3/3     12 "
		   "                            xxx "
		   "\n",
		   "one that was never answered");
}

int main(void)
{
	test_spark();
	test_order();
	test_line();
	return finish();
}
