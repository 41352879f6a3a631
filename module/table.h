/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_TABLE_H
#define GREX_TABLE_H

#include <linux/rhashtable-types.h>
#include <linux/types.h>

#include "addr.h"

struct grex_config;
struct grex_tunnel;

/**
 * struct grex_match - the received packets that belong to a tunnel
 * @local: outer destination; all 0: any
 * @remote: outer source; all 0: any
 * @key: the key, when @keyed
 * @keyed: the packet has a key, which may be 0
 * @family: AF_INET or AF_INET6
 * @ether: the payload is Ethernet, else layer 3
 */
struct grex_match {
	union grex_addr local;
	union grex_addr remote;
	__be32 key;
	u8 keyed;
	u8 family;
	u8 ether;
};

#define GREX_TABLE_CLASSES 4

/* The devices that receive packets of no tunnel. */
enum grex_fallback {
	GREX_FALLBACK_GRE0,
	GREX_FALLBACK_GRETAP0,
	GREX_FALLBACK_IP6GRE0, /* of any payload */
	GREX_FALLBACKS,
};

/**
 * struct grex_table - the tunnels of a namespace
 * @by_match: RCU. by addresses and key
 * @by_pair: RCU. by addresses alone
 * @by_sent: RCU. by addresses and the key of sent packets
 * @count: RCU. number of tunnels in each class of wildcards, to skip empty ones
 * @fallback: RCU. gre0, gretap0 and ip6gre0, which are in no hash
 */
struct grex_table {
	struct rhltable by_match;
	struct rhltable by_pair;
	struct rhltable by_sent;
	unsigned int count[GREX_TABLE_CLASSES];
	struct grex_config __rcu *fallback[GREX_FALLBACKS];
};

/**
 * struct grex_arrival - the device that a packet came in by
 * @iif: ifindex of the device
 * @l3mdev: ifindex of the VRF that @iif is in, or @iif
 * @vrf: ifindex of the VRF that @iif is in, or 0
 */
struct grex_arrival {
	int iif;
	int l3mdev;
	int vrf;
};

static __always_inline bool grex_table_same_pair(const struct grex_match *a,
						 const struct grex_match *b)
{
	return a->family == b->family && a->ether == b->ether &&
	       grex_addr_is_same(&a->local, &b->local) &&
	       grex_addr_is_same(&a->remote, &b->remote);
}

int grex_table_init(struct grex_table *table);
void grex_table_destroy(struct grex_table *table);

/* The caller holds the RTNL lock. */
int grex_table_insert(struct grex_table *table, struct grex_config *config);
void grex_table_remove(struct grex_table *table, struct grex_config *config);
struct grex_tunnel *grex_table_find(struct grex_table *table,
				    const struct grex_match *match, int link,
				    const struct grex_tunnel *except);
bool grex_table_has_other(struct grex_table *table,
			  const struct grex_config *config);

struct grex_config *grex_table_match_rcu(const struct grex_table *table,
					 const struct grex_match *packet,
					 struct grex_arrival arrival);
struct grex_config *grex_table_match_up_rcu(const struct grex_table *table,
					    const struct grex_match *packet,
					    struct grex_arrival arrival,
					    bool is_down);
struct grex_config *grex_table_match_pair_rcu(const struct grex_table *table,
					      const struct grex_match *packet,
					      struct grex_arrival arrival);
/* Whether this tunnel sent the packet of @arg. */
typedef bool (*grex_table_is_sender)(struct grex_config *config, void *arg);

struct grex_config *grex_table_sender_rcu(const struct grex_table *table,
					  const struct grex_match *sent,
					  bool has_key,
					  grex_table_is_sender is_sender,
					  void *arg);

#endif
