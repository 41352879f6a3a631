// SPDX-License-Identifier: GPL-2.0
/*
 * Path MTU discovery by probes: the packets and the time that drive the search in
 * plpmtud_fsm.c.
 */
#include <linux/bitops.h>
#include <linux/grex.h>
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/workqueue.h>

#include "auto_mtu.h"
#include "keepalive.h"
#include "plpmtud.h"
#include "pmtu.h"

/* A probe that is not back by then is lost [PROBE_TIMER]: four round trips, in this range.
 * RFC 8899 5.1.1 has 1 s at least, since it takes silence for a loss. Here silence says
 * nothing: a try counts only if the small probe that was sent behind the large one has
 * come back. A size is given up after three such tries in a row, and after one more for
 * each small probe that was lost in the last sixteen tries. The maximum allows for a
 * round trip of some seconds.
 */
#define DISCOVER_TIMEOUT_MIN msecs_to_jiffies(100)
#define DISCOVER_TIMEOUT_MAX (15 * HZ)
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
/* Between two that were lost, unless an ICMP error says the same (RFC 8899 5.1.1):
 * what is lost closer together may have been in one burst, or over a policer.
 */
#define DISCOVER_AGAIN HZ
/* Whether more passes by now [PMTU_RAISE_TIMER]; and after a black hole, which may
 * have been something else.
 */
#define DISCOVER_RAISE (600 * HZ)
#define DISCOVER_RAISE_SOON (60 * HZ)
/* ICMP errors are looked into that often; anyone can send them. */
#define DISCOVER_CLAIMS HZ

static_assert((int)GREX_SEARCH_OFF == (int)GREX_PATH_SEARCH_OFF);
static_assert((int)GREX_SEARCH_IN_BASE == (int)GREX_PATH_SEARCH_BASE);
static_assert((int)GREX_SEARCH_IN_SEARCH == (int)GREX_PATH_SEARCH_SEARCH);
static_assert((int)GREX_SEARCH_IN_DONE == (int)GREX_PATH_SEARCH_DONE);
static_assert((int)GREX_SEARCH_IN_ERROR == (int)GREX_PATH_SEARCH_ERROR);

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

