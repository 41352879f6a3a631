/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_RELAY_H
#define GREX_RELAY_H

#include <linux/in6.h>
#include <linux/ratelimit.h>
#include <linux/skbuff.h>

#include "embedded.h"
#include "limit.h"
#include "translate.h"

struct net_device;

/**
 * struct grex_relay - an ICMP error for the source of an inner packet
 * @error: type, code and MTU or pointer of the error
 * @inner: the packet that the error is about
 * @from_hop: the source of the error is @hop_ipv4 or @hop_ipv6, else this machine
 * @hop_ipv4: source of an ICMPv4 error
 * @hop_ipv6: source of an ICMPv6 error
 * @embedded: the beginning of the packet
 * @embedded_len: bytes in @embedded
 * @skb: the received error, which holds @extension
 * @extension: RFC 4884 extensions to carry over, at an offset of skb->data
 */
struct grex_relay {
	struct grex_error error;
	const struct grex_inner *inner;
	bool from_hop;
	__be32 hop_ipv4;
	struct in6_addr hop_ipv6;
	const void *embedded;
	unsigned int embedded_len;
	const struct sk_buff *skb;
	struct grex_extension extension;
};

/* Each kind of error has its own limit, so that a flood of one kind does not suppress the
 * others.
 */
static inline void
grex_relay_limits_init(struct ratelimit_state limits[GREX_ERROR_KINDS],
		       int per_second)
{
	unsigned int kind;

	for (kind = 0; kind < GREX_ERROR_KINDS; kind++)
		grex_limit_init(&limits[kind], HZ, per_second);
}

int grex_relay_send(struct net_device *dev, const struct grex_relay *relay);

#endif
