// SPDX-License-Identifier: GPL-2.0
/*
 * Runs packetization layer path MTU discovery (RFC 8899): sends the probes and runs the
 * timers of the state machine in plpmtud_fsm.c.
 */
#include <linux/bitops.h>
#include <linux/grex.h>
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/workqueue.h>

#include "auto_mtu.h"
#include "grex.h"
#include "plpmtud.h"
#include "pmtu.h"
#include "probe.h"
#include "route.h"

/* The range of PROBE_TIMER, which is four round trips. RFC 8899 5.1.1 requires at least 1 s,
 * because there silence means a loss. Here it has no meaning: a try counts only if the small
 * probe that was sent behind the large one is acknowledged. A size is given up after
 * MAX_PROBES such tries in a row, and after one more for each small probe that was lost in
 * the last sixteen tries. The maximum allows for a round trip of some seconds.
 */
#define PLPMTUD_PROBE_TIMER_MIN msecs_to_jiffies(100)
#define PLPMTUD_PROBE_TIMER_MAX (15 * HZ)
/* PROBE_TIMER before a round trip is measured (RFC 8899 5.1.1: at least 1 s). */
#define PLPMTUD_PROBE_TIMER_FIRST HZ
/* Wait this long between an acknowledged probe and the next try. Peers may limit their answers to
 * 100 a second.
 */
#define PLPMTUD_PACE msecs_to_jiffies(25)
/* The interval doubles this many times while the peer does not answer. */
#define PLPMTUD_BACKOFF 6
/* After this many tries in a row without any answer, ICMP errors are believed. */
#define PLPMTUD_TRUST 3
/* The path MTU is confirmed at this interval. RFC 8899 5.1.1 does not specify it; a path MTU that
 * becomes smaller is noticed within this time.
 */
#define PLPMTUD_CONFIRMATION_TIMER (5 * HZ)
/* The delay between two lost confirmations, unless an ICMP error reports the same (RFC 8899
 * 5.1.1). Probes that are closer together may all be lost in one burst, or by a policer.
 */
#define PLPMTUD_AGAIN HZ
/* PMTU_RAISE_TIMER, and its value after a black hole, which may have had another cause. */
#define PLPMTUD_RAISE_TIMER (600 * HZ)
#define PLPMTUD_RAISE_SOON (60 * HZ)
/* The shortest interval between two ICMP errors that are probed, because anyone can send
 * them.
 */
#define PLPMTUD_PTB_INTERVAL HZ

static_assert((int)GREX_PLPMTUD_DISABLED == (int)GREX_PATH_SEARCH_OFF);
static_assert((int)GREX_PLPMTUD_BASE == (int)GREX_PATH_SEARCH_BASE);
static_assert((int)GREX_PLPMTUD_SEARCHING == (int)GREX_PATH_SEARCH_SEARCH);
static_assert((int)GREX_PLPMTUD_SEARCH_COMPLETE == (int)GREX_PATH_SEARCH_DONE);
static_assert((int)GREX_PLPMTUD_ERROR == (int)GREX_PATH_SEARCH_ERROR);

static void plpmtud_kick(struct grex_plpmtud *plpmtud, unsigned long delay)
{
	lockdep_assert_held(&plpmtud->lock);
	if (plpmtud->running)
		mod_delayed_work(system_power_efficient_wq, &plpmtud->work,
				 delay);
}

/* Return the size of the inner packet in an outer packet of @size bytes. */
static unsigned int plpmtud_inner(const struct grex_config *config, u32 size)
{
	return size - config->overhead;
}

/* Return PROBE_TIMER for a round trip of @rtt ns, 0: none was measured. */
static unsigned long plpmtud_probe_timer(u64 rtt)
{
	if (!rtt)
		return PLPMTUD_PROBE_TIMER_FIRST;
	return clamp_t(u64, nsecs_to_jiffies64(4 * rtt) + 1,
		       PLPMTUD_PROBE_TIMER_MIN, PLPMTUD_PROBE_TIMER_MAX);
}

/* Shorten a delay at random, so that many tunnels do not send at once. */
static unsigned long plpmtud_spread(unsigned long delay)
{
	return delay / 2 + mul_u64_u32_shr(delay / 2, get_random_u32(), 32);
}

