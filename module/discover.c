// SPDX-License-Identifier: GPL-2.0
/*
 * Path MTU discovery by probes: the packets and the time that drive the search in
 * search.c; and the device's MTU that follows what is found, or what the underlay
 * has learned.
 */
#include <linux/grex.h>
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/workqueue.h>
#include <net/addrconf.h>
#include <net/ip.h>

#include "discover.h"
#include "keepalive.h"
#include "pmtu.h"

/* A probe that is not back by then is lost: four round trips, in this range. */
#define DISCOVER_TIMEOUT_MIN msecs_to_jiffies(100)
#define DISCOVER_TIMEOUT_MAX (2 * HZ)
/* As long as no round trip has been measured (RFC 8899 5.1.1, at least 1 s). */
#define DISCOVER_TIMEOUT_FIRST HZ
/* Between a success and the next try: a peer answers 100 probes a second. */
#define DISCOVER_PACE msecs_to_jiffies(25)
/* A peer that does not answer is asked less and less often, up to 64 timeouts. */
#define DISCOVER_BACKOFF 6
/* After so many tries in a row without any answer ICMP errors are believed. */
#define DISCOVER_TRUST 3
/* Of what was found. RFC 8899 5.1.1 leaves the time open; a path that has shrunk
 * is noticed within it.
 */
#define DISCOVER_CONFIRM (5 * HZ)
/* Whether more passes by now [PMTU_RAISE_TIMER] */
#define DISCOVER_RAISE (600 * HZ)
/* ICMP errors are looked into that often; anyone can send them. */
#define DISCOVER_CLAIMS HZ
/* How often a device's MTU is compared with what the underlay has learned, and how
 * long that must have been more before the MTU is raised.
 */
#define DISCOVER_FOLLOW (2 * HZ)
#define DISCOVER_HYSTERESIS (60 * HZ)
/* Somebody else has the RTNL lock. */
#define DISCOVER_BUSY (HZ / 20)

static void discover_kick(struct grex_discover *discover, unsigned long delay)
{
	lockdep_assert_held(&discover->lock);
	if (discover->running)
		mod_delayed_work(system_power_efficient_wq, &discover->work,
				 delay);
}

/* What a probe of so many bytes outside has inside. */
static unsigned int discover_inner(const struct grex_config *config, u32 size)
{
	return size - config->overhead;
}

static unsigned long discover_timeout(struct grex_tunnel *tunnel)
{
	const u64 rtt = grex_keepalive_rtt(tunnel, GREX_PROBE_PATH);

	if (!rtt)
		return DISCOVER_TIMEOUT_FIRST;
	return clamp_t(u64, nsecs_to_jiffies64(4 * rtt) + 1,
		       DISCOVER_TIMEOUT_MIN, DISCOVER_TIMEOUT_MAX);
}

/* So that many tunnels do not send at once. */
static unsigned long discover_spread(unsigned long delay)
{
	return delay / 2 + mul_u64_u32_shr(delay / 2, get_random_u32(), 32);
}

/* The time is up for the probe that is out, or it is back. */
static void discover_judge(struct grex_discover *discover)
{
	struct grex_search *search = &discover->search;
	const bool in_question = discover->tried == search->size;

	if (discover->is_back || discover->small_is_back)
		discover->silent = 0;
	else if (discover->silent < DISCOVER_BACKOFF)
		discover->silent++;
	discover->tried = 0;
	if (!in_question)
		return;
	if (discover->is_back) {
		grex_search_step(search, GREX_SEARCH_PASSED, 0);
		discover->confirmed = ktime_get_boottime_ns();
	} else if (discover->small_is_back) {
		grex_search_step(search, GREX_SEARCH_MISSED, 0);
	}
}

/* What was found stands; when is it to be confirmed? */
static unsigned long discover_rest(struct grex_discover *discover)
{
	const unsigned long now = jiffies;

	if (discover->search.strikes)
		return 0;
	if (!time_before(now, discover->raise)) {
		discover->raise = now + DISCOVER_RAISE;
		grex_search_step(&discover->search, GREX_SEARCH_RAISE, 0);
		if (discover->search.state != GREX_SEARCH_IN_DONE)
			return 0;
	}
	return time_before(now, discover->confirm) ? discover->confirm - now
						   : 0;
}

/* Go on with the search. Sets @size to what to send, 0: nothing; returns when the
 * next step is.
 */
