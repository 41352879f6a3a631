// SPDX-License-Identifier: GPL-2.0
#include "plpmtud_fsm.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* These path MTUs are common: PPP, IPsec, WireGuard, GRE and VXLAN underlays, PPPoE,
 * Ethernet, FDDI, and jumbo frames have them.
 */
static const u32 fsm_known[] = {
	576,  1006, 1200, 1280, 1300, 1340, 1380, 1400,	 1412,	1420,
	1430, 1436, 1440, 1450, 1454, 1460, 1464, 1472,	 1476,	1480,
	1488, 1492, 1500, 1504, 1546, 1600, 2000, 4000,	 4352,	4470,
	8000, 8950, 8976, 9000, 9100, 9180, 9216, 16384, 32768,
};

static bool fsm_is_known(u32 size)
{
	size_t i;

	for (i = 0; i < COUNT(fsm_known); i++)
		if (fsm_known[i] == size)
			return true;
	return false;
}

/* Return the smallest size of the list between @low and @high, 0: there is none. */
static u32 fsm_known_between(u32 low, u32 high)
{
	size_t i;

	for (i = 0; i < COUNT(fsm_known); i++)
		if (fsm_known[i] > low && fsm_known[i] < high)
			return fsm_known[i];
	return 0;
}

/* Select the next size between @low and @high; there is at least one. The search goes
 * through the list upwards, because an acknowledged probe takes one round trip and a lost
 * one several timeouts. When a size of the list passes and the next one is lost, the size
 * that passes most likely is the path MTU, so one byte more is probed to see it lost.
 */
static u32 fsm_next(struct grex_plpmtud_fsm *fsm)
{
	const u32 claim = fsm->ptb_size;
	const bool claimed = fsm->ptb_probed;
	u32 known;

	fsm->ptb_size = 0;
	fsm->ptb_probed = claim >= GREX_PLPMTUD_MIN_PLPMTU &&
			  claim > fsm->low && claim < fsm->high;
	if (fsm->ptb_probed)
		return claim;
	if (claimed && fsm->low == fsm->probed_size)
		return fsm->low + 1;
	if (!fsm->low)
		return fsm->high > GREX_PLPMTUD_BASE_PLPMTU
			       ? GREX_PLPMTUD_BASE_PLPMTU
			       : fsm->high - 1;
	/* No size was lost yet, so perhaps the whole of MAX_PLPMTU passes. */
	if (fsm->high > fsm->max_plpmtu)
		return fsm->max_plpmtu;
	known = fsm_known_between(fsm->low, fsm->high);
	if (known)
		return known;
	if (fsm_is_known(fsm->low))
		return fsm->low + 1;
	return fsm->low + (fsm->high - fsm->low) / 2;
}

/* Continue the search between @low and @high. */
static void fsm_continue(struct grex_plpmtud_fsm *fsm)
{
	fsm->probe_count = 0;
	if (!fsm->low && fsm->high <= GREX_PLPMTUD_MIN_PLPMTU) {
		fsm->state = GREX_PLPMTUD_ERROR;
		fsm->probed_size = GREX_PLPMTUD_MIN_PLPMTU;
		fsm->plpmtu = 0;
		return;
	}
	if (fsm->high - fsm->low <= 1) {
		fsm->state = GREX_PLPMTUD_SEARCH_COMPLETE;
		fsm->probed_size = fsm->low;
		fsm->plpmtu = fsm->low;
		return;
	}
	fsm->state = fsm->low || fsm->high <= fsm->max_plpmtu
			     ? GREX_PLPMTUD_SEARCHING
			     : GREX_PLPMTUD_BASE;
	fsm->probed_size = fsm_next(fsm);
}

/* Search from the base. No size is known to pass, and @high does not pass. */
static void fsm_restart(struct grex_plpmtud_fsm *fsm, u32 high)
{
	fsm->low = 0;
	fsm->high = high;
	fsm_continue(fsm);
}

