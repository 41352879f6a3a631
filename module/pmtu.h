/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_PMTU_H
#define GREX_PMTU_H

#include <linux/skbuff.h>

#include <linux/seqlock.h>
#include <linux/types.h>

struct rtable;
struct grex_config;
struct grex_tunnel;

/* Remotes of a tunnel without one whose path MTU is remembered. */
#define GREX_PMTU_REMOTES_BITS 4
/* As net.ipv4.route.min_pmtu, which can be lowered but should not (RFC 1191 7.1). */
#define GREX_PMTU_FLOOR 552

/**
 * struct grex_pmtu_learned - the path MTU to a remote, from an ICMP error
 * @remote: outer destination
 * @oif: ifindex of the device that packets to it left by
 * @gateway: and the router, 0: none
 * @spread: the route has several equal paths, and the packet may have taken any of them
 * @genid: of the exceptions of the kernel's route cache: "ip route flush cache" ends this
 *	one, too
 * @mtu: bytes outside, 0: not known
 * @locked: the path takes even less
 * @expires: jiffies64 when it is not believed any more
 */
struct grex_pmtu_learned {
	__be32 remote;
	int oif;
	__be32 gateway;
	int genid;
	u16 mtu;
	bool locked;
	bool spread;
	u64 expires;
};

/**
 * struct grex_pmtu - what is believed of the path to the remote
 * @plpmtu: own. bytes that probes have shown to pass, 0: they have not
 * @settles: own. @plpmtu is lower than what may be, and soon will be more
 * @confirmed: own. jiffies when what was tried last passed
 * @frag_needed: own. jiffies when a path MTU was last learned from ICMP, 0: never
 * @has_learned: own. there may be something in @learned
 * @learned: @lock. by remote
 */
struct grex_pmtu {
	seqlock_t lock;
	bool has_learned;
	struct grex_pmtu_learned learned[1 << GREX_PMTU_REMOTES_BITS];
	u32 plpmtu;
	bool settles;
	unsigned long confirmed;
	unsigned long frag_needed;
};

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
u32 grex_pmtu_probed(const struct grex_config *config);

#endif
