// SPDX-License-Identifier: GPL-2.0
/*
 * Compares every sequence of up to five options, good and bad, at even and odd offsets, with
 * an oracle that parses the header byte by byte, rebuilds it, and sums all of it.
 */
#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/string.h>
#include <net/checksum.h>

#include "../mss.h"

#define HEADER 20
#define OPTIONS 40
#define PAYLOAD 8

/* Bytes of an option; @len of them. */
struct option {
	const char *name;
	u8 len;
	u8 bytes[10];
};

static const struct option mss_options[] = {
	{ "end", 1, { 0 } },
	{ "nop", 1, { 1 } },
	{ "mss 1460", 4, { 2, 4, 0x05, 0xb4 } },
	{ "mss 500", 4, { 2, 4, 0x01, 0xf4 } },
	{ "mss 65535", 4, { 2, 4, 0xff, 0xff } },
	{ "window scale", 3, { 3, 3, 7 } },
	{ "sack permitted", 2, { 4, 2 } },
	{ "time stamps", 10, { 8, 10, 2, 4, 0x05, 0xb4, 2, 4, 0x05, 0xb4 } },
	{ "unknown", 5, { 254, 5, 2, 4, 9 } },
	{ "length 0", 2, { 254, 0 } },
	{ "length 1", 2, { 254, 1 } },
	{ "mss of length 0", 4, { 2, 0, 0x05, 0xb4 } },
	{ "mss of length 3", 4, { 2, 3, 0x05, 1 } },
	{ "mss of length 5", 5, { 2, 5, 0x05, 0xb4, 1 } },
	{ "past the end", 2, { 8, 200 } },
};

struct segment {
	u8 tcp[HEADER + OPTIONS];
	u8 payload[PAYLOAD];
};

static u16 mss_sum(const struct segment *s, size_t len)
{
	const __wsum payload = csum_partial(s->payload, PAYLOAD, 0);

	return (__force u16)csum_fold(csum_partial(s->tcp, len, payload));
}

/* Store the offsets of the values of valid MSS options in @at; return their number. */
static size_t oracle_find(const u8 *tcp, size_t len, size_t *at)
{
	size_t i = HEADER;
	size_t n = 0;

	while (i < len) {
		size_t left = len - i;

		if (tcp[i] == 0)
			return n;
		if (tcp[i] == 1) {
			i++;
			continue;
		}
		if (left == 1 || tcp[i + 1] < 2 || tcp[i + 1] > left)
			return n;
		if (tcp[i] == 2 && tcp[i + 1] == 4)
			at[n++] = i + 2;
		i += tcp[i + 1];
	}
	return n;
}

static void oracle(struct segment *s, size_t len, u16 mss)
{
	size_t at[OPTIONS];
	size_t n = oracle_find(s->tcp, len, at);

	while (n--) {
		u8 *value = s->tcp + at[n];

		if ((value[0] << 8 | value[1]) > mss) {
			value[0] = mss >> 8;
			value[1] = mss & 0xff;
		}
	}
}

/* Return 0 if the checksum of @s, over itself and a payload, is correct. */
static void mss_make_right(struct segment *s, size_t len)
{
	u16 sum;

	memset(s->tcp + 16, 0, 2);
	sum = mss_sum(s, len);
	memcpy(s->tcp + 16, &sum, 2);
}

static void mss_compare(struct kunit *test, const struct segment *from,
			size_t len, u16 mss, const char *what)
{
	struct segment partial = *from, got = *from, want = *from;
	bool changed;

	oracle(&want, len, mss);
	changed = memcmp(&want, from, sizeof(want));

	KUNIT_EXPECT_EQ_MSG(test, grex_mss_clamp(partial.tcp, len, mss, true),
			    changed, "%s to %u", what, mss);
	KUNIT_EXPECT_FALSE_MSG(test, memcmp(&partial, &want, sizeof(want)),
			       "%s to %u, partial", what, mss);

	KUNIT_EXPECT_EQ_MSG(test, grex_mss_clamp(got.tcp, len, mss, false),
			    changed, "%s to %u", what, mss);
	KUNIT_EXPECT_EQ_MSG(test, mss_sum(&got, len), 0, "%s to %u: checksum",
			    what, mss);
	memcpy(got.tcp + 16, want.tcp + 16, 2);
	KUNIT_EXPECT_FALSE_MSG(test, memcmp(&got, &want, sizeof(want)),
			       "%s to %u", what, mss);
}

