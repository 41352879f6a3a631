/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds and clamps the maximum segment size that the ends of a TCP connection tell each
 * other (RFC 9293 3.7.1). Pure: knows no skb.
 */
#ifndef GREX_MSS_H
#define GREX_MSS_H

#include <linux/types.h>

/* grex_mss_is_syn() and grex_mss_header_len() read this many bytes of a TCP header. */
#define GREX_MSS_LOOK 20

size_t grex_mss_header_len(const void *tcp);
bool grex_mss_clamp(void *tcp, size_t len, u16 mss, bool partial);

/* Check GREX_MSS_LOOK bytes of a segment for a SYN or a SYN-ACK. */
static inline bool grex_mss_is_syn(const void *tcp)
{
	return ((const u8 *)tcp)[13] & 0x02;
}

#endif
