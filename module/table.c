// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the tunnels of a namespace in three resizable hashes with a random seed. The hash of
 * addresses and key is used for every received packet, with one look-up for each class of
 * wildcards in use. The hash of addresses and key of sent packets finds the tunnel that an
 * ICMP error is about. The hash of addresses alone is for rare cases: an embedded packet
 * without its key, or a packet with a wrong key.
 */
#include <linux/jhash.h>
#include <linux/rhashtable.h>
#include <linux/rtnetlink.h>

#include "grex.h"
#include "header.h"
#include "route.h"
#include "table.h"

/* The hash of IPv6 addresses is over the words from the first member on. */
static_assert(offsetof(struct grex_match, local) == 0);
static_assert(offsetof(struct grex_match, key) == 32);
static_assert(offsetof(struct grex_match, keyed) == 36);

/* The classes of wildcards stand in the order of precedence. */
enum grex_table_class {
	GREX_TABLE_EXACT,
	GREX_TABLE_REMOTE, /* local is any */
	GREX_TABLE_LOCAL, /* remote is any */
	GREX_TABLE_NEITHER,
};

static enum grex_table_class table_class(const struct grex_match *match)
{
	return (grex_addr_is_any(&match->remote) ? GREX_TABLE_LOCAL : 0) |
	       (grex_addr_is_any(&match->local) ? GREX_TABLE_REMOTE : 0);
}

/* Return the match that a tunnel of class @cls would have for @packet. */
static struct grex_match table_narrow(const struct grex_match *packet,
				      enum grex_table_class cls)
{
	struct grex_match match = *packet;

	if (cls & GREX_TABLE_REMOTE)
		match.local = (union grex_addr){};
	if (cls & GREX_TABLE_LOCAL)
		match.remote = (union grex_addr){};
	return match;
}

static __always_inline u32 table_hash_match(const void *data, u32 len, u32 seed)
{
	const struct grex_match *match = data;

	if (match->family != AF_INET)
		return jhash2(data, offsetof(struct grex_match, keyed) / 4,
			      seed + match->keyed);
	return jhash_3words((__force u32)match->local.v4,
			    (__force u32)match->remote.v4,
			    (__force u32)match->key, seed + match->keyed);
}

static __always_inline u32 table_hash_match_obj(const void *obj, u32 len,
						u32 seed)
{
	const struct grex_config *config = obj;

	return table_hash_match(&config->options.match, len, seed);
}

static __always_inline bool table_same_match(const struct grex_match *a,
					     const struct grex_match *b)
{
	return grex_table_same_pair(a, b) && a->key == b->key &&
	       a->keyed == b->keyed;
}

static __always_inline int table_cmp_match(struct rhashtable_compare_arg *arg,
					   const void *obj)
{
	const struct grex_config *config = obj;

	return !table_same_match(&config->options.match, arg->key);
}

static __always_inline u32 table_hash_sent_obj(const void *obj, u32 len,
					       u32 seed)
{
	const struct grex_config *config = obj;

	return table_hash_match(&config->sent, len, seed);
}

static __always_inline int table_cmp_sent(struct rhashtable_compare_arg *arg,
					  const void *obj)
{
	const struct grex_config *config = obj;

	return !table_same_match(&config->sent, arg->key);
}

static __always_inline u32 table_hash_pair(const void *data, u32 len, u32 seed)
{
	const struct grex_match *match = data;

	if (match->family != AF_INET)
		return jhash2(data, offsetof(struct grex_match, key) / 4, seed);
	return jhash_2words((__force u32)match->local.v4,
			    (__force u32)match->remote.v4, seed);
}

static __always_inline u32 table_hash_pair_obj(const void *obj, u32 len,
					       u32 seed)
{
	const struct grex_config *config = obj;

	return table_hash_pair(&config->options.match, len, seed);
}

static __always_inline int table_cmp_pair(struct rhashtable_compare_arg *arg,
					  const void *obj)
{
	const struct grex_config *config = obj;

	return !grex_table_same_pair(&config->options.match, arg->key);
}

static const struct rhashtable_params table_by_match = {
	.head_offset = offsetof(struct grex_config, by_match),
	.key_offset = offsetof(struct grex_config, options.match),
	.key_len = sizeof(struct grex_match),
	.hashfn = table_hash_match,
	.obj_hashfn = table_hash_match_obj,
	.obj_cmpfn = table_cmp_match,
	.automatic_shrinking = true,
};

