// SPDX-License-Identifier: GPL-2.0
/*
 * gre.ko owns IP protocol 47 and hands version 0 to one module, and version 1 to PPTP. grex
 * is that module, in native mode, or takes the packets of its tunnels before another module
 * gets them, beside it (beside.c). gre.ko reads bits 9 to 15 as the version, so it drops
 * packets with any of the bits 9 to 14 set, and packets of less than 12 bytes, before grex
 * sees them.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/net.h>
#include <linux/string.h>
#include <net/gre.h>
#include <net/protocol.h>

#include "beside.h"
#include "demux.h"
#include "grex.h"
#include "icmp.h"
#include "packet.h"

enum demux_setting {
	DEMUX_AUTO, /* native, except while ip_gre is loaded */
	DEMUX_NATIVE,
	DEMUX_BESIDE,
};

static const char *const demux_words[] = {
	[DEMUX_AUTO] = "auto",
	[DEMUX_NATIVE] = "native",
	[DEMUX_BESIDE] = "beside",
};

static enum demux_setting demux_setting;
static DEFINE_MUTEX(demux_lock); /* inside of RTNL */
static bool demux_is_native; /* demux_lock */
static bool demux_is_exclusive; /* demux_lock. never beside ip_gre */
/* demux_lock. ip_gre, while its init function runs */
static const struct module *demux_coming;
static unsigned int demux_ipv6_tunnels; /* demux_lock. in all namespaces */
static LIST_HEAD(demux_nets); /* demux_lock. namespaces that have tunnels */

static const struct gre_protocol demux_protocol = {
	.handler = grex_rx,
	.err_handler = grex_icmp_error,
};

#if IS_ENABLED(CONFIG_IPV6)
/* The core checks the IPsec policy and resets conntrack. */
static const struct inet6_protocol demux_ipv6_protocol = {
	.handler = grex_rx_ipv6,
	.err_handler = grex_icmp_error_ipv6,
	.flags = INET6_PROTO_FINAL,
};
#endif

static int demux_param_set(const char *value, const struct kernel_param *param)
{
	const int setting = sysfs_match_string(demux_words, value);

	if (setting < 0)
		return setting;
	demux_setting = setting;
	return 0;
}

/* The last word is the present mode. */
static int demux_param_get(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%s%s\n",
			  demux_setting == DEMUX_AUTO ? "auto " : "",
			  READ_ONCE(demux_is_native) ? "native" : "beside");
}

static const struct kernel_param_ops demux_param_ops = {
	.set = demux_param_set,
	.get = demux_param_get,
};

module_param_cb(demux, &demux_param_ops, NULL, 0444);
MODULE_PARM_DESC(demux, "native, beside ip_gre, or auto (default)");

static void demux_stop_beside(void)
{
	struct grex_net *gn;

	list_for_each_entry(gn, &demux_nets, demux.list)
		grex_beside_ipv4_stop(gn->net);
}

static int demux_start_beside(void)
{
	struct grex_net *gn;
	int err;

	list_for_each_entry(gn, &demux_nets, demux.list) {
		err = grex_beside_ipv4_start(gn->net);
		if (err)
			goto err_start;
	}
	return 0;

err_start:
	list_for_each_entry_continue_reverse(gn, &demux_nets, demux.list)
		grex_beside_ipv4_stop(gn->net);
	return err;
}

/* At each moment one of the two ways receives the packets of the tunnels, and none is lost. */
static int demux_go_native(void)
{
	int err = gre_add_protocol(&demux_protocol, GREPROTO_CISCO);

	if (err)
		return err;
	demux_stop_beside();
	WRITE_ONCE(demux_is_native, true);
	return 0;
}

static int demux_go_beside(void)
{
	int err = demux_start_beside();

	if (err)
		return err;
	/* Packets that have passed the hooks before still come by gre.ko. */
	synchronize_net();
	WRITE_ONCE(demux_is_native, false);
	gre_del_protocol(&demux_protocol, GREPROTO_CISCO);
	return 0;
}

/* ip_gre is about to register with gre.ko. It could not be loaded in native mode. */
static void demux_other_comes(void)
{
	int err;

	if (!demux_is_native || demux_is_exclusive)
		return;
	if (demux_setting == DEMUX_NATIVE) {
		pr_warn("ip_gre cannot be loaded, because demux=native: load grex with demux=auto or demux=beside\n");
		return;
	}
	err = demux_go_beside();
	if (err)
		pr_warn("ip_gre cannot be loaded, because no mode beside it is possible: error %d\n",
			err);
	else
		pr_info("ip_gre gets IP protocol 47 (GRE), grex takes the packets of its tunnels before it\n");
}

static void demux_other_goes(void)
{
	if (demux_setting == DEMUX_AUTO && !demux_is_native && !demux_coming &&
	    !demux_go_native())
		pr_info("IP protocol 47 (GRE) is free, grex owns it\n");
}

/* A module comes before its init function is called, and goes when its exit function has
 * been called, or its init function has failed. The slot is left free until ip_gre has taken
 * it, whatever other modules do meanwhile.
 */
