// SPDX-License-Identifier: GPL-2.0
/*
 * The search for the path MTU on paths that let through what they let through: it
 * has to find that, to the byte, and in how many tries.
 */
#include <kunit/test.h>
#include <linux/prandom.h>

#include "../plpmtud_fsm.h"

/* What is not found by then never will be. */
#define ENDLESS 1000

/* What a search has cost. */
struct cost {
	unsigned int tries;
	unsigned int lost;
};

/* One try on a path that lets @path bytes through. */
static void search_try(struct grex_search *search, u32 path, struct cost *cost)
{
	cost->tries++;
	if (search->size <= path) {
		grex_search_step(search, GREX_SEARCH_PASSED, 0);
		return;
	}
	cost->lost++;
	grex_search_step(search, GREX_SEARCH_MISSED, 0);
}

static struct cost search_run(struct kunit *test, struct grex_search *search,
			      u32 path)
{
	struct cost cost = {};

	while (search->state != GREX_SEARCH_IN_DONE) {
		if (search->size > search->limit ||
		    (search->limit >= GREX_SEARCH_FLOOR &&
		     search->size < GREX_SEARCH_FLOOR)) {
			KUNIT_FAIL(test, "tries %u, limit %u", search->size,
				   search->limit);
			break;
		}
		search_try(search, path, &cost);
		if (cost.tries == ENDLESS) {
			KUNIT_FAIL(test, "path %u: no end", path);
			break;
		}
	}
	return cost;
}

static void search_start(struct grex_search *search, u32 limit)
{
	*search = (struct grex_search){};
	grex_search_step(search, GREX_SEARCH_START, limit);
}

/* Every path that there is: exact, and not slower than this. */
static void search_finds(struct kunit *test)
{
	static const struct {
		u32 limit;
		struct cost most;
	} limits[] = {
		{ 1500, { 33, 30 } },
		{ 9000, { 68, 39 } },
		{ 9216, { 71, 39 } },
		{ 65535, { 83, 45 } },
	};
	struct grex_search search;
	struct cost cost;
	size_t i;
	u32 path;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		for (path = GREX_SEARCH_FLOOR; path <= limits[i].limit;
		     path += path < 9300 ? 1 : 17) {
			search_start(&search, limits[i].limit);
			cost = search_run(test, &search, path);
			KUNIT_EXPECT_EQ_MSG(test, search.found, path,
					    "limit %u", limits[i].limit);
			KUNIT_EXPECT_LE_MSG(test, cost.tries,
					    limits[i].most.tries, "path %u",
					    path);
			KUNIT_EXPECT_LE_MSG(test, cost.lost,
					    limits[i].most.lost, "path %u",
					    path);
		}
	}
}

/* What is known is confirmed; the whole of the first hop takes two tries. */
static void search_rests(struct kunit *test)
{
	struct grex_search search;
	struct cost cost;
	int i;

	search_start(&search, 1500);
	KUNIT_EXPECT_EQ(test, search.state, GREX_SEARCH_IN_BASE);
	KUNIT_EXPECT_EQ(test, search.found, 0);
	cost = search_run(test, &search, 1500);
	KUNIT_EXPECT_EQ(test, cost.tries, 2);
	for (i = 0; i < 100; i++) {
		KUNIT_EXPECT_EQ(test, search.state, GREX_SEARCH_IN_DONE);
		KUNIT_EXPECT_EQ(test, search.size, 1500);
		/* Two that are lost say nothing yet. */
		if (i % 3)
			grex_search_step(&search, GREX_SEARCH_MISSED, 0);
		else
			grex_search_step(&search, GREX_SEARCH_PASSED, 0);
	}
	grex_search_step(&search, GREX_SEARCH_STOP, 0);
	KUNIT_EXPECT_EQ(test, search.state, GREX_SEARCH_OFF);
	KUNIT_EXPECT_EQ(test, search.found, 0);
	grex_search_step(&search, GREX_SEARCH_PASSED, 0);
	grex_search_step(&search, GREX_SEARCH_LIMIT, 1500);
	KUNIT_EXPECT_EQ(test, search.state, GREX_SEARCH_OFF);
}

/* As search_run(). What packets are held to passes all the time, but for the base,
 * which is what to begin with.
 */
static struct cost search_run_held(struct kunit *test,
				   struct grex_search *search, u32 path)
{
	struct cost cost = {};
	u32 held;

	while (search->state != GREX_SEARCH_IN_DONE && cost.tries < ENDLESS) {
		held = grex_search_path_mtu(search);
		KUNIT_EXPECT_GE(test, held, GREX_SEARCH_FLOOR);
		if (held > path)
			KUNIT_EXPECT_EQ(test, held, GREX_SEARCH_BASE);
		if (search->low)
			KUNIT_EXPECT_EQ(test, held, search->low);
		search_try(search, path, &cost);
	}
	KUNIT_EXPECT_EQ(test, grex_search_path_mtu(search), search->found);
	return cost;
}

