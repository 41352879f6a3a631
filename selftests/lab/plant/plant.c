// SPDX-License-Identifier: GPL-2.0
/*
 * One bug of each kind, on request (bug=NAME): proof that the lab would notice.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

static char *bug = "";
module_param(bug, charp, 0);
MODULE_PARM_DESC(bug, "which bug to commit");

/* Not const, so that the compiler cannot see the bug coming. */
static volatile int thirty_three = 33;
static volatile int nine = 9;
static volatile int sink;

static void plant_warn(void)
{
	WARN(1, "planted\n");
}

static void plant_kasan(void)
{
	char *gone = kmalloc(64, GFP_KERNEL);

	if (!gone)
		return;
	kfree(gone);
	sink = READ_ONCE(gone[nine]);
}

static void plant_shift(void)
{
	sink = 1 << thirty_three;
}

static void plant_bounds(void)
{
	static int eight[8];

	sink = eight[nine];
}

static DEFINE_SPINLOCK(plant_first);
static DEFINE_SPINLOCK(plant_second);

static void plant_lockdep(void)
{
	spin_lock(&plant_first);
	spin_lock(&plant_second);
	spin_unlock(&plant_second);
	spin_unlock(&plant_first);

	spin_lock(&plant_second);
	spin_lock(&plant_first);
	spin_unlock(&plant_first);
	spin_unlock(&plant_second);
}

static int __rcu *plant_pointer;

static void plant_rcu(void)
{
	/* Nobody holds what makes this safe. */
	sink = rcu_dereference(plant_pointer) ? 1 : 0;
}

static void plant_sleep(void)
{
	spin_lock(&plant_first);
	msleep(1);
	spin_unlock(&plant_first);
}

static void plant_leak(void)
{
	int i;

	for (i = 0; i < 10; i++)
		sink = !kmalloc(200, GFP_KERNEL);
}

static void plant_oops(void)
{
	sink = *(volatile int *)8;
}

static const struct {
	const char *name;
	void (*commit)(void);
} bugs[] = {
	{ "warn", plant_warn },	      { "kasan", plant_kasan },
	{ "shift", plant_shift },     { "bounds", plant_bounds },
	{ "lockdep", plant_lockdep }, { "rcu", plant_rcu },
	{ "sleep", plant_sleep },     { "leak", plant_leak },
	{ "oops", plant_oops },	      { "cleared", plant_warn },
};

static int __init plant_init(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bugs); i++) {
		if (strcmp(bug, bugs[i].name))
			continue;
		bugs[i].commit();
		return 0;
	}
	return -EINVAL;
}

static void __exit plant_exit(void)
{
}

module_init(plant_init);
module_exit(plant_exit);
MODULE_DESCRIPTION("Planted bugs for the lab");
MODULE_LICENSE("GPL");
