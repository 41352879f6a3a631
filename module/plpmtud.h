/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Discovers the path MTU by probes.
 */
#ifndef GREX_PLPMTUD_H
#define GREX_PLPMTUD_H

#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "plpmtud_fsm.h"

struct grex_probe;
struct grex_config;
struct grex_tunnel;

/**
 * struct grex_plpmtud - path MTU discovery by probes
 * @lock: protects all members up to @next_ptb; taken with BH disabled, outside of that of the
 *	probes
 * @running: @lock. the device is up
 * @answers: @lock. the peer answers, so ICMP errors are not believed
 * @is_acked: @lock. the outstanding probe was acknowledged
 * @small_is_acked: @lock. the small probe behind it was acknowledged
 * @silent: @lock. tries in a row without any answer
 * @losses: @lock. a bit for each lost one of the last sixteen small probes
 * @outstanding: @lock. bytes of the outstanding probe, 0: none
 * @seq: @lock. its sequence number
 * @fsm: @lock. the state machine
 * @due: @lock. jiffies when PROBE_TIMER expires
 * @confirm: @lock. jiffies when the path MTU is to be confirmed
 * @raise: @lock. jiffies when PMTU_RAISE_TIMER expires
 * @next_ptb: @lock. jiffies, 64 bits, from which on an ICMP error may be probed
 * @work: own.
 */
struct grex_plpmtud {
	spinlock_t lock; /* of @running to @next_ptb */
	bool running;
	bool answers;
	bool is_acked;
	bool small_is_acked;
	u8 silent;
	u16 losses;
	u32 outstanding;
	u32 seq;
	struct grex_plpmtud_fsm fsm;
	unsigned long due;
	unsigned long confirm;
	unsigned long raise;
	u64 next_ptb;
	struct delayed_work work;
};

/* The caller holds the RTNL lock. */
void grex_plpmtud_init(struct grex_tunnel *tunnel);
void grex_plpmtud_open(struct grex_tunnel *tunnel);
void grex_plpmtud_close(struct grex_tunnel *tunnel);
void grex_plpmtud_change(struct grex_tunnel *tunnel,
			 const struct grex_config *old,
			 const struct grex_config *config);

/**
 * struct grex_plpmtud_status - the state of path MTU discovery
 * @search: enum grex_path_search
 * @tried: bytes of the outer packet that is being probed; 0: none
 * @sent: number of probes sent
 * @received: number of probes returned
 */
struct grex_plpmtud_status {
	u32 search;
	u32 tried;
	u64 sent;
	u64 received;
};

void grex_plpmtud_read(struct grex_tunnel *tunnel,
		       struct grex_plpmtud_status *state);

/* The caller holds rcu_read_lock() and has BH disabled. */
void grex_plpmtud_ack(const struct grex_config *config,
		      const struct grex_probe *probe);
bool grex_plpmtud_ptb(const struct grex_config *config, u32 mtu);

#endif