/* Limit packets to the result of the state machine. */
static void plpmtud_publish(struct grex_tunnel *tunnel)
{
	const struct grex_plpmtud_fsm *fsm = &tunnel->plpmtud.fsm;
	const u32 mtu = grex_plpmtud_fsm_path_mtu(fsm);
	const bool settles = mtu < fsm->plpmtu;

	if (mtu == tunnel->pmtu.plpmtu && settles == tunnel->pmtu.settles)
		return;
	WRITE_ONCE(tunnel->pmtu.settles, settles);
	WRITE_ONCE(tunnel->pmtu.plpmtu, mtu);
	if (!settles)
		grex_auto_mtu_kick(tunnel);
}

static void plpmtud_lost(struct grex_plpmtud *plpmtud)
{
	struct grex_plpmtud_fsm *fsm = &plpmtud->fsm;
	const bool was_complete = fsm->state == GREX_PLPMTUD_SEARCH_COMPLETE;

	if (was_complete)
		plpmtud->confirm =
			jiffies + (fsm->ptb_size ? 0 : PLPMTUD_AGAIN);
	grex_plpmtud_fsm_step(fsm, GREX_PLPMTUD_PROBE_LOST,
			      hweight16(plpmtud->losses));
	if (was_complete && fsm->state != GREX_PLPMTUD_SEARCH_COMPLETE)
		plpmtud->raise = jiffies + PLPMTUD_RAISE_SOON;
}

/* Evaluate a try, because its probe was acknowledged or PROBE_TIMER has expired. */
static void plpmtud_evaluate(struct grex_tunnel *tunnel)
{
	struct grex_plpmtud *plpmtud = &tunnel->plpmtud;
	const bool is_current = plpmtud->outstanding ==
				plpmtud->fsm.probed_size;

	if (plpmtud->is_acked || plpmtud->small_is_acked) {
		plpmtud->silent = 0;
		plpmtud->answers = true;
	} else if (plpmtud->silent < PLPMTUD_BACKOFF) {
		plpmtud->silent++;
		plpmtud->answers &= plpmtud->silent < PLPMTUD_TRUST;
	}
	plpmtud->losses <<= 1;
	if (!plpmtud->small_is_acked)
		plpmtud->losses |= 1;
	plpmtud->outstanding = 0;
	if (!is_current)
		return;
	if (plpmtud->is_acked) {
		grex_plpmtud_fsm_step(&plpmtud->fsm, GREX_PLPMTUD_PROBE_ACKED,
				      0);
		WRITE_ONCE(tunnel->pmtu.confirmed, jiffies);
	} else if (plpmtud->small_is_acked) {
		plpmtud_lost(plpmtud);
	}
}

/* Return the delay until the path MTU is to be confirmed. */
static unsigned long plpmtud_confirm_delay(struct grex_plpmtud *plpmtud)
{
	const unsigned long now = jiffies;

	if (!plpmtud->fsm.probe_count && !time_before(now, plpmtud->raise)) {
		plpmtud->raise = now + PLPMTUD_RAISE_TIMER;
		grex_plpmtud_fsm_step(&plpmtud->fsm, GREX_PLPMTUD_RAISE, 0);
		if (plpmtud->fsm.state != GREX_PLPMTUD_SEARCH_COMPLETE)
			return 0;
	}
	return time_before(now, plpmtud->confirm) ? plpmtud->confirm - now : 0;
}

/* Continue discovery. Set @size to the size of the probe to be sent, 0: none. Return the delay
 * until the next step.
 */
static unsigned long plpmtud_step(struct grex_tunnel *tunnel, u32 limit,
				  u32 *size)
{
	struct grex_plpmtud *plpmtud = &tunnel->plpmtud;
	struct grex_plpmtud_fsm *fsm = &plpmtud->fsm;
	struct grex_probe_log log;
	unsigned long delay;

	lockdep_assert_held(&plpmtud->lock);
	*size = 0;
	if (plpmtud->outstanding) {
		if (!plpmtud->is_acked && time_before(jiffies, plpmtud->due))
			return plpmtud->due - jiffies;
		plpmtud_evaluate(tunnel);
	}
	/* There is no route, or its MTU is below MIN_PLPMTU. */
	if (limit < GREX_PLPMTUD_MIN_PLPMTU) {
		grex_plpmtud_fsm_step(fsm, GREX_PLPMTUD_STOP, 0);
		return plpmtud_spread(PLPMTUD_CONFIRMATION_TIMER);
	}
	grex_plpmtud_fsm_step(fsm,
			      fsm->state == GREX_PLPMTUD_DISABLED
				      ? GREX_PLPMTUD_START
				      : GREX_PLPMTUD_NEW_MAX,
			      limit);
	if (fsm->state == GREX_PLPMTUD_SEARCH_COMPLETE ||
	    fsm->state == GREX_PLPMTUD_ERROR) {
		delay = plpmtud_confirm_delay(plpmtud);
		if (delay)
			return delay;
		plpmtud->confirm =
			jiffies + plpmtud_spread(PLPMTUD_CONFIRMATION_TIMER);
	}
	*size = fsm->probed_size;
	plpmtud->outstanding = fsm->probed_size;
	plpmtud->is_acked = false;
	plpmtud->small_is_acked = false;
	log = grex_probe_get_log(tunnel, GREX_PROBE_PATH);
	plpmtud->seq = log.sent;
	delay = plpmtud_probe_timer(log.rtt_smoothed) << plpmtud->silent;
	plpmtud->due = jiffies + delay;
	return delay;
}

