/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The path MTU that probes find.
 */
#ifndef GREX_PLPMTUD_H
#define GREX_PLPMTUD_H

#include "grex.h"

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
