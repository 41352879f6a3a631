/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_PMTU_H
#define GREX_PMTU_H

#include <linux/skbuff.h>

#include "grex.h"

struct rtable;

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

void grex_pmtu_init(struct grex_tunnel *tunnel);
void grex_pmtu_forget(struct grex_tunnel *tunnel);
u32 grex_pmtu_learn(const struct grex_config *config, const struct rtable *rt,
		    __be32 remote, u32 mtu, bool spread);
bool grex_pmtu_is_locked(const struct grex_config *config,
			 const struct rtable *rt, __be32 remote);
unsigned int grex_pmtu_of_path(const struct grex_config *config,
			       const struct rtable *rt, __be32 remote);
unsigned int grex_pmtu_to(const struct grex_config *config, __be32 remote);
unsigned int grex_pmtu_limit(const struct grex_config *config,
			     const struct rtable *rt);
unsigned int grex_pmtu_limit_to(const struct grex_config *config);
bool grex_pmtu_fits(const struct sk_buff *skb, unsigned int mtu);
enum grex_pmtu_verdict grex_pmtu_check(struct sk_buff *skb, unsigned int mtu);

/**
 * struct grex_pmtu_link - what the underlay asks of the tunnel's device
 * @mtu: bytes that an inner packet may have
 * @headroom: bytes to reserve in front of it
 * @is_known: there is a route, or a link, that says so
 * @is_tunnel: the route leads into another tunnel
 */
struct grex_pmtu_link {
	bool is_known;
	bool is_tunnel;
	unsigned int mtu;
	unsigned int headroom;
};

struct grex_pmtu_link grex_pmtu_of_link(const struct grex_config *config);

#define GREX_PATH_AGELESS U64_MAX

/**
 * struct grex_path - what is believed of the path to the remote
 * @mtu: bytes outside; 0: no remote, or no route
 * @source: enum grex_path_source
 * @age: ms since @mtu was learned, or last confirmed, or GREX_PATH_AGELESS
 */
struct grex_path {
	u32 mtu;
	u32 source;
	u64 age;
};

void grex_pmtu_read(struct grex_tunnel *tunnel, struct grex_path *path);

/* What probes have found, bytes outside; 0: nothing. */
static inline u32 grex_pmtu_probed(const struct grex_config *config)
{
	return config->options.mtu_probe ? READ_ONCE(config->tunnel->pmtu.plpmtu)
					 : 0;
}

#endif
