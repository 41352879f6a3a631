// SPDX-License-Identifier: GPL-2.0
/*
 * Compares the table with an oracle that is too simple to be wrong: it looks at every element
 * of an array.
 */
#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/rtnetlink.h>

#include "../grex.h"
#include "../header.h"
#include "../table.h"

#define CONFIGS 400
#define STEPS 20000

/* There are few values, so that wildcards, keys and links collide often. */
#define ADDRESSES 4 /* 0 is any */
#define KEYS 3 /* 0 is none, 1 is key 0 */
#define LINKS 4 /* 0 is any */

struct table_fixture {
	struct grex_table table;
	struct grex_tunnel tunnels[CONFIGS];
	struct net_device *up, *down;
	struct grex_config *configs[CONFIGS]; /* NULL: not in the table */
	struct rnd_state rnd;
};

static u32 pick(struct table_fixture *f, u32 below)
{
	return prandom_u32_state(&f->rnd) % below;
}

/* IPv6 addresses begin like IPv4 addresses, or differ in the last word alone. */
static void pick_address(struct table_fixture *f, u8 family,
			 union grex_addr *addr, u32 lowest)
{
	addr->v4 = htonl(lowest + pick(f, ADDRESSES - lowest));
	if (family == AF_INET6 && addr->v4)
		addr->v6.s6_addr32[3] = htonl(pick(f, 2));
}

static void pick_match(struct table_fixture *f, struct grex_match *match,
		       u32 lowest)
{
	u32 key = pick(f, KEYS);

	memset(match, 0, sizeof(*match));
	match->family = pick(f, 2) ? AF_INET6 : AF_INET;
	pick_address(f, match->family, &match->local, lowest);
	pick_address(f, match->family, &match->remote, lowest);
	match->keyed = key > 0;
	match->key = htonl(key > 0 ? key - 1 : 0);
}

static bool same_key(const struct grex_match *a, const struct grex_match *b)
{
	return a->keyed == b->keyed && a->key == b->key;
}

static bool same_address(const union grex_addr *a, const union grex_addr *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* Return the rank of a tunnel; a better one has a higher rank, 0 does not match. */
static int oracle_rank(const struct grex_config *c,
		       const struct grex_match *packet,
		       struct grex_arrival arrival, bool mind_key)
{
	int rank = 1;

	if (mind_key && !same_key(&c->options.match, packet))
		return 0;
	if (c->options.match.family != packet->family)
		return 0;
	if (c->options.match.remote.v4) {
		if (!same_address(&c->options.match.remote, &packet->remote))
			return 0;
		rank += 200;
	}
	if (c->options.match.local.v4) {
		if (!same_address(&c->options.match.local, &packet->local))
			return 0;
		rank += 100;
	}
	if (c->options.link) {
		if (c->options.link == arrival.iif)
			rank += 20;
		else if (c->options.link == arrival.l3mdev)
			rank += 10;
		else
			return 0;
	}
	return rank;
}

/* With @up, return the best tunnel that is up, else one that is bound to another device that
 * exists and is in no VRF.
 */
static struct grex_config *oracle_match(struct table_fixture *f,
					const struct grex_match *packet,
					struct grex_arrival arrival, bool up)
{
	struct grex_config *best = NULL;
	int i, rank, best_rank = 0;

	for (i = 0; i < CONFIGS; i++) {
		struct grex_config unbound;

		if (!f->configs[i] ||
		    (up && f->configs[i]->tunnel->dev != f->up))
			continue;
		unbound = *f->configs[i];
		unbound.options.link = 0;
		rank = oracle_rank(f->configs[i], packet, arrival, true);
		if (rank)
			rank += 1000;
		else if (up && !arrival.vrf &&
			 __dev_get_by_index(&init_net,
					    f->configs[i]->options.link))
			rank = oracle_rank(&unbound, packet, arrival, true);
		if (rank > best_rank) {
			best = f->configs[i];
			best_rank = rank;
		}
	}
	return best;
}

static bool oracle_has_other(struct table_fixture *f,
			     const struct grex_config *config)
{
	int i;

	for (i = 0; i < CONFIGS; i++) {
		struct grex_config *c = f->configs[i];

		if (c && c->tunnel != config->tunnel &&
		    c->options.link == config->options.link &&
		    !memcmp(&c->options.match, &config->options.match,
			    sizeof(c->options.match)))
			return true;
	}
	return false;
}

static void check_match(struct kunit *test)
{
	struct table_fixture *f = test->priv;
	struct grex_arrival arrival = {
		.iif = 1 + pick(f, LINKS - 1),
		.l3mdev = 1 + pick(f, LINKS - 1),
	};
	struct grex_config *got, *want, *got_up, *want_up;
	const bool down = pick(f, 2);
	struct grex_match packet;

	arrival.vrf = pick(f, 2);
	pick_match(f, &packet, 1);
	want = oracle_match(f, &packet, arrival, false);
	want_up = oracle_match(f, &packet, arrival, true);
	if (down && want_up && !oracle_rank(want_up, &packet, arrival, true))
		want_up = NULL;
	rcu_read_lock();
	got = grex_table_match_rcu(&f->table, &packet, arrival);
	got_up = grex_table_match_up_rcu(&f->table, &packet, arrival, down);
	rcu_read_unlock();
	KUNIT_EXPECT_PTR_EQ(test, got, want);
	KUNIT_EXPECT_EQ(test, !got_up, !want_up);
	/* If several tunnels that are bound to other devices are equal, any may be found. */
	if (got_up && want_up && oracle_rank(want_up, &packet, arrival, true))
		KUNIT_EXPECT_PTR_EQ(test, got_up, want_up);
	else if (got_up && want_up)
		KUNIT_EXPECT_TRUE(test,
				  grex_table_same_pair(&got_up->options.match,
						       &want_up->options.match));
}

/* With any key, a tunnel with the best matching addresses is found. */
static void check_pair(struct kunit *test)
{
	struct table_fixture *f = test->priv;
	struct grex_arrival arrival = {
		.iif = 1 + pick(f, LINKS - 1),
		.l3mdev = 1 + pick(f, LINKS - 1),
	};
	struct grex_match packet;
	struct grex_config *got;
	int i, best = 0;

	pick_match(f, &packet, 1);
	for (i = 0; i < CONFIGS; i++) {
		if (f->configs[i])
			best = max(best, oracle_rank(f->configs[i], &packet,
						     arrival, false));
	}
	rcu_read_lock();
	got = grex_table_match_pair_rcu(&f->table, &packet, arrival);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, best / 100,
			(got ? oracle_rank(got, &packet, arrival, false) : 0) /
				100);
	KUNIT_EXPECT_EQ(test, !best, !got);
}

