// SPDX-License-Identifier: GPL-2.0
/*
 * Runs the suites where the kernel has no KUnit to do it: writing to
 * /sys/module/grex/parameters/kunit does, and the log has what KUnit would say.
 */
#include <kunit/test.h>

#if !IS_ENABLED(CONFIG_KUNIT)

#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/moduleparam.h>

/* clang-format off */
#define SUITES(X) \
	X(header_suite) X(embedded_suite) X(translate_suite) X(table_suite) \
	X(keepalive_suite) X(mss_suite) X(plpmtud_fsm_suite) X(histogram_suite)
/* clang-format on */

#define DECLARE(suite) extern struct kunit_suite *const grex_kunit_##suite;
SUITES(DECLARE)

struct memory {
	struct list_head list;
	char bytes[] __aligned(8);
};

void *kunit_kmalloc(struct kunit *test, size_t size, gfp_t gfp)
{
	struct memory *memory = kmalloc(sizeof(*memory) + size, gfp);

	if (!memory)
		return NULL;
	list_add(&memory->list, &test->memory);
	return memory->bytes;
}

void kunit_kfree(struct kunit *test, const void *bytes)
{
	struct memory *memory = container_of(bytes, struct memory, bytes[0]);

	list_del(&memory->list);
	kfree(memory);
}

void kunit_note(struct kunit *test, const char *format, ...)
{
	struct va_format text;
	va_list args;

	test->failed = true;
	va_start(args, format);
	text.fmt = format;
	text.va = &args;
	pr_err("    # EXPECTATION FAILED at %pV\n", &text);
	va_end(args);
}

struct run {
	struct kunit test;
	const struct kunit_suite *suite;
	const struct kunit_case *test_case;
	struct completion done;
};

/* The thread of the case that is run: one at a time (parameters have a lock). */
static struct run *running;

/* Ends the thread of the case, and with it the case. The condition always holds: some
 * kernels want a function that never returns to be known to objtool, others to be not.
 */
void kunit_abort(void)
{
	if (READ_ONCE(running))
		kthread_complete_and_exit(&running->done, 0);
}

static int run_case(void *data)
{
	struct run *run = data;

	if (run->suite->init && run->suite->init(&run->test))
		KUNIT_FAIL(&run->test, "the suite's init failed");
	else
		run->test_case->run_case(&run->test);
	kunit_abort();
	return 0;
}

static bool case_passes(const struct kunit_suite *suite,
			const struct kunit_case *test_case)
{
	struct run run = { .suite = suite, .test_case = test_case };
	struct memory *memory, *next;
	struct task_struct *thread;

	INIT_LIST_HEAD(&run.test.memory);
	init_completion(&run.done);
	running = &run;
	thread = kthread_run(run_case, &run, "grex-kunit");
	if (IS_ERR(thread))
		return false;
	wait_for_completion(&run.done);
	if (suite->exit)
		suite->exit(&run.test);
	list_for_each_entry_safe(memory, next, &run.test.memory, list)
		kfree(memory);
	return !run.test.failed;
}

static void run_suite(const struct kunit_suite *suite, int number)
{
	const struct kunit_case *test_case;
	bool passed, all = true;
	int n = 0;

	pr_info("    # Subtest: %s\n", suite->name);
	for (test_case = suite->test_cases; test_case->name; test_case++) {
		passed = case_passes(suite, test_case);
		all &= passed;
		pr_info("    %sok %d %s\n", passed ? "" : "not ", ++n,
			test_case->name);
	}
	pr_info("%sok %d %s\n", all ? "" : "not ", number, suite->name);
}

static int run_suites(const char *value, const struct kernel_param *param)
{
#define ADDRESS(suite) grex_kunit_##suite,
	struct kunit_suite *const suites[] = { SUITES(ADDRESS) };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(suites); i++)
		run_suite(suites[i], i + 1);
	return 0;
}

static const struct kernel_param_ops run_ops = { .set = run_suites };

module_param_cb(kunit, &run_ops, NULL, 0200);
MODULE_PARM_DESC(kunit, "write to run the test suites");

#endif