static unsigned long discover_step(struct grex_tunnel *tunnel, u32 limit,
				   u32 *size)
{
	struct grex_discover *discover = &tunnel->discover;
	struct grex_search *search = &discover->search;
	unsigned long delay;

	lockdep_assert_held(&discover->lock);
	*size = 0;
	if (discover->tried) {
		if (!discover->is_back && time_before(jiffies, discover->due))
			return discover->due - jiffies;
		discover_judge(discover);
	}
	if (!limit) /* there is no route */
		return DISCOVER_CONFIRM;
	grex_search_step(search,
			 search->state == GREX_SEARCH_OFF ? GREX_SEARCH_START
							  : GREX_SEARCH_LIMIT,
			 limit);
	if (search->state == GREX_SEARCH_IN_DONE) {
		delay = discover_rest(discover);
		if (delay)
			return delay;
		discover->confirm = jiffies + discover_spread(DISCOVER_CONFIRM);
	}
	*size = search->size;
	discover->tried = search->size;
	discover->is_back = false;
	discover->small_is_back = false;
	delay = discover_timeout(tunnel) << discover->silent;
	discover->due = jiffies + delay;
	return delay;
}

/* The large one first: when the small one is back, it had its time. */
static void discover_send(struct grex_config *config, u32 size)
{
	grex_keepalive_send(config, GREX_PROBE_PATH,
			    discover_inner(config, size), true);
	grex_keepalive_send(config, GREX_PROBE_PATH, 0, true);
}

static bool discover_has_ipv6(const struct net_device *dev)
{
#if IS_ENABLED(CONFIG_IPV6)
	return __in6_dev_get(dev);
#else
	return false;
#endif
}

static void discover_set_mtu(struct net_device *dev, unsigned int mtu)
{
	struct grex_tunnel *tunnel = netdev_priv(dev);

	ASSERT_RTNL();
	/* The stack takes IPv6 away from a device with less (RFC 8200 5). */
	if (mtu < IPV6_MIN_MTU && discover_has_ipv6(dev))
		mtu = IPV6_MIN_MTU;
	if (mtu == dev->mtu)
		return;
	/* Which the device takes for the operator's choice. */
	dev_set_mtu(dev, mtu);
	WRITE_ONCE(tunnel->mtu_mode, GREX_MTU_AUTO);
}

/* Lower at once, and higher when it is sure: what the underlay has learned from
 * ICMP is forgotten after ten minutes, and learned again. Returns when to look
 * again.
 */
static unsigned long discover_follow(struct grex_tunnel *tunnel,
				     unsigned int mtu, bool sure)
{
	struct grex_discover *discover = &tunnel->discover;
	struct net_device *dev = tunnel->dev;
	const unsigned int now = READ_ONCE(dev->mtu);

	if (READ_ONCE(tunnel->mtu_mode) != GREX_MTU_AUTO || !mtu)
		return DISCOVER_FOLLOW;
	mtu = clamp(mtu, dev->min_mtu, dev->max_mtu);
	if (mtu <= now || sure)
		discover->higher = 0;
	else if (!discover->higher)
		discover->higher = jiffies ?: 1;
	if (mtu == now ||
	    (discover->higher &&
	     time_before(jiffies, discover->higher + DISCOVER_HYSTERESIS)))
		return DISCOVER_FOLLOW;
	if (!rtnl_trylock())
		return DISCOVER_BUSY;
	if (tunnel->mtu_mode == GREX_MTU_AUTO)
		discover_set_mtu(dev, mtu);
	discover->higher = 0;
	rtnl_unlock();
	return DISCOVER_FOLLOW;
}

static void discover_work(struct work_struct *work)
{
	struct grex_tunnel *tunnel = container_of(to_delayed_work(work),
						  struct grex_tunnel,
						  discover.work);
	struct grex_discover *discover = &tunnel->discover;
	unsigned long delay = MAX_JIFFY_OFFSET;
	struct grex_config *config;
	bool is_auto, sure;
	unsigned int mtu;
	u32 size = 0;

	local_bh_disable();
	rcu_read_lock();
	config = rcu_dereference(tunnel->config);
	spin_lock(&discover->lock);
	if (discover->running && config->mtu_probe) {
		delay = discover_step(tunnel, grex_pmtu_learned(config).mtu,
				      &size);
		WRITE_ONCE(tunnel->path_mtu, discover->search.found);
	}
	sure = discover->search.found;
	spin_unlock(&discover->lock);
	if (size)
		discover_send(config, size);
	mtu = grex_pmtu_to(config, config->match.remote.v4);
	rcu_read_unlock();
	local_bh_enable();

	is_auto = READ_ONCE(tunnel->mtu_mode) == GREX_MTU_AUTO;
	if (is_auto)
		delay = min(delay, discover_follow(tunnel, mtu, sure));
	if (delay == MAX_JIFFY_OFFSET)
		return;
	spin_lock_bh(&discover->lock);
	/* Not later than what has come meanwhile asks for. */
	if (discover->running)
		queue_delayed_work(system_power_efficient_wq, &discover->work,
				   delay);
	spin_unlock_bh(&discover->lock);
}

/**
 * grex_discover_answer - a probe has come back
 * @config: of its tunnel
 * @probe: what it says, of the kind GREX_PROBE_PATH
 */
