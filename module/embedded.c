// SPDX-License-Identifier: GPL-2.0
#include "embedded.h"

#define PROTOCOL_IPV4 0x0800
#define PROTOCOL_IPV6 0x86dd
#define PROTOCOL_ETHERNET 0x6558

#define ETHERNET_HEADER 14

#define IPV4_HEADER 20
#define IPV4_DF 0x4000
#define IPV4_OFFSET 0x1fff
#define IPV6_HEADER 40
#define IPV6_FRAGMENT 8
#define IPV6_LIMIT 8
#define IPV6_FRAGMENT_OFFSET 0xfff8

#define NEXT_HOP_BY_HOP 0
#define NEXT_ICMP 1
#define NEXT_GRE 47
#define NEXT_ROUTING 43
#define NEXT_FRAGMENT 44
#define NEXT_AUTH 51
#define NEXT_ICMPV6 58
#define NEXT_DESTINATION 60

#define ICMPV6_FIRST_QUERY 128
#define ICMPV6_REDIRECT 137 /* not to be answered either (RFC 4443 2.4 (e.2)) */

static u32 get_u16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static void copy(u8 *to, const u8 *from, size_t len)
{
	while (len--)
		*to++ = *from++;
}

static bool is_zero(const u8 *p, size_t len)
{
	while (len--)
		if (*p++)
			return false;
	return true;
}

/* Read the outer IPv4 header. Return its length, 0 if grex has not sent the packet. */
static size_t embedded_read_ipv4(struct grex_embedded *embedded, const u8 *p,
				 size_t len)
{
	const size_t ip_len = (p[0] & 0xf) * 4;

	if (len < IPV4_HEADER || p[0] >> 4 != 4 || ip_len < IPV4_HEADER ||
	    p[9] != NEXT_GRE || get_u16(p + 6) & IPV4_OFFSET)
		return 0;
	embedded->version = 4;
	embedded->dsfield = p[1];
	embedded->ttl = p[8];
	embedded->total_len = get_u16(p + 2);
	embedded->id = get_u16(p + 4);
	embedded->df = get_u16(p + 6) & IPV4_DF;
	copy(embedded->saddr, p + 12, 4);
	copy(embedded->daddr, p + 16, 4);
	return ip_len;
}

/* Read the outer IPv6 header, and what may be behind it: the destination options that have an
 * encapsulation limit, and the header of a first fragment. Return their length, 0 if grex has
 * not sent the packet.
 */
static size_t embedded_read_ipv6(struct grex_embedded *embedded, const u8 *p,
				 size_t len)
{
	size_t ip_len = IPV6_HEADER;
	u8 next;

	if (len < IPV6_HEADER)
		return 0;
	next = p[6];
	if (next == NEXT_DESTINATION) {
		if (len < ip_len + IPV6_LIMIT || p[ip_len + 1])
			return 0;
		next = p[ip_len];
		ip_len += IPV6_LIMIT;
	}
	if (next == NEXT_FRAGMENT) {
		if (len < ip_len + IPV6_FRAGMENT ||
		    get_u16(p + ip_len + 2) & IPV6_FRAGMENT_OFFSET)
			return 0;
		next = p[ip_len];
		ip_len += IPV6_FRAGMENT;
	}
	if (next != NEXT_GRE)
		return 0;
	embedded->version = 6;
	embedded->dsfield = get_u16(p) >> 4;
	embedded->id = (u32)(p[1] & 0xf) << 16 | get_u16(p + 2);
	embedded->total_len = IPV6_HEADER + get_u16(p + 4);
	embedded->ttl = p[7];
	embedded->df = true;
	copy(embedded->saddr, p + 8, 16);
	copy(embedded->daddr, p + 24, 16);
	return ip_len;
}

/**
 * grex_embedded_read - read the outer headers of an embedded packet
 * @embedded: filled when true is returned
 * @data: the bytes that follow the ICMP header
 * @len: number of bytes: all, or GREX_EMBEDDED_LOOK
 *
 * Return: false when this is not the beginning of a GRE packet that grex may have sent. A
 * fragment other than the first has no GRE header, whatever its bytes look like.
 */
bool grex_embedded_read(struct grex_embedded *embedded, const void *data,
			size_t len)
{
	u8 gre[GREX_HEADER_LOOK] = {};
	const u8 *p = data;
	size_t ip_len, have, key_end;
	u16 flags;

	*embedded = (struct grex_embedded){};
	if (!len)
		return false;
	ip_len = p[0] >> 4 == 6 ? embedded_read_ipv6(embedded, p, len)
				: embedded_read_ipv4(embedded, p, len);
	if (!ip_len || len < ip_len + GREX_HEADER_BASE)
		return false;

	/* Only eight bytes of the GRE packet are certain (RFC 792), so a key behind a
	 * checksum may be missing. Missing bytes read as 0.
	 */
	p += ip_len;
	have = len - ip_len;
	if (have > sizeof(gre))
		have = sizeof(gre);
	copy(gre, p, have);
	if (grex_header_parse(&embedded->header, gre, sizeof(gre)))
		return false;
	flags = embedded->header.flags;
	key_end = grex_header_len(flags & ~GREX_HEADER_SEQ);
	embedded->has_key = !(flags & GREX_HEADER_KEY) || have >= key_end;
	embedded->inner = ip_len + embedded->header.len;
	return embedded->total_len >= embedded->inner;
}

