// SPDX-License-Identifier: GPL-2.0
#include "mss.h"

#define TCP_HEADER 20
#define TCP_OFFSET 12
#define TCP_CHECK 16

/* RFC 9293 3.1. All options but END and NOP have a length. */
#define OPTION_END 0
#define OPTION_NOP 1
#define OPTION_MSS 2
#define OPTION_MSS_LEN 4

static u32 get_u16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static void put_u16(u8 *p, u32 v)
{
	p[0] = v >> 8;
	p[1] = v;
}

/**
 * grex_mss_header_len - read the length of a TCP header
 * @tcp: GREX_MSS_LOOK bytes of the header
 *
 * Return: 0 to 60 bytes; less than 20 is invalid
 */
size_t grex_mss_header_len(const void *tcp)
{
	return ((const u8 *)tcp)[TCP_OFFSET] >> 4 << 2;
}

/* Update the checksum for a 16-bit value that has changed (RFC 1624 eqn. 3). At an odd
 * offset, the value is the low byte of one word of the sum and the high byte of the next, so
 * the sum changes as for the value with its bytes swapped (RFC 1071 2 (B)).
 */
static void mss_fix_checksum(u8 *tcp, size_t at, u32 from, u32 to)
{
	u32 sum;

	if (at & 1) {
		from = (from & 0xff) << 8 | from >> 8;
		to = (to & 0xff) << 8 | to >> 8;
	}
	sum = (~get_u16(tcp + TCP_CHECK) & 0xffff) + (~from & 0xffff) + to;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	put_u16(tcp + TCP_CHECK, ~sum);
}

/**
 * grex_mss_clamp - lower the MSS of a SYN
 * @tcp: the TCP header with its options
 * @len: bytes of the header
 * @mss: the highest value that is allowed
 * @partial: the checksum is not computed yet and must not be changed
 *
 * All MSS options are clamped, up to the end of the list or a malformed option, because a
 * receiver uses the last one. The MSS is never raised, and no option is added: the peer of a
 * host without one sends 536 bytes, or 1220 over IPv6 (RFC 9293 3.7.1).
 *
 * Return: true when something was changed
 */
bool grex_mss_clamp(void *tcp, size_t len, u16 mss, bool partial)
{
	u8 *const p = tcp;
	bool changed = false;
	size_t at, size;
	u32 value;

	for (at = TCP_HEADER; at < len; at += size) {
		if (p[at] == OPTION_END)
			break;
		if (p[at] == OPTION_NOP) {
			size = 1;
			continue;
		}
		if (len - at < 2)
			break;
		size = p[at + 1];
		if (size < 2 || size > len - at)
			break;
		if (p[at] != OPTION_MSS || size != OPTION_MSS_LEN)
			continue;
		value = get_u16(p + at + 2);
		if (value <= mss)
			continue;
		put_u16(p + at + 2, mss);
		if (!partial)
			mss_fix_checksum(p, at + 2, value, mss);
		changed = true;
	}
	return changed;
}
