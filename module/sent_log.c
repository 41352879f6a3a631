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

/* jiffies that an ID is given out: 65 s with 1000 a second, 4 minutes with 250. */
#define SENT_LOG_EPOCH_SHIFT 16

/**
 * grex_sent_log_id - the outer ID of a packet with DF
 * @sent: of the tunnel
 * @remote: outer destination
 * @protocol: ethertype of the inner packet
 * @flow: what its segments have in common
 * @ago: 0: now; 1: before IDs changed last
 */
u16 grex_sent_log_id(const struct grex_sent_log *sent, __be32 remote,
		     __be16 protocol, const struct grex_flow *flow,
		     unsigned int ago)
{
	const unsigned long now = jiffies;
	const u32 epoch = (u32)(now >> SENT_LOG_EPOCH_SHIFT) - ago;
	const u64 outer = (u64)epoch << 32 | (__force u32)remote;

	if (protocol == htons(ETH_P_IPV6))
		return siphash_2u64(siphash(flow, sizeof(*flow), &sent->key),
				    outer, &sent->key);
	/* IPv4 and what is not IP take 16 bytes. */
	return siphash_3u64(flow->bytes[0], flow->bytes[1], outer, &sent->key);
}

/* How many packets with consecutive IDs a packet becomes, as far as they count. */
static u16 sent_log_segments(const struct sk_buff *skb)
{
	unsigned int segments;

	if (!skb_is_gso(skb))
		return 1;
	/* What a guest has handed over may not say. */
	segments = skb_shinfo(skb)->gso_segs
			   ?: DIV_ROUND_UP(skb->len, skb_shinfo(skb)->gso_size);
	return min_t(unsigned int, segments, GREX_SENT_LOG_SEGMENTS);
}

static bool sent_log_is_recent(const struct grex_sent_packet *packet)
{
	return packet->segments &&
	       time_before(jiffies, packet->when + GREX_SENT_LOG_TIME);
}

/* Has the slot of an ID nothing that an error could still be about? Read without the
 * lock: a wrong answer is a packet that is remembered or not.
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
 * grex_sent_log_add - remember a packet
 * @sent: of its tunnel
 * @skb: at its outer IP header, which is complete
 * @overhead: bytes in front of the inner packet
 *
 * Caller: BH disabled. A slot that is being read is left as it is. Of the packets of one
 * flow, which share an ID, one in each jiffy is enough.
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

/* Copy the packet out of a slot, if the ID is one of its segments'. */
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
 * grex_sent_log_find - look for the packet with an outer IP ID
 * @sent: of the tunnel
 * @remote: outer destination
 * @id: outer IP ID; a super-packet has many
 * @packet: filled when true is returned
 *
 * Return: was it sent lately, as far as is remembered
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
