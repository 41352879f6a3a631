/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The private types of grex, and at each field the rule that protects it:
 *
 *   const   set before the object is published, never written again
 *   RTNL    read and written under rtnl_lock
 *   RCU     read under rcu_read_lock (or _bh), written under RTNL
 *   own     protects itself (atomic, per CPU, or a kernel helper)
 */
#ifndef GREX_H
#define GREX_H

#include <linux/atomic.h>
#include <linux/hrtimer.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/ratelimit.h>
#include <linux/rhashtable-types.h>
#include <linux/seqlock.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/dst_cache.h>
#include <net/gro_cells.h>
#include <net/netns/generic.h>

#include "header.h"
#include "keepalive_fsm.h"
#include "keepalive_wire.h"
#include "plpmtud_fsm.h"
#include "stats.h"
#include "translate.h"

/* The outer address family is a property of the match; AF_INET so far. */
union grex_addr {
	__be32 v4;
	struct in6_addr v6;
};

/**
 * struct grex_match - which received packets belong to a tunnel
 * @local: outer destination; all 0: any
 * @remote: outer source; all 0: any
 * @key: the key, when @keyed
 * @keyed: the packet carries a key; key 0 is a key, no key is not
 * @family: of the addresses
 */
struct grex_match {
	union grex_addr local;
	union grex_addr remote;
	__be32 key;
	u8 keyed;
	u8 family;
};

/* Where the MTU of a device comes from. */
enum grex_mtu_mode {
	GREX_MTU_ROUTE, /* of the route to the remote when options change */
	GREX_MTU_SET, /* chosen by the operator */
	GREX_MTU_AUTO, /* it follows the path MTU */
};

/* Outer DF of an IPv4 underlay. */
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
 * @okey: key of sent packets, with GREX_HEADER_KEY in @oflags
 * @iflags: GREX_HEADER_* that received packets must have
 * @oflags: GREX_HEADER_* of sent packets
 * @mss: bytes that the MSS of a SYN is lowered to, 0: it is not changed, or
 *	GREX_MSS_AUTO
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
	__be32 okey;
	u16 iflags;
	u16 oflags;
	u16 mss;
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
 * struct grex_config - the options of a tunnel in force, and what belongs to them
 * @by_match: RCU. node of the table, found with @options.match
 * @options: const. what the operator chose
 * @overhead: const. bytes of outer IP and GRE header
 * @tunnel: const. whose configuration it is
 * @dst_cache: own. route to a fixed remote; here and not in the tunnel, so that
 *	a route looked up for one configuration never serves the next
 * @by_pair: RCU. node of the table, found with the addresses of @options.match
 * @sent: const. @options.match with the key of sent packets
 * @by_sent: RCU. node of the table, found with @sent
 * @rcu: for the release
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
 * struct grex_probe_log - what became of the probes of one kind
 * @sent: how many; the lower half is the sequence number of the next one
 * @received: how many came back
 * @rtt: ns that the last one took
 * @rtt_smoothed: ns, as of RFC 6298: 1/8 of each new one
 * @rtt_min: ns
 * @rtt_max: ns
 * @jitter: ns, as of RFC 3550 6.4.1: 1/16 of each difference
 * @rtt_sum: ns, of all of them
 * @rtt_buckets: how many took how long, by the bounds of GREX_RTT_BOUNDS
 * @history: us that each of the last ones took, by sequence number; 0: it has
 *	not come back
 */
struct grex_probe_log {
	u64 sent;
	u64 received;
	u64 rtt;
	u64 rtt_smoothed;
	u64 rtt_min;
	u64 rtt_max;
	u64 jitter;
	u64 rtt_sum;
	u64 rtt_buckets[GREX_RTT_BUCKETS];
	u32 history[GREX_KEEPALIVE_HISTORY];
};

