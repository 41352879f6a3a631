// SPDX-License-Identifier: GPL-2.0
/*
 * Keepalives: the timer and the packets that drive the machine in
 * keepalive_fsm.c, and the carrier that it decides.
 */
#include <linux/if_ether.h>
#include <linux/ktime.h>
#include <linux/random.h>
#include <net/ip.h>

#include "grex.h"
#include "histogram.h"
#include "keepalive.h"
#include "packet.h"
#include "proof.h"
#include "stats.h"
#include "table.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/* A reply that took longer says nothing about the peer now. */
#define KEEPALIVE_MAX_AGE (10ULL * NSEC_PER_SEC)
/* The first one waits until the device is really up. */
#define KEEPALIVE_FIRST_MS 10
/* So many intervals, cut to between a half and the whole of what they are, leave
 * the timers of many tunnels evenly spread: to 1.2 times the mean and less.
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

/* Has anything but replies come from the peer since the oldest probe that it could have
 * answered?
 */
static bool keepalive_heard(const struct grex_config *config)
{
	const unsigned long when = READ_ONCE(config->tunnel->received);

	return when && when != READ_ONCE(config->tunnel->keepalive.replied) &&
	       grex_ms_since(when) < (u64)config->options.keepalive_interval *
					     config->options.keepalive_retries;
}

/* One event: the machine, the carrier and the timer change together, so that
 * the last event decides over all of them. Stopping the timer may have to wait
 * for it, and is for the caller.
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
		/* The reply is proved, and the peer may have been restarted. */
		grex_restart_iseq(config->tunnel);
		netif_carrier_on(dev);
	}
	if (actions & GREX_FSM_ARM) {
		/* What was sent before is about another time, or peer. */
		keepalive->generation++;
		keepalive->spread = KEEPALIVE_SPREAD;
		hrtimer_start(&keepalive->timer,
			      ms_to_ktime(KEEPALIVE_FIRST_MS),
			      HRTIMER_MODE_REL_SOFT);
	}
	if (fsm->state != old)
		trace_grex_keepalive(dev, old, fsm);
	return actions;
}

/* An event from outside of the packet path. Caller: RTNL. */
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

static unsigned int keepalive_min_size(const struct grex_config *config)
{
	return sizeof(struct iphdr) +
	       grex_header_len(config->options.iflags & GREX_HEADER_KEY) +
	       GREX_PROBE_LEN;
}

/**
 * grex_keepalive_size - how large the inner packet of a probe was
 * @config: of the tunnel that sent it
 * @probe: what it says
 */
unsigned int grex_keepalive_size(const struct grex_config *config,
				 const struct grex_probe *probe)
{
	return keepalive_min_size(config) + probe->padding;
}

/**
 * grex_keepalive_send - send one probe
 * @config: of the tunnel
 * @kind: of the probe
 * @size: bytes of the inner packet, as few as it takes if that is more
 * @df: not to be fragmented, on either way
 *
 * The log has it even if it does not get out, unless it is this machine's fault.
 *
 * Return: as of grex_tx_probe()
 */
int grex_keepalive_send(struct grex_config *config, enum grex_probe_kind kind,
			unsigned int size, bool df)
{
	struct grex_tunnel *tunnel = config->tunnel;
	struct grex_keepalive *keepalive = &tunnel->keepalive;
	struct grex_probe_log *log = &keepalive->log[kind];
	const u16 flags = config->options.iflags & GREX_HEADER_KEY;
	const u8 gre = grex_header_len(flags);
	const unsigned int least = keepalive_min_size(config);
	const unsigned int padding = size > least ? size - least : 0;
	struct grex_probe probe = {
		.kind = kind,
		.padding = padding,
		.mtu = min_t(unsigned int, READ_ONCE(tunnel->dev->mtu), U16_MAX),
		.path_mtu = READ_ONCE(tunnel->pmtu.plpmtu),
	};
	struct sk_buff *skb;
	void *payload;
	int err;

	spin_lock(&keepalive->lock);
	probe.generation = keepalive->generation;
	probe.seq = log->sent++;
	log->history[probe.seq % GREX_KEEPALIVE_HISTORY] = 0;
	spin_unlock(&keepalive->lock);

	skb = alloc_skb(LL_MAX_HEADER + MAX_HEADER + sizeof(struct iphdr) +
				least + padding,
			GFP_ATOMIC | __GFP_NOWARN);
	if (!skb) {
		grex_stats_count(tunnel->stats, GREX_TX_NO_MEMORY);
		err = -ENOMEM;
		goto out;
	}
	skb_reserve(skb, LL_MAX_HEADER + MAX_HEADER + 2 * sizeof(struct iphdr));
	/* What the peer returns must match what we receive. */
	grex_header_write(skb_put(skb, gre), flags, 0,
			  config->options.match.key, 0);
	payload = skb_put(skb, GREX_PROBE_LEN);
	skb_put_zero(skb, padding);
	probe.time = ktime_get_boottime_ns() + keepalive->epoch;
	grex_probe_write(payload, &probe);
	err = grex_tx_probe(config, skb, df);
out:
	if (unlikely(grex_keepalive_is_unsent(err))) {
		spin_lock(&keepalive->lock);
		if ((u32)log->sent == probe.seq + 1)
			log->sent--;
		spin_unlock(&keepalive->lock);
	}
	return err;
}

