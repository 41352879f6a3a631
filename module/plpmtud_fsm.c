// SPDX-License-Identifier: GPL-2.0
#include "plpmtud_fsm.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Path MTUs that people have, and why: PPP and IPsec, WireGuard, GRE and VXLAN
 * underneath, PPPoE, Ethernet, X.25 to FDDI, jumbo frames.
 */
static const u32 search_known[] = {
	576,  1006, 1200, 1280, 1300, 1340, 1380, 1400,	 1412,	1420,
	1430, 1436, 1440, 1450, 1454, 1460, 1464, 1472,	 1476,	1480,
	1488, 1492, 1500, 1504, 1546, 1600, 2000, 4000,	 4352,	4470,
	8000, 8950, 8976, 9000, 9100, 9180, 9216, 16384, 32768,
};

static bool search_is_known(u32 size)
{
	size_t i;

	for (i = 0; i < COUNT(search_known); i++)
		if (search_known[i] == size)
			return true;
	return false;
}

/* The smallest size of the list between the two, 0: there is none. */
static u32 search_known_between(u32 low, u32 high)
{
	size_t i;

	for (i = 0; i < COUNT(search_known); i++)
		if (search_known[i] > low && search_known[i] < high)
			return search_known[i];
	return 0;
}

/* What to try, of the sizes above low and below high, of which there are some. A
 * success takes a round trip and a loss some timeouts, so the list is gone through
 * from below; and a size of the list that passes is the path MTU most likely when
 * the next one was lost, so the one above it is what to see lost.
 */
static u32 search_next(struct grex_search *search)
{
	const u32 claim = search->claim;
	const bool claimed = search->claimed;
	u32 known;

	search->claim = 0;
	search->claimed = claim >= GREX_SEARCH_FLOOR && claim > search->low &&
			  claim < search->high;
	if (search->claimed)
		return claim;
	if (claimed && search->low == search->size)
		return search->low + 1;
	if (!search->low)
		return search->high > GREX_SEARCH_BASE ? GREX_SEARCH_BASE
						       : search->high - 1;
	/* Nothing was lost so far: perhaps nothing is. */
	if (search->high > search->limit)
		return search->limit;
	known = search_known_between(search->low, search->high);
	if (known)
		return known;
	if (search_is_known(search->low))
		return search->low + 1;
	return search->low + (search->high - search->low) / 2;
}

/* Go on between low and high. */
static void search_go_on(struct grex_search *search)
{
	search->strikes = 0;
	if (!search->low && search->high <= GREX_SEARCH_FLOOR) {
		search->state = GREX_SEARCH_IN_ERROR;
		search->size = GREX_SEARCH_FLOOR;
		search->found = 0;
		return;
	}
	if (search->high - search->low <= 1) {
		search->state = GREX_SEARCH_IN_DONE;
		search->size = search->low;
		search->found = search->low;
		return;
	}
	search->state = search->low || search->high <= search->limit
				? GREX_SEARCH_IN_SEARCH
				: GREX_SEARCH_IN_BASE;
	search->size = search_next(search);
}

/* Nothing is known to pass, and @high does not. */
static void search_anew(struct grex_search *search, u32 high)
{
	search->low = 0;
	search->high = high;
	search_go_on(search);
}

static void search_lost(struct grex_search *search, u32 more)
{
	if (search->state == GREX_SEARCH_IN_ERROR ||
	    ++search->strikes < GREX_SEARCH_STRIKES + more)
		return;
	if (search->state == GREX_SEARCH_IN_DONE) {
		search_anew(search, search->size);
	} else if (!search->low && search->size > GREX_SEARCH_FLOOR) {
		/* Not even the base: what passes everywhere comes next. */
		search->high = search->size;
		search->strikes = 0;
		search->state = GREX_SEARCH_IN_SEARCH;
		search->size = GREX_SEARCH_FLOOR;
	} else {
		search->high = search->size;
		search_go_on(search);
	}
}

static void search_limit(struct grex_search *search, u32 limit)
{
	const u32 old = search->limit;

	if (limit == old)
		return;
	search->limit = limit;
	if (search->state == GREX_SEARCH_IN_ERROR)
		return;
	if (search->high > old || search->high > limit)
		search->high = limit + 1;
	if (search->low > limit)
		search->low = limit;
	search_go_on(search);
}

/**
 * grex_search_step - go on with the search
 * @search: all 0 before the first step
 * @event: what has happened
 * @value: the limit for START and LIMIT, at least GREX_SEARCH_FLOOR; the claimed
 *	MTU for CLAIM; the strikes needed beyond GREX_SEARCH_STRIKES for MISSED;
 *	else unused
 *
 * What to try next is in @search->size afterwards, and when, depends on
 * @search->state: as soon as possible, or when it is time to confirm it, or to see
 * whether that has changed.
 */
void grex_search_step(struct grex_search *search, enum grex_search_event event,
		      u32 value)
{
	if (event == GREX_SEARCH_STOP) {
		*search = (struct grex_search){ 0 };
		return;
	}
	if (event == GREX_SEARCH_START) {
		*search = (struct grex_search){ .limit = value };
		search_anew(search, value + 1);
		return;
	}
	switch (search->state) {
	case GREX_SEARCH_OFF:
		return;
	case GREX_SEARCH_IN_DONE:
		break;
	default:
		if (event == GREX_SEARCH_CLAIM || event == GREX_SEARCH_RAISE)
			return;
	}

	switch (event) {
	case GREX_SEARCH_PASSED:
		search->strikes = 0;
		search->claim = 0;
		if (search->state == GREX_SEARCH_IN_DONE)
			break;
		if (search->state == GREX_SEARCH_IN_ERROR)
			search->high = search->limit + 1;
		search->low = search->size;
		search_go_on(search);
		break;
	case GREX_SEARCH_MISSED:
		search_lost(search, value);
		break;
	case GREX_SEARCH_CLAIM:
		search->claim = value;
		break;
	case GREX_SEARCH_RAISE:
		search->high = search->limit + 1;
		search_go_on(search);
		break;
	case GREX_SEARCH_LIMIT:
		search_limit(search, value);
		break;
	default:
		break;
	}
}

/**
 * grex_search_path_mtu - what packets are to be held to
 * @search: at any time
 *
 * What has passed once, until it is known not to pass any more: then what has passed
 * since, or is likely to pass, without waiting for the end of the search (RFC 8899
 * 5.2).
 *
 * Return: bytes; 0: nothing is known
 */
u32 grex_search_path_mtu(const struct grex_search *search)
{
	if (!search->found || search->high > search->found)
		return search->found;
	if (search->low)
		return search->low;
	return search->high > GREX_SEARCH_BASE ? GREX_SEARCH_BASE
					       : GREX_SEARCH_FLOOR;
}
