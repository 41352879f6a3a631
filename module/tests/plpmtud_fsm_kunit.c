// SPDX-License-Identifier: GPL-2.0
/*
 * Runs path MTU discovery on simulated paths. It must find the exact path MTU, within a number
 * of tries.
 */
#include <kunit/test.h>
#include <linux/prandom.h>

#include "../plpmtud_fsm.h"

/* A search that takes more tries does not end. */
#define ENDLESS 1000

/* The cost of a search. */
struct cost {
	unsigned int tries;
	unsigned int lost;
};

/* Run one try on a path that takes @path bytes. */
static void plpmtud_try(struct grex_plpmtud_fsm *fsm, u32 path,
			struct cost *cost)
{
	cost->tries++;
	if (fsm->probed_size <= path) {
		grex_plpmtud_fsm_step(fsm, GREX_PLPMTUD_PROBE_ACKED, 0);
		return;
	}
	cost->lost++;
	grex_plpmtud_fsm_step(fsm, GREX_PLPMTUD_PROBE_LOST, 0);
}

static struct cost plpmtud_run(struct kunit *test, struct grex_plpmtud_fsm *fsm,
			       u32 path)
{
	struct cost cost = {};

	while (fsm->state != GREX_PLPMTUD_SEARCH_COMPLETE) {
		if (fsm->probed_size > fsm->max_plpmtu ||
		    (fsm->max_plpmtu >= GREX_PLPMTUD_MIN_PLPMTU &&
		     fsm->probed_size < GREX_PLPMTUD_MIN_PLPMTU)) {
			KUNIT_FAIL(test, "tries %u, limit %u", fsm->probed_size,
				   fsm->max_plpmtu);
			break;
		}
		plpmtud_try(fsm, path, &cost);
		if (cost.tries == ENDLESS) {
			KUNIT_FAIL(test, "path %u: no end", path);
			break;
		}
	}
	return cost;
}

static void plpmtud_start(struct grex_plpmtud_fsm *fsm, u32 limit)
{
	*fsm = (struct grex_plpmtud_fsm){};
	grex_plpmtud_fsm_step(fsm, GREX_PLPMTUD_START, limit);
}

/* Every path MTU is found exactly, within a number of tries. */
static void plpmtud_finds(struct kunit *test)
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
	struct grex_plpmtud_fsm fsm;
	struct cost cost;
	size_t i;
	u32 path;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		for (path = GREX_PLPMTUD_MIN_PLPMTU; path <= limits[i].limit;
		     path += path < 9300 ? 1 : 17) {
			plpmtud_start(&fsm, limits[i].limit);
			cost = plpmtud_run(test, &fsm, path);
			KUNIT_EXPECT_EQ_MSG(test, fsm.plpmtu, path, "limit %u",
					    limits[i].limit);
			KUNIT_EXPECT_LE_MSG(test, cost.tries,
					    limits[i].most.tries, "path %u",
					    path);
			KUNIT_EXPECT_LE_MSG(test, cost.lost,
					    limits[i].most.lost, "path %u",
					    path);
		}
	}
}

/* The result is confirmed; MAX_PLPMTU is found with two tries. */
static void plpmtud_rests(struct kunit *test)
{
	struct grex_plpmtud_fsm fsm;
	struct cost cost;
	int i;

	plpmtud_start(&fsm, 1500);
	KUNIT_EXPECT_EQ(test, fsm.state, GREX_PLPMTUD_BASE);
	KUNIT_EXPECT_EQ(test, fsm.plpmtu, 0);
	cost = plpmtud_run(test, &fsm, 1500);
	KUNIT_EXPECT_EQ(test, cost.tries, 2);
	for (i = 0; i < 100; i++) {
		KUNIT_EXPECT_EQ(test, fsm.state, GREX_PLPMTUD_SEARCH_COMPLETE);
		KUNIT_EXPECT_EQ(test, fsm.probed_size, 1500);
		/* Two lost probes have no effect. */
		if (i % 3)
			grex_plpmtud_fsm_step(&fsm, GREX_PLPMTUD_PROBE_LOST, 0);
		else
			grex_plpmtud_fsm_step(&fsm, GREX_PLPMTUD_PROBE_ACKED,
					      0);
	}
	grex_plpmtud_fsm_step(&fsm, GREX_PLPMTUD_STOP, 0);
	KUNIT_EXPECT_EQ(test, fsm.state, GREX_PLPMTUD_DISABLED);
	KUNIT_EXPECT_EQ(test, fsm.plpmtu, 0);
	grex_plpmtud_fsm_step(&fsm, GREX_PLPMTUD_PROBE_ACKED, 0);
	grex_plpmtud_fsm_step(&fsm, GREX_PLPMTUD_NEW_MAX, 1500);
	KUNIT_EXPECT_EQ(test, fsm.state, GREX_PLPMTUD_DISABLED);
}

