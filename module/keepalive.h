/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keepalives: probes out and back, what they say of the peer, and the carrier of
 * the device.
 */
#ifndef GREX_KEEPALIVE_H
#define GREX_KEEPALIVE_H

#include "grex.h"

/* Caller: RTNL. */
void grex_keepalive_init(struct grex_tunnel *tunnel);
void grex_keepalive_open(struct grex_tunnel *tunnel);
void grex_keepalive_close(struct grex_tunnel *tunnel);
void grex_keepalive_change(struct grex_tunnel *tunnel,
			   const struct grex_config *old,
			   const struct grex_config *config);
int grex_keepalive_probe(struct grex_tunnel *tunnel, unsigned int size);

/* Did this machine lack the memory or the queue space to send a probe? That says nothing
 * about the peer or the path. A missing route or a filter does count, because then no
 * packet reaches the peer.
 */
static inline bool grex_keepalive_is_unsent(int err)
{
	return err == -ENOMEM || err == -ENOBUFS;
}

/* Caller: RCU, BH disabled. */
int grex_keepalive_send(struct grex_config *config, enum grex_probe_kind kind,
			unsigned int size, bool df);
bool grex_keepalive_take_reply(struct grex_config *config, struct sk_buff *skb,
			       const struct grex_header *header,
			       struct grex_probe *probe);

/* Any caller. */
bool grex_keepalive_moves(const struct grex_config *old,
			  const struct grex_config *config);
unsigned int grex_keepalive_size(const struct grex_config *config,
				 const struct grex_probe *probe);
struct grex_fsm grex_keepalive_state(struct grex_tunnel *tunnel);
struct grex_probe_log grex_keepalive_probes(struct grex_tunnel *tunnel,
					    enum grex_probe_kind kind);

#endif
