// SPDX-License-Identifier: GPL-2.0
#include "show/counters.h"

#define OF_TUNNEL false
#define OF_NETNS true

const struct counter counters[GREX_STAT_MAX + 1] = {
#define COUNTER(attr, name, scope, text) [attr] = { #name, OF_##scope, text },
	GREX_STATS(COUNTER)
#undef COUNTER
};
