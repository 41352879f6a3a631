/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The path MTU that probes find.
 */
#ifndef GREX_DISCOVER_H
#define GREX_DISCOVER_H

#include "grex.h"

/* Caller: RTNL. */
void grex_discover_init(struct grex_tunnel *tunnel);
void grex_discover_open(struct grex_tunnel *tunnel);
void grex_discover_close(struct grex_tunnel *tunnel);
void grex_discover_change(struct grex_tunnel *tunnel,
			  const struct grex_config *old,
			  const struct grex_config *config);

/**
 * struct grex_discover_state - what the search is doing
 * @search: enum grex_path_search
 * @tried: bytes outside of what is tried; 0: nothing
 * @sent: probes
 * @received: probes that came back
 */
struct grex_discover_state {
	u32 search;
	u32 tried;
	u64 sent;
	u64 received;
};

void grex_discover_read(struct grex_tunnel *tunnel,
			struct grex_discover_state *state);

/* Caller: RCU, BH disabled. */
void grex_discover_answer(const struct grex_config *config,
			  const struct grex_probe *probe);
bool grex_discover_claim(const struct grex_config *config, u32 mtu);

#endif
