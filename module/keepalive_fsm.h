/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state of a tunnel's peer, as its keepalives show it. Pure: knows no timer
 * and no device.
 *
 *   state  event   next   what is done
 *   any    START   DOWN   carrier off, arm: nobody has answered yet
 *   any    ADOPT   UP     carrier on, arm: it is in use, so it counts as up
 *   any    STOP    OFF    disarm, carrier on: nobody asks any more
 *   any    CLOSE   OFF    disarm: the device is down, its carrier means nothing
 *   OFF    RENEW   OFF    nothing
 *   DOWN   RENEW   DOWN   arm
 *   HOLD   RENEW   DOWN   arm
 *   UP     RENEW   UP     arm: another peer, which has not failed yet
 *   OFF    others  OFF    nothing
 *   DOWN   TICK    DOWN   send
 *   DOWN   REPLY   HOLD   when more than one reply is wanted
 *   DOWN   REPLY   UP     carrier on
 *   HOLD   TICK    DOWN   after @retries unanswered: send
 *   HOLD   TICK    HOLD   send
 *   HOLD   REPLY   UP     when as many as are wanted have come: carrier on
 *   HOLD   REPLY   HOLD   nothing
 *   UP     TICK    DOWN   after @retries unanswered: carrier off, a flap, send
 *   UP     TICK    UP     send
 *   UP     REPLY   UP     nothing
 *
 * A peer that flaps has to prove more each time: one reply is wanted at first,
 * twice as many after each flap, up to 16 x @retries; and one less after each
 * @retries replies in a row while UP. START, ADOPT and RENEW forget all that.
 */
#ifndef GREX_KEEPALIVE_FSM_H
#define GREX_KEEPALIVE_FSM_H

#include <linux/types.h>

/* As enum grex_keepalive_state of the uapi. */
enum grex_fsm_state {
	GREX_FSM_OFF,
	GREX_FSM_DOWN,
	GREX_FSM_HOLD,
	GREX_FSM_UP,
};

enum grex_fsm_event {
	GREX_FSM_START, /* the device came up */
	GREX_FSM_ADOPT, /* keepalives were turned on while it was */
	GREX_FSM_STOP, /* they were turned off */
	GREX_FSM_CLOSE, /* the device went down */
	GREX_FSM_RENEW, /* there is another peer, or another way to it */
	GREX_FSM_TICK, /* time to send */
	GREX_FSM_REPLY, /* one of ours came back */
	GREX_FSM_EVENTS,
};

/* What to do, in this order. */
#define GREX_FSM_CARRIER_OFF 0x01
#define GREX_FSM_CARRIER_ON 0x02
#define GREX_FSM_DISARM 0x04
#define GREX_FSM_ARM 0x08
#define GREX_FSM_SEND 0x10

/* How often @retries may be wanted at most. */
#define GREX_FSM_HOLD_MAX 16

/**
 * struct grex_fsm - all that the machine remembers; 0 is OFF
 * @state: enum grex_fsm_state
 * @misses: sent in a row and not answered
 * @wanted: replies that take DOWN to UP, less 1
 * @left: replies that HOLD still waits for
 * @streak: replies in a row, while UP
 * @flaps: how often it went from UP to DOWN
 * @changed: when the state last changed, in the caller's unit
 */
struct grex_fsm {
	u8 state;
	u8 misses;
	u16 wanted;
	u16 left;
	u16 streak;
	u64 flaps;
	u64 changed;
};

unsigned int grex_fsm_step(struct grex_fsm *fsm, enum grex_fsm_event event,
			   u8 retries, u64 now);

#endif
