// SPDX-License-Identifier: GPL-2.0
/* Compares the buckets of a histogram with a loop that is too simple to be wrong. */
#include <kunit/test.h>
#include <linux/grex.h>
#include <linux/kernel.h>
#include <linux/prandom.h>

#include "../histogram.h"

static unsigned int histogram_oracle(const u64 *bounds, unsigned int count,
				     u64 value)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (value <= bounds[i])
			return i;
	return count;
}

#define HISTOGRAM_BOUND(ns) ns,
static const u64 rtt_bounds[] = { GREX_RTT_BOUNDS(HISTOGRAM_BOUND) };

/* The bounds of the contract rise, and there is one bucket more than bounds. */
static void histogram_contract(struct kunit *test)
{
	unsigned int i;

	KUNIT_EXPECT_EQ(test, ARRAY_SIZE(rtt_bounds) + 1,
			(size_t)GREX_RTT_BUCKETS);
	for (i = 1; i < ARRAY_SIZE(rtt_bounds); i++)
		KUNIT_EXPECT_LT(test, rtt_bounds[i - 1], rtt_bounds[i]);
}

/* A bound belongs to its bucket, and the next higher value does not. */
static void histogram_edges(struct kunit *test)
{
	const unsigned int count = ARRAY_SIZE(rtt_bounds);
	unsigned int i;

	for (i = 0; i < count; i++) {
		KUNIT_EXPECT_EQ(test,
				grex_histogram_bucket(rtt_bounds, count,
						      rtt_bounds[i]),
				i);
		KUNIT_EXPECT_EQ(test,
				grex_histogram_bucket(rtt_bounds, count,
						      rtt_bounds[i] + 1),
				i + 1);
	}
	KUNIT_EXPECT_EQ(test, grex_histogram_bucket(rtt_bounds, count, 0), 0U);
	KUNIT_EXPECT_EQ(test, grex_histogram_bucket(rtt_bounds, count, U64_MAX),
			count);
	KUNIT_EXPECT_EQ(test, grex_histogram_bucket(rtt_bounds, 0, 5), 0U);
}

static void histogram_agrees(struct kunit *test)
{
	struct rnd_state random;
	u64 bounds[20];
	unsigned int count, i, round;

	prandom_seed_state(&random, 20);
	for (round = 0; round < 20000; round++) {
		u64 bound = 0, value;

		count = prandom_u32_state(&random) % (ARRAY_SIZE(bounds) + 1);
		for (i = 0; i < count; i++) {
			bound += 1 + prandom_u32_state(&random) % 9;
			bounds[i] = bound;
		}
		value = prandom_u32_state(&random) % (bound + 5);
		KUNIT_ASSERT_EQ(test,
				grex_histogram_bucket(bounds, count, value),
				histogram_oracle(bounds, count, value));
	}
}

static struct kunit_case histogram_cases[] = { KUNIT_CASE(histogram_contract),
					       KUNIT_CASE(histogram_edges),
					       KUNIT_CASE(histogram_agrees),
					       {} };

static struct kunit_suite histogram_suite = {
	.name = "grex_histogram",
	.test_cases = histogram_cases,
};

kunit_test_suite(histogram_suite);
