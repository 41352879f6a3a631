/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the suites use of KUnit, for kernels that are built without it, as all
 * of Debian's are. module/tests/run.c runs the suites there. Everything is named
 * and behaves as in the kernel: a failed expectation is noted and the case goes
 * on, a failed assertion ends the case.
 */
#ifndef COMPAT_KUNIT_TEST_H
#define COMPAT_KUNIT_TEST_H

#include <linux/kconfig.h>

#if IS_ENABLED(CONFIG_KUNIT)
#include_next <kunit/test.h>
#else

#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/slab.h>

struct kunit {
	void *priv; /* of the suite's init */
	bool failed;
	struct list_head memory; /* freed when the case has ended */
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
};

struct kunit_suite {
	const char name[64];
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases; /* the last has no name */
};

/* One in each file: run.c knows it by the name of its variable. */
#define kunit_test_suite(suite)                              \
	extern struct kunit_suite *const grex_kunit_##suite; \
	struct kunit_suite *const grex_kunit_##suite = &(suite)

#define KUNIT_CASE(function)                            \
	{                                               \
		.run_case = function, .name = #function \
	}

void *kunit_kmalloc(struct kunit *test, size_t size, gfp_t gfp);
void kunit_kfree(struct kunit *test, const void *memory);

static inline void *kunit_kzalloc(struct kunit *test, size_t size, gfp_t gfp)
{
	return kunit_kmalloc(test, size, gfp | __GFP_ZERO);
}

__printf(2, 3) void kunit_note(struct kunit *test, const char *format, ...);
void kunit_abort(void);

#define KUNIT_FAIL(test, format, ...) \
	kunit_note(test, "%s:%d: " format, __FILE__, __LINE__, ##__VA_ARGS__)

#define KUNIT_COMPARE(test, end, left, op, right, format, ...)                \
	do {                                                                  \
		typeof(left) __left = (left);                                 \
		typeof(right) __right = (right);                              \
		if (__left op __right)                                        \
			break;                                                \
		KUNIT_FAIL(test, "%s %s %s: %lld, %lld. " format, #left, #op, \
			   #right, (__force long long)__left,                 \
			   (__force long long)__right, ##__VA_ARGS__);        \
		if (end)                                                      \
			kunit_abort();                                        \
	} while (0)

#define KUNIT_EXPECT_EQ(test, left, right) \
	KUNIT_COMPARE(test, false, left, ==, right, "")
#define KUNIT_EXPECT_EQ_MSG(test, left, right, ...) \
	KUNIT_COMPARE(test, false, left, ==, right, __VA_ARGS__)
#define KUNIT_EXPECT_LT(test, left, right) \
	KUNIT_COMPARE(test, false, left, <, right, "")
#define KUNIT_EXPECT_LE(test, left, right) \
	KUNIT_COMPARE(test, false, left, <=, right, "")
#define KUNIT_EXPECT_LE_MSG(test, left, right, ...) \
	KUNIT_COMPARE(test, false, left, <=, right, __VA_ARGS__)
#define KUNIT_EXPECT_GT(test, left, right) \
	KUNIT_COMPARE(test, false, left, >, right, "")
#define KUNIT_EXPECT_GE(test, left, right) \
	KUNIT_COMPARE(test, false, left, >=, right, "")
#define KUNIT_EXPECT_TRUE(test, condition) \
	KUNIT_COMPARE(test, false, !!(condition), ==, true, "")
#define KUNIT_EXPECT_TRUE_MSG(test, condition, ...) \
	KUNIT_COMPARE(test, false, !!(condition), ==, true, __VA_ARGS__)
#define KUNIT_EXPECT_FALSE(test, condition) \
	KUNIT_COMPARE(test, false, !!(condition), ==, false, "")
#define KUNIT_EXPECT_FALSE_MSG(test, condition, ...) \
	KUNIT_COMPARE(test, false, !!(condition), ==, false, __VA_ARGS__)
#define KUNIT_EXPECT_PTR_EQ(test, left, right)                \
	KUNIT_COMPARE(test, false, (unsigned long)(left), ==, \
		      (unsigned long)(right), "")

#define KUNIT_ASSERT_EQ(test, left, right) \
	KUNIT_COMPARE(test, true, left, ==, right, "")
#define KUNIT_ASSERT_EQ_MSG(test, left, right, ...) \
	KUNIT_COMPARE(test, true, left, ==, right, __VA_ARGS__)
#define KUNIT_ASSERT_LT(test, left, right) \
	KUNIT_COMPARE(test, true, left, <, right, "")
#define KUNIT_ASSERT_LE(test, left, right) \
	KUNIT_COMPARE(test, true, left, <=, right, "")
#define KUNIT_ASSERT_GE(test, left, right) \
	KUNIT_COMPARE(test, true, left, >=, right, "")
#define KUNIT_ASSERT_NOT_NULL(test, pointer) \
	KUNIT_COMPARE(test, true, (unsigned long)(pointer), !=, 0UL, "")

#endif
#endif
