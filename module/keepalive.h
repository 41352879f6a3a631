/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keepalives: probes out and back, what they say of the peer, and the carrier of
 * the device.
 */
#ifndef GREX_KEEPALIVE_H
#define GREX_KEEPALIVE_H

#include <linux/grex.h>
#include <linux/hrtimer.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "keepalive_fsm.h"
#include "keepalive_wire.h"

struct grex_header;
struct sk_buff;
struct grex_config;
struct grex_tunnel;

/**
 * struct grex_probe_log - what became of the probes of one kind
 * @sent: how many; the lower half is the sequence number of the next one
 * @received: how many came back
 * @rtt: ns that the last one took
 * @rtt_smoothed: ns, as of RFC 6298: 1/8 of each new one
 * @rtt_min: ns
 * @rtt_max: ns
 * @jitter: ns, as of RFC 3550 6.4.1: 1/16 of each difference
 * @rtt_sum: ns, of all of them
 * @rtt_buckets: how many took how long, by the bounds of GREX_RTT_BOUNDS
 * @history: us that each of the last ones took, by sequence number; 0: it has
 *	not come back
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
 * struct grex_keepalive - what a tunnel knows of its peer
 * @lock: protects what follows up to @log; taken with BH disabled
 * @fsm: @lock. the state of the peer
 * @generation: @lock. counts the changes of where probes go
 * @log: @lock. by enum grex_probe_kind
 * @key: const. of the hash in our probes
 * @epoch: const. ns, added to the time in them, which is nobody's business
 * @timer: own. of the next keepalive
 * @replied: own. the value of grex_tunnel::received after the last reply
 * @spread: of @timer's function. how many more intervals are cut at random
 */
struct grex_keepalive {
	spinlock_t lock; /* of @fsm, @generation and @log */
	struct grex_fsm fsm;
	u32 generation;
	struct grex_probe_log log[GREX_PROBE_KINDS];
	siphash_key_t key;
	u64 epoch;
	struct hrtimer timer;
	unsigned long replied;
	u8 spread;
};

/* Caller: RTNL. */
void grex_keepalive_init(struct grex_tunnel *tunnel);
void grex_keepalive_open(struct grex_tunnel *tunnel);
void grex_keepalive_close(struct grex_tunnel *tunnel);
void grex_keepalive_change(struct grex_tunnel *tunnel,
			   const struct grex_config *old,
			   const struct grex_config *config);
int grex_keepalive_probe(struct grex_tunnel *tunnel, unsigned int size);

/* Did this machine lack the memory or the queue space to send a probe? That says nothing
 * about the peer or the path. A missing route or a filter does count, because then no
 * packet reaches the peer.
 */
static inline bool grex_keepalive_is_unsent(int err)
{
	return err == -ENOMEM || err == -ENOBUFS;
}

/* Caller: RCU, BH disabled. */
int grex_keepalive_send(struct grex_config *config, enum grex_probe_kind kind,
			unsigned int size, bool df);
bool grex_keepalive_take_reply(struct grex_config *config, struct sk_buff *skb,
			       const struct grex_header *header,
			       struct grex_probe *probe);

/* Any caller. */
bool grex_keepalive_moves(const struct grex_config *old,
			  const struct grex_config *config);
unsigned int grex_keepalive_size(const struct grex_config *config,
				 const struct grex_probe *probe);
struct grex_fsm grex_keepalive_state(struct grex_tunnel *tunnel);
struct grex_probe_log grex_keepalive_probes(struct grex_tunnel *tunnel,
					    enum grex_probe_kind kind);

#endif
