/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_ICMP_H
#define GREX_ICMP_H

#include <linux/types.h>

struct inet6_skb_parm;
struct sk_buff;

/* This many entries count unproved ICMP errors. */
#define GREX_GUESSES 128

/**
 * struct grex_guesses - count of ICMP errors that could not be proved
 * @until: jiffies when the count is 0 again; each error adds one second
 */
struct grex_guesses {
	unsigned long until;
};

void grex_icmp_error(struct sk_buff *skb, u32 info);
int grex_icmp_error_ipv6(struct sk_buff *skb, struct inet6_skb_parm *opt,
			 u8 type, u8 code, int offset, __be32 info);
bool grex_icmp_take(struct sk_buff *skb, u32 info);
bool grex_icmp_take_ipv6(struct sk_buff *skb);

#endif
