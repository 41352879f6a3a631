/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_PMTU_H
#define GREX_PMTU_H

#include <linux/seqlock.h>
#include <linux/skbuff.h>
#include <linux/types.h>

#include "addr.h"

struct dst_entry;
struct grex_config;
struct grex_tunnel;

/* A tunnel without a remote remembers the path MTU of 2^4 remotes. */
#define GREX_PMTU_REMOTES_BITS 4
/* The default of net.ipv4.route.min_pmtu, which should not be lowered (RFC 1191 7.1). */
#define GREX_PMTU_FLOOR 552

/**
 * struct grex_pmtu_learned - the path MTU to a remote, from an ICMP error
 * @remote: outer destination
 * @oif: ifindex of the device of the route
 * @gateway: router of the route, all 0: none
 * @spread: the route has several equal paths, and the packet may have taken any of them
 * @genid: generation of the IPv4 exceptions in the kernel's route cache, so that "ip route
 *	flush cache" ends this one, too; those of IPv6 have none
 * @mtu: bytes of an outer packet, 0: not known
 * @locked: the error reported less than GREX_PMTU_FLOOR
 * @expires: jiffies64 when it expires
 */
struct grex_pmtu_learned {
	union grex_addr remote;
	int oif;
	union grex_addr gateway;
	int genid;
	u16 mtu;
	bool locked;
	bool spread;
	u64 expires;
};

/**
 * struct grex_pmtu - the path MTU of a tunnel
 * @lock: protects @learned
 * @has_learned: own. @learned may have valid entries
 * @learned: @lock. by remote
 * @plpmtu: own. bytes of an outer packet that probes have shown to pass, 0: not known
 * @settles: own. a search is running, and @plpmtu will soon be higher
 * @confirmed: own. jiffies of the last acknowledged probe
 * @frag_needed: own. jiffies when a path MTU was last learned from ICMP, 0: never
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
 * enum grex_pmtu_verdict - what to do with an inner packet
 * @GREX_PMTU_FITS: send it
 * @GREX_PMTU_FRAGMENT: it does not fit; fragment it, or send it without DF
 * @GREX_PMTU_TOO_BIG: it does not fit and its source was told; drop it
 * @GREX_PMTU_ANSWERED: likewise, and it has become the answer
 */
enum grex_pmtu_verdict {
	GREX_PMTU_FITS,
	GREX_PMTU_FRAGMENT,
	GREX_PMTU_TOO_BIG,
	GREX_PMTU_ANSWERED,
};

void grex_pmtu_init(struct grex_tunnel *tunnel);
void grex_pmtu_forget(struct grex_tunnel *tunnel);
u32 grex_pmtu_learn(const struct grex_config *config,
		    const struct dst_entry *dst, const union grex_addr *remote,
		    u32 mtu, bool spread);
bool grex_pmtu_is_locked(const struct grex_config *config,
			 const struct dst_entry *dst,
			 const union grex_addr *remote);
unsigned int grex_pmtu_of_path(const struct grex_config *config,
			       const struct dst_entry *dst,
			       const union grex_addr *remote);
unsigned int grex_pmtu_to(const struct grex_config *config,
			  const union grex_addr *remote);
unsigned int grex_pmtu_limit(const struct grex_config *config,
			     const struct dst_entry *dst);
unsigned int grex_pmtu_limit_to(const struct grex_config *config);
bool grex_pmtu_fits(const struct sk_buff *skb, unsigned int mtu);
enum grex_pmtu_verdict grex_pmtu_check(struct sk_buff *skb, unsigned int mtu);

/**
 * struct grex_pmtu_link - the properties of the underlay that the device takes over
 * @is_known: they are those of a route or a link, not defaults
 * @is_tunnel: the route leads into another tunnel
 * @mtu: bytes of the largest inner packet
 * @headroom: bytes to reserve in front of an inner packet
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
 * struct grex_path - the path to the remote
 * @mtu: bytes of an outer packet; 0: no remote, or no route
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
