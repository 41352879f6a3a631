// SPDX-License-Identifier: GPL-2.0
#include "keepalive_fsm.h"

static void fsm_enter(struct grex_fsm *fsm, enum grex_fsm_state state, u64 now)
{
	if (fsm->state == state)
		return;
	fsm->state = state;
	fsm->changed = now;
}

static unsigned int fsm_begin(struct grex_fsm *fsm, enum grex_fsm_state state,
			      u64 now)
{
	fsm_enter(fsm, state, now);
	fsm->misses = 0;
	fsm->wanted = 0;
	fsm->streak = 0;
	return GREX_FSM_ARM;
}

static void fsm_penalise(struct grex_fsm *fsm, u8 retries)
{
	const unsigned int max = GREX_FSM_HOLD_MAX * retries;
	const unsigned int doubled = 2 * (fsm->wanted + 1);

	fsm->wanted = (doubled < max ? doubled : max) - 1;
	fsm->flaps++;
}

static unsigned int fsm_tick(struct grex_fsm *fsm, u8 retries, u64 now)
{
	unsigned int actions = GREX_FSM_SEND;

	if (fsm->misses)
		fsm->streak = 0;
	if (fsm->misses >= retries) {
		if (fsm->state == GREX_FSM_UP) {
			fsm_penalise(fsm, retries);
			actions |= GREX_FSM_CARRIER_OFF;
		}
		fsm_enter(fsm, GREX_FSM_DOWN, now);
	}
	if (fsm->misses < 255)
		fsm->misses++;
	return actions;
}

static unsigned int fsm_reply(struct grex_fsm *fsm, u8 retries, u64 now)
{
	fsm->misses = 0;
	switch (fsm->state) {
	case GREX_FSM_DOWN:
		fsm->left = fsm->wanted;
		if (fsm->left) {
			fsm_enter(fsm, GREX_FSM_HOLD, now);
			return 0;
		}
		break;
	case GREX_FSM_HOLD:
		if (--fsm->left)
			return 0;
		break;
	case GREX_FSM_UP:
		if (++fsm->streak >= retries) {
			fsm->streak = 0;
			if (fsm->wanted)
				fsm->wanted--;
		}
		return 0;
	}
	fsm->streak = 0;
	fsm_enter(fsm, GREX_FSM_UP, now);
	return GREX_FSM_CARRIER_ON;
}

/**
 * grex_fsm_step - take an event
 * @fsm: changed by it
 * @event: what happened
 * @retries: 1..255, how many probes may go unanswered
 * @now: kept when the state changes
 *
 * Return: GREX_FSM_* of what is to be done
 */
unsigned int grex_fsm_step(struct grex_fsm *fsm, enum grex_fsm_event event,
			   u8 retries, u64 now)
{
	switch (event) {
	case GREX_FSM_START:
		return fsm_begin(fsm, GREX_FSM_DOWN, now) |
		       GREX_FSM_CARRIER_OFF;
	case GREX_FSM_ADOPT:
		return fsm_begin(fsm, GREX_FSM_UP, now) | GREX_FSM_CARRIER_ON;
	case GREX_FSM_STOP:
		fsm_enter(fsm, GREX_FSM_OFF, now);
		return GREX_FSM_DISARM | GREX_FSM_CARRIER_ON;
	case GREX_FSM_CLOSE:
		fsm_enter(fsm, GREX_FSM_OFF, now);
		return GREX_FSM_DISARM;
	case GREX_FSM_RENEW:
		if (fsm->state == GREX_FSM_OFF)
			return 0;
		return fsm_begin(fsm,
				 fsm->state == GREX_FSM_UP ? GREX_FSM_UP
							   : GREX_FSM_DOWN,
				 now);
	case GREX_FSM_TICK:
		return fsm->state == GREX_FSM_OFF ? 0
						  : fsm_tick(fsm, retries, now);
	case GREX_FSM_REPLY:
		return fsm->state == GREX_FSM_OFF
			       ? 0
			       : fsm_reply(fsm, retries, now);
	default:
		return 0;
	}
}
