/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Defines the private types of grex. At each field stands the rule that protects it:
 *
 *   const   set before the object is published, never written again
 *   RTNL    read and written under rtnl_lock
 *   RCU     read under rcu_read_lock (or _bh), written under RTNL
 *   own     protects itself (atomic, per CPU, or a kernel helper)
 */
#ifndef GREX_H
#define GREX_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/ratelimit.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <net/dst_cache.h>
#include <net/gro_cells.h>
#include <net/ip_tunnels.h>
#include <net/netns/generic.h>

#include "auto_mtu.h"
#include "demux.h"
#include "header.h"
#include "icmp.h"
#include "keepalive.h"
#include "plpmtud.h"
#include "pmtu.h"
#include "probe.h"
#include "relay.h"
#include "responder.h"
#include "stats.h"
#include "table.h"

struct grex_sent_log;

/* Says what kind of link a tunnel is. */
enum grex_kind {
	GREX_KIND_GREX,
	GREX_KIND_GREXTAP, /* its payload is Ethernet */
	/* From here on, a kind has the defaults of ip_gre, and a change has the same effect. */
	GREX_KIND_GRE,
	GREX_KIND_GRETAP,
	/* From here on, those of ip6_gre. */
	GREX_KIND_IP6GRE,
	GREX_KIND_IP6GRETAP,
	GREX_KINDS,
};

/* Says where the MTU of a device comes from. */
enum grex_mtu_mode {
	GREX_MTU_ROUTE, /* the route to the remote, or the link */
	GREX_MTU_SET, /* the operator */
	GREX_MTU_AUTO, /* the path MTU */
};

/* Says how the outer DF bit is set. */
enum grex_df {
	GREX_DF_INHERIT,
	GREX_DF_SET,
	GREX_DF_CLEAR,
};

/**
 * struct grex_options - what the operator chose for a tunnel
 * @match: received packets that belong to the tunnel
 * @link: ifindex of the underlay device in the underlay netns, 0: any
 * @fwmark: mark of the underlay route lookup
 * @keepalive_interval: ms between keepalives, 0: none are sent
 * @flowlabel: of outer IPv6 headers, or GREX_FLOWLABEL_*
 * @okey: key of sent packets, with GREX_HEADER_KEY in @oflags
 * @iflags: GREX_HEADER_* that received packets must have
 * @oflags: GREX_HEADER_* of sent packets
 * @mss: bytes that the MSS of a SYN is lowered to, 0: it is not changed, or
 *	GREX_MSS_AUTO
 * @encap_limit: of the destination option in outer IPv6 packets, or GREX_ENCAP_LIMIT_NONE
 * @ttl: 1..255, or GREX_TTL_INHERIT
 * @ttl_min: the lowest outer TTL of received packets that is accepted, 0: any
 * @tos: TOS, or GREX_TOS_INHERIT
 * @df: enum grex_df
 * @keepalive_retries: number of unanswered keepalives after which the peer is down
 * @keepalive_reply: keepalives of the peer are answered
 * @icmp_relay: ICMP errors about outer packets are relayed to the inner source
 * @icmp_from_hop: the relayed error has the address of the router that reported it
 * @decap_ttl_copy: the outer TTL bounds that of a received inner packet
 * @mtu_probe: probes discover the path MTU
 * @has_secret: @secret authenticates keepalives
 * @secret: the key that both ends share, valid with @has_secret
 */
struct grex_options {
	struct grex_match match;
	int link;
	u32 fwmark;
	u32 keepalive_interval;
	u32 flowlabel;
	__be32 okey;
	u16 iflags;
	u16 oflags;
	u16 mss;
	u16 encap_limit;
	u8 ttl;
	u8 ttl_min;
	u8 tos;
	u8 df;
	u8 keepalive_retries;
	bool keepalive_reply;
	bool icmp_relay;
	bool icmp_from_hop;
	bool decap_ttl_copy;
	bool mtu_probe;
	bool has_secret;
	siphash_key_t secret;
};

/**
 * struct grex_config - the configuration of a tunnel
 * @by_match: RCU. node of the table, found with @options.match
 * @options: const. what the operator chose
 * @overhead: const. bytes of the outer IP and GRE headers
 * @tunnel: const. the tunnel
 * @dst_cache: own. route to a fixed remote; not in the tunnel, so that a route that was
 *	looked up for one configuration is never used with the next
 * @by_pair: RCU. node of the table, found with the addresses of @options.match
 * @sent: const. @options.match with the key of sent packets
 * @by_sent: RCU. node of the table, found with @sent
 * @rcu: frees the configuration
 *
 * A published configuration never changes; a change publishes another one. A reader
 * that holds a pointer under RCU therefore sees one consistent configuration.
 */
struct grex_config {
	struct rhlist_head by_match;
	struct grex_options options;
	u8 overhead;
	struct grex_tunnel *tunnel;
	struct dst_cache dst_cache;
	struct rhlist_head by_pair;
	struct grex_match sent;
	struct rhlist_head by_sent;
	struct rcu_head rcu;
};

