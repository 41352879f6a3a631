/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_PMTU_H
#define GREX_PMTU_H

#include <linux/skbuff.h>

struct dst_entry;
struct grex_config;

/**
 * enum grex_pmtu_verdict - what becomes of an inner packet
 * @GREX_PMTU_FITS: send it
 * @GREX_PMTU_FRAGMENT: does not fit, but may be fragmented: send it without DF
 * @GREX_PMTU_TOO_BIG: does not fit; its source was told
 */
enum grex_pmtu_verdict {
	GREX_PMTU_FITS,
	GREX_PMTU_FRAGMENT,
	GREX_PMTU_TOO_BIG,
};

unsigned int grex_pmtu_of_path(const struct grex_config *config,
			       const struct dst_entry *dst);
unsigned int grex_pmtu_to(const struct grex_config *config, __be32 remote);
enum grex_pmtu_verdict grex_pmtu_check(struct sk_buff *skb, unsigned int mtu);

/**
 * struct grex_pmtu_link - what the underlay asks of the tunnel's device
 * @mtu: bytes that an inner packet may have
 * @headroom: bytes to reserve in front of it
 */
struct grex_pmtu_link {
	unsigned int mtu;
	unsigned int headroom;
};

/**
 * struct grex_pmtu_learned - what the underlay knows of the path to the remote
 * @mtu: bytes outside; 0: no route
 * @from_icmp: it is not the route's own, and expires
 */
struct grex_pmtu_learned {
	unsigned int mtu;
	bool from_icmp;
};

struct grex_pmtu_learned grex_pmtu_learned(const struct grex_config *config);
struct grex_pmtu_link grex_pmtu_of_link(const struct grex_config *config);

#endif
