// SPDX-License-Identifier: GPL-2.0
#include "show/counters.h"

#define OF_TUNNEL false
#define OF_NETNS true

/* clang-format off */
#define COUNTER(attr, name, scope, text) \
	[attr] = { #name, OF_##scope, text },

const struct counter counters[GREX_STAT_MAX + 1] = {
	GREX_STATS(COUNTER)
};

/* clang-format on */
