/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The answer to the keepalives of a peer.
 */
#ifndef GREX_RESPONDER_H
#define GREX_RESPONDER_H

#include "grex.h"

/* Caller: RCU, BH disabled. */
bool grex_responder_unwrap(struct sk_buff *skb, struct grex_header *header);
bool grex_responder_take(struct grex_config *config, struct sk_buff *skb,
			 __be32 from, __be32 to);

#endif