void grex_discover_answer(const struct grex_config *config,
			  const struct grex_probe *probe)
{
	struct grex_discover *discover = &config->tunnel->discover;

	spin_lock(&discover->lock);
	if (!probe->padding) {
		discover->small_is_back = true;
	} else if (discover->tried &&
		   grex_keepalive_size(config, probe) ==
			   discover_inner(config, discover->tried)) {
		discover->is_back = true;
		discover_kick(discover, DISCOVER_PACE);
	}
	spin_unlock(&discover->lock);
}

/**
 * grex_discover_claim - an ICMP error says how much passes
 * @config: of the tunnel that it is about
 * @mtu: bytes outside
 *
 * Return: is it up to the probes to say whether that is so
 */
bool grex_discover_claim(const struct grex_config *config, u32 mtu)
{
	struct grex_discover *discover = &config->tunnel->discover;
	struct grex_search *search = &discover->search;
	bool knows;

	if (!config->mtu_probe)
		return false;
	spin_lock(&discover->lock);
	/* A peer that does not answer tells nothing. */
	knows = discover->running && search->found &&
		discover->silent < DISCOVER_TRUST;
	if (knows && search->state == GREX_SEARCH_IN_DONE &&
	    mtu < search->found && !discover->tried &&
	    !time_before(jiffies, discover->claims)) {
		discover->claims = jiffies + DISCOVER_CLAIMS;
		discover->confirm = jiffies;
		grex_search_step(search, GREX_SEARCH_CLAIM, mtu);
		discover_kick(discover, 0);
	}
	spin_unlock(&discover->lock);
	return knows;
}

static void discover_restart(struct grex_tunnel *tunnel, bool running)
{
	struct grex_discover *discover = &tunnel->discover;

	spin_lock_bh(&discover->lock);
	discover->running = running;
	discover->tried = 0;
	discover->is_back = false;
	discover->silent = 0;
	discover->confirmed = 0;
	discover->raise = jiffies + DISCOVER_RAISE;
	discover->confirm = jiffies;
	discover->claims = jiffies;
	grex_search_step(&discover->search, GREX_SEARCH_STOP, 0);
	WRITE_ONCE(tunnel->path_mtu, 0);
	discover_kick(discover, discover_spread(HZ / 10));
	spin_unlock_bh(&discover->lock);
}

void grex_discover_init(struct grex_tunnel *tunnel)
{
	spin_lock_init(&tunnel->discover.lock);
	INIT_DELAYED_WORK(&tunnel->discover.work, discover_work);
}

void grex_discover_open(struct grex_tunnel *tunnel)
{
	discover_restart(tunnel, true);
}

void grex_discover_close(struct grex_tunnel *tunnel)
{
	discover_restart(tunnel, false);
	/* It only tries for the RTNL lock, which we have. */
	cancel_delayed_work_sync(&tunnel->discover.work);
}

/**
 * grex_discover_change - another configuration is in force
 * @tunnel: its tunnel
 * @old: the one before
 * @config: the one now
 */
void grex_discover_change(struct grex_tunnel *tunnel,
			  const struct grex_config *old,
			  const struct grex_config *config)
{
	struct grex_discover *discover = &tunnel->discover;

	if (!netif_running(tunnel->dev))
		return;
	if (old->mtu_probe != config->mtu_probe ||
	    grex_keepalive_moves(old, config)) {
		discover_restart(tunnel, true);
		return;
	}
	spin_lock_bh(&discover->lock);
	if (!discover->tried)
		discover_kick(discover, 0);
	spin_unlock_bh(&discover->lock);
}

/* Caller: RTNL. */
void grex_discover_read(struct grex_tunnel *tunnel, struct grex_path *path)
{
	const struct grex_config *config = rtnl_dereference(tunnel->config);
	struct grex_discover *discover = &tunnel->discover;
	struct grex_probe_log log[GREX_PROBE_KINDS];
	struct grex_pmtu_learned learned = {};
	struct grex_fsm fsm;
	u32 found;

	grex_keepalive_read(tunnel, &fsm, log);
	*path = (struct grex_path){
		.sent = log[GREX_PROBE_PATH].sent,
		.received = log[GREX_PROBE_PATH].received,
	};
	if (config->match.remote.v4)
		learned = grex_pmtu_learned(config);
	path->mtu = learned.mtu;
	path->age = GREX_PATH_AGELESS;
	if (learned.from_icmp) {
		const unsigned long when = READ_ONCE(tunnel->frag_needed);

		path->source = GREX_PATH_FROM_ICMP;
		/* It may have been about other packets than the tunnel's. */
		if (when)
			path->age = jiffies_to_msecs(jiffies - when);
	}

	spin_lock_bh(&discover->lock);
	path->search = discover->search.state;
	path->tried = discover->search.size;
	found = discover->search.found;
	if (found && path->mtu && found <= path->mtu) {
		path->mtu = found;
		path->source = GREX_PATH_FROM_PROBES;
		path->age =
			div_u64(ktime_get_boottime_ns() - discover->confirmed,
				NSEC_PER_MSEC);
	}
	spin_unlock_bh(&discover->lock);
}
