/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads and writes the GRE header. Pure: knows no skb.
 */
#ifndef GREX_HEADER_H
#define GREX_HEADER_H

#include <linux/types.h>
#include <asm/byteorder.h>

/* These are the flag bits in host order of the first 16 bits (RFC 2784 2.1, RFC 2890 2). */
#define GREX_HEADER_CSUM 0x8000
#define GREX_HEADER_ROUTING 0x4000 /* RFC 1701 */
#define GREX_HEADER_KEY 0x2000
#define GREX_HEADER_SEQ 0x1000
/* A receiver without RFC 1701 must discard packets with bits 4 or 5 (RFC 2784 2.3). */
#define GREX_HEADER_RESERVED 0x0c00
#define GREX_HEADER_VERSION 0x0007

#define GREX_HEADER_BASE 4 /* bytes of flags and protocol */
#define GREX_HEADER_MAX 16 /* with checksum, key and sequence */
/* Bytes that grex_header_parse() reads; for WCCP it reads one behind the header. */
#define GREX_HEADER_LOOK (GREX_HEADER_MAX + 1)

/**
 * struct grex_header - the contents of a GRE header
 * @flags: GREX_HEADER_CSUM, _KEY and _SEQ, when present
 * @protocol: ethertype of the payload
 * @key: key with GREX_HEADER_KEY, else 0
 * @seq: sequence number with GREX_HEADER_SEQ, else 0
 * @len: bytes in front of the payload
 */
struct grex_header {
	u16 flags;
	__be16 protocol;
	__be32 key;
	u32 seq;
	u8 len;
};

enum grex_header_verdict {
	GREX_HEADER_OK,
	GREX_HEADER_IS_TRUNCATED,
	GREX_HEADER_HAS_VERSION,
	GREX_HEADER_HAS_ROUTING,
	GREX_HEADER_HAS_RESERVED,
};

/**
 * grex_header_len - length of a header with @flags
 * @flags: GREX_HEADER_CSUM, _KEY, _SEQ; others are ignored
 *
 * Return: 4, 8, 12 or 16 bytes
 */
static inline u8 grex_header_len(u16 flags)
{
	return GREX_HEADER_BASE + (flags & GREX_HEADER_CSUM ? 4 : 0) +
	       (flags & GREX_HEADER_KEY ? 4 : 0) +
	       (flags & GREX_HEADER_SEQ ? 4 : 0);
}

/* Number of packets that may be lost in a row. A number further ahead is not accepted at
 * once, because it would make all others old.
 */
#define GREX_SEQ_WINDOW 32768
/* After this many consecutive numbers that are old or too far ahead, the sender is assumed
 * to have restarted.
 */
#define GREX_SEQ_RESYNC 5

/**
 * struct grex_seq - the sequence numbers that were received
 * @last: number of the last accepted packet
 * @next: number that follows the last rejected one
 * @run: how many consecutive numbers were rejected
 * @seen: @last is valid
 */
struct grex_seq {
	u32 last;
	u32 next;
	u8 run;
	bool seen;
};

bool grex_seq_accept(struct grex_seq *seq, u32 number);

enum grex_header_verdict grex_header_parse(struct grex_header *header,
					   const void *data, size_t len);
void grex_header_write(void *data, u16 flags, __be16 protocol, __be32 key,
		       u32 seq);

/* Return the checksum field of a header that was written with GREX_HEADER_CSUM. */
static inline __sum16 *grex_header_csum(void *data)
{
	return (__sum16 *)((u8 *)data + GREX_HEADER_BASE);
}

#endif
