/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The path MTU that probes find.
 */
#ifndef GREX_PLPMTUD_H
#define GREX_PLPMTUD_H

#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "plpmtud_fsm.h"

struct grex_probe;
struct grex_config;
struct grex_tunnel;

/**
 * struct grex_plpmtud - path MTU discovery by probes
 * @lock: protects what follows up to @claims; taken with BH disabled, outside of
 *	that of the keepalive
 * @running: @lock. the device is up
 * @answers: @lock. the peer answers, so it is not for others to say what passes
 * @search: @lock. what is known of the path
 * @tried: @lock. bytes of the probe that is out, 0: none
 * @seq: @lock. its sequence number
 * @is_back: @lock. it is back
 * @small_is_back: @lock. so is the small one behind it
 * @silent: @lock. tries in a row after which neither was
 * @losses: @lock. of the last sixteen small ones, a bit for each that was lost
 * @due: @lock. jiffies when the one that is out is lost
 * @confirm: @lock. jiffies when what was found is tried again
 * @raise: @lock. jiffies when more is tried
 * @claims: @lock. jiffies, 64 bits, when ICMP errors are looked into again
 * @work: own.
 */
struct grex_plpmtud {
	spinlock_t lock; /* of @running to @claims */
	bool running;
	bool answers;
	bool is_back;
	bool small_is_back;
	u8 silent;
	u16 losses;
	u32 tried;
	u32 seq;
	struct grex_plpmtud_fsm fsm;
	unsigned long due;
	unsigned long confirm;
	unsigned long raise;
	u64 claims;
	struct delayed_work work;
};

/* Caller: RTNL. */
void grex_plpmtud_init(struct grex_tunnel *tunnel);
void grex_plpmtud_open(struct grex_tunnel *tunnel);
void grex_plpmtud_close(struct grex_tunnel *tunnel);
void grex_plpmtud_change(struct grex_tunnel *tunnel,
			 const struct grex_config *old,
			 const struct grex_config *config);

/**
 * struct grex_plpmtud_status - what the search is doing
 * @search: enum grex_path_search
 * @tried: bytes outside of what is tried; 0: nothing
 * @sent: probes
 * @received: probes that came back
 */
struct grex_plpmtud_status {
	u32 search;
	u32 tried;
	u64 sent;
	u64 received;
};

void grex_plpmtud_read(struct grex_tunnel *tunnel,
		       struct grex_plpmtud_status *state);

/* Caller: RCU, BH disabled. */
void grex_plpmtud_ack(const struct grex_config *config,
		      const struct grex_probe *probe);
bool grex_plpmtud_ptb(const struct grex_config *config, u32 mtu);

#endif
