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
 *   DOWN   REPLY   HOLD   when it has flapped
 *   DOWN   REPLY   UP     carrier on
 *   HOLD   TICK    DOWN   after @retries unanswered: send
 *   HOLD   TICK    HOLD   send
 *   HOLD   REPLY   UP     when it has answered for as long as is wanted: carrier on
 *   HOLD   REPLY   HOLD   nothing
 *   UP     TICK    DOWN   after @retries unanswered: carrier off, a flap, send
 *   UP     TICK    UP     send
 *   UP     REPLY   UP     nothing
 *   not OFF UNSENT same   one less is unanswered, up to @retries since the last reply
 *
 * A peer that flaps has to prove more each time: one reply is enough at first; after a
 * flap it has to answer for an interval, and after each further one for twice as long, up
 * to GREX_FSM_HOLD_MAX. Each minute without a flap halves that; START, ADOPT and RENEW
 * forget it. A flap during which the peer was heard in other ways does not count: who
 * makes its replies get lost is somebody else.
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
	GREX_FSM_UNSENT, /* what TICK asked to send did not get out of here */
	GREX_FSM_REPLY, /* one of ours came back */
	GREX_FSM_EVENTS,
};

/* What to do, in this order. */
#define GREX_FSM_CARRIER_OFF 0x01
#define GREX_FSM_CARRIER_ON 0x02
#define GREX_FSM_DISARM 0x04
#define GREX_FSM_ARM 0x08
#define GREX_FSM_SEND 0x10

/* For so many ns a peer that flaps has to answer at most. */
#define GREX_FSM_HOLD_MAX 60000000000ULL
/* After so many ns without a flap, half of that is enough. */
#define GREX_FSM_FORGET 60000000000ULL

/**
 * struct grex_fsm_input - what an event comes with
 * @now: ns
 * @interval: ms between two probes; with TICK and REPLY
 * @retries: 1..255, how many probes may go unanswered; with TICK and UNSENT
 * @heard: has the peer been heard while they did; with TICK
 */
struct grex_fsm_input {
	u64 now;
	u32 interval;
	u8 retries;
	bool heard;
};

/**
 * struct grex_fsm - all that the machine remembers; 0 is OFF
 * @state: enum grex_fsm_state
 * @misses: sent in a row and not answered
 * @unsent: probes that were not sent and were forgiven since the last reply
 * @hold: ns for which the peer has to answer before it goes from DOWN to UP
 * @flaps: how often it went from UP to DOWN
 * @flapped: ns, the time of the last flap, plus a minute for each halving of @hold since
 * @changed: ns, when the state last changed
 */
struct grex_fsm {
	u8 state;
	u8 misses;
	u8 unsent;
	u64 hold;
	u64 flaps;
	u64 flapped;
	u64 changed;
};

unsigned int grex_fsm_step(struct grex_fsm *fsm, enum grex_fsm_event event,
			   const struct grex_fsm_input *in);

#endif
