/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_LINUX_SKBUFF_H
#define COMPAT_LINUX_SKBUFF_H

#include_next <linux/skbuff.h>

/* Newer kernels keep with the time of a packet whether it is a delivery time. */
#ifndef COMPAT_HAS_CLEAR_TSTAMP
static inline void skb_clear_tstamp(struct sk_buff *skb)
{
	skb->tstamp = 0;
}
#endif

#ifndef COMPAT_HAS_CLEAR_DELIVERY_TIME
static inline void skb_clear_delivery_time(struct sk_buff *skb)
{
}
#endif

/* Let the device sum the transport header and the payload. Older kernels assume that a
 * device that sums TCP and UDP can sum any packet.
 */
static inline void grex_compat_sum_later(struct sk_buff *skb, __sum16 *sum)
{
#ifdef COMPAT_HAS_CSUM_ANY_OFFSET
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = (u8 *)sum - skb_transport_header(skb);
#else
	*sum = csum_fold(skb_checksum(skb, 0, skb->len, 0));
#endif
}

#endif
