// SPDX-License-Identifier: GPL-2.0
#include <linux/ip.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "sent.h"

struct grex_sent *grex_sent_alloc(void)
{
	struct grex_sent *sent = kvzalloc(sizeof(*sent), GFP_KERNEL);
	int i;

	if (!sent)
		return NULL;
	for (i = 0; i < GREX_SENT_SLOTS; i++)
		spin_lock_init(&sent->slot[i].lock);
	return sent;
}

void grex_sent_free(struct grex_sent *sent)
{
	kvfree(sent);
}

/* How many packets with consecutive IDs a packet becomes. */
static u16 sent_segments(const struct sk_buff *skb)
{
	if (!skb_is_gso(skb))
		return 1;
	/* What a guest has handed over may not say. */
	return skb_shinfo(skb)->gso_segs
		       ?: DIV_ROUND_UP(skb->len, skb_shinfo(skb)->gso_size);
}

/**
 * grex_sent_add - remember a packet
 * @sent: of its tunnel
 * @skb: at its outer IP header, which is complete
 * @overhead: bytes in front of the inner packet
 *
 * Caller: BH disabled. A slot that is being read is left as it is.
 */
void grex_sent_add(struct grex_sent *sent, const struct sk_buff *skb,
		   int overhead)
{
	const struct iphdr *ip = ip_hdr(skb);
	const u16 segments = sent_segments(skb);
	const u16 id = ntohs(ip->id);
	const int slot = id % GREX_SENT_SLOTS;
	struct grex_sent_packet *packet = &sent->slot[slot].packet;
	int len = min_t(int, skb->len - overhead, sizeof(packet->head));
	const unsigned long now = jiffies ?: 1;

	if (segments > 1 && READ_ONCE(sent->segmented) != now)
		WRITE_ONCE(sent->segmented, now);
	if (!spin_trylock(&sent->slot[slot].lock))
		return;
	packet->when = now;
	packet->remote = ip->daddr;
	packet->id = id;
	packet->protocol = skb->inner_protocol;
	packet->len = len;
	packet->segments =
		skb_copy_bits(skb, overhead, packet->head, len) ? 0 : segments;
	spin_unlock(&sent->slot[slot].lock);
}

static bool sent_is_recent(const struct grex_sent_packet *packet)
{
	return packet->segments &&
	       time_before(jiffies, packet->when + GREX_SENT_TIME);
}

/* Copy a recent packet out of a slot. */
static bool sent_read(struct grex_sent *sent, int slot,
		      struct grex_sent_packet *packet)
{
	bool recent;

	spin_lock_bh(&sent->slot[slot].lock);
	recent = sent_is_recent(&sent->slot[slot].packet);
	if (recent)
		*packet = sent->slot[slot].packet;
	spin_unlock_bh(&sent->slot[slot].lock);
	return recent;
}

static bool sent_was_segmented(const struct grex_sent *sent)
{
	unsigned long when = READ_ONCE(sent->segmented);

	return when && time_before(jiffies, when + GREX_SENT_TIME);
}

/**
 * grex_sent_find - look for the packet with an outer IP ID
 * @sent: of the tunnel
 * @remote: outer destination
 * @id: outer IP ID
 * @packet: filled with GREX_SENT_FOUND
 *
 * Each ID has one slot, and super-packets the slot of their first ID. A slot
 * that a later packet has taken says that this one may have been there; a slot
 * without a recent one says that it was not.
 */
enum grex_sent_verdict grex_sent_find(struct grex_sent *sent, __be32 remote,
				      u16 id, struct grex_sent_packet *packet)
{
	const bool taken = sent_read(sent, id % GREX_SENT_SLOTS, packet);
	int slot;

	if (taken && packet->id == id && packet->remote == remote)
		return GREX_SENT_FOUND;
	if (sent_was_segmented(sent)) {
		for (slot = 0; slot < GREX_SENT_SLOTS; slot++) {
			if (sent_read(sent, slot, packet) &&
			    packet->remote == remote &&
			    (u16)(id - packet->id) < packet->segments)
				return GREX_SENT_FOUND;
		}
		return GREX_SENT_UNKNOWN;
	}
	return taken ? GREX_SENT_UNKNOWN : GREX_SENT_NEVER;
}

/**
 * grex_sent_has_flow - has a packet between these hosts been sent lately
 * @sent: of the tunnel
 * @inner: a packet that an ICMP error quotes
 *
 * For paths where something changes the outer ID.
 */
bool grex_sent_has_flow(struct grex_sent *sent, const struct grex_inner *inner)
{
	struct grex_sent_packet packet;
	struct grex_inner other;
	int slot;

	for (slot = 0; slot < GREX_SENT_SLOTS; slot++) {
		if (sent_read(sent, slot, &packet) &&
		    !grex_inner_read(&other, packet.protocol, packet.head,
				     packet.len) &&
		    grex_inner_same_flow(&other, inner))
			return true;
	}
	return false;
}