static bool sends(struct grex_config *config, void *arg)
{
	const struct grex_match *sent = arg;

	return !!(config->options.oflags & GREX_HEADER_KEY) == sent->keyed &&
	       config->options.okey == sent->key;
}

static void check_sender(struct kunit *test)
{
	struct table_fixture *f = test->priv;
	struct grex_match sent;
	struct grex_config *got;
	bool any = false;
	int i, has_key;

	pick_match(f, &sent, 1);
	for (i = 0; i < CONFIGS; i++) {
		struct grex_config *c = f->configs[i];

		if (!c || c->options.match.family != sent.family)
			continue;
		if (c->options.match.local.v4 &&
		    !same_address(&c->options.match.local, &sent.local))
			continue;
		if (c->options.match.remote.v4 &&
		    !same_address(&c->options.match.remote, &sent.remote))
			continue;
		if (sends(c, &sent))
			any = true;
	}
	for (has_key = 0; has_key < 2; has_key++) {
		rcu_read_lock();
		got = grex_table_sender_rcu(&f->table, &sent, has_key, sends,
					    &sent);
		rcu_read_unlock();
		KUNIT_EXPECT_EQ(test, any, !!got);
		if (got)
			KUNIT_EXPECT_EQ(test, ntohl(got->options.okey),
					ntohl(sent.key));
	}
}

static void toggle(struct kunit *test, int i)
{
	struct table_fixture *f = test->priv;
	struct grex_config *config = f->configs[i];
	u32 okey;

	if (config) {
		grex_table_remove(&f->table, config);
		f->configs[i] = NULL;
		kfree_rcu(config, rcu);
		return;
	}
	config = kzalloc(sizeof(*config), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, config);
	pick_match(f, &config->options.match, 0);
	config->options.link = pick(f, LINKS);
	okey = pick(f, KEYS);
	config->options.oflags = okey ? GREX_HEADER_KEY : 0;
	config->options.okey = htonl(okey ? okey - 1 : 0);
	config->tunnel = &f->tunnels[i];
	KUNIT_EXPECT_EQ(test, oracle_has_other(f, config),
			grex_table_has_other(&f->table, config));
	if (oracle_has_other(f, config)) {
		kfree(config);
		return;
	}
	KUNIT_ASSERT_EQ(test, 0, grex_table_insert(&f->table, config));
	KUNIT_EXPECT_FALSE(test, grex_table_has_other(&f->table, config));
	f->configs[i] = config;
}

