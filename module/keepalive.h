/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sends keepalives, determines the state of the peer, and sets the carrier of the device.
 */
#ifndef GREX_KEEPALIVE_H
#define GREX_KEEPALIVE_H

#include <linux/hrtimer.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "keepalive_fsm.h"

struct grex_config;
struct grex_probe;
struct grex_tunnel;

/**
 * struct grex_keepalive - the state of a tunnel's peer
 * @lock: protects @fsm; taken with BH disabled, outside of that of the probes
 * @fsm: @lock. the state machine
 * @timer: own. of the next keepalive
 * @replied: own. the value of grex_tunnel::received after the last reply
 * @spread: of @timer's function. number of intervals that are still to be cut at random
 */
struct grex_keepalive {
	spinlock_t lock; /* of @fsm */
	struct grex_fsm fsm;
	struct hrtimer timer;
	unsigned long replied;
	u8 spread;
};

/* The caller holds the RTNL lock. */
void grex_keepalive_init(struct grex_tunnel *tunnel);
void grex_keepalive_open(struct grex_tunnel *tunnel);
void grex_keepalive_close(struct grex_tunnel *tunnel);
void grex_keepalive_change(struct grex_tunnel *tunnel,
			   const struct grex_config *old,
			   const struct grex_config *config);

/* The caller holds rcu_read_lock() and has BH disabled. */
void grex_keepalive_reply(struct grex_config *config,
			  const struct grex_probe *probe);

/* These functions may be called in any context. */
struct grex_fsm grex_keepalive_state(struct grex_tunnel *tunnel);

#endif
