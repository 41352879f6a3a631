/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_LINUX_SKBUFF_H
#define COMPAT_LINUX_SKBUFF_H

#include_next <linux/skbuff.h>

/* A packet's time has a kind since it may be when it is to be delivered. */
#ifndef COMPAT_HAS_CLEAR_TSTAMP
static inline void skb_clear_tstamp(struct sk_buff *skb)
{
	skb->tstamp = 0;
}
#endif

/* Leave the sum of the transport header, and of what is behind it, to the device. Older
 * kernels take a device that sums TCP and UDP for one that sums anything.
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
