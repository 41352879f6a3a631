// SPDX-License-Identifier: GPL-2.0
/*
 * Sets the MTU of a device that the operator has not chosen. By default the MTU follows the
 * route to the remote and the link. With "mtu auto" it follows the path MTU that probes
 * find or that the tunnel learns from ICMP errors.
 */
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/workqueue.h>
#include <net/addrconf.h>
#include <net/ip6_fib.h>
#include <net/net_namespace.h>

#include "auto_mtu.h"
#include "grex.h"
#include "pmtu.h"

/* The stack does not announce what it learns, so the path MTU is polled at this interval. It
 * must have been higher for the time of the hysteresis before the MTU rises.
 */
#define AUTO_MTU_INTERVAL (2 * HZ)
#define AUTO_MTU_HYSTERESIS (60 * HZ)
/* Delay when another task holds the RTNL lock. */
#define AUTO_MTU_RETRY (HZ / 20)

/**
 * grex_auto_mtu_keep_ipv6 - raise an MTU that would disable IPv6 on a device
 * @dev: the device
 * @mtu: the MTU to be set
 *
 * The stack disables IPv6 on a device whose MTU is below 1280 (RFC 8200 section 5).
 */
unsigned int grex_auto_mtu_keep_ipv6(const struct net_device *dev,
				     unsigned int mtu)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (mtu < IPV6_MIN_MTU && __in6_dev_get(dev))
		return IPV6_MIN_MTU;
#endif
	return mtu;
}

static void auto_mtu_set_mtu(struct grex_tunnel *tunnel, unsigned int mtu)
{
	struct net_device *dev = tunnel->dev;

	ASSERT_RTNL();
	mtu = grex_auto_mtu_keep_ipv6(dev, mtu);
	if (mtu == dev->mtu)
		return;
	tunnel->auto_mtu.sets = true;
	dev_set_mtu(dev, mtu);
	tunnel->auto_mtu.sets = false;
}

/* The MTU falls at once. It rises when probes find more, or when it could have been higher
 * for some time, because what is learned from ICMP expires after ten minutes and is then
 * learned again.
 */
static bool auto_mtu_is_due(struct grex_auto_mtu *auto_mtu, unsigned int now,
			    unsigned int mtu, bool probed)
{
	if (mtu <= now || probed)
		auto_mtu->higher = 0;
	else if (!auto_mtu->higher)
		auto_mtu->higher = jiffies ?: 1;
	return mtu != now &&
	       (!auto_mtu->higher ||
		!time_before(jiffies, auto_mtu->higher + AUTO_MTU_HYSTERESIS));
}

/* Update the MTU of a device. Return the delay until the next time. */
static unsigned long auto_mtu_look(struct grex_tunnel *tunnel)
{
	struct net_device *dev = tunnel->dev;
	struct grex_config *config;
	unsigned int mtu;
	bool probed;

	local_bh_disable();
	rcu_read_lock();
	config = rcu_dereference(tunnel->config);
	mtu = grex_addr_is_any(&config->options.match.remote)
		      ? 0
		      : grex_pmtu_to(config, &config->options.match.remote);
	probed = grex_pmtu_probed(config);
	rcu_read_unlock();
	local_bh_enable();

	/* There is no route, or the search is not complete. */
	if (!mtu || (probed && READ_ONCE(tunnel->pmtu.settles)))
		return AUTO_MTU_INTERVAL;
	mtu = clamp(mtu, dev->min_mtu, dev->max_mtu);
	if (!auto_mtu_is_due(&tunnel->auto_mtu, READ_ONCE(dev->mtu), mtu,
			     probed))
		return AUTO_MTU_INTERVAL;
	if (!rtnl_trylock())
		return AUTO_MTU_RETRY;
	if (tunnel->mtu_mode == GREX_MTU_AUTO && netif_running(dev))
		auto_mtu_set_mtu(tunnel, mtu);
	rtnl_unlock();
	tunnel->auto_mtu.higher = 0;
	return AUTO_MTU_INTERVAL;
}

static void auto_mtu_work(struct work_struct *work)
{
	struct grex_tunnel *tunnel = container_of(to_delayed_work(work),
						  struct grex_tunnel,
						  auto_mtu.work);
	unsigned long delay;

	if (READ_ONCE(tunnel->mtu_mode) != GREX_MTU_AUTO ||
	    !netif_running(tunnel->dev))
		return;
	delay = auto_mtu_look(tunnel);
	/* Half of the delay is random, so that many tunnels do not run at once. */
	delay -= mul_u64_u32_shr(delay / 2, get_random_u32(), 32);
	queue_delayed_work(system_power_efficient_wq, &tunnel->auto_mtu.work,
			   delay);
}

