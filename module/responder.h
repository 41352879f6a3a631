/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The answer to the keepalives of a peer.
 */
#ifndef GREX_RESPONDER_H
#define GREX_RESPONDER_H

#include <linux/spinlock.h>
#include <linux/types.h>

struct grex_config;
struct grex_header;
struct sk_buff;

/**
 * struct grex_peer - what a peer that is a grex says of itself
 * @mtu: own. of its device, 0: not known
 * @path_mtu: own. of the path from it to us, 0: not known
 * @heard: own. jiffies when it said so
 * @verified: own. a proof by the secret came with it
 */
struct grex_peer {
	u16 mtu;
	u16 path_mtu;
	unsigned long heard;
	bool verified;
};

/**
 * struct grex_responder - a keepalive to an inside address that was answered
 * @lock: protects the others, BH
 * @saddr: its source
 * @daddr: its destination
 * @id: its IP ID
 * @ttl: its TTL
 * @when: jiffies
 */
struct grex_responder {
	spinlock_t lock; /* of the others */
	__be32 saddr;
	__be32 daddr;
	__be16 id;
	u8 ttl;
	unsigned long when;
};

/* Caller: RCU, BH disabled. */
bool grex_responder_unwrap(struct sk_buff *skb, struct grex_header *header);
bool grex_responder_take(struct grex_config *config, struct sk_buff *skb,
			 __be32 from, __be32 to);

#endif
