/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_OUTER_H
#define GREX_OUTER_H

#include <linux/types.h>

#include "addr.h"

struct dst_entry;
struct sock;

/**
 * struct grex_outer - the outer header of a packet to be sent
 * @dst: route, referenced
 * @sk: NULL, or the socket that keeps the stack from applying the path MTU of its route cache
 * @saddr: source
 * @daddr: destination
 * @payload: protocol of the GRE header
 * @dsfield: TOS
 * @ttl: TTL
 * @encap_limit: of the IPv6 option, if the tunnel has it
 * @df: no router may fragment the packet
 * @fragment: without DF, bytes to fragment to; 0: the stack decides
 */
struct grex_outer {
	struct dst_entry *dst;
	struct sock *sk;
	union grex_addr saddr;
	union grex_addr daddr;
	__be16 payload;
	u8 dsfield;
	u8 ttl;
	u8 encap_limit;
	bool df;
	u16 fragment;
};

#endif