/* The path shrinks from @from to @to, with an ICMP error or without. */
static void search_shrinks(struct kunit *test)
{
	static const u32 sizes[] = { 576,  700,	 1279, 1280, 1281, 1300,
				     1372, 1400, 1473, 1476, 1492, 1499,
				     1500, 4000, 8999, 9000 };
	struct grex_search search;
	struct cost cost;
	size_t from, to;
	bool claim;

	for (from = 1; from < ARRAY_SIZE(sizes); from++)
		for (to = 0; to < from; to++)
			for (claim = false;; claim = true) {
				search_start(&search, 9000);
				search_run(test, &search, sizes[from]);
				if (claim)
					grex_search_step(&search,
							 GREX_SEARCH_CLAIM,
							 sizes[to]);
				/* A black hole is seen after three. */
				cost = (struct cost){};
				while (search.state == GREX_SEARCH_IN_DONE &&
				       cost.tries < 10)
					search_try(&search, sizes[to], &cost);
				KUNIT_EXPECT_EQ(test, cost.tries,
						GREX_SEARCH_STRIKES);
				KUNIT_EXPECT_EQ(test, search.found,
						sizes[from]);
				cost = search_run_held(test, &search,
						       sizes[to]);
				KUNIT_EXPECT_EQ(test, search.found, sizes[to]);
				/* The claim, and the one above it. */
				if (claim)
					KUNIT_EXPECT_LE_MSG(test, cost.tries,
							    1 + GREX_SEARCH_STRIKES,
							    "from %u to %u",
							    sizes[from],
							    sizes[to]);
				if (claim)
					break;
			}
}

/* An ICMP error that lies changes nothing. */
static void search_is_lied_to(struct kunit *test)
{
	static const u32 lies[] = {
		0, 1, 68, 576, 1279, 1280, 1399, 0xffffffff
	};
	struct grex_search search;
	struct cost cost = {};
	size_t i;

	search_start(&search, 1500);
	search_run(test, &search, 1400);
	for (i = 0; i < ARRAY_SIZE(lies); i++) {
		grex_search_step(&search, GREX_SEARCH_CLAIM, lies[i]);
		search_try(&search, 1400, &cost);
		KUNIT_EXPECT_EQ(test, search.state, GREX_SEARCH_IN_DONE);
		KUNIT_EXPECT_EQ(test, search.found, 1400);
	}
	/* And when something is wrong indeed, it is not what is true. */
	for (i = 0; i < ARRAY_SIZE(lies); i++) {
		search_start(&search, 1500);
		search_run(test, &search, 1500);
		grex_search_step(&search, GREX_SEARCH_CLAIM, lies[i]);
		while (search.state == GREX_SEARCH_IN_DONE)
			search_try(&search, 1400, &cost);
		search_run(test, &search, 1400);
		KUNIT_EXPECT_EQ_MSG(test, search.found, 1400, "claim %u",
				    lies[i]);
	}
}

/* The path has become wider, or the first hop has. */
static void search_rises(struct kunit *test)
{
	struct grex_search search;

	search_start(&search, 1500);
	search_run(test, &search, 1400);
	grex_search_step(&search, GREX_SEARCH_RAISE, 0);
	KUNIT_EXPECT_EQ(test, search.state, GREX_SEARCH_IN_SEARCH);
	KUNIT_EXPECT_EQ(test, search.found, 1400);
	/* Which passes all the while. */
	KUNIT_EXPECT_EQ(test, grex_search_path_mtu(&search), 1400);
	search_run(test, &search, 1472);
	KUNIT_EXPECT_EQ(test, search.found, 1472);
	grex_search_step(&search, GREX_SEARCH_RAISE, 0);
	search_run(test, &search, 1472);
	KUNIT_EXPECT_EQ(test, search.found, 1472);
	grex_search_step(&search, GREX_SEARCH_RAISE, 0);
	search_run(test, &search, 1500);
	KUNIT_EXPECT_EQ(test, search.found, 1500);
	/* Nothing above. */
	grex_search_step(&search, GREX_SEARCH_RAISE, 0);
	KUNIT_EXPECT_EQ(test, search.state, GREX_SEARCH_IN_DONE);

	grex_search_step(&search, GREX_SEARCH_LIMIT, 9000);
	KUNIT_EXPECT_EQ(test, search.state, GREX_SEARCH_IN_SEARCH);
	search_run(test, &search, 9000);
	KUNIT_EXPECT_EQ(test, search.found, 9000);
	grex_search_step(&search, GREX_SEARCH_LIMIT, 1400);
	KUNIT_EXPECT_EQ(test, search.state, GREX_SEARCH_IN_DONE);
	KUNIT_EXPECT_EQ(test, search.found, 1400);
	search_start(&search, GREX_SEARCH_FLOOR);
	search_run(test, &search, GREX_SEARCH_FLOOR);
	KUNIT_EXPECT_EQ(test, search.found, GREX_SEARCH_FLOOR);
}

