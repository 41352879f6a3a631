// SPDX-License-Identifier: GPL-2.0
/* Parsing and printing of durations. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/duration.h"
#include "tap.h"

static const struct {
	const char *text;
	uint32_t ms;
} taken[] = {
	{ "0", 0 },
	{ "10", 10000 },
	{ "10s", 10000 },
	{ "300ms", 300 },
	{ "0.5", 500 },
	{ "0.001", 1 },
	{ "0.0010000", 1 },
	{ "1.50s", 1500 },
	{ "2m", 120000 },
	{ "2min", 120000 },
	{ "0.5m", 30000 },
	{ "1h", 3600000 },
	{ "1.5h", 5400000 },
	{ "0.0000025h", 9 },
	{ "5.0ms", 5 },
	{ "007", 7000 },
	{ "4294967295ms", UINT32_MAX },
	{ "4294967.295", UINT32_MAX },
	{ "1193h", 4294800000 },
};

static const char *const refused[] = {
	"",
	" 1",
	"1 ",
	"1 s",
	"+1",
	"-1",
	".5",
	"5.",
	"5.s",
	"1.2.3",
	"s",
	"ms",
	"off",
	"1x",
	"1S",
	"1sec",
	"1mins",
	"1d",
	"0x10",
	"1e3",
	"1,5",
	/* These are not a multiple of a millisecond. */
	"0.0005",
	"0.5ms",
	"0.00000001h",
	/* These do not fit into 32 bits of milliseconds. */
	"4294967296ms",
	"4294967.296",
	"4294968",
	"71583m",
	"1194h",
	"18446744073709551617",
	"99999999999999999999999999999999ms",
	/* This would wrap around to 103 ms in 64 bits. */
	"1601279867.5095383h",
};

static void test_parse(void)
{
	size_t i;

	for (i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		uint32_t ms = 12345;
		bool ok = duration_parse(taken[i].text, &ms);

		check(ok && ms == taken[i].ms, "'%s' is %" PRIu32 " ms (%s)",
		      taken[i].text, taken[i].ms, ok ? "taken" : "refused");
	}
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		uint32_t ms = 12345;

		check(!duration_parse(refused[i], &ms) && ms == 12345,
		      "'%s' is no time (%" PRIu32 ")", refused[i], ms);
	}
}

static void test_text(void)
{
	static const struct {
		uint32_t ms;
		const char *text;
	} shown[] = {
		{ 0, "0" },
		{ 1, "1ms" },
		{ 999, "999ms" },
		{ 1000, "1" },
		{ 1001, "1001ms" },
		{ 1500, "1500ms" },
		{ 10000, "10" },
		{ 60000, "60" },
		{ 3600000, "3600" },
		{ 4294967000, "4294967" },
		{ UINT32_MAX, "4294967295ms" },
	};
	char text[DURATION_SIZE];
	unsigned int bad = 0;
	uint32_t ms, again;
	size_t i;

	for (i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		check_text(duration_text(shown[i].ms, text), shown[i].text,
			   "%" PRIu32 " ms", shown[i].ms);
	for (i = 0; i < 100000; i++) {
		/* Draw small numbers, large numbers, and whole seconds. */
		ms = draw(1 << 16) << draw(17);
		if (draw(2))
			ms = ms / 1000 * 1000;
		if (!duration_parse(duration_text(ms, text), &again) ||
		    again != ms) {
			printf("# %" PRIu32 " ms became %s\n", ms, text);
			bad++;
		}
	}
	check(!bad, "%zu times are read as they are shown", i);
}

static void test_spoken(void)
{
	static const struct {
		uint64_t ms;
		const char *text;
	} spoken[] = {
		{ 0, "0.00 s" },
		{ 9, "0.00 s" },
		{ 10, "0.01 s" },
		{ 1250, "1.25 s" },
		{ 59999, "59.99 s" },
		{ 60000, "1 min 0 s" },
		{ 723000, "12 min 3 s" },
		{ 3599999, "59 min 59 s" },
		{ 3600000, "1 h 0 min" },
		{ 172799999, "47 h 59 min" },
		{ 172800000, "2 d 0 h" },
		{ 183600000, "2 d 3 h" },
		{ UINT64_MAX, "213503982334 d 14 h" },
	};
	char text[DURATION_SIZE];
	size_t i;

	for (i = 0; i < sizeof(spoken) / sizeof(spoken[0]); i++)
		check_text(duration_spoken(spoken[i].ms, text), spoken[i].text,
			   "%" PRIu64 " ms, spoken", spoken[i].ms);
}

int main(void)
{
	test_parse();
	test_text();
	test_spoken();
	return finish();
}
