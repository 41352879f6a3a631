// SPDX-License-Identifier: GPL-2.0
#include <linux/ip.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "sent_log.h"

struct grex_sent_log *grex_sent_log_alloc(void)
{
	struct grex_sent_log *sent = kvzalloc(sizeof(*sent), GFP_KERNEL);
	int i;

	if (!sent)
		return NULL;
	get_random_bytes(&sent->key, sizeof(sent->key));
	for (i = 0; i < GREX_SENT_LOG_SLOTS; i++)
		spin_lock_init(&sent->slot[i].lock);
	return sent;
}

void grex_sent_log_free(struct grex_sent_log *sent)
{
	kvfree(sent);
}

/* Read the flow of an inner packet whose beginning is not all in the linear part. */
bool grex_sent_log_flow_paged(struct grex_flow *flow, const struct sk_buff *skb,
			      int overhead, unsigned int look)
{
	u8 buffer[GREX_FLOW_LOOK];
	const u8 *inner = skb_header_pointer(skb, overhead, look, buffer);

	return inner && grex_flow_read(flow, skb->inner_protocol, inner, look);
}

/* An epoch has 2^16 jiffies, which are 65 s with HZ 1000, and 4 minutes with HZ 250. */
#define SENT_LOG_EPOCH_SHIFT 16

/* Check whether a flow takes more than 16 bytes. The flow of an IPv6 packet does, also if the
 * packet is in a frame. All other flows in frames end with zero bytes.
 */
static bool sent_log_is_long(__be16 protocol, const struct grex_flow *flow)
{
	return protocol == htons(ETH_P_IPV6) ||
	       (protocol == htons(ETH_P_TEB) &&
		(flow->bytes[2] | flow->bytes[3] | flow->bytes[4]));
}

/**
 * grex_sent_log_id - compute the outer ID of a packet with DF
 * @sent: log of the tunnel
 * @remote: outer destination
 * @protocol: ethertype of the inner packet
 * @flow: flow of the inner packet
 * @ago: number of epochs in the past, 0: the present one
 */
u16 grex_sent_log_id(const struct grex_sent_log *sent, __be32 remote,
		     __be16 protocol, const struct grex_flow *flow,
		     unsigned int ago)
{
	const unsigned long now = jiffies;
	const u32 epoch = (u32)(now >> SENT_LOG_EPOCH_SHIFT) - ago;
	const u64 outer = (u64)epoch << 32 | (__force u32)remote;

	if (sent_log_is_long(protocol, flow))
		return siphash_2u64(siphash(flow, sizeof(*flow), &sent->key),
				    outer, &sent->key);
	/* The flow of IPv4 and of other protocols takes 16 bytes. */
	return siphash_3u64(flow->bytes[0], flow->bytes[1], outer, &sent->key);
}

/**
 * grex_sent_log_label - compute the flow label of an IPv6 packet
 * @sent: log of the tunnel
 * @remote: outer destination
 * @protocol: ethertype of the inner packet
 * @flow: flow of the inner packet
 *
 * Return: 20 bits, not all 0, which would mean that there is no label (RFC 6437 section 2)
 */
u32 grex_sent_log_label(const struct grex_sent_log *sent,
			const struct in6_addr *remote, __be16 protocol,
			const struct grex_flow *flow)
{
	struct grex_flow wide = *flow;
	u64 outer[2], hash;

	grex_flow_widen(&wide, protocol);
	memcpy(outer, remote, sizeof(outer));
	if (sent_log_is_long(protocol, &wide))
		hash = siphash_3u64(siphash(&wide, sizeof(wide), &sent->key),
				    outer[0], outer[1], &sent->key);
	else
		hash = siphash_4u64(wide.bytes[0], wide.bytes[1], outer[0],
				    outer[1], &sent->key);
	return (hash & 0xfffff) ?: 1;
}