/* Run a search as plpmtud_run() does. The size that packets are limited to passes all the
 * time, except for BASE_PLPMTU at the beginning.
 */
static struct cost plpmtud_run_held(struct kunit *test,
				    struct grex_plpmtud_fsm *fsm, u32 path)
{
	struct cost cost = {};
	u32 held;

	while (fsm->state != GREX_PLPMTUD_SEARCH_COMPLETE &&
	       cost.tries < ENDLESS) {
		held = grex_plpmtud_fsm_path_mtu(fsm);
		KUNIT_EXPECT_GE(test, held, GREX_PLPMTUD_MIN_PLPMTU);
		if (held > path)
			KUNIT_EXPECT_EQ(test, held, GREX_PLPMTUD_BASE_PLPMTU);
		if (fsm->low)
			KUNIT_EXPECT_EQ(test, held, fsm->low);
		plpmtud_try(fsm, path, &cost);
	}
	KUNIT_EXPECT_EQ(test, grex_plpmtud_fsm_path_mtu(fsm), fsm->plpmtu);
	return cost;
}

/* The path MTU falls from one size to another, with or without an ICMP error. */
static void plpmtud_shrinks(struct kunit *test)
{
	static const u32 sizes[] = { 576,  700,	 1279, 1280, 1281, 1300,
				     1372, 1400, 1473, 1476, 1492, 1499,
				     1500, 4000, 8999, 9000 };
	struct grex_plpmtud_fsm fsm;
	struct cost cost;
	size_t from, to;
	bool claim;

	for (from = 1; from < ARRAY_SIZE(sizes); from++)
		for (to = 0; to < from; to++)
			for (claim = false;; claim = true) {
				plpmtud_start(&fsm, 9000);
				plpmtud_run(test, &fsm, sizes[from]);
				if (claim)
					grex_plpmtud_fsm_step(&fsm,
							      GREX_PLPMTUD_PTB,
							      sizes[to]);
				/* A black hole is detected after three lost probes. */
				cost = (struct cost){};
				while (fsm.state ==
					       GREX_PLPMTUD_SEARCH_COMPLETE &&
				       cost.tries < 10)
					plpmtud_try(&fsm, sizes[to], &cost);
				KUNIT_EXPECT_EQ(test, cost.tries,
						GREX_PLPMTUD_MAX_PROBES);
				KUNIT_EXPECT_EQ(test, fsm.plpmtu, sizes[from]);
				cost = plpmtud_run_held(test, &fsm, sizes[to]);
				KUNIT_EXPECT_EQ(test, fsm.plpmtu, sizes[to]);
				/* The reported size is probed, and one byte more. */
				if (claim)
					KUNIT_EXPECT_LE_MSG(test, cost.tries,
							    1 + GREX_PLPMTUD_MAX_PROBES,
							    "from %u to %u",
							    sizes[from],
							    sizes[to]);
				if (claim)
					break;
			}
}

/* A forged ICMP error has no effect. */
static void plpmtud_is_lied_to(struct kunit *test)
{
	static const u32 lies[] = {
		0, 1, 68, 576, 1279, 1280, 1399, 0xffffffff
	};
	struct grex_plpmtud_fsm fsm;
	struct cost cost = {};
	size_t i;

	plpmtud_start(&fsm, 1500);
	plpmtud_run(test, &fsm, 1400);
	for (i = 0; i < ARRAY_SIZE(lies); i++) {
		grex_plpmtud_fsm_step(&fsm, GREX_PLPMTUD_PTB, lies[i]);
		plpmtud_try(&fsm, 1400, &cost);
		KUNIT_EXPECT_EQ(test, fsm.state, GREX_PLPMTUD_SEARCH_COMPLETE);
		KUNIT_EXPECT_EQ(test, fsm.plpmtu, 1400);
	}
	/* The path MTU has changed, but the error reports a wrong size. */
	for (i = 0; i < ARRAY_SIZE(lies); i++) {
		plpmtud_start(&fsm, 1500);
		plpmtud_run(test, &fsm, 1500);
		grex_plpmtud_fsm_step(&fsm, GREX_PLPMTUD_PTB, lies[i]);
		while (fsm.state == GREX_PLPMTUD_SEARCH_COMPLETE)
			plpmtud_try(&fsm, 1400, &cost);
		plpmtud_run(test, &fsm, 1400);
		KUNIT_EXPECT_EQ_MSG(test, fsm.plpmtu, 1400, "claim %u",
				    lies[i]);
	}
}

