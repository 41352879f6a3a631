/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds the route of an outer packet, adds the outer headers, and sends it.
 */
#ifndef GREX_ENCAP_H
#define GREX_ENCAP_H

#include <linux/types.h>

#include "outer.h"

struct grex_config;
struct grex_tunnel;
struct sk_buff;

/* The caller holds rcu_read_lock() and has BH disabled. */
int grex_encap_route(struct grex_config *config, struct sk_buff *skb,
		     u8 dsfield, bool by_flow, const union grex_addr *neighbour,
		     struct grex_outer *outer);
int grex_encap_send(struct grex_config *config, struct sk_buff *skb,
		    const struct grex_outer *outer);
int grex_encap_send_bare(struct grex_config *config, struct sk_buff *skb,
			 const struct grex_outer *outer);
void grex_encap_drop(struct grex_tunnel *tunnel, int reason,
		     struct sk_buff *skb);
bool grex_encap_is_too_deep(struct grex_tunnel *tunnel);

#endif