static void table_against_oracle(struct kunit *test)
{
	struct table_fixture *f = test->priv;
	int step;

	rtnl_lock();
	for (step = 0; step < STEPS; step++) {
		toggle(test, pick(f, CONFIGS));
		check_match(test);
		check_pair(test);
		check_sender(test);
	}
	rtnl_unlock();
}

/* The hash grows with many tunnels, and each of them is found. */
static void table_grows(struct kunit *test)
{
	struct table_fixture *f = test->priv;
	const struct grex_arrival arrival = { .iif = 1, .l3mdev = 1 };
	const u32 many = 5000;
	struct grex_config *configs;
	u32 i, wrong = 0;

	configs = kvcalloc(many, sizeof(*configs), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, configs);
	rtnl_lock();
	for (i = 0; i < many; i++) {
		configs[i].options.match.family = i & 1 ? AF_INET6 : AF_INET;
		configs[i].options.match.local.v4 = htonl(0xc0000201);
		configs[i].options.match.remote.v4 = htonl(0x0a000000 + i / 2);
		configs[i].options.match.keyed = 1;
		configs[i].options.match.key = htonl(i / 2);
		configs[i].tunnel = &f->tunnels[0];
		KUNIT_EXPECT_EQ(test, 0,
				grex_table_insert(&f->table, &configs[i]));
	}
	rcu_read_lock();
	for (i = 0; i < many; i++) {
		if (grex_table_match_rcu(&f->table, &configs[i].options.match,
					 arrival) != &configs[i])
			wrong++;
	}
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, 0, wrong);
	for (i = 0; i < many; i++)
		grex_table_remove(&f->table, &configs[i]);
	rtnl_unlock();
	synchronize_rcu();
	kvfree(configs);
}

/* gre0 receives what no other tunnel does, with any key, while it is up. */
static void table_fallback(struct kunit *test)
{
	struct table_fixture *f = test->priv;
	const struct grex_arrival arrival = { .iif = 1, .l3mdev = 1 };
	struct grex_tunnel *tunnel = &f->tunnels[0];
	struct grex_config *gre0, *other;
	struct grex_match packet;

	gre0 = kunit_kzalloc(test, 2 * sizeof(*gre0), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, gre0);
	other = gre0 + 1;
	gre0->options.match.family = AF_INET;
	gre0->tunnel = tunnel;
	*other = *gre0;
	other->tunnel = &f->tunnels[1];
	tunnel->is_fallback = true;
	pick_match(f, &packet, 1);
	packet.keyed = true;
	packet.key = htonl(5);

	rtnl_lock();
	KUNIT_EXPECT_EQ(test, 0, grex_table_insert(&f->table, gre0));
	KUNIT_EXPECT_FALSE(test, grex_table_has_other(&f->table, gre0));
	KUNIT_EXPECT_TRUE(test, grex_table_has_other(&f->table, other));
	other->options.link = 1;
	KUNIT_EXPECT_FALSE(test, grex_table_has_other(&f->table, other));
	other->options.link = 0;
	other->options.match.keyed = true;
	KUNIT_EXPECT_FALSE(test, grex_table_has_other(&f->table, other));

	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test,
			    grex_table_match_rcu(&f->table, &packet, arrival),
			    NULL);
	KUNIT_EXPECT_PTR_EQ(test,
			    grex_table_match_pair_rcu(&f->table, &packet,
						      arrival),
			    NULL);
	KUNIT_EXPECT_PTR_EQ(test,
			    grex_table_match_up_rcu(&f->table, &packet, arrival,
						    false),
			    NULL);
	tunnel->dev = f->up;
	KUNIT_EXPECT_PTR_EQ(test,
			    grex_table_match_up_rcu(&f->table, &packet, arrival,
						    false),
			    gre0);
	/* A tunnel that is down leaves its packets to gre0, too. */
	KUNIT_EXPECT_PTR_EQ(test,
			    grex_table_match_up_rcu(&f->table, &packet, arrival,
						    true),
			    gre0);
	rcu_read_unlock();

	/* A change publishes the new configuration before it removes the old one. */
	other->tunnel = tunnel;
	KUNIT_EXPECT_EQ(test, 0, grex_table_insert(&f->table, other));
	grex_table_remove(&f->table, gre0);
	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test,
			    grex_table_match_up_rcu(&f->table, &packet, arrival,
						    false),
			    other);
	rcu_read_unlock();
	grex_table_remove(&f->table, other);
	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test,
			    grex_table_match_up_rcu(&f->table, &packet, arrival,
						    false),
			    NULL);
	rcu_read_unlock();
	rtnl_unlock();
	synchronize_rcu();
}

