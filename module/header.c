// SPDX-License-Identifier: GPL-2.0
/*
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |C|R|K|S|Reserved0        | Ver |         Protocol type         |
 * |      Checksum (if C)          |       Reserved1 (if C)        |
 * |                          Key (if K)                           |
 * |                    Sequence number (if S)                     |
 */
#include "header.h"

#define PROTOCOL_IPV4 0x0800
#define PROTOCOL_WCCP 0x883e

static u32 get_u16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static u32 get_u32(const u8 *p)
{
	return get_u16(p) << 16 | get_u16(p + 2);
}

static u8 *put_u16(u8 *p, u32 v)
{
	p[0] = v >> 8;
	p[1] = v;
	return p + 2;
}

static u8 *put_u32(u8 *p, u32 v)
{
	return put_u16(put_u16(p, v >> 16), v);
}

/**
 * grex_header_parse - read a GRE header
 * @header: filled when the verdict is GREX_HEADER_OK
 * @data: the first bytes of the GRE packet
 * @len: number of bytes: the whole packet, or GREX_HEADER_LOOK
 *
 * The version is checked first, because the meaning of all other bits depends on it
 * (RFC 2784). Bits 6 to 12 are ignored (RFC 2784 2.1); gre.ko lets only 6 to 8 of them
 * pass. The checksum covers the payload and is not verified here.
 */
enum grex_header_verdict grex_header_parse(struct grex_header *header,
					   const void *data, size_t len)
{
	const u8 *p = data;
	u16 flags;

	if (len < GREX_HEADER_BASE)
		return GREX_HEADER_IS_TRUNCATED;
	flags = get_u16(p);
	if (flags & GREX_HEADER_VERSION)
		return GREX_HEADER_HAS_VERSION;
	if (flags & GREX_HEADER_ROUTING)
		return GREX_HEADER_HAS_ROUTING;
	if (flags & GREX_HEADER_RESERVED)
		return GREX_HEADER_HAS_RESERVED;
	if (len < grex_header_len(flags))
		return GREX_HEADER_IS_TRUNCATED;

	header->flags = flags &
			(GREX_HEADER_CSUM | GREX_HEADER_KEY | GREX_HEADER_SEQ);
	header->protocol = cpu_to_be16(get_u16(p + 2));
	header->len = grex_header_len(flags);
	header->key = 0;
	header->seq = 0;

	p += GREX_HEADER_BASE;
	if (flags & GREX_HEADER_CSUM)
		p += 4;
	if (flags & GREX_HEADER_KEY) {
		header->key = cpu_to_be32(get_u32(p));
		p += 4;
	}
	if (flags & GREX_HEADER_SEQ)
		header->seq = get_u32(p);

	/* WCCP carries IPv4. Version 2 puts a redirect header of 4 bytes in front, which
	 * only the first nibble reveals (draft-wilson-wrec-wccp-v2 4.12.1).
	 */
	if (!header->flags && header->protocol == cpu_to_be16(PROTOCOL_WCCP)) {
		if (len <= GREX_HEADER_BASE)
			return GREX_HEADER_IS_TRUNCATED;
		if ((p[0] & 0xf0) != 0x40)
			header->len += 4;
		header->protocol = cpu_to_be16(PROTOCOL_IPV4);
	}
	return GREX_HEADER_OK;
}

/**
 * grex_header_write - write a GRE header
 * @data: buffer of grex_header_len(@flags) bytes
 * @flags: GREX_HEADER_CSUM, _KEY, _SEQ
 * @protocol: ethertype of the payload
 * @key: written with GREX_HEADER_KEY
 * @seq: written with GREX_HEADER_SEQ
 *
 * The checksum is set to 0, because it is computed over that value (RFC 2784 2.1).
 */
void grex_header_write(void *data, u16 flags, __be16 protocol, __be32 key,
		       u32 seq)
{
	u8 *p = put_u16(data, flags);

	p = put_u16(p, be16_to_cpu(protocol));
	if (flags & GREX_HEADER_CSUM)
		p = put_u32(p, 0);
	if (flags & GREX_HEADER_KEY)
		p = put_u32(p, be32_to_cpu(key));
	if (flags & GREX_HEADER_SEQ)
		put_u32(p, seq);
}

/**
 * grex_seq_accept - check the sequence number of a received packet
 * @seq: what was received before; updated
 * @number: of the packet
 *
 * A packet whose number does not follow the last one is old (RFC 2890 2.2). Since a single
 * packet could be forged, and since the other end may begin at 0 again, neither a jump ahead
 * nor an old number ends the reception for long.
 */
bool grex_seq_accept(struct grex_seq *seq, u32 number)
{
	const u32 ahead = number - seq->last;

	if (seq->seen && (!ahead || ahead > GREX_SEQ_WINDOW)) {
		seq->run = number == seq->next ? seq->run + 1 : 1;
		seq->next = number + 1;
		if (seq->run < GREX_SEQ_RESYNC)
			return false;
	}
	seq->seen = true;
	seq->last = number;
	seq->run = 0;
	return true;
}
