// SPDX-License-Identifier: GPL-2.0
#include <linux/if_link.h>
#include <linux/percpu.h>
#include <net/dropreason.h>

#include "grex.h"
#include "stats.h"

enum grex_stat_scope {
	GREX_STAT_SCOPE_TUNNEL,
	GREX_STAT_SCOPE_NETNS,
};

/* clang-format off */
#define STATS_NAME(attr, name, scope, text) \
	[attr] = #name,
#define STATS_SCOPE(attr, name, scope, text) \
	[attr] = GREX_STAT_SCOPE_##scope,
#define STATS_ONE(attr, name, scope, text) 1 +
/* clang-format on */

static_assert(GREX_STATS(STATS_ONE) 0 == GREX_STAT_COUNT);

const char *const grex_stats_names[GREX_STAT_IDS] = { GREX_STATS(STATS_NAME) };

static const u8 grex_stats_scope[GREX_STAT_IDS] = { GREX_STATS(STATS_SCOPE) };

/* The drop reason of the kernel (tracepoint skb:kfree_skb) for each counter that has one. The
 * value 0 is SKB_DROP_REASON_NOT_SPECIFIED or SKB_NOT_DROPPED_YET.
 */
static const u16 grex_stats_reason[GREX_STAT_IDS] = {
	[GREX_STAT_RX_CSUM] = SKB_DROP_REASON_SKB_CSUM,
	[GREX_STAT_RX_NO_CSUM] = SKB_DROP_REASON_SKB_CSUM,
	[GREX_STAT_RX_PROTOCOL] = SKB_DROP_REASON_UNHANDLED_PROTO,
	[GREX_STAT_RX_TRUNCATED] = SKB_DROP_REASON_HDR_TRUNC,
	[GREX_STAT_RX_ECN] = SKB_DROP_REASON_IP_TUNNEL_ECN,
	[GREX_STAT_RX_DOWN] = SKB_DROP_REASON_DEV_READY,
	[GREX_STAT_RX_NO_MEMORY] = SKB_DROP_REASON_NOMEM,
	[GREX_STAT_TX_NO_REMOTE] = SKB_DROP_REASON_NEIGH_FAILED,
	[GREX_STAT_TX_NO_ROUTE] = SKB_DROP_REASON_IP_OUTNOROUTES,
	[GREX_STAT_TX_RECURSION] = SKB_DROP_REASON_RECURSION_LIMIT,
	[GREX_STAT_TX_TOO_BIG] = SKB_DROP_REASON_PKT_TOO_BIG,
	[GREX_STAT_TX_TRUNCATED] = SKB_DROP_REASON_HDR_TRUNC,
	[GREX_STAT_TX_NO_MEMORY] = SKB_DROP_REASON_NOMEM,
	[GREX_STAT_NETNS_RX_TRUNCATED] = SKB_DROP_REASON_HDR_TRUNC,
	[GREX_STAT_NETNS_RX_VERSION] = SKB_DROP_REASON_UNHANDLED_PROTO,
	[GREX_STAT_NETNS_RX_ROUTING] = SKB_DROP_REASON_UNHANDLED_PROTO,
	[GREX_STAT_NETNS_RX_RESERVED] = SKB_DROP_REASON_UNHANDLED_PROTO,
	[GREX_STAT_NETNS_RX_NO_TUNNEL] = SKB_DROP_REASON_NO_SOCKET,
};

struct grex_stats __percpu *grex_stats_alloc(void)
{
	return netdev_alloc_pcpu_stats(struct grex_stats);
}

/* The caller has BH disabled. */
void grex_stats_count(struct grex_stats __percpu *stats, int id)
{
	struct grex_stats *here = this_cpu_ptr(stats);

	u64_stats_update_begin(&here->syncp);
	u64_stats_inc(&here->count[id]);
	u64_stats_update_end(&here->syncp);
}

/* Drop a packet, and count it for one reason. */
void grex_stats_drop(struct grex_stats __percpu *stats, int id,
		     struct sk_buff *skb)
{
	grex_stats_count(stats, id);
	kfree_skb_reason(skb, grex_stats_reason[id]
				      ?: SKB_DROP_REASON_NOT_SPECIFIED);
}

static const struct grex_stats __percpu *
stats_of_scope(const struct grex_tunnel *tunnel, enum grex_stat_scope scope)
{
	if (scope == GREX_STAT_SCOPE_TUNNEL)
		return tunnel->stats;
	return grex_net(tunnel->net)->stats;
}

/* Read the counters of a tunnel and those of its underlay. */
void grex_stats_read(const struct grex_tunnel *tunnel, u64 count[GREX_STAT_IDS])
{
	int cpu, id;

	for (id = GREX_STAT_FIRST; id <= GREX_STAT_MAX; id++) {
		const struct grex_stats __percpu *stats =
			stats_of_scope(tunnel, grex_stats_scope[id]);

		count[id] = 0;
		for_each_possible_cpu(cpu) {
			const struct grex_stats *there =
				per_cpu_ptr(stats, cpu);
			unsigned int start;
			u64 value;

			do {
				start = u64_stats_fetch_begin(&there->syncp);
				value = u64_stats_read(&there->count[id]);
			} while (u64_stats_fetch_retry(&there->syncp, start));
			count[id] += value;
		}
	}
}

/* Sum the drops into the counters that every device has (ip -s link). */
void grex_stats_fold(const u64 count[GREX_STAT_IDS],
		     struct rtnl_link_stats64 *link)
{
	link->rx_length_errors += count[GREX_STAT_RX_TRUNCATED];
	link->rx_crc_errors +=
		count[GREX_STAT_RX_CSUM] + count[GREX_STAT_RX_NO_CSUM];
	link->rx_fifo_errors +=
		count[GREX_STAT_RX_NO_SEQ] + count[GREX_STAT_RX_OUT_OF_ORDER];
	link->rx_frame_errors += count[GREX_STAT_RX_ECN];
	link->rx_errors += link->rx_length_errors + link->rx_crc_errors +
			   link->rx_fifo_errors + link->rx_frame_errors +
			   count[GREX_STAT_RX_WRONG_KEY] +
			   count[GREX_STAT_RX_PROTOCOL];
	link->rx_dropped += count[GREX_STAT_RX_DOWN] +
			    count[GREX_STAT_RX_NO_MEMORY] +
			    count[GREX_STAT_RX_KEEPALIVE_LIMITED] +
			    count[GREX_STAT_RX_KEEPALIVE_REFUSED] +
			    count[GREX_STAT_RX_KEEPALIVE_UNKNOWN] +
			    count[GREX_STAT_RX_KEEPALIVE_REPEATED] +
			    count[GREX_STAT_RX_KEEPALIVE_UNPROVED] +
			    count[GREX_STAT_RX_TTL];

	link->tx_carrier_errors +=
		count[GREX_STAT_TX_NO_REMOTE] + count[GREX_STAT_TX_NO_ROUTE];
	link->collisions +=
		count[GREX_STAT_TX_RECURSION] + count[GREX_STAT_TX_ENCAP_LIMIT];
	link->tx_aborted_errors +=
		count[GREX_STAT_TX_TOO_BIG] + count[GREX_STAT_TX_TRUNCATED];
	link->tx_errors += link->tx_carrier_errors + link->collisions +
			   link->tx_aborted_errors;
	link->tx_dropped +=
		count[GREX_STAT_TX_NO_MEMORY] + count[GREX_STAT_TX_UNDERLAY];
}
