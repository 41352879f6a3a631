/* SPDX-License-Identifier: GPL-2.0 */
/* The counters of GREX_STATS: what each is called, and what it counts. */
#ifndef COUNTERS_H
#define COUNTERS_H

#include <linux/grex.h>
#include <stdbool.h>

struct counter {
	const char *name; /* NULL: no such counter */
	bool of_netns; /* the same for all tunnels of an underlay namespace */
	const char *text;
};

/* By GREX_STAT_*. */
extern const struct counter counters[GREX_STAT_MAX + 1];

#endif /* COUNTERS_H */
