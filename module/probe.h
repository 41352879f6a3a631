/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sends probes to the peer, which returns them, and logs the results. Keepalives, manual
 * probes and probes of the path MTU are of this kind. They authenticate themselves.
 */
#ifndef GREX_PROBE_H
#define GREX_PROBE_H

#include <linux/grex.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "keepalive_wire.h"

struct grex_config;
struct grex_received;
struct grex_tunnel;
struct sk_buff;

/**
 * struct grex_probe_log - the results of the probes of one kind
 * @sent: how many were sent; the lower half is the next sequence number
 * @received: how many were returned
 * @rtt: ns, of the last one
 * @rtt_smoothed: ns, smoothed as in RFC 6298: 1/8 of each new one
 * @rtt_min: ns
 * @rtt_max: ns
 * @jitter: ns, as in RFC 3550 6.4.1: 1/16 of each difference
 * @rtt_sum: ns, of all of them
 * @rtt_buckets: how many took how long, by the bounds of GREX_RTT_BOUNDS
 * @history: RTT of each of the last ones in us, by sequence number; 0: not returned yet
 */
struct grex_probe_log {
	u64 sent;
	u64 received;
	u64 rtt;
	u64 rtt_smoothed;
	u64 rtt_min;
	u64 rtt_max;
	u64 jitter;
	u64 rtt_sum;
	u64 rtt_buckets[GREX_RTT_BUCKETS];
	u32 history[GREX_KEEPALIVE_HISTORY];
};

/**
 * struct grex_probes - the probes of a tunnel
 * @lock: protects @generation and @log; taken with BH disabled
 * @generation: @lock. changes when earlier probes are not to be accepted any more
 * @log: @lock. by enum grex_probe_kind
 * @key: const. authenticates probes when the operator has not set a secret
 * @epoch: const. ns, added to the time in probes, so that they do not reveal the uptime
 */
struct grex_probes {
	spinlock_t lock; /* of @generation and @log */
	u32 generation;
	struct grex_probe_log log[GREX_PROBE_KINDS];
	siphash_key_t key;
	u64 epoch;
};

void grex_probe_init(struct grex_tunnel *tunnel);

/* Whether this machine lacked the memory or the queue space to send a probe. That says
 * nothing about the peer or the path. A missing route or a filter does count, because then
 * no packet reaches the peer.
 */
static inline bool grex_probe_is_unsent(int err)
{
	return err == -ENOMEM || err == -ENOBUFS;
}

/* The caller holds the RTNL lock. */
int grex_probe_manual(struct grex_tunnel *tunnel, unsigned int size);

/* The caller holds rcu_read_lock() and has BH disabled. */
int grex_probe_send(struct grex_config *config, enum grex_probe_kind kind,
		    unsigned int size, bool df);
bool grex_probe_take(struct grex_config *config, struct sk_buff *skb,
		     const struct grex_received *received,
		     struct grex_probe *probe);
bool grex_probe_is_current(struct grex_tunnel *tunnel,
			   const struct grex_probe *probe);

/* These functions may be called in any context. */
u64 grex_probe_hash(const struct grex_config *config, const void *payload,
		    const void *saddr, const void *daddr);
unsigned int grex_probe_size(const struct grex_config *config,
			     const struct grex_probe *probe);
void grex_probe_renew(struct grex_tunnel *tunnel);
struct grex_probe_log grex_probe_get_log(struct grex_tunnel *tunnel,
					 enum grex_probe_kind kind);

#endif
