// SPDX-License-Identifier: GPL-2.0
/*
 * Runs the timer and feeds the events of the state machine in keepalive_fsm.c, and sets the
 * carrier as the state machine decides.
 */
#include <linux/ktime.h>
#include <linux/random.h>

#include "grex.h"
#include "keepalive.h"
#include "probe.h"
#include "route.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/* The first keepalive is delayed until the device is completely up. */
#define KEEPALIVE_FIRST_MS 10
/* Number of intervals that are cut to a random length between one half and the whole. After
 * them, the timers of many tunnels are spread evenly, to at most 1.2 times the mean.
 */
#define KEEPALIVE_SPREAD 6

static struct grex_tunnel *keepalive_tunnel(struct grex_keepalive *keepalive)
{
	return container_of(keepalive, struct grex_tunnel, keepalive);
}

static void keepalive_log(struct grex_tunnel *tunnel, unsigned int actions,
			  u8 retries)
{
	const struct net_device *dev = tunnel->dev;

	if (!(actions & (GREX_FSM_CARRIER_OFF | GREX_FSM_CARRIER_ON)) ||
	    !grex_may_log(tunnel))
		return;
	if (actions & GREX_FSM_CARRIER_ON)
		netdev_info(dev, "keepalive: the peer answers, carrier on\n");
	else
		netdev_info(dev,
			    "keepalive: the peer has not answered %u in a row, carrier off\n",
			    retries);
}

/* Whether packets other than replies came from the peer since the oldest probe that it could
 * have answered.
 */
static bool keepalive_heard(const struct grex_config *config)
{
	const unsigned long when = READ_ONCE(config->tunnel->received);

	return when && when != READ_ONCE(config->tunnel->keepalive.replied) &&
	       grex_ms_since(when) < (u64)config->options.keepalive_interval *
					     config->options.keepalive_retries;
}

/* Process an event. The state machine, the carrier and the timer change under one lock, so
 * that they always agree. The caller stops the timer, because it may have to wait for it.
 */
static unsigned int keepalive_step(struct grex_keepalive *keepalive,
				   const struct grex_config *config,
				   enum grex_fsm_event event)
{
	const struct grex_fsm_input in = {
		.now = ktime_get_boottime_ns(),
		.interval = config->options.keepalive_interval,
		.retries = config->options.keepalive_retries,
		.heard = keepalive_heard(config),
	};
	struct net_device *dev = config->tunnel->dev;
	struct grex_fsm *fsm = &keepalive->fsm;
	const u8 old = fsm->state;
	unsigned int actions;

	lockdep_assert_held(&keepalive->lock);
	actions = grex_fsm_step(fsm, event, &in);
	if (actions & GREX_FSM_CARRIER_OFF)
		netif_carrier_off(dev);
	if (actions & GREX_FSM_CARRIER_ON) {
		/* The reply is authenticated, and the peer may have restarted. */
		grex_restart_iseq(config->tunnel);
		netif_carrier_on(dev);
	}
	if (actions & GREX_FSM_ARM) {
		/* Earlier probes are about another time or peer. */
		grex_probe_renew(config->tunnel);
		keepalive->spread = KEEPALIVE_SPREAD;
		hrtimer_start(&keepalive->timer,
			      ms_to_ktime(KEEPALIVE_FIRST_MS),
			      HRTIMER_MODE_REL_SOFT);
	}
	if (fsm->state != old)
		trace_grex_keepalive(dev, old, fsm);
	return actions;
}

/* Process an event that the operator causes. The caller holds the RTNL lock. */
static void keepalive_event(struct grex_tunnel *tunnel,
			    enum grex_fsm_event event)
{
	struct grex_keepalive *keepalive = &tunnel->keepalive;
	unsigned int actions;

	spin_lock_bh(&keepalive->lock);
	actions = keepalive_step(keepalive, rtnl_dereference(tunnel->config),
				 event);
	spin_unlock_bh(&keepalive->lock);
	if (actions & GREX_FSM_DISARM)
		hrtimer_cancel(&keepalive->timer);
}

/* Cut the first intervals, so that tunnels that came up together do not send together. An
 * interval is not cut while an answer is outstanding, because the peer may use all of it.
 */
static u64 keepalive_delay(struct grex_keepalive *keepalive, u32 interval)
{
	const struct grex_fsm *fsm = &keepalive->fsm;
	u64 delay = interval * (u64)NSEC_PER_MSEC;

	if (keepalive->spread && (fsm->state != GREX_FSM_UP || !fsm->misses)) {
		keepalive->spread--;
		delay = delay / 2 +
			mul_u64_u32_shr(delay / 2, get_random_u32(), 32);
	}
	return delay;
}

static enum hrtimer_restart keepalive_timer(struct hrtimer *timer)
{
	struct grex_keepalive *keepalive =
		container_of(timer, struct grex_keepalive, timer);
	struct grex_tunnel *tunnel = keepalive_tunnel(keepalive);
	enum hrtimer_restart restart = HRTIMER_NORESTART;
	struct grex_config *config;
	unsigned int actions;
	int err = 0;