static const struct rhashtable_params table_by_sent = {
	.head_offset = offsetof(struct grex_config, by_sent),
	.key_offset = offsetof(struct grex_config, sent),
	.key_len = sizeof(struct grex_match),
	.hashfn = table_hash_match,
	.obj_hashfn = table_hash_sent_obj,
	.obj_cmpfn = table_cmp_sent,
	.automatic_shrinking = true,
};

static const struct rhashtable_params table_by_pair = {
	.head_offset = offsetof(struct grex_config, by_pair),
	.key_offset = offsetof(struct grex_config, options.match),
	.key_len = sizeof(struct grex_match),
	.hashfn = table_hash_pair,
	.obj_hashfn = table_hash_pair_obj,
	.obj_cmpfn = table_cmp_pair,
	.automatic_shrinking = true,
};

int grex_table_init(struct grex_table *table)
{
	int err;

	err = rhltable_init(&table->by_match, &table_by_match);
	if (err)
		return err;
	err = rhltable_init(&table->by_pair, &table_by_pair);
	if (err)
		goto err_pair;
	err = rhltable_init(&table->by_sent, &table_by_sent);
	if (err)
		goto err_sent;
	return 0;

err_sent:
	rhltable_destroy(&table->by_pair);
err_pair:
	rhltable_destroy(&table->by_match);
	return err;
}

void grex_table_destroy(struct grex_table *table)
{
	rhltable_destroy(&table->by_sent);
	rhltable_destroy(&table->by_pair);
	rhltable_destroy(&table->by_match);
}

static void table_count(struct grex_table *table,
			const struct grex_config *config, int by)
{
	unsigned int *count =
		&table->count[table_class(&config->options.match)];

	WRITE_ONCE(*count, *count + by);
}

static enum grex_fallback table_fallback(const struct grex_match *match)
{
	if (match->family == AF_INET6)
		return GREX_FALLBACK_IP6GRE0;
	return match->ether ? GREX_FALLBACK_GRETAP0 : GREX_FALLBACK_GRE0;
}

int grex_table_insert(struct grex_table *table, struct grex_config *config)
{
	enum grex_fallback slot;
	int err;

	ASSERT_RTNL();
	if (config->tunnel->is_fallback) {
		slot = table_fallback(&config->options.match);
		rcu_assign_pointer(table->fallback[slot], config);
		return 0;
	}
	config->sent = config->options.match;
	config->sent.keyed = !!(config->options.oflags & GREX_HEADER_KEY);
	config->sent.key = config->sent.keyed ? config->options.okey : 0;
	err = rhltable_insert_key(&table->by_match, &config->options.match,
				  &config->by_match, table_by_match);
	if (err)
		return err;
	err = rhltable_insert_key(&table->by_pair, &config->options.match,
				  &config->by_pair, table_by_pair);
	if (err)
		goto err_pair;
	err = rhltable_insert_key(&table->by_sent, &config->sent,
				  &config->by_sent, table_by_sent);
	if (err)
		goto err_sent;
	table_count(table, config, 1);
	return 0;

err_sent:
	rhltable_remove(&table->by_pair, &config->by_pair, table_by_pair);
err_pair:
	rhltable_remove(&table->by_match, &config->by_match, table_by_match);
	synchronize_rcu(); /* a packet may have found it */
	return err;
}

/* Remove a configuration. The caller frees it after an RCU grace period. */
void grex_table_remove(struct grex_table *table, struct grex_config *config)
{
	struct grex_config __rcu **fallback =
		&table->fallback[table_fallback(&config->options.match)];

	ASSERT_RTNL();
	if (config->tunnel->is_fallback) {
		if (rcu_access_pointer(*fallback) == config)
			RCU_INIT_POINTER(*fallback, NULL);
		return;
	}
	table_count(table, config, -1);
	rhltable_remove(&table->by_sent, &config->by_sent, table_by_sent);
	rhltable_remove(&table->by_pair, &config->by_pair, table_by_pair);
	rhltable_remove(&table->by_match, &config->by_match, table_by_match);
}

/**
 * grex_table_find - find a tunnel by what distinguishes it from all others
 * @table: of the underlay namespace
 * @match: the packets that it receives
 * @link: ifindex of the underlay device
 * @except: a tunnel that is not meant, or NULL
 */
struct grex_tunnel *grex_table_find(struct grex_table *table,
				    const struct grex_match *match, int link,
				    const struct grex_tunnel *except)
{
	struct grex_config *config =
		rtnl_dereference(table->fallback[table_fallback(match)]);
	struct rhlist_head *list, *pos;
	struct grex_tunnel *found = NULL;

	if (config && config->tunnel != except && !link &&
	    table_same_match(&config->options.match, match))
		return config->tunnel;
	rcu_read_lock();
	list = rhltable_lookup(&table->by_match, match, table_by_match);
	rhl_for_each_entry_rcu(config, pos, list, by_match) {
		if (config->tunnel != except && config->options.link == link)
			found = config->tunnel;
	}
	rcu_read_unlock();
	return found;
}

