/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The memory of recently sent packets, by outer IP ID: an ICMP error that quotes
 * 8 bytes (RFC 792) names nothing else, and one that is forged does not know it.
 */
#ifndef GREX_SENT_H
#define GREX_SENT_H

#include <linux/if_ether.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "quote.h"

/* Packets that a tunnel remembers; a power of two. */
#define GREX_SENT_SLOTS 64
/* Of each, the IP header with its options, and what a host looks for behind. */
#define GREX_SENT_HEAD 80
/* An error that takes longer is not believed to know a packet. */
#define GREX_SENT_TIME (10 * HZ)

/* Bytes of an outer packet with DF from which on it may be too big for a path.
 * Below, where most packets are, a claim that it is has no credit: no link of
 * today is that small, and the route's MTU has a floor of 552.
 */
#define GREX_SENT_LEN 576
/* An inherited TTL below which a packet may be a traceroute's. */
#define GREX_SENT_TTL 32

/**
 * struct grex_sent_packet - a packet as it was sent
 * @when: jiffies
 * @remote: outer destination; IDs are given out per pair of addresses
 * @id: outer IP ID; of the first segment of a super-packet
 * @segments: how many IDs from there on are its; 0: the slot was never used
 * @protocol: ethertype of the inner packet
 * @len: bytes in @head
 * @head: beginning of the inner packet
 */
struct grex_sent_packet {
	unsigned long when;
	__be32 remote;
	u16 id;
	u16 segments;
	__be16 protocol;
	u8 len;
	u8 head[GREX_SENT_HEAD];
};

/**
 * struct grex_sent - what a tunnel remembers
 * @slot: by the low bits of the ID
 * @slot.lock: protects @slot.packet; the sender never waits for it
 * @segmented: own. jiffies of the last super-packet, 0: none yet
 */
struct grex_sent {
	unsigned long segmented;
	struct {
		spinlock_t lock; /* of @packet */
		struct grex_sent_packet packet;
	} slot[GREX_SENT_SLOTS];
};

enum grex_sent_verdict {
	GREX_SENT_FOUND,
	GREX_SENT_UNKNOWN, /* may have been forgotten */
	GREX_SENT_NEVER, /* it would be known, had it been sent lately */
};

struct grex_sent *grex_sent_alloc(void);
void grex_sent_free(struct grex_sent *sent);
void grex_sent_add(struct grex_sent *sent, const struct sk_buff *skb,
		   int overhead);
enum grex_sent_verdict grex_sent_find(struct grex_sent *sent, __be32 remote,
				      u16 id, struct grex_sent_packet *packet);
bool grex_sent_has_flow(struct grex_sent *sent, const struct grex_inner *inner);

#endif
