/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What proves that a tunnel sent a packet: an ICMP error quotes the outer IP ID, and
 * whoever forges one does not know it.
 *
 * RFC 6864 leaves the ID of a packet with DF free. It is a keyed hash of the outer
 * destination, and of what all segments of the inner packet have in common, so that a
 * quote which reaches into the inner packet proves itself, however much is sent and
 * without any memory. It changes every minute or so, lest who has seen one keeps it. A
 * super-packet counts on from there, and a quote of 8 bytes (RFC 792) has the ID alone:
 * for these, the tunnel remembers packets sent lately by their IDs.
 */
#ifndef GREX_SENT_LOG_H
#define GREX_SENT_LOG_H

#include <linux/if_ether.h>
#include <linux/siphash.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "embedded.h"

/* Packets that a tunnel remembers; a power of two. 7 kB for each tunnel. */
#define GREX_SENT_LOG_SLOTS 64
/* Of each, the IP header with its options, and what a host looks for behind. */
#define GREX_SENT_LOG_HEAD 80
/* IDs of a super-packet that are remembered as its own. */
#define GREX_SENT_LOG_SEGMENTS 64
/* An error that takes longer is not believed to know a packet. */
#define GREX_SENT_LOG_TIME (10 * HZ)

/* Bytes of an outer packet with DF from which on it may be too big for a path.
 * Below, where most packets are, a claim that it is has no credit: no link of
 * today is that small.
 */
#define GREX_SENT_LOG_LEN 576
/* An inherited TTL below which a packet may be a traceroute's. */
#define GREX_SENT_LOG_TTL 32

/**
 * struct grex_sent_packet - a packet as it was sent
 * @when: jiffies
 * @remote: outer destination
 * @id: outer IP ID; of the first segment of a super-packet
 * @segments: how many IDs from there on are its own, or were of a packet with the
 *	same ID within a second; 0: the slot was never used
 * @segmented: jiffies of that packet
 * @protocol: ethertype of the inner packet
 * @len: bytes in @head
 * @head: beginning of the inner packet
 */
struct grex_sent_packet {
	unsigned long when;
	unsigned long segmented;
	__be32 remote;
	u16 id;
	u16 segments;
	__be16 protocol;
	u8 len;
	u8 head[GREX_SENT_LOG_HEAD];
};

/**
 * struct grex_sent_log - what a tunnel knows of the packets that it sent
 * @key: const. of the IDs of packets with DF
 * @slot: by the low bits of the ID
 * @slot.lock: protects @slot.packet; the sender never waits for it
 */
struct grex_sent_log {
	siphash_key_t key;
	struct {
		spinlock_t lock; /* of @packet */
		struct grex_sent_packet packet;
	} slot[GREX_SENT_LOG_SLOTS];
};

struct grex_sent_log *grex_sent_log_alloc(void);
void grex_sent_log_free(struct grex_sent_log *sent);
u16 grex_sent_log_id(const struct grex_sent_log *sent, __be32 remote,
		     __be16 protocol, const struct grex_flow *flow,
		     unsigned int ago);
bool grex_sent_log_is_stale(const struct grex_sent_log *sent, u16 id);
void grex_sent_log_add(struct grex_sent_log *sent, const struct sk_buff *skb,
		       int overhead);
bool grex_sent_log_find(struct grex_sent_log *sent, __be32 remote, u16 id,
			struct grex_sent_packet *packet);

#endif