/**
 * grex_table_has_other - check for another tunnel that receives the same packets
 * @table: of the underlay namespace
 * @config: with its tunnel set, in the table or not
 *
 * Return: true when a different tunnel has the same match and link. A tunnel with the other
 * payload would receive the same keepalives, but gre0 and its like have no peer.
 */
bool grex_table_has_other(struct grex_table *table,
			  const struct grex_config *config)
{
	const int link = config->options.link;
	struct grex_match match = config->options.match;
	const struct grex_tunnel *other;

	if (grex_table_find(table, &match, link, config->tunnel))
		return true;
	if (config->tunnel->is_fallback)
		return false;
	match.ether = !match.ether;
	other = grex_table_find(table, &match, link, config->tunnel);
	return other && !other->is_fallback;
}

/* Rank a tunnel by the link that a packet came in by. A tunnel bound to the device precedes
 * one bound to its VRF, which precedes an unbound one. The rank of others is 0.
 */
static __always_inline int table_link_rank(const struct grex_config *config,
					   struct grex_arrival arrival)
{
	if (!config->options.link)
		return 1;
	if (config->options.link == arrival.iif)
		return 3;
	return config->options.link == arrival.l3mdev ? 2 : 0;
}

static __always_inline struct grex_config *
table_best_rcu(const struct grex_table *table, const struct grex_match *match,
	       struct grex_arrival arrival)
{
	struct grex_config *config, *best = NULL;
	struct rhlist_head *list, *pos;
	int rank, best_rank = 0;

	list = rhltable_lookup((struct rhltable *)&table->by_match, match,
			       table_by_match);
	rhl_for_each_entry_rcu(config, pos, list, by_match) {
		rank = table_link_rank(config, arrival);
		if (rank > best_rank) {
			best = config;
			best_rank = rank;
		}
	}
	return best;
}

/**
 * grex_table_match_rcu - find the tunnel that a received packet belongs to
 * @table: of the namespace it was received in
 * @packet: local is its destination, remote its source
 * @arrival: where it came in
 *
 * A tunnel with both addresses precedes one with the remote only, then with the local only,
 * then with neither; then the link decides. The key must be the same, or absent from both
 * (RFC 2890 2.1).
 */
struct grex_config *grex_table_match_rcu(const struct grex_table *table,
					 const struct grex_match *packet,
					 struct grex_arrival arrival)
{
	enum grex_table_class cls;
	struct grex_config *best;

	/* Most packets have such a tunnel, so this is outside of the loop. */
	best = table_best_rcu(table, packet, arrival);
	if (likely(best))
		return best;
	for (cls = GREX_TABLE_REMOTE; cls < GREX_TABLE_CLASSES; cls++) {
		struct grex_match match;

		if (!READ_ONCE(table->count[cls]))
			continue;
		match = table_narrow(packet, cls);
		best = table_best_rcu(table, &match, arrival);
		if (best)
			return best;
	}
	return NULL;
}

static struct grex_config *table_best_up_rcu(const struct grex_table *table,
					     const struct grex_match *packet,
					     struct grex_arrival arrival,
					     bool bound_elsewhere)
{
	enum grex_table_class cls;

	for (cls = 0; cls < GREX_TABLE_CLASSES; cls++) {
		struct grex_config *config, *best = NULL;
		struct rhlist_head *list, *pos;
		int rank, best_rank = 0;
		struct grex_match match;

		if (!READ_ONCE(table->count[cls]))
			continue;
		match = table_narrow(packet, cls);
		list = rhltable_lookup((struct rhltable *)&table->by_match,
				       &match, table_by_match);
		rhl_for_each_entry_rcu(config, pos, list, by_match) {
			if (!(READ_ONCE(config->tunnel->dev->flags) & IFF_UP))
				continue;
			rank = table_link_rank(config, arrival);
			if (bound_elsewhere)
				rank = !rank &&
				       grex_route_in_vrf(config, arrival.vrf);
			if (rank > best_rank) {
				best = config;
				best_rank = rank;
			}
		}
		if (best)
			return best;
	}
	return NULL;
}

static struct grex_config *table_fallback_up_rcu(const struct grex_table *table,
						 const struct grex_match *packet)
{
	struct grex_config *config =
		rcu_dereference(table->fallback[table_fallback(packet)]);

	if (!config || !(READ_ONCE(config->tunnel->dev->flags) & IFF_UP))
		return NULL;
	return config;
}

