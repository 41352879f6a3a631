/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_STATS_H
#define GREX_STATS_H

#include <linux/skbuff.h>
#include <linux/u64_stats_sync.h>
#include <linux/grex.h>

/* The counters of the uapi list, as indices from 0. */
enum grex_stat {
#define GREX_STAT_ENUM(ID, name, scope, text) GREX_##ID,
	GREX_STATS(GREX_STAT_ENUM)
#undef GREX_STAT_ENUM
	GREX_STAT_COUNT,
	GREX_STAT_NONE = -1, /* of a function: the packet is not dropped */
};

/**
 * struct grex_stats - per-CPU drop counters of a tunnel or of a namespace
 * @syncp: lets 32-bit machines read a whole u64
 * @count: by enum grex_stat; those of the other scope stay 0
 */
struct grex_stats {
	struct u64_stats_sync syncp;
	u64_stats_t count[GREX_STAT_COUNT];
};

struct rtnl_link_stats64;
struct grex_tunnel;

extern const char *const grex_stats_names[GREX_STAT_COUNT];

struct grex_stats __percpu *grex_stats_alloc(void);
void grex_stats_count(struct grex_stats __percpu *stats, enum grex_stat id);
void grex_stats_drop(struct grex_stats __percpu *stats, enum grex_stat id,
		     struct sk_buff *skb);
void grex_stats_read(const struct grex_tunnel *tunnel,
		     u64 count[GREX_STAT_COUNT]);
void grex_stats_fold(const u64 count[GREX_STAT_COUNT],
		     struct rtnl_link_stats64 *link);

#endif