/* Addresses in 0.0.0.0/8, 127.0.0.0/8, and from 224.0.0.0 on are not those of one host. */
static bool ipv4_is_source(const u8 *addr)
{
	return addr[0] && addr[0] != 127 && addr[0] < 224;
}

/* Whether the type is a request or a reply; any other type is an error, or may be one. */
static bool icmp_is_query(u8 type)
{
	return type == 0 || type == 8 || (type >= 13 && type <= 18);
}

static enum grex_inner_verdict inner_read_ipv4(struct grex_inner *inner,
					       const u8 *p, size_t len)
{
	size_t header;

	if (len < IPV4_HEADER)
		return GREX_INNER_IS_TRUNCATED;
	header = (p[0] & 0xf) * 4;
	if (p[0] >> 4 != 4 || header < IPV4_HEADER)
		return GREX_INNER_IS_REFUSED;
	inner->version = 4;
	inner->tos = p[1];
	inner->total_len = get_u16(p + 2);
	inner->df = get_u16(p + 6) & IPV4_DF;
	inner->protocol = p[9];
	copy(inner->saddr, p + 12, 4);
	copy(inner->daddr, p + 16, 4);
	if (inner->total_len < header || get_u16(p + 6) & IPV4_OFFSET ||
	    !ipv4_is_source(inner->saddr) || inner->daddr[0] >= 224)
		return GREX_INNER_IS_REFUSED;
	if (len < header + GREX_EMBEDDED_PAYLOAD)
		return GREX_INNER_IS_TRUNCATED;
	if (inner->protocol == NEXT_ICMP && !icmp_is_query(p[header]))
		return GREX_INNER_IS_REFUSED;
	return GREX_INNER_OK;
}

static bool ipv6_is_source(const u8 *addr)
{
	/* Addresses in ff00::/8, :: and ::1 are not those of one host. */
	return addr[0] != 0xff && !(is_zero(addr, 15) && addr[15] <= 1);
}

static enum grex_inner_verdict inner_read_ipv6(struct grex_inner *inner,
					       const u8 *p, size_t len)
{
	size_t at = IPV6_HEADER;
	u8 next;

	if (len < IPV6_HEADER)
		return GREX_INNER_IS_TRUNCATED;
	if (p[0] >> 4 != 6)
		return GREX_INNER_IS_REFUSED;
	inner->version = 6;
	inner->tos = get_u16(p) >> 4;
	inner->total_len = IPV6_HEADER + get_u16(p + 4);
	inner->df = true;
	copy(inner->saddr, p + 8, 16);
	copy(inner->daddr, p + 24, 16);
	next = p[6];
	if (!ipv6_is_source(inner->saddr) || inner->daddr[0] == 0xff)
		return GREX_INNER_IS_REFUSED;

	/* Each header is 8 bytes at least, so this ends. */
	for (;;) {
		inner->protocol = next;
		if (len < at + GREX_EMBEDDED_PAYLOAD)
			return GREX_INNER_IS_TRUNCATED;
		switch (next) {
		case NEXT_HOP_BY_HOP:
		case NEXT_ROUTING:
		case NEXT_DESTINATION:
			next = p[at];
			at += (p[at + 1] + 1) * 8;
			break;
		case NEXT_AUTH:
			next = p[at];
			at += (p[at + 1] + 2) * 4;
			break;
		case NEXT_FRAGMENT:
			if (get_u16(p + at + 2) & IPV6_FRAGMENT_OFFSET)
				return GREX_INNER_IS_REFUSED;
			next = p[at];
			at += IPV6_FRAGMENT;
			break;
		case NEXT_ICMPV6:
			if (p[at] < ICMPV6_FIRST_QUERY ||
			    p[at] == ICMPV6_REDIRECT)
				return GREX_INNER_IS_REFUSED;
			return GREX_INNER_OK;
		default:
			return GREX_INNER_OK;
		}
	}
}

/**
 * grex_inner_read - read the beginning of an inner packet
 * @inner: filled with GREX_INNER_OK
 * @protocol: ethertype
 * @data: the beginning of the packet
 * @len: bytes of it
 */
enum grex_inner_verdict grex_inner_read(struct grex_inner *inner,
					__be16 protocol, const void *data,
					size_t len)
{
	switch (be16_to_cpu(protocol)) {
	case PROTOCOL_IPV4:
		return inner_read_ipv4(inner, data, len);
	case PROTOCOL_IPV6:
		return inner_read_ipv6(inner, data, len);
	default:
		return GREX_INNER_IS_REFUSED;
	}
}

