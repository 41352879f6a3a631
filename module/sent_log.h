/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Proves that a tunnel sent a packet which an ICMP error embeds. The error contains the outer
 * IP ID, which an attacker who forges the error does not know.
 *
 * RFC 6864 does not specify the ID of a packet with DF. Here it is a keyed hash of the outer
 * destination and the flow of the inner packet. An embedded packet that contains enough of
 * the inner packet therefore authenticates itself, without any memory. The ID of a flow
 * changes with each epoch, so that an ID is of use for a short time only. The segments of a
 * super-packet have the following IDs, and an error with 8 bytes of payload (RFC 792) does
 * not show the flow. For these cases the log remembers packets by their IDs.
 *
 * IPv6 has no ID. There the flow label is such a hash. It has 20 bits, and all segments have
 * the same. It does not change, because routers select one of several equal paths by it.
 */
#ifndef GREX_SENT_LOG_H
#define GREX_SENT_LOG_H

#include <linux/if_ether.h>
#include <linux/in6.h>
#include <linux/ipv6.h>
#include <linux/siphash.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "embedded.h"

/* The log has this many packets, a power of two. They take 7 kB for each tunnel. */
#define GREX_SENT_LOG_SLOTS 64
/* The log keeps the IP header of each packet with its options, and 8 bytes of payload. */
#define GREX_SENT_LOG_HEAD 80
/* At most this many IDs are attributed to a super-packet. */
#define GREX_SENT_LOG_SEGMENTS 64
/* An error about a packet may take this long. */
#define GREX_SENT_LOG_TIME (10 * HZ)

/* Larger outer packets with DF may be too big for a path. Errors about smaller packets, which
 * are the majority, are not believed, because no link of today has such a small MTU.
 */
#define GREX_SENT_LOG_LEN 576
/* Packets with a lower inherited TTL may belong to a traceroute. */
#define GREX_SENT_LOG_TTL 32

/**
 * struct grex_sent_packet - a packet that was sent
 * @when: jiffies when it was sent
 * @segmented: jiffies when @segments was last raised
 * @remote: outer destination
 * @id: outer IP ID of the first segment
 * @segments: number of segments, the maximum of all packets with this ID within a second;
 *	0: the slot was never used
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
 * struct grex_sent_log - the packets that a tunnel has sent lately
 * @key: const. key of the hash
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

bool grex_sent_log_flow_paged(struct grex_flow *flow, const struct sk_buff *skb,
			      int overhead, unsigned int look);
struct grex_sent_log *grex_sent_log_alloc(void);
void grex_sent_log_free(struct grex_sent_log *sent);
u16 grex_sent_log_id(const struct grex_sent_log *sent, __be32 remote,
		     __be16 protocol, const struct grex_flow *flow,
		     unsigned int ago);
u32 grex_sent_log_label(const struct grex_sent_log *sent,
			const struct in6_addr *remote, __be16 protocol,
			const struct grex_flow *flow);
bool grex_sent_log_is_stale(const struct grex_sent_log *sent, u16 id);
void grex_sent_log_add(struct grex_sent_log *sent, const struct sk_buff *skb,
		       int overhead);
bool grex_sent_log_find(struct grex_sent_log *sent, __be32 remote, u16 id,
			struct grex_sent_packet *packet);

/* Return how many bytes of an inner packet tell its flow, at most. @inner is its IP header. */
static inline unsigned int grex_sent_log_look(const struct sk_buff *skb,
					      const u8 *inner)
{
	switch (skb->inner_protocol) {
	case htons(ETH_P_IP):
		return (*inner & 0xf) * 4 + 4;
	case htons(ETH_P_IPV6):
		return sizeof(struct ipv6hdr) + 4;
	case htons(ETH_P_TEB):
		return GREX_FLOW_LOOK;
	default:
		return 4;
	}
}

/**
 * grex_sent_log_flow - read the flow of an inner packet
 * @flow: filled when true is returned
 * @skb: at the outer headers, or a part of them; the inner IP header is in the linear part
 * @overhead: bytes from there to the inner packet
 *
 * Return: false when the inner packet is too short
 */
static inline bool grex_sent_log_flow(struct grex_flow *flow,
				      const struct sk_buff *skb, int overhead)
{
	const u8 *inner = skb->data + overhead;
	const unsigned int look =
		min(grex_sent_log_look(skb, inner), skb->len - overhead);

	/* The kernel may clear a buffer on the stack, which the slow way needs. */
	if (unlikely(skb_headlen(skb) - overhead < look))
		return grex_sent_log_flow_paged(flow, skb, overhead, look);
	return grex_flow_read(flow, skb->inner_protocol, inner, look);
}

#endif