/**
 * struct grex_keepalive - what a tunnel knows of its peer
 * @lock: protects what follows up to @log; taken with BH disabled
 * @fsm: @lock. the state of the peer
 * @generation: @lock. counts the changes of where probes go
 * @log: @lock. by enum grex_probe_kind
 * @key: const. of the hash in our probes
 * @epoch: const. ns, added to the time in them, which is nobody's business
 * @timer: own. of the next keepalive
 * @replied: own. the value of grex_tunnel::received after the last reply
 * @spread: of @timer's function. how many more intervals are cut at random
 */
struct grex_keepalive {
	spinlock_t lock; /* of @fsm, @generation and @log */
	struct grex_fsm fsm;
	u32 generation;
	struct grex_probe_log log[GREX_PROBE_KINDS];
	siphash_key_t key;
	u64 epoch;
	struct hrtimer timer;
	unsigned long replied;
	u8 spread;
};

/**
 * struct grex_plpmtud - path MTU discovery by probes
 * @lock: protects what follows up to @claims; taken with BH disabled, outside of
 *	that of the keepalive
 * @running: @lock. the device is up
 * @answers: @lock. the peer answers, so it is not for others to say what passes
 * @search: @lock. what is known of the path
 * @tried: @lock. bytes of the probe that is out, 0: none
 * @seq: @lock. its sequence number
 * @is_back: @lock. it is back
 * @small_is_back: @lock. so is the small one behind it
 * @silent: @lock. tries in a row after which neither was
 * @losses: @lock. of the last sixteen small ones, a bit for each that was lost
 * @due: @lock. jiffies when the one that is out is lost
 * @confirm: @lock. jiffies when what was found is tried again
 * @raise: @lock. jiffies when more is tried
 * @claims: @lock. jiffies, 64 bits, when ICMP errors are looked into again
 * @work: own.
 */
struct grex_plpmtud {
	spinlock_t lock; /* of @running to @claims */
	bool running;
	bool answers;
	bool is_back;
	bool small_is_back;
	u8 silent;
	u16 losses;
	u32 tried;
	u32 seq;
	struct grex_plpmtud_fsm fsm;
	unsigned long due;
	unsigned long confirm;
	unsigned long raise;
	u64 claims;
	struct delayed_work work;
};

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
 * struct grex_auto_mtu - the MTU of a device that follows the path
 * @sets: RTNL. it is being set, and not by the operator
 * @higher: of @work's function. jiffies since when it could be higher, 0: it could
 *	not
 * @work: own.
 */
struct grex_auto_mtu {
	bool sets;
	unsigned long higher;
	struct delayed_work work;
};

/**
 * struct grex_peer - what a peer that is a grex says of itself
 * @mtu: own. of its device, 0: not known
 * @path_mtu: own. of the path from it to us, 0: not known
 * @heard: own. jiffies when it said so
 * @verified: own. a proof by the secret came with it
 */
struct grex_peer {
	u16 mtu;
	u16 path_mtu;
	unsigned long heard;
	bool verified;
};

/**
 * struct grex_responder - a keepalive to an inside address that was answered
 * @lock: protects the others, BH
 * @saddr: its source
 * @daddr: its destination
 * @id: its IP ID
 * @ttl: its TTL
 * @when: jiffies
 */
struct grex_responder {
	spinlock_t lock; /* of the others */
	__be32 saddr;
	__be32 daddr;
	__be16 id;
	u8 ttl;
	unsigned long when;
};

/**
 * struct grex_tunnel - private area of a grex net_device
 * @dev: const.
 * @net: const. the underlay's namespace; the device may be in another
 * @config: RCU. the configuration in force
 * @stats: own. drop counters
 * @oseq: own. next sequence number to send
 * @iseq: @iseq_lock, BH. sequence numbers received
 * @gro_cells: own.
 * @sent_log: own. packets sent lately, for ICMP errors about them
 * @relay_limit: own. ICMP errors relayed per second, by enum grex_error_kind
 * @responder_limit: own. keepalives from inside addresses answered per second
 * @responder: own. the last of those
 * @keepalive: own.
 * @plpmtud: own.
 * @pmtu: own.
 * @auto_mtu: own.
 * @peer: own.
 * @received: own. jiffies of the last packet that came through, 0: none has
 * @sent_last: own. jiffies of the last packet that the underlay took, 0: none
 * @list: RTNL. in grex_net::tunnels of @net
 * @recursion_logged: own. the log has told of a routing loop
 * @mtu_mode: RTNL. enum grex_mtu_mode; a hint without
 */