/* Nothing comes back but small ones: nothing is concluded, until something does. */
static void search_fails(struct kunit *test)
{
	static const u32 limits[] = { 576, 577, 1280, 1281, 1500, 9000 };
	struct grex_search search;
	struct cost cost;
	size_t i;
	int n;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		search_start(&search, limits[i]);
		search_run(test, &search, limits[i]);
		KUNIT_EXPECT_EQ(test, search.found, limits[i]);
		cost = (struct cost){};
		while (search.state != GREX_SEARCH_IN_ERROR && cost.tries < 20)
			search_try(&search, 100, &cost);
		KUNIT_EXPECT_LE(test, cost.tries, 9U);
		for (n = 0; n < 10; n++) {
			KUNIT_EXPECT_EQ(test, search.state,
					GREX_SEARCH_IN_ERROR);
			KUNIT_EXPECT_EQ(test, search.size, GREX_SEARCH_FLOOR);
			KUNIT_EXPECT_EQ(test, grex_search_path_mtu(&search),
					0U);
			search_try(&search, 100, &cost);
			grex_search_step(&search, GREX_SEARCH_RAISE, 0);
			grex_search_step(&search, GREX_SEARCH_CLAIM, 1000);
			grex_search_step(&search, GREX_SEARCH_LIMIT, 9000);
		}
		search_try(&search, 1400, &cost);
		search_run(test, &search, 1400);
		KUNIT_EXPECT_EQ(test, search.found, 1400);
	}
}

/* Whatever happens in whatever order: it ends, and nothing is found that is not
 * below the limit, and that has not passed or is the floor.
 */
static void search_survives(struct kunit *test)
{
	struct rnd_state rnd;
	struct grex_search search = {};
	u32 limit = 1500, path = 1400, value;
	struct cost cost = {};
	int i;

	prandom_seed_state(&rnd, 8);
	for (i = 0; i < 300000; i++) {
		const u32 dice = prandom_u32_state(&rnd) % 1000;

		value = prandom_u32_state(&rnd) % 9000 + GREX_SEARCH_FLOOR;
		if (dice < 3) {
			limit = value;
			path = min(path, limit);
			search_start(&search, limit);
		} else if (dice < 6) {
			path = min(value, limit);
		} else if (dice < 8) {
			limit = value;
			grex_search_step(&search, GREX_SEARCH_LIMIT, limit);
		} else if (dice < 20) {
			grex_search_step(&search, GREX_SEARCH_CLAIM,
					 value - GREX_SEARCH_FLOOR);
		} else if (dice < 25) {
			grex_search_step(&search, GREX_SEARCH_RAISE, 0);
		} else if (dice < 225) {
			/* Lost by accident. */
			grex_search_step(&search, GREX_SEARCH_MISSED, 0);
		} else {
			search_try(&search, path, &cost);
		}
		if (search.state == GREX_SEARCH_OFF)
			continue;
		KUNIT_ASSERT_LE(test, search.size, search.limit);
		KUNIT_ASSERT_LT(test, search.low, search.high);
		KUNIT_ASSERT_LE(test, search.high, search.limit + 1);
		KUNIT_ASSERT_GE(test, search.size, GREX_SEARCH_FLOOR);
		KUNIT_ASSERT_LE(test, grex_search_path_mtu(&search),
				search.limit);
	}
	/* Left alone, it finds the truth after all. */
	grex_search_step(&search, GREX_SEARCH_LIMIT, 1500);
	search_run(test, &search, 1400);
	grex_search_step(&search, GREX_SEARCH_RAISE, 0);
	search_run(test, &search, 1400);
	for (i = 0; i < 3 && search.found > 1400; i++)
		search_try(&search, 1400, &cost);
	search_run(test, &search, 1400);
	KUNIT_EXPECT_EQ(test, search.found, 1400);
}

static struct kunit_case search_cases[] = {
	KUNIT_CASE(search_finds),    KUNIT_CASE(search_rests),
	KUNIT_CASE(search_shrinks),  KUNIT_CASE(search_is_lied_to),
	KUNIT_CASE(search_rises),    KUNIT_CASE(search_fails),
	KUNIT_CASE(search_survives), {}
};

static struct kunit_suite plpmtud_fsm_suite = {
	.name = "grex_search",
	.test_cases = search_cases,
};

kunit_test_suite(plpmtud_fsm_suite);
