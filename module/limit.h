/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_LIMIT_H
#define GREX_LIMIT_H

#include <linux/ratelimit.h>

/* Silent: what goes over a limit is counted, not logged. */
static inline void grex_limit_init(struct ratelimit_state *limit, int interval,
				   int burst)
{
	ratelimit_state_init(limit, interval, burst);
	ratelimit_set_flags(limit, RATELIMIT_MSG_ON_RELEASE);
}

#endif