struct grex_tunnel {
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
	struct ratelimit_state responder_limit;
	struct grex_responder responder;
	struct grex_keepalive keepalive;
	struct grex_plpmtud plpmtud;
	struct grex_pmtu pmtu;
	struct grex_auto_mtu auto_mtu;
	struct grex_peer peer;
	unsigned long received;
	unsigned long sent_last;
	struct list_head list;
	unsigned long recursion_logged;
	u8 mtu_mode;
};

/**
 * struct grex_table - the tunnels of a namespace, by what they receive
 * @by_match: RCU. by addresses and key
 * @by_pair: RCU. by addresses alone
 * @by_sent: RCU. by addresses and the key of sent packets
 * @count: RCU. how many tunnels per class of wildcards, to skip empty ones
 */
#define GREX_TABLE_CLASSES 4

struct grex_table {
	struct rhltable by_match;
	struct rhltable by_pair;
	struct rhltable by_sent;
	unsigned int count[GREX_TABLE_CLASSES];
};

/* Entries that count unproved ICMP errors. */
#define GREX_GUESSES 128

/**
 * struct grex_guesses - ICMP errors that could not be proved
 * @until: jiffies; a second for each of them
 */
struct grex_guesses {
	unsigned long until;
};

/**
 * struct grex_net - what grex keeps per underlay namespace
 * @table: own.
 * @tunnels: RTNL. all tunnels with this underlay, wherever their devices are
 * @stats: own. drops that belong to no tunnel
 * @relay_limit: own. ICMP errors relayed per second, of all tunnels, by
 *	enum grex_error_kind
 * @log_limit: own. what the tunnels write into the kernel's log
 * @guesses: own. by the router that sends ICMP errors
 * @guesses_key: const. of its hash
 * @net: const. the namespace
 * @auto_mtu: own. looks whether default MTUs have to follow their routes
 * @auto_mtu_genid: of @auto_mtu's function. generation of the routes that they follow
 * @pmtu_sk: const. sends what the stack is not to hold to the path MTU of its route
 *	cache, which it learns from errors that anyone can forge
 */
struct grex_net {
	struct grex_table table;
	struct list_head tunnels;
	struct grex_stats __percpu *stats;
	struct ratelimit_state relay_limit[GREX_ERROR_KINDS];
	struct ratelimit_state log_limit;
	struct grex_guesses guesses[GREX_GUESSES];
	siphash_key_t guesses_key;
	struct net *net;
	struct delayed_work auto_mtu;
	int auto_mtu_genid;
	struct sock *pmtu_sk;
};

extern unsigned int grex_net_id;

static inline struct grex_net *grex_net(const struct net *net)
{
	return net_generic(net, grex_net_id);
}

/* Now is when something happens. Most of the time it is when it did, and no cache
 * line changes.
 */
static inline void grex_note_time(unsigned long *when)
{
	const unsigned long now = jiffies ?: 1;

	if (READ_ONCE(*when) != now)
		WRITE_ONCE(*when, now);
}

/* How long ago that was. 32 bits of jiffies are 49 days at 1000 a second. */
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

/* Silent: what goes over a limit is counted, not logged. */
static inline void grex_limit_init(struct ratelimit_state *limit, int interval,
				   int burst)
{
	ratelimit_state_init(limit, interval, burst);
	ratelimit_set_flags(limit, RATELIMIT_MSG_ON_RELEASE);
}

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