/* The path MTU or that of the first hop rises. */
static void plpmtud_rises(struct kunit *test)
{
	struct grex_plpmtud_fsm fsm;

	plpmtud_start(&fsm, 1500);
	plpmtud_run(test, &fsm, 1400);
	grex_plpmtud_fsm_step(&fsm, GREX_PLPMTUD_RAISE, 0);
	KUNIT_EXPECT_EQ(test, fsm.state, GREX_PLPMTUD_SEARCHING);
	KUNIT_EXPECT_EQ(test, fsm.plpmtu, 1400);
	/* The old size passes meanwhile. */
	KUNIT_EXPECT_EQ(test, grex_plpmtud_fsm_path_mtu(&fsm), 1400);
	plpmtud_run(test, &fsm, 1472);
	KUNIT_EXPECT_EQ(test, fsm.plpmtu, 1472);
	grex_plpmtud_fsm_step(&fsm, GREX_PLPMTUD_RAISE, 0);
	plpmtud_run(test, &fsm, 1472);
	KUNIT_EXPECT_EQ(test, fsm.plpmtu, 1472);
	grex_plpmtud_fsm_step(&fsm, GREX_PLPMTUD_RAISE, 0);
	plpmtud_run(test, &fsm, 1500);
	KUNIT_EXPECT_EQ(test, fsm.plpmtu, 1500);
	/* No larger size passes. */
	grex_plpmtud_fsm_step(&fsm, GREX_PLPMTUD_RAISE, 0);
	KUNIT_EXPECT_EQ(test, fsm.state, GREX_PLPMTUD_SEARCH_COMPLETE);

	grex_plpmtud_fsm_step(&fsm, GREX_PLPMTUD_NEW_MAX, 9000);
	KUNIT_EXPECT_EQ(test, fsm.state, GREX_PLPMTUD_SEARCHING);
	plpmtud_run(test, &fsm, 9000);
	KUNIT_EXPECT_EQ(test, fsm.plpmtu, 9000);
	grex_plpmtud_fsm_step(&fsm, GREX_PLPMTUD_NEW_MAX, 1400);
	KUNIT_EXPECT_EQ(test, fsm.state, GREX_PLPMTUD_SEARCH_COMPLETE);
	KUNIT_EXPECT_EQ(test, fsm.plpmtu, 1400);
	plpmtud_start(&fsm, GREX_PLPMTUD_MIN_PLPMTU);
	plpmtud_run(test, &fsm, GREX_PLPMTUD_MIN_PLPMTU);
	KUNIT_EXPECT_EQ(test, fsm.plpmtu, GREX_PLPMTUD_MIN_PLPMTU);
}

/* Only small probes are acknowledged, so there is no result until another one is. */
static void plpmtud_fails(struct kunit *test)
{
	static const u32 limits[] = { 576, 577, 1280, 1281, 1500, 9000 };
	struct grex_plpmtud_fsm fsm;
	struct cost cost;
	size_t i;
	int n;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		plpmtud_start(&fsm, limits[i]);
		plpmtud_run(test, &fsm, limits[i]);
		KUNIT_EXPECT_EQ(test, fsm.plpmtu, limits[i]);
		cost = (struct cost){};
		while (fsm.state != GREX_PLPMTUD_ERROR && cost.tries < 20)
			plpmtud_try(&fsm, 100, &cost);
		KUNIT_EXPECT_LE(test, cost.tries, 9U);
		for (n = 0; n < 10; n++) {
			KUNIT_EXPECT_EQ(test, fsm.state, GREX_PLPMTUD_ERROR);
			KUNIT_EXPECT_EQ(test, fsm.probed_size,
					GREX_PLPMTUD_MIN_PLPMTU);
			KUNIT_EXPECT_EQ(test, grex_plpmtud_fsm_path_mtu(&fsm),
					0U);
			plpmtud_try(&fsm, 100, &cost);
			grex_plpmtud_fsm_step(&fsm, GREX_PLPMTUD_RAISE, 0);
			grex_plpmtud_fsm_step(&fsm, GREX_PLPMTUD_PTB, 1000);
			grex_plpmtud_fsm_step(&fsm, GREX_PLPMTUD_NEW_MAX, 9000);
		}
		plpmtud_try(&fsm, 1400, &cost);
		plpmtud_run(test, &fsm, 1400);
		KUNIT_EXPECT_EQ(test, fsm.plpmtu, 1400);
	}
}