/* A frame comes to gretap0 before a tunnel with layer-3 payload drops it, but another packet
 * comes to gre0 last.
 */
static void table_fallback_ether(struct kunit *test)
{
	struct table_fixture *f = test->priv;
	const struct grex_arrival arrival = { .iif = 1, .l3mdev = 1 };
	struct grex_config *gre0, *gretap0, *peer;
	struct grex_match packet;
	int i;

	gre0 = kunit_kzalloc(test, 3 * sizeof(*gre0), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, gre0);
	gretap0 = gre0 + 1;
	peer = gre0 + 2;
	for (i = 0; i < 3; i++) {
		gre0[i].options.match.family = AF_INET;
		gre0[i].tunnel = &f->tunnels[i];
		f->tunnels[i].dev = f->up;
		f->tunnels[i].is_fallback = &gre0[i] != peer;
	}
	gretap0->options.match.ether = true;
	peer->options.match.remote.v4 = htonl(1);
	packet = peer->options.match;

	rtnl_lock();
	KUNIT_EXPECT_EQ(test, 0, grex_table_insert(&f->table, gre0));
	KUNIT_EXPECT_FALSE(test, grex_table_has_other(&f->table, gretap0));
	KUNIT_EXPECT_EQ(test, 0, grex_table_insert(&f->table, gretap0));
	KUNIT_EXPECT_EQ(test, 0, grex_table_insert(&f->table, peer));
	rcu_read_lock();
#define FOUND() grex_table_match_up_rcu(&f->table, &packet, arrival, false)
	KUNIT_EXPECT_PTR_EQ(test, FOUND(), peer);
	packet.ether = true;
	KUNIT_EXPECT_PTR_EQ(test, FOUND(), gretap0);
	gretap0->tunnel->dev = f->down;
	KUNIT_EXPECT_PTR_EQ(test, FOUND(), peer);
	packet.ether = false;
	packet.remote.v4 = htonl(2);
	KUNIT_EXPECT_PTR_EQ(test, FOUND(), gre0);
#undef FOUND
	rcu_read_unlock();
	grex_table_remove(&f->table, peer);
	grex_table_remove(&f->table, gretap0);
	grex_table_remove(&f->table, gre0);
	rtnl_unlock();
	synchronize_rcu();
}

static int table_suite_init(struct kunit *test)
{
	struct table_fixture *f = kvzalloc(sizeof(*f), GFP_KERNEL);

	int i;

	if (!f)
		return -ENOMEM;
	prandom_seed_state(&f->rnd, 47);
	test->priv = f;
	/* The table only uses whether a device is up. */
	f->up = kvzalloc(sizeof(*f->up), GFP_KERNEL);
	f->down = kvzalloc(sizeof(*f->down), GFP_KERNEL);
	if (!f->up || !f->down)
		return -ENOMEM;
	f->up->flags = IFF_UP;
	for (i = 0; i < CONFIGS; i++) {
		f->tunnels[i].dev = i % 2 ? f->up : f->down;
		f->tunnels[i].net = &init_net;
	}
	return grex_table_init(&f->table);
}

static void table_suite_exit(struct kunit *test)
{
	struct table_fixture *f = test->priv;
	int i;

	if (!f)
		return;
	rtnl_lock();
	for (i = 0; i < CONFIGS; i++) {
		if (f->configs[i]) {
			grex_table_remove(&f->table, f->configs[i]);
			kfree_rcu(f->configs[i], rcu);
		}
	}
	rtnl_unlock();
	grex_table_destroy(&f->table);
	kvfree(f->up);
	kvfree(f->down);
	kvfree(f);
}

static struct kunit_case table_cases[] = { KUNIT_CASE(table_against_oracle),
					   KUNIT_CASE(table_grows),
					   KUNIT_CASE(table_fallback),
					   KUNIT_CASE(table_fallback_ether),
					   {} };

static struct kunit_suite table_suite = {
	.name = "grex_table",
	.init = table_suite_init,
	.exit = table_suite_exit,
	.test_cases = table_cases,
};

kunit_test_suite(table_suite);