/* Send the large probe before the small one, so that the large one had enough time when the
 * small one is returned. Do not send the small one alone, because the large one would then
 * seem to be lost.
 *
 * Return: whether both were sent
 */
static bool plpmtud_send(struct grex_config *config, u32 size)
{
	int err;

	err = grex_probe_send(config, GREX_PROBE_PATH,
			      plpmtud_inner(config, size), true);
	if (!grex_probe_is_unsent(err))
		err = grex_probe_send(config, GREX_PROBE_PATH, 0, true);
	return !grex_probe_is_unsent(err);
}

static void plpmtud_work(struct work_struct *work)
{
	struct grex_tunnel *tunnel = container_of(to_delayed_work(work),
						  struct grex_tunnel,
						  plpmtud.work);
	struct grex_plpmtud *plpmtud = &tunnel->plpmtud;
	unsigned long delay = MAX_JIFFY_OFFSET;
	struct grex_config *config;
	bool unsent;
	u32 size = 0;

	local_bh_disable();
	rcu_read_lock();
	config = rcu_dereference(tunnel->config);
	spin_lock(&plpmtud->lock);
	if (plpmtud->running && config->options.mtu_probe) {
		delay = plpmtud_step(tunnel, grex_pmtu_limit_to(config), &size);
		plpmtud_publish(tunnel);
	}
	spin_unlock(&plpmtud->lock);
	unsent = size && !plpmtud_send(config, size);
	spin_lock(&plpmtud->lock);
	if (unsent)
		plpmtud->outstanding = 0;
	/* Do not delay work that was scheduled meanwhile. */
	if (plpmtud->running && delay != MAX_JIFFY_OFFSET)
		queue_delayed_work(system_power_efficient_wq, &plpmtud->work,
				   delay);
	spin_unlock(&plpmtud->lock);
	rcu_read_unlock();
	local_bh_enable();
}

/* Probe at once, because the peer answers again and the interval may have become long. */
static void plpmtud_wake(struct grex_plpmtud *plpmtud)
{
	if (plpmtud->silent < PLPMTUD_TRUST)
		return;
	plpmtud->silent = 0;
	plpmtud->outstanding = 0;
	plpmtud_kick(plpmtud, 0);
}

/**
 * grex_plpmtud_ack - process a returned probe
 * @config: of the tunnel
 * @probe: of any kind
 */
void grex_plpmtud_ack(const struct grex_config *config,
		      const struct grex_probe *probe)
{
	struct grex_plpmtud *plpmtud = &config->tunnel->plpmtud;

	if (!config->options.mtu_probe)
		return;
	spin_lock(&plpmtud->lock);
	if (probe->kind != GREX_PROBE_PATH) {
		plpmtud_wake(plpmtud);
	} else if ((s32)(probe->seq - plpmtud->seq) < 0) {
		; /* The probe belongs to an earlier try. */
	} else if (!probe->padding) {
		plpmtud->small_is_acked = true;
	} else if (plpmtud->outstanding &&
		   grex_probe_size(config, probe) ==
			   plpmtud_inner(config, plpmtud->outstanding)) {
		plpmtud->is_acked = true;
		plpmtud_kick(plpmtud, PLPMTUD_PACE);
	}
	spin_unlock(&plpmtud->lock);
}