/* Tunnels that came up together do not send together for long. An interval is
 * not cut while an answer may still be on its way: the peer has all of them.
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

	rcu_read_lock();
	config = rcu_dereference(tunnel->config);
	if (!config->options.keepalive_interval)
		goto out;
	spin_lock(&keepalive->lock);
	/* First of all, so that nothing that goes wrong stops it. */
	hrtimer_forward_now(timer,
			    keepalive_delay(keepalive,
					    config->options.keepalive_interval));
	actions = keepalive_step(keepalive, config, GREX_FSM_TICK);
	if (keepalive->fsm.state != GREX_FSM_OFF)
		restart = HRTIMER_RESTART;
	spin_unlock(&keepalive->lock);
	keepalive_log(tunnel, actions, config->options.keepalive_retries);
	if (actions & GREX_FSM_SEND &&
	    grex_keepalive_is_unsent(grex_keepalive_send(config,
							 GREX_PROBE_KEEPALIVE,
							 0, false))) {
		spin_lock(&keepalive->lock);
		keepalive_step(keepalive, config, GREX_FSM_UNSENT);
		spin_unlock(&keepalive->lock);
	}
out:
	rcu_read_unlock();
	return restart;
}

#define KEEPALIVE_BOUND(ns) ns,
static const u64 keepalive_bounds[] = { GREX_RTT_BOUNDS(KEEPALIVE_BOUND) };
static_assert(ARRAY_SIZE(keepalive_bounds) + 1 == GREX_RTT_BUCKETS);

static void keepalive_measure(struct grex_probe_log *log, u32 seq, u64 rtt)
{
	const u64 us = div_u64(rtt, NSEC_PER_USEC);
	const u64 change = rtt > log->rtt ? rtt - log->rtt : log->rtt - rtt;
	const unsigned int bucket =
		grex_histogram_bucket(keepalive_bounds,
				      ARRAY_SIZE(keepalive_bounds), rtt);

	log->history[seq % GREX_KEEPALIVE_HISTORY] = max_t(u64, us, 1);
	if (!log->received++) {
		log->rtt_smoothed = rtt;
		log->rtt_min = rtt;
		log->rtt_max = rtt;
	} else {
		log->rtt_smoothed += div_s64(rtt - log->rtt_smoothed, 8);
		log->jitter += div_s64(change - log->jitter, 16);
		log->rtt_min = min(log->rtt_min, rtt);
		log->rtt_max = max(log->rtt_max, rtt);
	}
	log->rtt = rtt;
	log->rtt_sum += rtt;
	log->rtt_buckets[bucket]++;
}

/* Is this the first answer to one of the last probes? */
static bool keepalive_is_answer(const struct grex_keepalive *keepalive,
				const struct grex_probe *probe, u64 now)
{
	const struct grex_probe_log *log = &keepalive->log[probe->kind];
	const u32 behind = (u32)log->sent - probe->seq;

	return probe->generation == keepalive->generation && behind &&
	       behind <= min_t(u64, log->sent, GREX_KEEPALIVE_HISTORY) &&
	       !log->history[probe->seq % GREX_KEEPALIVE_HISTORY] &&
	       now - probe->time <= KEEPALIVE_MAX_AGE;
}

/**
 * grex_keepalive_take_reply - a packet with protocol type 0 has come
 * @config: of the tunnel
 * @skb: at the GRE header; ours from now on
 * @header: the GRE header
 * @probe: filled in when true is returned
 *
 * Nothing but a probe of ours, of late, for the first time, says that the peer
 * is there.
 *
 * Return: was it one
 */
bool grex_keepalive_take_reply(struct grex_config *config, struct sk_buff *skb,
			       const struct grex_header *header,
			       struct grex_probe *probe)
{
	struct grex_tunnel *tunnel = config->tunnel;
	struct grex_keepalive *keepalive = &tunnel->keepalive;
	const u64 now = ktime_get_boottime_ns() + keepalive->epoch;
	const u8 *payload = NULL;
	unsigned int actions = 0;
	bool good;
	u64 hash;

