/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_LIMIT_H
#define GREX_LIMIT_H

#include <linux/ratelimit.h>

/* Initialise a limit that does not log. Callers count what exceeds it. */
static inline void grex_limit_init(struct ratelimit_state *limit, int interval,
				   int burst)
{
	ratelimit_state_init(limit, interval, burst);
	ratelimit_set_flags(limit, RATELIMIT_MSG_ON_RELEASE);
}

#endif
