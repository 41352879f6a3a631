/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_STATS_H
#define GREX_STATS_H

#include <linux/skbuff.h>
#include <linux/u64_stats_sync.h>
#include <linux/grex.h>

/* The ids of counters are those of the uapi, from the first one to GREX_STAT_MAX.
 * GREX_STAT_UNSPEC stands for a packet that is not dropped.
 */
#define GREX_STAT_FIRST (GREX_STAT_PAD + 1)
#define GREX_STAT_IDS (GREX_STAT_MAX + 1)
#define GREX_STAT_COUNT (GREX_STAT_IDS - GREX_STAT_FIRST)

/**
 * struct grex_stats - per-CPU counters of a tunnel or of a namespace
 * @syncp: makes reads of a u64 atomic on 32-bit machines
 * @count: by GREX_STAT_*; those of the other scope stay 0
 */
struct grex_stats {
	struct u64_stats_sync syncp;
	u64_stats_t count[GREX_STAT_IDS];
};

struct rtnl_link_stats64;
struct grex_tunnel;

extern const char *const grex_stats_names[GREX_STAT_IDS];

struct grex_stats __percpu *grex_stats_alloc(void);
void grex_stats_count(struct grex_stats __percpu *stats, int id);
void grex_stats_drop(struct grex_stats __percpu *stats, int id,
		     struct sk_buff *skb);
void grex_stats_read(const struct grex_tunnel *tunnel,
		     u64 count[GREX_STAT_IDS]);
void grex_stats_fold(const u64 count[GREX_STAT_IDS],
		     struct rtnl_link_stats64 *link);

#endif