	if (pskb_may_pull(skb, header->len + GREX_PROBE_LEN))
		payload = skb->data + header->len;
	if (!payload ||
	    !grex_probe_read(probe, payload, skb->len - header->len, &hash) ||
	    hash != grex_proof(config, payload, ip_hdr(skb)->saddr,
			       ip_hdr(skb)->daddr)) {
		grex_stats_drop(tunnel->stats, GREX_RX_KEEPALIVE_UNKNOWN, skb);
		return false;
	}
	spin_lock(&keepalive->lock);
	good = keepalive_is_answer(keepalive, probe, now);
	if (good) {
		keepalive_measure(&keepalive->log[probe->kind], probe->seq,
				  now - probe->time);
		if (probe->kind == GREX_PROBE_KEEPALIVE)
			actions = keepalive_step(keepalive, config,
						 GREX_FSM_REPLY);
	}
	spin_unlock(&keepalive->lock);
	keepalive_log(tunnel, actions, 0);
	if (!good) {
		grex_stats_drop(tunnel->stats, GREX_RX_KEEPALIVE_REPEATED, skb);
		return false;
	}
	/* As many as were sent: the packet that has come back. */
	dev_sw_netstats_rx_add(tunnel->dev, skb->len + sizeof(struct iphdr));
	grex_note_time(&tunnel->received);
	WRITE_ONCE(keepalive->replied, READ_ONCE(tunnel->received));
	consume_skb(skb);
	return true;
}

void grex_keepalive_init(struct grex_tunnel *tunnel)
{
	struct grex_keepalive *keepalive = &tunnel->keepalive;

	spin_lock_init(&keepalive->lock);
	get_random_bytes(&keepalive->key, sizeof(keepalive->key));
	get_random_bytes(&keepalive->epoch, sizeof(keepalive->epoch));
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

/**
 * grex_keepalive_moves - is there another peer, or another way to it
 * @old: the configuration before
 * @config: and now
 */
bool grex_keepalive_moves(const struct grex_config *old,
			  const struct grex_config *config)
{
	return !grex_table_same_pair(&old->options.match,
				     &config->options.match) ||
	       old->options.link != config->options.link ||
	       old->options.okey != config->options.okey ||
	       old->options.oflags != config->options.oflags ||
	       old->options.fwmark != config->options.fwmark;
}

/* Is what was sent before no longer what is to come back? */
static bool keepalive_differs(const struct grex_config *old,
			      const struct grex_config *config)
{
	return grex_keepalive_moves(old, config) ||
	       old->options.match.keyed != config->options.match.keyed ||
	       old->options.match.key != config->options.match.key ||
	       old->options.has_secret != config->options.has_secret ||
	       memcmp(&old->options.secret, &config->options.secret,
		      sizeof(old->options.secret));
}

/* The next one comes when it would have, unless that is later than the new
 * interval says: who changes it all the time does not put it off for ever.
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
 * grex_keepalive_change - another configuration is in force
 * @tunnel: its tunnel
 * @old: the one before
 * @config: the one now
 */
void grex_keepalive_change(struct grex_tunnel *tunnel,
			   const struct grex_config *old,
			   const struct grex_config *config)
{
	struct grex_keepalive *keepalive = &tunnel->keepalive;
	const u32 interval = config->options.keepalive_interval;

	if (keepalive_differs(old, config)) {
		spin_lock_bh(&keepalive->lock);
		keepalive->generation++;
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
 * grex_keepalive_probe - send one probe, now
 * @tunnel: through it
 * @size: bytes of the inner packet, 0: as few as it takes
 *
 * Caller: RTNL.
 *
 * Return: 0; -ENETDOWN: the device is down; -EDESTADDRREQ: it has no remote;
 * -EINVAL: @size is out of range; or as of grex_tx_probe()
 */
int grex_keepalive_probe(struct grex_tunnel *tunnel, unsigned int size)
{
	struct grex_config *config;
	int err;

	if (!netif_running(tunnel->dev))
		return -ENETDOWN;
	local_bh_disable();
	rcu_read_lock();
	config = rcu_dereference(tunnel->config);
	if (!config->options.match.remote.v4)
		err = -EDESTADDRREQ;
	else if (size && (size < keepalive_min_size(config) ||
			  size > tunnel->dev->max_mtu))
		err = -EINVAL;
	else
		err = grex_keepalive_send(config, GREX_PROBE_MANUAL, size,
					  config->options.df == GREX_DF_SET);
	rcu_read_unlock();
	local_bh_enable();
	return err;
}

/**
 * grex_keepalive_state - what the keepalives say of the peer
 * @tunnel: that sends them
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

/**
 * grex_keepalive_probes - what became of the probes of one kind
 * @tunnel: that sends them
 * @kind: of them
 */
struct grex_probe_log grex_keepalive_probes(struct grex_tunnel *tunnel,
					    enum grex_probe_kind kind)
{
	struct grex_keepalive *keepalive = &tunnel->keepalive;
	struct grex_probe_log log;

	spin_lock_bh(&keepalive->lock);
	log = keepalive->log[kind];
	spin_unlock_bh(&keepalive->lock);
	return log;
}