/* With random events, every search ends, and its result is not above MAX_PLPMTU and has
 * passed or is MIN_PLPMTU.
 */
static void plpmtud_survives(struct kunit *test)
{
	struct rnd_state rnd;
	struct grex_plpmtud_fsm fsm = {};
	u32 limit = 1500, path = 1400, value;
	struct cost cost = {};
	int i;

	prandom_seed_state(&rnd, 8);
	for (i = 0; i < 300000; i++) {
		const u32 dice = prandom_u32_state(&rnd) % 1000;

		value = prandom_u32_state(&rnd) % 9000 +
			GREX_PLPMTUD_MIN_PLPMTU;
		if (dice < 3) {
			limit = value;
			path = min(path, limit);
			plpmtud_start(&fsm, limit);
		} else if (dice < 6) {
			path = min(value, limit);
		} else if (dice < 8) {
			limit = value;
			grex_plpmtud_fsm_step(&fsm, GREX_PLPMTUD_NEW_MAX,
					      limit);
		} else if (dice < 20) {
			grex_plpmtud_fsm_step(&fsm, GREX_PLPMTUD_PTB,
					      value - GREX_PLPMTUD_MIN_PLPMTU);
		} else if (dice < 25) {
			grex_plpmtud_fsm_step(&fsm, GREX_PLPMTUD_RAISE, 0);
		} else if (dice < 225) {
			/* A probe is lost by accident. */
			grex_plpmtud_fsm_step(&fsm, GREX_PLPMTUD_PROBE_LOST, 0);
		} else {
			plpmtud_try(&fsm, path, &cost);
		}
		if (fsm.state == GREX_PLPMTUD_DISABLED)
			continue;
		KUNIT_ASSERT_LE(test, fsm.probed_size, fsm.max_plpmtu);
		KUNIT_ASSERT_LT(test, fsm.low, fsm.high);
		KUNIT_ASSERT_LE(test, fsm.high, fsm.max_plpmtu + 1);
		KUNIT_ASSERT_GE(test, fsm.probed_size, GREX_PLPMTUD_MIN_PLPMTU);
		KUNIT_ASSERT_LE(test, grex_plpmtud_fsm_path_mtu(&fsm),
				fsm.max_plpmtu);
	}
	/* Without further events, the search finds the path MTU. */
	grex_plpmtud_fsm_step(&fsm, GREX_PLPMTUD_NEW_MAX, 1500);
	plpmtud_run(test, &fsm, 1400);
	grex_plpmtud_fsm_step(&fsm, GREX_PLPMTUD_RAISE, 0);
	plpmtud_run(test, &fsm, 1400);
	for (i = 0; i < 3 && fsm.plpmtu > 1400; i++)
		plpmtud_try(&fsm, 1400, &cost);
	plpmtud_run(test, &fsm, 1400);
	KUNIT_EXPECT_EQ(test, fsm.plpmtu, 1400);
}

static struct kunit_case plpmtud_cases[] = {
	KUNIT_CASE(plpmtud_finds),    KUNIT_CASE(plpmtud_rests),
	KUNIT_CASE(plpmtud_shrinks),  KUNIT_CASE(plpmtud_is_lied_to),
	KUNIT_CASE(plpmtud_rises),    KUNIT_CASE(plpmtud_fails),
	KUNIT_CASE(plpmtud_survives), {}
};

static struct kunit_suite plpmtud_fsm_suite = {
	.name = "grex_plpmtud_fsm",
	.test_cases = plpmtud_cases,
};

kunit_test_suite(plpmtud_fsm_suite);