static void mss_row(struct kunit *test, struct rnd_state *rnd,
		    const size_t *row, size_t n)
{
	static const u16 values[] = { 88, 500, 1400, 1460, 65535 };
	struct segment s;
	size_t len = HEADER;
	char what[120];
	int named = 0;
	size_t i;

	prandom_bytes_state(rnd, &s, sizeof(s));
	for (i = 0; i < n; i++) {
		const struct option *option = &mss_options[row[i]];

		memcpy(s.tcp + len, option->bytes, option->len);
		len += option->len;
		named += scnprintf(what + named, sizeof(what) - named, "%s, ",
				   option->name);
	}
	/* The end may cut the last option at any byte. */
	for (; len > HEADER; len -= 3) {
		mss_make_right(&s, len);
		mss_compare(test, &s, len, values[(len + n) % 5], what);
		if (len < HEADER + 3)
			break;
	}
}

static void mss_layouts(struct kunit *test)
{
	const size_t kinds = ARRAY_SIZE(mss_options);
	struct rnd_state rnd;
	size_t row[5];
	size_t n, code, i, rest;
	size_t codes = 1;

	prandom_seed_state(&rnd, 5);
	for (n = 1; n <= 3; n++) {
		codes *= kinds;
		for (code = 0; code < codes; code++) {
			for (i = 0, rest = code; i < n; i++, rest /= kinds)
				row[i] = rest % kinds;
			mss_row(test, &rnd, row, n);
		}
	}
	/* Longer sequences are random. */
	for (code = 0; code < 3000; code++) {
		n = 4 + prandom_u32_state(&rnd) % 2;
		for (i = 0, rest = 0; i < n; i++) {
			row[i] = prandom_u32_state(&rnd) % kinds;
			rest += mss_options[row[i]].len;
		}
		if (rest <= OPTIONS)
			mss_row(test, &rnd, row, n);
	}
}

/* Random bytes are not options. */
static void mss_noise(struct kunit *test)
{
	struct rnd_state rnd;
	struct segment s;
	size_t len;
	int i;

	prandom_seed_state(&rnd, 6);
	for (i = 0; i < 20000; i++) {
		prandom_bytes_state(&rnd, &s, sizeof(s));
		/* Lengths and kinds are small numbers. */
		for (len = HEADER; len < sizeof(s.tcp); len++)
			if (prandom_u32_state(&rnd) % 4)
				s.tcp[len] %= 6;
		len = HEADER + prandom_u32_state(&rnd) % (OPTIONS + 1);
		mss_make_right(&s, len);
		mss_compare(test, &s, len, prandom_u32_state(&rnd), "noise");
	}
}

static void mss_header(struct kunit *test)
{
	u8 tcp[HEADER] = {};
	int i;

	for (i = 0; i < 256; i++) {
		tcp[13] = i;
		KUNIT_EXPECT_EQ(test, grex_mss_is_syn(tcp), !!(i & 2));
		tcp[12] = i;
		KUNIT_EXPECT_EQ(test, grex_mss_header_len(tcp), i / 16 * 4);
	}
}

static struct kunit_case mss_cases[] = { KUNIT_CASE(mss_header),
					 KUNIT_CASE(mss_layouts),
					 KUNIT_CASE(mss_noise),
					 {} };

static struct kunit_suite mss_suite = {
	.name = "grex_mss",
	.test_cases = mss_cases,
};

kunit_test_suite(mss_suite);
