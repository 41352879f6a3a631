/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads the packet that is embedded in an ICMP error. Pure: knows no skb. The packet is not
 * trusted, because anyone can forge an ICMP error.
 */
#ifndef GREX_EMBEDDED_H
#define GREX_EMBEDDED_H

#include <linux/types.h>

#include "header.h"

/* These bytes are read: the longest outer IP header, the GRE header, and as much of the inner
 * packet as an ICMPv6 error embeds (RFC 4443 2.4 (c)).
 */
#define GREX_EMBEDDED_LOOK (60 + GREX_HEADER_MAX + 1232)

/* A host that receives an error needs 8 bytes behind the IP header (RFC 792). */
#define GREX_EMBEDDED_PAYLOAD 8

/**
 * struct grex_embedded - the outer and the GRE header of an embedded packet
 * @version: 4 or 6
 * @saddr: outer source; IPv4 in the first four bytes, then 0
 * @daddr: outer destination, likewise
 * @total_len: bytes of the whole outer packet
 * @id: outer IP ID, or IPv6 flow label
 * @dsfield: outer TOS or traffic class
 * @ttl: outer TTL or hop limit, as the router that sent the error received it
 * @df: outer DF; always true for IPv6
 * @has_key: the key is present, or the packet has none
 * @header: GRE header; @header.key is valid with @has_key only
 * @inner: bytes in front of the inner packet
 */
struct grex_embedded {
	u8 version;
	u8 saddr[16];
	u8 daddr[16];
	u32 total_len;
	u32 id;
	u8 dsfield;
	u8 ttl;
	bool df;
	bool has_key;
	struct grex_header header;
	u8 inner;
};

bool grex_embedded_read(struct grex_embedded *embedded, const void *data,
			size_t len);

/**
 * struct grex_inner - the inner packet, as far as an error about it needs
 * @version: 4 or 6
 * @tos: TOS or traffic class
 * @protocol: protocol behind the IP header and its extensions
 * @df: routers must not fragment the packet; always true for IPv6
 * @total_len: bytes of the whole packet
 * @saddr: source; IPv4 in the first four bytes
 * @daddr: destination, likewise
 */
struct grex_inner {
	u8 version;
	u8 tos;
	u8 protocol;
	bool df;
	u32 total_len;
	u8 saddr[16];
	u8 daddr[16];
};

/**
 * enum grex_inner_verdict - whether an ICMP error may be sent about the packet
 * @GREX_INNER_OK: it may
 * @GREX_INNER_IS_TRUNCATED: too few bytes are present to decide, or to be of use
 * @GREX_INNER_IS_REFUSED: it may not, because the packet is not IP, is an ICMP error
 *	itself, is to or from more than one host, or is not the first fragment
 *	(RFC 1122 3.2.2, RFC 4443 2.4)
 */
enum grex_inner_verdict {
	GREX_INNER_OK,
	GREX_INNER_IS_TRUNCATED,
	GREX_INNER_IS_REFUSED,
};

enum grex_inner_verdict grex_inner_read(struct grex_inner *inner,
					__be16 protocol, const void *data,
					size_t len);

/* Bytes that grex_flow_read() may fill, and that it may have to read. */
#define GREX_FLOW_LEN 40
#define GREX_FLOW_LOOK 80

/**
 * struct grex_flow - what all segments of an inner packet have in common
 * @bytes: addresses, protocol, and the four bytes behind the IP header, which
 *	are the ports or the SPI; padded with zeroes
 */
struct grex_flow {
	u64 bytes[GREX_FLOW_LEN / 8];
};

bool grex_flow_read(struct grex_flow *flow, __be16 protocol, const void *data,
		    size_t len);
void grex_flow_widen(struct grex_flow *flow, __be16 protocol);

/**
 * struct grex_extension - RFC 4884 extensions behind the embedded packet
 * @offset: bytes between the ICMP header and the extensions; the embedded packet ends here
 * @len: bytes of the extensions, 0: there are none
 */
struct grex_extension {
	size_t offset;
	size_t len;
};

struct grex_extension grex_extension_find(unsigned int words, size_t total);
bool grex_extension_is_valid(const void *data, size_t len);

#endif