/**
 * grex_table_match_up_rcu - find a tunnel for a packet whose own is down or missing
 * @table: of the namespace it was received in
 * @packet: local is its destination, remote its source
 * @arrival: where it came in
 * @is_down: the tunnel that it belongs to is down
 *
 * This is the best tunnel that is up. If there is none, it is a tunnel that is bound to
 * another device of the same VRF, because packets of the peer may take another way than
 * ours. With @is_down such a tunnel is not used: when the operator takes one of two parallel
 * tunnels down, the other must not receive its packets. Then it is gretap0 for a frame,
 * which is never a keepalive. Then it is a tunnel with the other payload, whose keepalives are
 * IP, too, and which counts what it does not carry. At last it is gre0 or ip6gre0. These three
 * receive packets with any key.
 */
struct grex_config *grex_table_match_up_rcu(const struct grex_table *table,
					    const struct grex_match *packet,
					    struct grex_arrival arrival,
					    bool is_down)
{
	struct grex_match other = *packet;
	struct grex_config *config;

	other.ether = !packet->ether;
	config = table_best_up_rcu(table, packet, arrival, false);
	if (!config && !is_down)
		config = table_best_up_rcu(table, packet, arrival, true);
	if (!config && packet->ether && packet->family == AF_INET)
		config = table_fallback_up_rcu(table, packet);
	if (!config && !is_down)
		config = table_best_up_rcu(table, &other, arrival, false);
	return config ?: table_fallback_up_rcu(table, packet);
}

/* Find the tunnels of one class with the addresses of @packet and any key. */
static struct rhlist_head *table_pair_rcu(const struct grex_table *table,
					  const struct grex_match *packet,
					  enum grex_table_class cls)
{
	struct grex_match match;

	if (!READ_ONCE(table->count[cls]))
		return NULL;
	match = table_narrow(packet, cls);
	return rhltable_lookup((struct rhltable *)&table->by_pair, &match,
			       table_by_pair);
}

/* Find the tunnels of one class that send with the addresses and the key of @packet. */
static struct rhlist_head *table_sent_rcu(const struct grex_table *table,
					  const struct grex_match *packet,
					  enum grex_table_class cls)
{
	struct grex_match match;

	if (!READ_ONCE(table->count[cls]))
		return NULL;
	match = table_narrow(packet, cls);
	return rhltable_lookup((struct rhltable *)&table->by_sent, &match,
			       table_by_sent);
}

/**
 * grex_table_match_pair_rcu - find a tunnel by addresses, with any key
 * @table: of the namespace it was received in
 * @packet: local is its destination, remote its source
 * @arrival: where it came in
 *
 * The counter of wrong keys is that of this tunnel. If several tunnels have the addresses,
 * it is any of them.
 */
struct grex_config *grex_table_match_pair_rcu(const struct grex_table *table,
					      const struct grex_match *packet,
					      struct grex_arrival arrival)
{
	enum grex_table_class cls;

	for (cls = 0; cls < GREX_TABLE_CLASSES; cls++) {
		struct rhlist_head *list, *pos;
		struct grex_config *config;

		list = table_pair_rcu(table, packet, cls);
		rhl_for_each_entry_rcu(config, pos, list, by_pair) {
			if (table_link_rank(config, arrival))
				return config;
		}
	}
	return NULL;
}

/**
 * grex_table_sender_rcu - find the tunnel that sent a packet
 * @table: of the namespace it was sent in
 * @sent: local is its source, remote its destination
 * @has_key: @sent has the key of the packet; false when an embedded packet is too short to
 *	contain it
 * @is_sender: called for each tunnel with these addresses and key, by precedence
 * @arg: argument of @is_sender
 *
 * Return: the first tunnel for which @is_sender returns true, or NULL
 */
struct grex_config *grex_table_sender_rcu(const struct grex_table *table,
					  const struct grex_match *sent,
					  bool has_key,
					  grex_table_is_sender is_sender,
					  void *arg)
{
	enum grex_table_class cls;

	for (cls = 0; cls < GREX_TABLE_CLASSES; cls++) {
		struct rhlist_head *list, *pos;
		struct grex_config *config;

		if (has_key) {
			list = table_sent_rcu(table, sent, cls);
			rhl_for_each_entry_rcu(config, pos, list, by_sent) {
				if (is_sender(config, arg))
					return config;
			}
			continue;
		}
		list = table_pair_rcu(table, sent, cls);
		rhl_for_each_entry_rcu(config, pos, list, by_pair) {
			if (is_sender(config, arg))
				return config;
		}
	}
	return NULL;
}