/* Return the number of segments of a packet, which get consecutive IDs. */
static u16 sent_log_segments(const struct sk_buff *skb)
{
	unsigned int segments;

	if (!skb_is_gso(skb))
		return 1;
	/* A packet of a guest may not have the number of segments. */
	segments = skb_shinfo(skb)->gso_segs
			   ?: DIV_ROUND_UP(skb->len, skb_shinfo(skb)->gso_size);
	return min_t(unsigned int, segments, GREX_SENT_LOG_SEGMENTS);
}

static bool sent_log_is_recent(const struct grex_sent_packet *packet)
{
	return packet->segments &&
	       time_before(jiffies, packet->when + GREX_SENT_LOG_TIME);
}

/**
 * grex_sent_log_is_stale - check whether the slot of an ID is free
 * @sent: log of the tunnel
 * @id: outer IP ID
 *
 * The slot is read without the lock. A wrong result only causes a packet to be logged or not.
 *
 * Return: whether no ICMP error is expected about the packet in the slot
 */
bool grex_sent_log_is_stale(const struct grex_sent_log *sent, u16 id)
{
	const struct grex_sent_packet *packet =
		&sent->slot[id % GREX_SENT_LOG_SLOTS].packet;

	return !READ_ONCE(packet->segments) ||
	       time_after(jiffies,
			  READ_ONCE(packet->when) + GREX_SENT_LOG_TIME / 2);
}

/**
 * grex_sent_log_add - log a packet
 * @sent: log of the tunnel
 * @skb: at the outer IP header, which is complete
 * @overhead: bytes in front of the inner packet
 *
 * A slot that is being read is not changed. The packets of a flow share an ID, so one packet
 * in each jiffy is enough.
 *
 * The caller has BH disabled.
 */
void grex_sent_log_add(struct grex_sent_log *sent, const struct sk_buff *skb,
		       int overhead)
{
	const struct iphdr *ip = ip_hdr(skb);
	const u16 id = ntohs(ip->id);
	const int slot = id % GREX_SENT_LOG_SLOTS;
	struct grex_sent_packet *packet = &sent->slot[slot].packet;
	int len = min_t(int, skb->len - overhead, sizeof(packet->head));
	const unsigned long now = jiffies;
	u16 segments = sent_log_segments(skb);

	if (!spin_trylock(&sent->slot[slot].lock))
		return;
	if (packet->id == id && packet->remote == ip->daddr &&
	    sent_log_is_recent(packet)) {
		if (packet->when == now && segments <= packet->segments)
			goto unlock;
		if (segments < packet->segments &&
		    time_before(now, packet->segmented + HZ))
			segments = packet->segments;
		else
			packet->segmented = now;
	} else {
		packet->segmented = now;
	}
	packet->when = now;
	packet->remote = ip->daddr;
	packet->id = id;
	packet->protocol = skb->inner_protocol;
	packet->len = len;
	packet->segments =
		skb_copy_bits(skb, overhead, packet->head, len) ? 0 : segments;
unlock:
	spin_unlock(&sent->slot[slot].lock);
}

/* Copy the packet in a slot if the ID belongs to one of its segments. */
static bool sent_log_read(struct grex_sent_log *sent, int slot, __be32 remote,
			  u16 id, struct grex_sent_packet *packet)
{
	const struct grex_sent_packet *there = &sent->slot[slot].packet;
	bool found;

	spin_lock_bh(&sent->slot[slot].lock);
	found = sent_log_is_recent(there) && there->remote == remote &&
		(u16)(id - there->id) < there->segments;
	if (found)
		*packet = *there;
	spin_unlock_bh(&sent->slot[slot].lock);
	return found;
}

/**
 * grex_sent_log_find - find a packet by its outer IP ID
 * @sent: log of the tunnel
 * @remote: outer destination
 * @id: outer IP ID; a super-packet has one for each segment
 * @packet: filled when true is returned
 *
 * Return: whether the log has the packet
 */
bool grex_sent_log_find(struct grex_sent_log *sent, __be32 remote, u16 id,
			struct grex_sent_packet *packet)
{
	int i;

	for (i = 0; i < GREX_SENT_LOG_SLOTS; i++)
		if (sent_log_read(sent, (u16)(id - i) % GREX_SENT_LOG_SLOTS,
				  remote, id, packet))
			return true;
	return false;
}