static void fsm_lost(struct grex_plpmtud_fsm *fsm, u32 more)
{
	if (fsm->state == GREX_PLPMTUD_ERROR ||
	    ++fsm->probe_count < GREX_PLPMTUD_MAX_PROBES + more)
		return;
	if (fsm->state == GREX_PLPMTUD_SEARCH_COMPLETE) {
		fsm_restart(fsm, fsm->probed_size);
	} else if (!fsm->low && fsm->probed_size > GREX_PLPMTUD_MIN_PLPMTU) {
		/* BASE_PLPMTU is lost, so probe the size that all hosts accept. */
		fsm->high = fsm->probed_size;
		fsm->probe_count = 0;
		fsm->state = GREX_PLPMTUD_SEARCHING;
		fsm->probed_size = GREX_PLPMTUD_MIN_PLPMTU;
	} else {
		fsm->high = fsm->probed_size;
		fsm_continue(fsm);
	}
}

static void fsm_set_max(struct grex_plpmtud_fsm *fsm, u32 limit)
{
	const u32 old = fsm->max_plpmtu;

	if (limit == old)
		return;
	fsm->max_plpmtu = limit;
	if (fsm->state == GREX_PLPMTUD_ERROR)
		return;
	if (fsm->high > old || fsm->high > limit)
		fsm->high = limit + 1;
	if (fsm->low > limit)
		fsm->low = limit;
	fsm_continue(fsm);
}

/**
 * grex_plpmtud_fsm_step - process an event
 * @fsm: all 0 before the first step
 * @event: the event
 * @value: MAX_PLPMTU for START and NEW_MAX, at least GREX_PLPMTUD_MIN_PLPMTU;
 *	PL_PTB_SIZE for PTB; for PROBE_LOST the tries needed beyond
 *	GREX_PLPMTUD_MAX_PROBES; else unused
 *
 * Afterwards @fsm->probed_size is the size to probe next. When to probe it depends on
 * @fsm->state: at once while searching, else when the path MTU is to be confirmed.
 */
void grex_plpmtud_fsm_step(struct grex_plpmtud_fsm *fsm,
			   enum grex_plpmtud_event event, u32 value)
{
	if (event == GREX_PLPMTUD_STOP) {
		*fsm = (struct grex_plpmtud_fsm){ 0 };
		return;
	}
	if (event == GREX_PLPMTUD_START) {
		*fsm = (struct grex_plpmtud_fsm){ .max_plpmtu = value };
		fsm_restart(fsm, value + 1);
		return;
	}
	switch (fsm->state) {
	case GREX_PLPMTUD_DISABLED:
		return;
	case GREX_PLPMTUD_SEARCH_COMPLETE:
		break;
	default:
		if (event == GREX_PLPMTUD_PTB || event == GREX_PLPMTUD_RAISE)
			return;
	}

	switch (event) {
	case GREX_PLPMTUD_PROBE_ACKED:
		fsm->probe_count = 0;
		fsm->ptb_size = 0;
		if (fsm->state == GREX_PLPMTUD_SEARCH_COMPLETE)
			break;
		if (fsm->state == GREX_PLPMTUD_ERROR)
			fsm->high = fsm->max_plpmtu + 1;
		fsm->low = fsm->probed_size;
		fsm_continue(fsm);
		break;
	case GREX_PLPMTUD_PROBE_LOST:
		fsm_lost(fsm, value);
		break;
	case GREX_PLPMTUD_PTB:
		fsm->ptb_size = value;
		break;
	case GREX_PLPMTUD_RAISE:
		fsm->high = fsm->max_plpmtu + 1;
		fsm_continue(fsm);
		break;
	case GREX_PLPMTUD_NEW_MAX:
		fsm_set_max(fsm, value);
		break;
	default:
		break;
	}
}

/**
 * grex_plpmtud_fsm_path_mtu - the size that packets are limited to
 * @fsm: in any state
 *
 * This is the PLPMTU until that is lost. Then it is what has passed since, or what most
 * likely passes, before the new search is complete (RFC 8899 5.2).
 *
 * Return: bytes; 0: nothing is known
 */
u32 grex_plpmtud_fsm_path_mtu(const struct grex_plpmtud_fsm *fsm)
{
	if (!fsm->plpmtu || fsm->high > fsm->plpmtu)
		return fsm->plpmtu;
	if (fsm->low)
		return fsm->low;
	return fsm->high > GREX_PLPMTUD_BASE_PLPMTU ? GREX_PLPMTUD_BASE_PLPMTU
						    : GREX_PLPMTUD_MIN_PLPMTU;
}
