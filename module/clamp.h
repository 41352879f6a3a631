/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_CLAMP_H
#define GREX_CLAMP_H

#include <linux/skbuff.h>

union grex_addr;
struct grex_config;

int grex_clamp(struct grex_config *config, struct sk_buff *skb,
	       const union grex_addr *remote);

#endif
