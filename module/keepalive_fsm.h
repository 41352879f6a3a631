/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Decides by keepalives whether the peer of a tunnel is up. Pure: knows no timer and no
 * device.
 *
 *   state  event   next   actions
 *   any    START   DOWN   carrier off, arm: the peer has not answered yet
 *   any    ADOPT   UP     carrier on, arm: the tunnel is in use, so it counts as up
 *   any    STOP    OFF    disarm, carrier on: no keepalives are sent any more
 *   any    CLOSE   OFF    disarm: the device is down, its carrier has no meaning
 *   OFF    RENEW   OFF    nothing
 *   DOWN   RENEW   DOWN   arm
 *   HOLD   RENEW   DOWN   arm
 *   UP     RENEW   UP     arm: it is another peer, which has not failed yet
 *   OFF    others  OFF    nothing
 *   DOWN   TICK    DOWN   send
 *   DOWN   REPLY   HOLD   after a flap
 *   DOWN   REPLY   UP     carrier on
 *   HOLD   TICK    DOWN   after @retries unanswered: send
 *   HOLD   TICK    HOLD   send
 *   HOLD   REPLY   UP     when the peer has answered long enough: carrier on
 *   HOLD   REPLY   HOLD   nothing
 *   UP     TICK    DOWN   after @retries unanswered: carrier off, a flap, send
 *   UP     TICK    UP     send
 *   UP     REPLY   UP     nothing
 *   not OFF UNSENT same   one less is unanswered, up to @retries since the last reply
 *
 * One reply is enough for the first UP. After a flap the peer has to answer for an interval,
 * and after each further flap for twice as long, up to GREX_FSM_HOLD_MAX. Each minute without
 * a flap halves that time; START, ADOPT and RENEW reset it. A flap during which other packets
 * of the peer were received does not count, because the peer is not the cause of it.
 */
#ifndef GREX_KEEPALIVE_FSM_H
#define GREX_KEEPALIVE_FSM_H

#include <linux/types.h>

/* The values are those of enum grex_keepalive_state of the uapi. */
enum grex_fsm_state {
	GREX_FSM_OFF,
	GREX_FSM_DOWN,
	GREX_FSM_HOLD,
	GREX_FSM_UP,
};

enum grex_fsm_event {
	GREX_FSM_START, /* the device came up */
	GREX_FSM_ADOPT, /* keepalives were turned on while the device was up */
	GREX_FSM_STOP, /* keepalives were turned off */
	GREX_FSM_CLOSE, /* the device went down */
	GREX_FSM_RENEW, /* there is another peer, or another route to it */
	GREX_FSM_TICK, /* it is time to send */
	GREX_FSM_UNSENT, /* this machine could not send what TICK asked for */
	GREX_FSM_REPLY, /* a keepalive was returned */
	GREX_FSM_EVENTS,
};

/* The caller takes the actions in this order. */
#define GREX_FSM_CARRIER_OFF 0x01
#define GREX_FSM_CARRIER_ON 0x02
#define GREX_FSM_DISARM 0x04
#define GREX_FSM_ARM 0x08
#define GREX_FSM_SEND 0x10

/* The longest time that a peer which flaps has to answer, in ns. */
#define GREX_FSM_HOLD_MAX 60000000000ULL
/* This time without a flap halves the former, in ns. */
#define GREX_FSM_FORGET 60000000000ULL

/**
 * struct grex_fsm_input - the parameters of an event
 * @now: ns
 * @interval: ms between two keepalives; with TICK and REPLY
 * @retries: 1..255, keepalives that may stay unanswered; with TICK and UNSENT
 * @heard: other packets of the peer were received meanwhile; with TICK
 */
struct grex_fsm_input {
	u64 now;
	u32 interval;
	u8 retries;
	bool heard;
};

/**
 * struct grex_fsm - the state machine; all 0 is OFF
 * @state: enum grex_fsm_state
 * @misses: unanswered keepalives in a row
 * @unsent: keepalives that were not sent and not counted since the last reply
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
