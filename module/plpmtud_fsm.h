/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Implements the state machine of packetization layer path MTU discovery for datagrams
 * (RFC 8899), which needs no ICMP. Pure: knows no skb, no clock. States, events and sizes
 * have the names of the RFC where it has one.
 *
 * A try is a probe of PROBED_SIZE with DF set and a small probe behind it. The small one
 * distinguishes a size that does not pass from a peer that does not answer:
 *
 *   state            event       next             action
 *   any              START       BASE             forget everything; probe BASE_PLPMTU
 *   BASE             PROBE_ACKED SEARCHING        probe MAX_PLPMTU, then common path MTUs
 *   BASE             PROBE_LOST  SEARCHING        probe MIN_PLPMTU
 *   SEARCHING        PROBE_ACKED SEARCHING        probe no smaller size any more
 *   SEARCHING        PROBE_LOST  SEARCHING        probe no larger size any more
 *   SEARCHING        one left    SEARCH_COMPLETE  that size is the path MTU
 *   SEARCHING        none left   ERROR            the peer answers, but MIN_PLPMTU is lost
 *   ERROR            PROBE_ACKED SEARCHING        search above that size
 *   SEARCH_COMPLETE  PROBE_ACKED SEARCH_COMPLETE  the path MTU is confirmed
 *   SEARCH_COMPLETE  PROBE_LOST  SEARCHING        black hole: search below, from the base
 *   SEARCH_COMPLETE  PTB         SEARCH_COMPLETE  confirm at once; if that is lost, probe
 *                                                 PL_PTB_SIZE first
 *   SEARCH_COMPLETE  RAISE       SEARCHING        search above: the path may have changed
 *   any              NEW_MAX     SEARCHING        the first hop takes less than the path
 *                                                 MTU, or more than was probed
 *
 * A size is lost when in MAX_PROBES tries in a row, or more on a lossy path, only the
 * small probe is acknowledged. A try without any answer has no effect.
 */
#ifndef GREX_PLPMTUD_FSM_H
#define GREX_PLPMTUD_FSM_H

#include <linux/types.h>

/* These are bytes of an outer packet. All hosts accept MIN_PLPMTU (RFC 791). BASE_PLPMTU is
 * probed first, because it is safe with an inner or outer IPv6 header (RFC 8200 section 5).
 */
#define GREX_PLPMTUD_MIN_PLPMTU 576
#define GREX_PLPMTUD_BASE_PLPMTU 1280

/* RFC 8899 5.1.2 */
#define GREX_PLPMTUD_MAX_PROBES 3

enum grex_plpmtud_state {
	GREX_PLPMTUD_DISABLED,
	GREX_PLPMTUD_BASE,
	GREX_PLPMTUD_SEARCHING,
	GREX_PLPMTUD_SEARCH_COMPLETE,
	GREX_PLPMTUD_ERROR,
};

/**
 * enum grex_plpmtud_event - what the state machine reacts to
 * @GREX_PLPMTUD_START: discovery is turned on, or the path is another one
 * @GREX_PLPMTUD_STOP: discovery is turned off
 * @GREX_PLPMTUD_PROBE_ACKED: the probe of PROBED_SIZE was returned
 * @GREX_PLPMTUD_PROBE_LOST: only the small probe behind it was returned
 * @GREX_PLPMTUD_PTB: an ICMP error reports PL_PTB_SIZE
 * @GREX_PLPMTUD_RAISE: the PMTU_RAISE_TIMER has expired
 * @GREX_PLPMTUD_NEW_MAX: MAX_PLPMTU may have changed
 * @GREX_PLPMTUD_EVENTS: number of events
 */
enum grex_plpmtud_event {
	GREX_PLPMTUD_START,
	GREX_PLPMTUD_STOP,
	GREX_PLPMTUD_PROBE_ACKED,
	GREX_PLPMTUD_PROBE_LOST,
	GREX_PLPMTUD_PTB,
	GREX_PLPMTUD_RAISE,
	GREX_PLPMTUD_NEW_MAX,
	GREX_PLPMTUD_EVENTS,
};

/**
 * struct grex_plpmtud_fsm - what is known of a path
 * @state: enum grex_plpmtud_state
 * @probe_count: PROBE_COUNT, the lost tries of @probed_size in a row
 * @max_plpmtu: MAX_PLPMTU, the bytes that the first hop takes
 * @low: the largest size that was acknowledged, 0: none was
 * @high: the smallest size that was lost, or @max_plpmtu + 1
 * @probed_size: PROBED_SIZE, the bytes to probe next
 * @ptb_size: PL_PTB_SIZE of an ICMP error, not probed yet; 0: none
 * @ptb_probed: @probed_size was reported by an ICMP error
 * @plpmtu: PLPMTU, the result of the last complete search, 0: there is none
 */
struct grex_plpmtud_fsm {
	u8 state;
	u8 probe_count;
	u32 max_plpmtu;
	u32 low;
	u32 high;
	u32 probed_size;
	u32 ptb_size;
	bool ptb_probed;
	u32 plpmtu;
};

void grex_plpmtud_fsm_step(struct grex_plpmtud_fsm *fsm,
			   enum grex_plpmtud_event event, u32 value);
u32 grex_plpmtud_fsm_path_mtu(const struct grex_plpmtud_fsm *fsm);

#endif
