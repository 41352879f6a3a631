/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Answers the keepalives of a peer.
 */
#ifndef GREX_RESPONDER_H
#define GREX_RESPONDER_H

#include <linux/ratelimit.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct grex_config;
struct grex_header;
struct grex_match;
struct grex_tunnel;
struct sk_buff;

/**
 * struct grex_peer - what a peer that runs grex reports in its keepalives
 * @mtu: own. MTU of its device, 0: not known
 * @path_mtu: own. MTU of the path from the peer, 0: not known
 * @heard: own. jiffies of the last report
 * @verified: own. the secret authenticates the report
 */
struct grex_peer {
	u16 mtu;
	u16 path_mtu;
	unsigned long heard;
	bool verified;
};

/**
 * struct grex_responder - the state of answering keepalives
 * @limit: own. limits the answers to keepalives to inner addresses
 * @lock: protects what follows; taken with BH disabled
 * @saddr: @lock. source of the last such keepalive
 * @daddr: @lock. its destination
 * @id: @lock. its IP ID
 * @ttl: @lock. its TTL
 * @when: @lock. jiffies when it was answered
 */
struct grex_responder {
	struct ratelimit_state limit;
	spinlock_t lock; /* of the following members */
	__be32 saddr;
	__be32 daddr;
	__be16 id;
	u8 ttl;
	unsigned long when;
};

void grex_responder_init(struct grex_tunnel *tunnel);

/* The caller holds rcu_read_lock() and has BH disabled. */
bool grex_responder_unwrap(struct sk_buff *skb, struct grex_header *header);
bool grex_responder_take(struct grex_config *config, struct sk_buff *skb,
			 const struct grex_match *match);

#endif
