/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The maximum segment size that the ends of a TCP connection tell each other
 * (RFC 9293 3.7.1). Pure: knows no skb.
 */
#ifndef GREX_MSS_H
#define GREX_MSS_H

#include <linux/types.h>

/* Bytes of a TCP header to have at hand for the first two. */
#define GREX_MSS_LOOK 20

size_t grex_mss_header_len(const void *tcp);
bool grex_mss_clamp(void *tcp, size_t len, u16 mss, bool partial);

/* Is it a SYN or a SYN-ACK? Asked of every segment, of GREX_MSS_LOOK bytes. */
static inline bool grex_mss_is_syn(const void *tcp)
{
	return ((const u8 *)tcp)[13] & 0x02;
}

#endif
