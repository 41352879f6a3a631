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
	fsm->unsent = 0;
	fsm->hold = 0;
	return GREX_FSM_ARM;
}

static u64 fsm_interval(const struct grex_fsm_input *in)
{
	return in->interval * 1000000ULL;
}

static void fsm_forget(struct grex_fsm *fsm, u64 now)
{
	while (fsm->hold && now - fsm->flapped >= GREX_FSM_FORGET) {
		fsm->hold /= 2;
		fsm->flapped += GREX_FSM_FORGET;
	}
}

static void fsm_penalise(struct grex_fsm *fsm, const struct grex_fsm_input *in)
{
	fsm_forget(fsm, in->now);
	if (fsm->hold < fsm_interval(in) / 2)
		fsm->hold = fsm_interval(in);
	else
		fsm->hold *= 2;
	if (fsm->hold > GREX_FSM_HOLD_MAX)
		fsm->hold = GREX_FSM_HOLD_MAX;
	fsm->flapped = in->now;
}

static unsigned int fsm_tick(struct grex_fsm *fsm,
			     const struct grex_fsm_input *in)
{
	unsigned int actions = GREX_FSM_SEND;

	if (fsm->misses >= in->retries) {
		if (fsm->state == GREX_FSM_UP) {
			fsm->flaps++;
			if (!in->heard)
				fsm_penalise(fsm, in);
			actions |= GREX_FSM_CARRIER_OFF;
		}
		fsm_enter(fsm, GREX_FSM_DOWN, in->now);
	}
	if (fsm->misses < 255)
		fsm->misses++;
	return actions;
}

/* Replies arrive about once an interval, so half an interval is tolerated. */
static bool fsm_has_held(const struct grex_fsm *fsm,
			 const struct grex_fsm_input *in)
{
	return in->now - fsm->changed + fsm_interval(in) / 2 >= fsm->hold;
}

static unsigned int fsm_reply(struct grex_fsm *fsm,
			      const struct grex_fsm_input *in)
{
	fsm->misses = 0;
	fsm->unsent = 0;
	switch (fsm->state) {
	case GREX_FSM_DOWN:
		fsm_forget(fsm, in->now);
		if (fsm->hold > fsm_interval(in) / 2) {
			fsm_enter(fsm, GREX_FSM_HOLD, in->now);
			return 0;
		}
		break;
	case GREX_FSM_HOLD:
		if (!fsm_has_held(fsm, in))
			return 0;
		break;
	case GREX_FSM_UP:
		return 0;
	}
	fsm_enter(fsm, GREX_FSM_UP, in->now);
	return GREX_FSM_CARRIER_ON;
}

/* A probe that was not sent does not count as unanswered. This is limited, because a
 * machine that cannot send for long does not reach the peer, whatever the cause.
 */
static unsigned int fsm_unsent(struct grex_fsm *fsm, u8 retries)
{
	if (fsm->misses && fsm->unsent < retries) {
		fsm->misses--;
		fsm->unsent++;
	}
	return 0;
}

/**
 * grex_fsm_step - process an event
 * @fsm: the state machine
 * @event: the event
 * @in: its parameters
 *
 * Return: actions, GREX_FSM_*
 */
unsigned int grex_fsm_step(struct grex_fsm *fsm, enum grex_fsm_event event,
			   const struct grex_fsm_input *in)
{
	switch (event) {
	case GREX_FSM_START:
		return fsm_begin(fsm, GREX_FSM_DOWN, in->now) |
		       GREX_FSM_CARRIER_OFF;
	case GREX_FSM_ADOPT:
		return fsm_begin(fsm, GREX_FSM_UP, in->now) |
		       GREX_FSM_CARRIER_ON;
	case GREX_FSM_STOP:
		fsm_enter(fsm, GREX_FSM_OFF, in->now);
		return GREX_FSM_DISARM | GREX_FSM_CARRIER_ON;
	case GREX_FSM_CLOSE:
		fsm_enter(fsm, GREX_FSM_OFF, in->now);
		return GREX_FSM_DISARM;
	default:
		break;
	}
	if (fsm->state == GREX_FSM_OFF)
		return 0;
	switch (event) {
	case GREX_FSM_RENEW:
		return fsm_begin(fsm,
				 fsm->state == GREX_FSM_UP ? GREX_FSM_UP
							   : GREX_FSM_DOWN,
				 in->now);
	case GREX_FSM_TICK:
		return fsm_tick(fsm, in);
	case GREX_FSM_REPLY:
		return fsm_reply(fsm, in);
	case GREX_FSM_UNSENT:
		return fsm_unsent(fsm, in->retries);
	default:
		return 0;
	}
}
