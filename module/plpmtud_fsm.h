/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The search for the path MTU by probes, without ICMP: packetization layer path
 * MTU discovery (RFC 8899, for datagrams; its names in brackets). Pure: knows no
 * skb, no clock.
 *
 * A try is a probe of the size in question with DF set, and a small one behind it.
 * The small one tells a size that does not pass from a peer that does not answer:
 *
 *   state    event      to      what happens
 *   any      START      BASE    forget all; try the base                [BASE]
 *   BASE     passes     SEARCH  try the largest, then sizes that people have
 *   BASE     is lost    SEARCH  try the floor
 *   SEARCH   passes     SEARCH  nothing smaller is tried any more
 *   SEARCH   is lost    SEARCH  nothing larger is tried any more
 *   SEARCH   one left   DONE    that is the path MTU      [SEARCH_COMPLETE]
 *   SEARCH   none left  ERROR   not even the floor passes, but the small one does
 *   ERROR    passes     SEARCH  above it
 *   DONE     passes     DONE    confirmed
 *   DONE     is lost    SEARCH  a black hole: below it, from the base on
 *   DONE     CLAIM      DONE    confirm at once; if it is lost, try the claim first
 *   DONE     RAISE      SEARCH  above it, for the path may have changed
 *   any      LIMIT      SEARCH  the first hop takes less than what is known to
 *                               pass, or more than was tried
 *
 * A size is lost after GREX_SEARCH_STRIKES tries in a row of which the small probe
 * alone came back, or more where small ones are lost. When none does, nothing is
 * learned.
 */
#ifndef GREX_SEARCH_H
#define GREX_SEARCH_H

#include <linux/types.h>

/* Bytes of an outer packet. What all hosts take is the floor (RFC 791), what is
 * tried first is safe with IPv6 inside or outside (RFC 8200 section 5).
 */
#define GREX_SEARCH_FLOOR 576
#define GREX_SEARCH_BASE 1280

/* RFC 8899 5.1.2 [MAX_PROBES] */
#define GREX_SEARCH_STRIKES 3

enum grex_search_state {
	GREX_SEARCH_OFF,
	GREX_SEARCH_IN_BASE,
	GREX_SEARCH_IN_SEARCH,
	GREX_SEARCH_IN_DONE,
	GREX_SEARCH_IN_ERROR,
};

/**
 * enum grex_search_event - what has happened
 * @GREX_SEARCH_START: the search is turned on, or the path is another one
 * @GREX_SEARCH_STOP: it is turned off
 * @GREX_SEARCH_PASSED: the probe of the size in question is back
 * @GREX_SEARCH_MISSED: the small one is back, it is not
 * @GREX_SEARCH_CLAIM: an ICMP error says how much passes
 * @GREX_SEARCH_RAISE: it is time to see whether more passes
 * @GREX_SEARCH_LIMIT: the limit may have changed
 */
enum grex_search_event {
	GREX_SEARCH_START,
	GREX_SEARCH_STOP,
	GREX_SEARCH_PASSED,
	GREX_SEARCH_MISSED,
	GREX_SEARCH_CLAIM,
	GREX_SEARCH_RAISE,
	GREX_SEARCH_LIMIT,
	GREX_SEARCH_EVENTS,
};

/**
 * struct grex_search - what is known of a path
 * @state: enum grex_search_state
 * @strikes: tries of @size in a row that were lost
 * @limit: bytes that the first hop takes; more is never tried
 * @low: the largest size that has passed, 0: none has
 * @high: the smallest size that was lost, or the one above @limit
 * @size: in question
 * @claim: of an ICMP error, not tried yet; 0: none
 * @claimed: @size was one, or is the one above it
 * @found: the path MTU when the search last ended, 0: it has not
 */
struct grex_search {
	u8 state;
	u8 strikes;
	u32 limit;
	u32 low;
	u32 high;
	u32 size;
	u32 claim;
	bool claimed;
	u32 found;
};

void grex_search_step(struct grex_search *search, enum grex_search_event event,
		      u32 value);
u32 grex_search_path_mtu(const struct grex_search *search);

#endif
