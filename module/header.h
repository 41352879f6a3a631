/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The GRE header: bytes to struct, struct to bytes. Pure: knows no skb.
 */
#ifndef GREX_HEADER_H
#define GREX_HEADER_H

#include <linux/types.h>
#include <asm/byteorder.h>

/* Flag bits, host order of the first 16 bits (RFC 2784 2.1, RFC 2890 2). */
#define GREX_HEADER_CSUM 0x8000
#define GREX_HEADER_ROUTING 0x4000 /* RFC 1701 */
#define GREX_HEADER_KEY 0x2000
#define GREX_HEADER_SEQ 0x1000
/* Bits 4 and 5: a receiver without RFC 1701 must discard (RFC 2784 2.3). */
#define GREX_HEADER_RESERVED 0x0c00
#define GREX_HEADER_VERSION 0x0007

#define GREX_HEADER_BASE 4 /* bytes of flags and protocol */
#define GREX_HEADER_MAX 16 /* with checksum, key and sequence */
/* Bytes to have at hand for grex_header_parse(); WCCP looks one further. */
#define GREX_HEADER_LOOK (GREX_HEADER_MAX + 1)

/**
 * struct grex_header - what a GRE header says
 * @flags: GREX_HEADER_CSUM, _KEY and _SEQ as present
 * @protocol: ethertype of the payload
 * @key: meaningful with GREX_HEADER_KEY, else 0
 * @seq: meaningful with GREX_HEADER_SEQ, else 0
 * @len: bytes up to the payload
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
 * grex_header_len - length of the header that @flags ask for
 * @flags: GREX_HEADER_CSUM, _KEY, _SEQ; others have no length
 *
 * Return: 4, 8, 12 or 16 bytes
 */
static inline u8 grex_header_len(u16 flags)
{
	return GREX_HEADER_BASE + (flags & GREX_HEADER_CSUM ? 4 : 0) +
	       (flags & GREX_HEADER_KEY ? 4 : 0) +
	       (flags & GREX_HEADER_SEQ ? 4 : 0);
}

/* So many packets may be lost in a row. A number further ahead is not believed at once: it
 * would make all others old.
 */
#define GREX_SEQ_WINDOW 32768
/* After so many numbers in order that are old, or too far ahead, their sender has begun
 * anew.
 */
#define GREX_SEQ_RESYNC 5

/**
 * struct grex_seq - what was received of sequence numbers
 * @last: of the last packet taken
 * @next: the one after the last that was not taken
 * @run: how many in order were not taken
 * @seen: @last is one
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

/* Where the checksum is in a header written with GREX_HEADER_CSUM. */
static inline __sum16 *grex_header_csum(void *data)
{
	return (__sum16 *)((u8 *)data + GREX_HEADER_BASE);
}

#endif