/* Read the four bytes behind the IP header. A packet that ends before them has zeroes. */
static bool flow_read_tail(u8 *to, const u8 *p, size_t len, size_t at,
			   size_t total)
{
	if (total < at + 4)
		return true;
	if (len < at + 4)
		return false;
	__builtin_memcpy(to, p + at, 4);
	return true;
}

/* The flow of a frame is that of its IP packet, or else consists of the Ethernet header. */
static bool flow_read_frame(struct grex_flow *flow, const u8 *p, size_t len)
{
	__be16 type;

	if (len < ETHERNET_HEADER)
		return false;
	type = cpu_to_be16(get_u16(p + 12));
	switch (be16_to_cpu(type)) {
	case PROTOCOL_IPV4:
	case PROTOCOL_IPV6:
		if (!grex_flow_read(flow, type, p + ETHERNET_HEADER,
				    len - ETHERNET_HEADER))
			return false;
		grex_flow_widen(flow, type);
		return true;
	default:
		__builtin_memcpy(flow->bytes, p, ETHERNET_HEADER);
		return true;
	}
}

/**
 * grex_flow_read - read what all segments of an inner packet have in common
 * @flow: filled when true is returned
 * @protocol: ethertype
 * @data: the beginning of the packet
 * @len: bytes of it; GREX_FLOW_LOOK are enough
 *
 * Return: false when too few bytes are present
 */
bool grex_flow_read(struct grex_flow *flow, __be16 protocol, const void *data,
		    size_t len)
{
	u8 *to = (u8 *)flow->bytes;
	const u8 *p = data;
	size_t at;

	*flow = (struct grex_flow){};
	switch (be16_to_cpu(protocol)) {
	case PROTOCOL_IPV4:
		if (len < IPV4_HEADER)
			return false;
		__builtin_memcpy(to, p + 12, 8);
		to[8] = p[9];
		at = (p[0] & 0xf) * 4;
		return flow_read_tail(to + 12, p, len, at, get_u16(p + 2));
	case PROTOCOL_IPV6:
		if (len < IPV6_HEADER)
			return false;
		__builtin_memcpy(to, p + 8, 32);
		to[32] = p[6];
		return flow_read_tail(to + 36, p, len, IPV6_HEADER,
				      IPV6_HEADER + get_u16(p + 4));
	case PROTOCOL_ETHERNET:
		return flow_read_frame(flow, p, len);
	default:
		if (len < 4)
			return false;
		__builtin_memcpy(to, p, 4);
		return true;
	}
}

/**
 * grex_flow_widen - make all ICMP packets between two addresses one flow
 * @flow: the flow that grex_flow_read() has read
 * @protocol: ethertype
 *
 * The bytes behind the IP header contain the checksum, which differs between packets.
 */
void grex_flow_widen(struct grex_flow *flow, __be16 protocol)
{
	u8 *p = (u8 *)flow->bytes;

	if (be16_to_cpu(protocol) == PROTOCOL_IPV4 && p[8] == NEXT_ICMP)
		__builtin_memset(p + 12, 0, 4);
	if (be16_to_cpu(protocol) == PROTOCOL_IPV6 && p[32] == NEXT_ICMPV6)
		__builtin_memset(p + 36, 0, 4);
}

/**
 * grex_extension_find - find the extensions of an ICMP error
 * @words: the length field of the ICMP header, in units of four bytes
 * @total: bytes that follow the ICMP header
 *
 * The embedded packet is padded to that length, which is at least 128 bytes. A value of 0
 * means that there are no extensions (RFC 4884 4.1, 4.2).
 */
struct grex_extension grex_extension_find(unsigned int words, size_t total)
{
	struct grex_extension none = { .offset = total };
	size_t offset = words * 4;

	if (offset < 128 || offset >= total)
		return none;
	return (struct grex_extension){ offset, total - offset };
}

/**
 * grex_extension_is_valid - check an extension structure
 * @data: the structure with its header
 * @len: bytes up to the end of the packet
 *
 * The structure has version 2, a correct checksum or 0, and objects that fill it exactly
 * (RFC 4884 7, 8).
 */
bool grex_extension_is_valid(const void *data, size_t len)
{
	const u8 *p = data;
	u32 sum = 0;
	size_t at;

	if (len < 8 || len % 4 || p[0] >> 4 != 2)
		return false;
	for (at = 4; at < len; at += get_u16(p + at))
		if (get_u16(p + at) < 4 || get_u16(p + at) % 4)
			return false;
	if (at != len)
		return false;
	if (!get_u16(p + 2))
		return true;
	for (at = 0; at < len; at += 2)
		sum += get_u16(p + at);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}