	rcu_read_lock();
	config = rcu_dereference(tunnel->config);
	if (!config->options.keepalive_interval)
		goto out;
	spin_lock(&keepalive->lock);
	/* Rearm the timer first, so that no error stops it. */
	hrtimer_forward_now(timer,
			    keepalive_delay(keepalive,
					    config->options.keepalive_interval));
	actions = keepalive_step(keepalive, config, GREX_FSM_TICK);
	if (keepalive->fsm.state != GREX_FSM_OFF)
		restart = HRTIMER_RESTART;
	spin_unlock(&keepalive->lock);
	keepalive_log(tunnel, actions, config->options.keepalive_retries);
	if (actions & GREX_FSM_SEND)
		err = grex_probe_send(config, GREX_PROBE_KEEPALIVE, 0, false);
	if (grex_probe_is_unsent(err)) {
		spin_lock(&keepalive->lock);
		keepalive_step(keepalive, config, GREX_FSM_UNSENT);
		spin_unlock(&keepalive->lock);
	}
out:
	rcu_read_unlock();
	return restart;
}

/**
 * grex_keepalive_reply - process a returned probe
 * @config: of the tunnel
 * @probe: of any kind; a keepalive proves that the peer answers
 */
void grex_keepalive_reply(struct grex_config *config,
			  const struct grex_probe *probe)
{
	struct grex_tunnel *tunnel = config->tunnel;
	struct grex_keepalive *keepalive = &tunnel->keepalive;
	unsigned int actions = 0;

	WRITE_ONCE(keepalive->replied, READ_ONCE(tunnel->received));
	if (probe->kind != GREX_PROBE_KEEPALIVE)
		return;
	spin_lock(&keepalive->lock);
	/* The configuration may have changed since the reply was accepted. */
	if (grex_probe_is_current(tunnel, probe))
		actions = keepalive_step(keepalive, config, GREX_FSM_REPLY);
	spin_unlock(&keepalive->lock);
	keepalive_log(tunnel, actions, 0);
}

void grex_keepalive_init(struct grex_tunnel *tunnel)
{
	struct grex_keepalive *keepalive = &tunnel->keepalive;

	spin_lock_init(&keepalive->lock);
	hrtimer_setup(&keepalive->timer, keepalive_timer, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_SOFT);
}

void grex_keepalive_open(struct grex_tunnel *tunnel)
{
	const struct grex_config *config = rtnl_dereference(tunnel->config);

	if (config->options.keepalive_interval)
		keepalive_event(tunnel, GREX_FSM_START);
	else
		netif_carrier_on(tunnel->dev);
}

void grex_keepalive_close(struct grex_tunnel *tunnel)
{
	keepalive_event(tunnel, GREX_FSM_CLOSE);
}

/* Whether replies to earlier probes are not accepted any more. */
static bool keepalive_differs(const struct grex_config *old,
			      const struct grex_config *config)
{
	return grex_route_moves(old, config) ||
	       old->options.match.keyed != config->options.match.keyed ||
	       old->options.match.key != config->options.match.key ||
	       old->options.has_secret != config->options.has_secret ||
	       memcmp(&old->options.secret, &config->options.secret,
		      sizeof(old->options.secret));
}

/* Send the next keepalive at the time that was planned, unless the new interval ends before.
 * Frequent changes of the interval therefore do not delay it for ever.
 */
static void keepalive_reschedule(struct grex_keepalive *keepalive,
				 ktime_t interval)
{
	ktime_t left = hrtimer_get_remaining(&keepalive->timer);

	hrtimer_cancel(&keepalive->timer);
	keepalive->spread = KEEPALIVE_SPREAD;
	hrtimer_start(&keepalive->timer,
		      ktime_before(left, interval) ? left : interval,
		      HRTIMER_MODE_REL_SOFT);
}

/**
 * grex_keepalive_change - adapt to a new configuration
 * @tunnel: of the configuration
 * @old: the configuration before
 * @config: the new configuration
 */
void grex_keepalive_change(struct grex_tunnel *tunnel,
			   const struct grex_config *old,
			   const struct grex_config *config)
{
	struct grex_keepalive *keepalive = &tunnel->keepalive;
	const u32 interval = config->options.keepalive_interval;

	if (keepalive_differs(old, config)) {
		spin_lock_bh(&keepalive->lock);
		grex_probe_renew(tunnel);
		spin_unlock_bh(&keepalive->lock);
	}
	if (!interval) {
		if (old->options.keepalive_interval)
			keepalive_event(tunnel, GREX_FSM_STOP);
	} else if (!netif_running(tunnel->dev)) {
		return;
	} else if (!old->options.keepalive_interval) {
		keepalive_event(tunnel, GREX_FSM_ADOPT);
	} else if (keepalive_differs(old, config)) {
		hrtimer_cancel(&keepalive->timer);
		keepalive_event(tunnel, GREX_FSM_RENEW);
	} else if (interval != old->options.keepalive_interval) {
		keepalive_reschedule(keepalive, ms_to_ktime(interval));
	}
}

/**
 * grex_keepalive_state - read the state of the peer
 * @tunnel: the tunnel
 *
 * Return: a copy of the state machine
 */
struct grex_fsm grex_keepalive_state(struct grex_tunnel *tunnel)
{
	struct grex_keepalive *keepalive = &tunnel->keepalive;
	struct grex_fsm fsm;

	spin_lock_bh(&keepalive->lock);
	fsm = keepalive->fsm;
	spin_unlock_bh(&keepalive->lock);
	return fsm;
}