static int demux_notify(struct notifier_block *block, unsigned long state,
			void *data)
{
	const struct module *other = data;

	mutex_lock(&demux_lock);
	if (state != MODULE_STATE_COMING && other == demux_coming)
		demux_coming = NULL;
	if (state == MODULE_STATE_COMING && !strcmp(other->name, "ip_gre")) {
		demux_coming = other;
		demux_other_comes();
	}
	if (state == MODULE_STATE_COMING && demux_ipv6_tunnels &&
	    !strcmp(other->name, "ip6_gre") && net_ratelimit())
		pr_warn("ip6_gre cannot be loaded, because there are tunnels over IPv6\n");
	if (state == MODULE_STATE_GOING)
		demux_other_goes();
	mutex_unlock(&demux_lock);
	return NOTIFY_DONE;
}

static struct notifier_block demux_notifier = {
	.notifier_call = demux_notify,
};

static int demux_choose(void)
{
	int err;

	if (!IS_ENABLED(CONFIG_NETFILTER))
		demux_setting = DEMUX_NATIVE;
	if (demux_setting == DEMUX_BESIDE)
		return 0;
	err = demux_go_native();
	if (err != -EBUSY)
		return err;
	if (demux_setting == DEMUX_NATIVE) {
		pr_err("IP protocol 47 (GRE) is owned by another module, ip_gre most likely: remove its tunnels and run \"rmmod ip_gre\"\n");
		return err;
	}
	pr_info("IP protocol 47 (GRE) is owned by another module, ip_gre most likely: grex takes the packets of its tunnels before it\n");
	return 0;
}

int grex_demux_register(void)
{
	int err;

	err = register_module_notifier(&demux_notifier);
	if (err)
		return err;
	mutex_lock(&demux_lock);
	err = demux_choose();
	mutex_unlock(&demux_lock);
	if (err)
		unregister_module_notifier(&demux_notifier);
	return err;
}

/* Do not give way to ip_gre, because it cannot be loaded when its kind of links is taken. Any
 * user can ask for its kind erspan, and would switch the mode back and forth.
 */
void grex_demux_set_exclusive(bool is_exclusive)
{
	mutex_lock(&demux_lock);
	demux_is_exclusive = is_exclusive;
	mutex_unlock(&demux_lock);
}

/* When this function returns, gre.ko delivers no more packets. Of all tunnels only gre0, gretap0
 * and ip6gre0 still exist. Their namespace deletes them, and with them the hook of the mode beside
 * and the handler of IPv6.
 */
void grex_demux_unregister(void)
{
	unregister_module_notifier(&demux_notifier);
	if (demux_is_native)
		gre_del_protocol(&demux_protocol, GREPROTO_CISCO);
	synchronize_net();
}

#if IS_ENABLED(CONFIG_IPV6)
/* Receive IP protocol 47 of IPv6 as long as there are tunnels over IPv6, so that ip6_gre can be
 * loaded otherwise.
 */
static int demux_add_ipv6(void)
{
	int err;

	if (demux_ipv6_tunnels++)
		return 0;
	err = inet6_add_protocol(&demux_ipv6_protocol, IPPROTO_GRE);
	if (!err)
		return 0;
	demux_ipv6_tunnels--;
	if (net_ratelimit())
		pr_info("IPv6 protocol 47 (GRE) is owned by another module, ip6_gre most likely: remove its tunnels and run \"rmmod ip6_gre\"\n");
	return -EBUSY;
}

static void demux_remove_ipv6(void)
{
	if (!--demux_ipv6_tunnels)
		inet6_del_protocol(&demux_ipv6_protocol, IPPROTO_GRE);
}
#else
static int demux_add_ipv6(void)
{
	return -EAFNOSUPPORT;
}

static void demux_remove_ipv6(void)
{
}
#endif

/* Receive the packets of a namespace from its first tunnel on. */
static int demux_add_ipv4(struct grex_net *gn)
{
	int err = 0;

	if (!gn->demux.tunnels && !demux_is_native)
		err = grex_beside_ipv4_start(gn->net);
	if (!err && !gn->demux.tunnels++)
		list_add(&gn->demux.list, &demux_nets);
	return err;
}

static void demux_remove_ipv4(struct grex_net *gn)
{
	if (--gn->demux.tunnels)
		return;
	list_del(&gn->demux.list);
	if (!demux_is_native)
		grex_beside_ipv4_stop(gn->net);
}

int grex_demux_add_tunnel(struct grex_net *gn, bool is_ipv6)
{
	int err;

	mutex_lock(&demux_lock);
	err = is_ipv6 ? demux_add_ipv6() : demux_add_ipv4(gn);
	mutex_unlock(&demux_lock);
	return err;
}

void grex_demux_remove_tunnel(struct grex_net *gn, bool is_ipv6)
{
	mutex_lock(&demux_lock);
	if (is_ipv6)
		demux_remove_ipv6();
	else
		demux_remove_ipv4(gn);
	mutex_unlock(&demux_lock);
}
