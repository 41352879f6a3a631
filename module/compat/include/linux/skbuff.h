/* SPDX-License-Identifier: GPL-2.0 */
/* A packet's time has a kind since it may be when it is to be delivered. */
#ifndef COMPAT_LINUX_SKBUFF_H
#define COMPAT_LINUX_SKBUFF_H

#include_next <linux/skbuff.h>

#ifndef COMPAT_HAS_CLEAR_TSTAMP
static inline void skb_clear_tstamp(struct sk_buff *skb)
{
	skb->tstamp = 0;
}
#endif

#endif