/**
 * grex_plpmtud_ptb - process an ICMP error that reports a path MTU
 * @config: of the tunnel that the error is about
 * @mtu: bytes of an outer packet
 *
 * Return: true when probes decide whether to believe the error; false when the caller
 * believes it, and then the result of the probes is discarded
 */
bool grex_plpmtud_ptb(const struct grex_config *config, u32 mtu)
{
	struct grex_tunnel *tunnel = config->tunnel;
	struct grex_plpmtud *plpmtud = &tunnel->plpmtud;
	struct grex_plpmtud_fsm *fsm = &plpmtud->fsm;
	const u64 now = get_jiffies_64();
	bool answers;

	if (!config->options.mtu_probe)
		return false;
	spin_lock(&plpmtud->lock);
	answers = plpmtud->answers;
	if (!answers && mtu < fsm->plpmtu) {
		grex_plpmtud_fsm_step(fsm, GREX_PLPMTUD_STOP, 0);
		plpmtud_publish(tunnel);
	} else if (answers && fsm->state == GREX_PLPMTUD_SEARCH_COMPLETE &&
		   mtu < fsm->plpmtu && !plpmtud->outstanding &&
		   !time_before64(now, plpmtud->next_ptb)) {
		plpmtud->next_ptb = now + PLPMTUD_PTB_INTERVAL;
		plpmtud->confirm = jiffies;
		grex_plpmtud_fsm_step(fsm, GREX_PLPMTUD_PTB, mtu);
		plpmtud_kick(plpmtud, 0);
	}
	spin_unlock(&plpmtud->lock);
	return answers;
}

static void plpmtud_restart(struct grex_tunnel *tunnel, bool running)
{
	struct grex_plpmtud *plpmtud = &tunnel->plpmtud;

	spin_lock_bh(&plpmtud->lock);
	plpmtud->running = running;
	plpmtud->answers = false;
	plpmtud->outstanding = 0;
	plpmtud->is_acked = false;
	plpmtud->silent = 0;
	plpmtud->losses = 0;
	plpmtud->raise = jiffies + PLPMTUD_RAISE_TIMER;
	plpmtud->confirm = jiffies;
	plpmtud->next_ptb = get_jiffies_64();
	grex_plpmtud_fsm_step(&plpmtud->fsm, GREX_PLPMTUD_STOP, 0);
	plpmtud_publish(tunnel);
	plpmtud_kick(plpmtud, plpmtud_spread(HZ / 10));
	spin_unlock_bh(&plpmtud->lock);
}

void grex_plpmtud_init(struct grex_tunnel *tunnel)
{
	spin_lock_init(&tunnel->plpmtud.lock);
	INIT_DELAYED_WORK(&tunnel->plpmtud.work, plpmtud_work);
}

void grex_plpmtud_open(struct grex_tunnel *tunnel)
{
	plpmtud_restart(tunnel, true);
}

void grex_plpmtud_close(struct grex_tunnel *tunnel)
{
	plpmtud_restart(tunnel, false);
	cancel_delayed_work_sync(&tunnel->plpmtud.work);
}

/**
 * grex_plpmtud_change - adapt to a new configuration
 * @tunnel: of the configuration
 * @old: the configuration before
 * @config: the new configuration
 */
void grex_plpmtud_change(struct grex_tunnel *tunnel,
			 const struct grex_config *old,
			 const struct grex_config *config)
{
	struct grex_plpmtud *plpmtud = &tunnel->plpmtud;

	if (!netif_running(tunnel->dev))
		return;
	if (old->options.mtu_probe != config->options.mtu_probe ||
	    grex_route_moves(old, config)) {
		plpmtud_restart(tunnel, true);
		return;
	}
	spin_lock_bh(&plpmtud->lock);
	if (!plpmtud->outstanding)
		plpmtud_kick(plpmtud, 0);
	spin_unlock_bh(&plpmtud->lock);
}

/* The caller holds the RTNL lock. */
void grex_plpmtud_read(struct grex_tunnel *tunnel,
		       struct grex_plpmtud_status *state)
{
	struct grex_plpmtud *plpmtud = &tunnel->plpmtud;
	const struct grex_probe_log log =
		grex_probe_get_log(tunnel, GREX_PROBE_PATH);

	state->sent = log.sent;
	state->received = log.received;

	spin_lock_bh(&plpmtud->lock);
	state->search = plpmtud->fsm.state;
	state->tried = plpmtud->fsm.probed_size;
	spin_unlock_bh(&plpmtud->lock);
}