/* @rtt: ns, 0: none has been measured */
static unsigned long discover_timeout(u64 rtt)
{
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

/* What the search says is what packets are held to. */
static void discover_publish(struct grex_tunnel *tunnel)
{
	const struct grex_search *search = &tunnel->discover.search;
	const u32 mtu = grex_search_path_mtu(search);
	const bool settles = mtu < search->found;

	if (mtu == tunnel->pmtu.found && settles == tunnel->pmtu.settles)
		return;
	WRITE_ONCE(tunnel->pmtu.settles, settles);
	WRITE_ONCE(tunnel->pmtu.found, mtu);
	if (!settles)
		grex_follow_kick(tunnel);
}

static void discover_lost(struct grex_discover *discover)
{
	struct grex_search *search = &discover->search;
	const bool was_done = search->state == GREX_SEARCH_IN_DONE;

	if (was_done)
		discover->confirm =
			jiffies + (search->claim ? 0 : DISCOVER_AGAIN);
	grex_search_step(search, GREX_SEARCH_MISSED,
			 hweight16(discover->losses));
	if (was_done && search->state != GREX_SEARCH_IN_DONE)
		discover->raise = jiffies + DISCOVER_RAISE_SOON;
}

/* The time is up for the probe that is out, or it is back. */
static void discover_judge(struct grex_tunnel *tunnel)
{
	struct grex_discover *discover = &tunnel->discover;
	const bool in_question = discover->tried == discover->search.size;

	if (discover->is_back || discover->small_is_back) {
		discover->silent = 0;
		discover->answers = true;
	} else if (discover->silent < DISCOVER_BACKOFF) {
		discover->silent++;
		discover->answers &= discover->silent < DISCOVER_TRUST;
	}
	discover->losses <<= 1;
	if (!discover->small_is_back)
		discover->losses |= 1;
	discover->tried = 0;
	if (!in_question)
		return;
	if (discover->is_back) {
		grex_search_step(&discover->search, GREX_SEARCH_PASSED, 0);
		WRITE_ONCE(tunnel->pmtu.confirmed, jiffies);
	} else if (discover->small_is_back) {
		discover_lost(discover);
	}
}

/* What was found stands; when is it to be confirmed? */
static unsigned long discover_rest(struct grex_discover *discover)
{
	const unsigned long now = jiffies;

	if (!discover->search.strikes && !time_before(now, discover->raise)) {
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
	struct grex_probe_log log;
	unsigned long delay;

	lockdep_assert_held(&discover->lock);
	*size = 0;
	if (discover->tried) {
		if (!discover->is_back && time_before(jiffies, discover->due))
			return discover->due - jiffies;
		discover_judge(tunnel);
	}
	/* There is no route, or none that takes what every link has to. */
	if (limit < GREX_SEARCH_FLOOR) {
		grex_search_step(search, GREX_SEARCH_STOP, 0);
		return discover_spread(DISCOVER_CONFIRM);
	}
	grex_search_step(search,
			 search->state == GREX_SEARCH_OFF ? GREX_SEARCH_START
							  : GREX_SEARCH_LIMIT,
			 limit);
	if (search->state == GREX_SEARCH_IN_DONE ||
	    search->state == GREX_SEARCH_IN_ERROR) {
		delay = discover_rest(discover);
		if (delay)
			return delay;
		discover->confirm = jiffies + discover_spread(DISCOVER_CONFIRM);
	}
	*size = search->size;
	discover->tried = search->size;
	discover->is_back = false;
	discover->small_is_back = false;
	log = grex_keepalive_probes(tunnel, GREX_PROBE_PATH);
	discover->seq = log.sent;
	delay = discover_timeout(log.rtt_smoothed) << discover->silent;
	discover->due = jiffies + delay;
	return delay;
}

/* The large one first: when the small one is back, it had its time. And the small
 * one alone would say that the path does not let through what was never sent.
 *
 * Return: are both on their way, so that what becomes of them says something
 */
static bool discover_send(struct grex_config *config, u32 size)
{
	int err;

	err = grex_keepalive_send(config, GREX_PROBE_PATH,
				  discover_inner(config, size), true);
	if (!grex_keepalive_is_unsent(err))
		err = grex_keepalive_send(config, GREX_PROBE_PATH, 0, true);
	return !grex_keepalive_is_unsent(err);
}

static void discover_work(struct work_struct *work)
{
	struct grex_tunnel *tunnel = container_of(to_delayed_work(work),
						  struct grex_tunnel,
						  discover.work);
	struct grex_discover *discover = &tunnel->discover;
	unsigned long delay = MAX_JIFFY_OFFSET;
	struct grex_config *config;
	bool unsent;
	u32 size = 0;

	local_bh_disable();
	rcu_read_lock();
	config = rcu_dereference(tunnel->config);
	spin_lock(&discover->lock);
	if (discover->running && config->options.mtu_probe) {
		delay = discover_step(tunnel, grex_pmtu_limit_to(config),
				      &size);
		discover_publish(tunnel);
	}
	spin_unlock(&discover->lock);
	unsent = size && !discover_send(config, size);
	spin_lock(&discover->lock);
	if (unsent)
		discover->tried = 0;
	/* Not later than what has come meanwhile asks for. */
	if (discover->running && delay != MAX_JIFFY_OFFSET)
		queue_delayed_work(system_power_efficient_wq, &discover->work,
				   delay);
	spin_unlock(&discover->lock);
	rcu_read_unlock();
	local_bh_enable();
}

/* The peer is there. It may have been away, and is asked less and less often. */
static void discover_wake(struct grex_discover *discover)
{
	if (discover->silent < DISCOVER_TRUST)
		return;
	discover->silent = 0;
	discover->tried = 0;
	discover_kick(discover, 0);
}

/**
 * grex_discover_answer - a probe has come back
 * @config: of its tunnel
 * @probe: what it says, of any kind
 */
void grex_discover_answer(const struct grex_config *config,
			  const struct grex_probe *probe)
{
	struct grex_discover *discover = &config->tunnel->discover;

	if (!config->options.mtu_probe)
		return;
	spin_lock(&discover->lock);
	if (probe->kind != GREX_PROBE_PATH) {
		discover_wake(discover);
	} else if ((s32)(probe->seq - discover->seq) < 0) {
		; /* of an earlier try */
	} else if (!probe->padding) {
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
 * Return: is it for the probes to say whether that is so? If not, what they have
 * said is over.
 */
bool grex_discover_claim(const struct grex_config *config, u32 mtu)
{
	struct grex_tunnel *tunnel = config->tunnel;
	struct grex_discover *discover = &tunnel->discover;
	struct grex_search *search = &discover->search;
	const u64 now = get_jiffies_64();
	bool knows;

	if (!config->options.mtu_probe)
		return false;
	spin_lock(&discover->lock);
	knows = discover->answers;
	if (!knows && mtu < search->found) {
		grex_search_step(search, GREX_SEARCH_STOP, 0);
		discover_publish(tunnel);
	} else if (knows && search->state == GREX_SEARCH_IN_DONE &&
		   mtu < search->found && !discover->tried &&
		   !time_before64(now, discover->claims)) {
		discover->claims = now + DISCOVER_CLAIMS;
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
	discover->answers = false;
	discover->tried = 0;
	discover->is_back = false;
	discover->silent = 0;
	discover->losses = 0;
	discover->raise = jiffies + DISCOVER_RAISE;
	discover->confirm = jiffies;
	discover->claims = get_jiffies_64();
	grex_search_step(&discover->search, GREX_SEARCH_STOP, 0);
	discover_publish(tunnel);
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
	if (old->options.mtu_probe != config->options.mtu_probe ||
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
void grex_discover_read(struct grex_tunnel *tunnel,
			struct grex_discover_state *state)
{
	struct grex_discover *discover = &tunnel->discover;
	const struct grex_probe_log log =
		grex_keepalive_probes(tunnel, GREX_PROBE_PATH);

	state->sent = log.sent;
	state->received = log.received;

	spin_lock_bh(&discover->lock);
	state->search = discover->search.state;
	state->tried = discover->search.size;
	spin_unlock_bh(&discover->lock);
}