/**
 * struct grex_tunnel - private area of a net_device
 * @ip_tunnel: const. all 0. mlxsw takes the private area of any ARPHRD_IPGRE or gretap device for a
 *	struct ip_tunnel, and hands the tunnel over to its switch if the parameters suit. Those
 *	of a tunnel without addresses do not. The same holds for ARPHRD_IP6GRE and struct
 *	ip6_tnl, which is smaller.
 * @dev: const.
 * @net: const. namespace of the underlay; the device may be in another one
 * @config: RCU. the current configuration
 * @stats: own. counters
 * @oseq: own. next sequence number to send
 * @iseq: @iseq_lock, BH. sequence numbers received
 * @gro_cells: own.
 * @sent_log: own. packets sent lately, for ICMP errors about them
 * @relay_limit: own. limits the ICMP errors relayed per second, by enum grex_error_kind
 * @responder: own.
 * @probes: own.
 * @keepalive: own.
 * @plpmtud: own.
 * @pmtu: own.
 * @auto_mtu: own.
 * @peer: own.
 * @received: own. jiffies of the last received packet, 0: none was received
 * @sent_last: own. jiffies of the last sent packet, 0: none was sent
 * @list: RTNL. entry of grex_net::tunnels of @net
 * @recursion_logged: own. bit 0: a routing loop was logged
 * @kind: const. enum grex_kind
 * @is_fallback: const. whether it is gre0, gretap0 or ip6gre0, which receives the packets of no
 *	tunnel
 * @mtu_mode: RTNL. enum grex_mtu_mode; only a hint without the lock
 */
struct grex_tunnel {
	struct ip_tunnel ip_tunnel;
	struct net_device *dev;
	struct net *net;
	struct grex_config __rcu *config;
	struct grex_stats __percpu *stats;
	atomic_t oseq;
	struct grex_seq iseq;
	spinlock_t iseq_lock; /* of @iseq */
	struct gro_cells gro_cells;
	struct grex_sent_log *sent_log;
	struct ratelimit_state relay_limit[GREX_ERROR_KINDS];
	struct grex_responder responder;
	struct grex_probes probes;
	struct grex_keepalive keepalive;
	struct grex_plpmtud plpmtud;
	struct grex_pmtu pmtu;
	struct grex_auto_mtu auto_mtu;
	struct grex_peer peer;
	unsigned long received;
	unsigned long sent_last;
	struct list_head list;
	unsigned long recursion_logged;
	u8 kind;
	bool is_fallback;
	u8 mtu_mode;
};

/**
 * struct grex_net - the state of an underlay namespace
 * @table: own.
 * @tunnels: RTNL. all tunnels with this underlay, wherever their devices are, but not gre0 and
 *	its like
 * @stats: own. counters of packets that belong to no tunnel
 * @relay_limit: own. limits the ICMP errors relayed per second for all tunnels, by
 *	enum grex_error_kind
 * @log_limit: own. limits the lines in the kernel's log
 * @lost_limit: own. limits the packets of no tunnel that beside.c counts
 * @guesses: own. unproved ICMP errors, by the hash of their source
 * @guesses_key: const. key of that hash
 * @net: const. the namespace
 * @auto_mtu: own. updates default MTUs when routes change
 * @auto_mtu_genid: of @auto_mtu's function. generation of the IPv4 routes at the last update
 * @auto_mtu_genid_ipv6: likewise. that of the IPv6 routes
 * @demux: of demux.c. one for the tunnels over IPv4, and one for those over IPv6
 * @pmtu_sk: const. socket of packets that are not limited by the path MTU of the route
 *	cache, which learns it from errors that anyone can forge
 */
struct grex_net {
	struct grex_table table;
	struct list_head tunnels;
	struct grex_stats __percpu *stats;
	struct ratelimit_state relay_limit[GREX_ERROR_KINDS];
	struct ratelimit_state log_limit;
	struct ratelimit_state lost_limit;
	struct grex_guesses guesses[GREX_GUESSES];
	siphash_key_t guesses_key;
	struct net *net;
	struct delayed_work auto_mtu;
	int auto_mtu_genid;
	int auto_mtu_genid_ipv6;
	struct grex_demux_net demux[2];
	struct sock *pmtu_sk;
};

/* Whether the underlay is IPv6. Without IPv6 in the kernel, the compiler leaves the code for it
 * out.
 */
static __always_inline bool grex_is_ipv6(const struct grex_config *config)
{
	return IS_ENABLED(CONFIG_IPV6) &&
	       config->options.match.family == AF_INET6;
}

extern unsigned int grex_net_id;

static inline struct grex_net *grex_net(const struct net *net)
{
	return net_generic(net, grex_net_id);
}

/* Record the time of an event. Most events happen in the same jiffy as the one before, and
 * then the cache line is not written.
 */
static inline void grex_note_time(unsigned long *when)
{
	const unsigned long now = jiffies ?: 1;

	if (READ_ONCE(*when) != now)
		WRITE_ONCE(*when, now);
}

/* Return the time since an event. 32 bits of jiffies last 49 days at 1000 a second. */
static inline u64 grex_ms_since(unsigned long when)
{
	return jiffies64_to_msecs(jiffies - when);
}

/* Accept any sequence number next, because the peer may count from 0 again. */
static inline void grex_restart_iseq(struct grex_tunnel *tunnel)
{
	spin_lock_bh(&tunnel->iseq_lock);
	tunnel->iseq.seen = false;
	spin_unlock_bh(&tunnel->iseq_lock);
}

/* The kernel's log belongs to the host. Each namespace has its own limit, so that one
 * tenant cannot silence another, and all namespaces but the initial one also share the
 * limit of the kernel.
 */
static inline bool grex_may_log(const struct grex_tunnel *tunnel)
{
	return __ratelimit(&grex_net(tunnel->net)->log_limit) &&
	       (net_eq(tunnel->net, &init_net) || net_ratelimit());
}

#endif