void grex_auto_mtu_init(struct grex_tunnel *tunnel)
{
	INIT_DELAYED_WORK(&tunnel->auto_mtu.work, auto_mtu_work);
}

/* Run the work now, because the path or the options may have changed. The caller holds
 * rcu_read_lock() or the RTNL lock.
 */
void grex_auto_mtu_kick(struct grex_tunnel *tunnel)
{
	if (READ_ONCE(tunnel->mtu_mode) == GREX_MTU_AUTO)
		mod_delayed_work(system_power_efficient_wq,
				 &tunnel->auto_mtu.work, 0);
}

void grex_auto_mtu_close(struct grex_tunnel *tunnel)
{
	/* The work only tries to take the RTNL lock, so this does not deadlock. */
	cancel_delayed_work_sync(&tunnel->auto_mtu.work);
	tunnel->auto_mtu.higher = 0;
}

/* End the work when no packet can ask for it any more. An ICMP error that is processed
 * while the device goes down may still queue it after grex_auto_mtu_close().
 */
void grex_auto_mtu_destroy(struct grex_tunnel *tunnel)
{
	cancel_delayed_work_sync(&tunnel->auto_mtu.work);
}

/* Apply the MTU of the route or of the link. Without either, the MTU does not change. */
static void auto_mtu_route(struct grex_tunnel *tunnel)
{
	struct grex_pmtu_link link;

	ASSERT_RTNL();
	link = grex_pmtu_of_link(rtnl_dereference(tunnel->config));
	/* Two tunnels that lead through each other would lower the MTU of one another. */
	if (!link.is_known || link.is_tunnel)
		return;
	WRITE_ONCE(tunnel->dev->needed_headroom, link.headroom);
	auto_mtu_set_mtu(tunnel, link.mtu);
}

/* Update the MTU of the tunnels over one family, if its routes, its rules or the MTU of a link
 * have changed, which changes the generation. Return the delay until the next time.
 */
static unsigned long auto_mtu_net_look(struct grex_net *gn, int genid,
				       int *old_genid, bool is_ipv6)
{
	struct grex_tunnel *tunnel;

	if (genid == *old_genid)
		return AUTO_MTU_INTERVAL;
	if (!rtnl_trylock())
		return AUTO_MTU_RETRY;
	list_for_each_entry(tunnel, &gn->tunnels, list) {
		if (tunnel->mtu_mode == GREX_MTU_ROUTE &&
		    grex_is_ipv6(rtnl_dereference(tunnel->config)) == is_ipv6)
			auto_mtu_route(tunnel);
		cond_resched();
	}
	rtnl_unlock();
	*old_genid = genid;
	return AUTO_MTU_INTERVAL;
}

/* The generation of IPv6 routes does not change when a route is deleted, which the number of
 * routes shows, nor with the MTU of a link, for which that of IPv4 changes.
 */
static int auto_mtu_genid_ipv6(const struct net *net)
{
#if IS_ENABLED(CONFIG_IPV6)
	return rt_genid_ipv6(net) + rt_genid_ipv4(net) +
	       (int)READ_ONCE(net->ipv6.rt6_stats->fib_rt_entries);
#else
	return 0;
#endif
}

static void auto_mtu_net_work(struct work_struct *work)
{
	struct grex_net *gn =
		container_of(to_delayed_work(work), struct grex_net, auto_mtu);
	unsigned long delay;

	delay = auto_mtu_net_look(gn, rt_genid_ipv4(gn->net),
				  &gn->auto_mtu_genid, false);
	if (IS_ENABLED(CONFIG_IPV6))
		delay = min(delay,
			    auto_mtu_net_look(gn, auto_mtu_genid_ipv6(gn->net),
					      &gn->auto_mtu_genid_ipv6, true));
	if (!list_empty(&gn->tunnels))
		queue_delayed_work(system_power_efficient_wq, &gn->auto_mtu,
				   delay);
}

void grex_auto_mtu_net_init(struct grex_net *gn)
{
	gn->auto_mtu_genid = rt_genid_ipv4(gn->net);
	INIT_DEFERRABLE_WORK(&gn->auto_mtu, auto_mtu_net_work);
}

/* Follow the route of a tunnel that was added to the list. The caller holds the RTNL lock. */
void grex_auto_mtu_net_kick(struct grex_net *gn)
{
	queue_delayed_work(system_power_efficient_wq, &gn->auto_mtu,
			   AUTO_MTU_INTERVAL);
}

void grex_auto_mtu_net_destroy(struct grex_net *gn)
{
	cancel_delayed_work_sync(&gn->auto_mtu);
}
