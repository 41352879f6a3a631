// SPDX-License-Identifier: GPL-2.0
/*
 * gre.ko owns IP protocol 47 and hands version 0 to one module, and version 1 to PPTP. grex
 * is that module, in native mode, or takes the packets of its tunnels before another module
 * gets them, beside it (beside.c). gre.ko reads bits 9 to 15 as the version, so it drops
 * packets with any of the bits 9 to 14 set, and packets of less than 12 bytes, before grex
 * sees them. The kernel hands protocol 47 of IPv6 to one module itself.
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
	DEMUX_AUTO, /* native, except while ip_gre, or ip6_gre for IPv6, is loaded */
	DEMUX_NATIVE,
	DEMUX_BESIDE,
};

static const char *const demux_words[] = {
	[DEMUX_AUTO] = "auto",
	[DEMUX_NATIVE] = "native",
	[DEMUX_BESIDE] = "beside",
};

/**
 * struct demux_family - how packets of one underlay family are received
 * @protocol: what the modules share, for the kernel's log
 * @other: the module of the kernel that receives it otherwise
 * @add: const. makes grex the module that receives it; -EBUSY: another module does
 * @remove: const. ends that
 * @start: const. takes the packets of the tunnels of a namespace beside @other
 * @stop: const. ends that
 * @is_native: whether grex receives all packets, and not only those of its tunnels
 * @is_exclusive: grex does not give way to @other
 * @coming: set to @other while the init function of that module runs, else NULL
 * @nets: namespaces that have tunnels
 */
struct demux_family {
	const char *protocol;
	const char *other;
	int (*add)(void);
	void (*remove)(void);
	int (*start)(struct net *net);
	void (*stop)(struct net *net);
	bool is_native;
	bool is_exclusive;
	const struct module *coming;
	struct list_head nets;
};

static enum demux_setting demux_setting;
static DEFINE_MUTEX(demux_lock); /* of all below, inside of RTNL */

static const struct gre_protocol demux_protocol = {
	.handler = grex_rx,
	.err_handler = grex_icmp_error,
};

static int demux_add_ipv4(void)
{
	return gre_add_protocol(&demux_protocol, GREPROTO_CISCO);
}

static void demux_remove_ipv4(void)
{
	gre_del_protocol(&demux_protocol, GREPROTO_CISCO);
}

#if IS_ENABLED(CONFIG_IPV6)
/* The core checks the IPsec policy and resets conntrack. */
static const struct inet6_protocol demux_ipv6_protocol = {
	.handler = grex_rx_ipv6,
	.err_handler = grex_icmp_error_ipv6,
	.flags = INET6_PROTO_FINAL,
};

static int demux_add_ipv6(void)
{
	return inet6_add_protocol(&demux_ipv6_protocol, IPPROTO_GRE) ? -EBUSY
								     : 0;
}

static void demux_remove_ipv6(void)
{
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

static struct demux_family demux_ipv4 = {
	.protocol = "IP protocol 47 (GRE)",
	.other = "ip_gre",
	.add = demux_add_ipv4,
	.remove = demux_remove_ipv4,
	.start = grex_beside_ipv4_start,
	.stop = grex_beside_ipv4_stop,
	.nets = LIST_HEAD_INIT(demux_ipv4.nets),
};

/* Only while there are tunnels over IPv6, grex receives the protocol. */
static struct demux_family demux_ipv6 = {
	.protocol = "IPv6 protocol 47 (GRE)",
	.other = "ip6_gre",
	.add = demux_add_ipv6,
	.remove = demux_remove_ipv6,
	.start = grex_beside_ipv6_start,
	.stop = grex_beside_ipv6_stop,
	.nets = LIST_HEAD_INIT(demux_ipv6.nets),
};

static int demux_param_set(const char *value, const struct kernel_param *param)
{
	const int setting = sysfs_match_string(demux_words, value);

	if (setting < 0)
		return setting;
	demux_setting = setting;
	return 0;
}

static const char *demux_mode(const struct demux_family *family)
{
	return demux_words[family->is_native ? DEMUX_NATIVE : DEMUX_BESIDE];
}

/* Print the setting and the present mode, and that of IPv6 if there are tunnels over IPv6. */
static int demux_param_get(char *buffer, const struct kernel_param *param)
{
	int len;

	mutex_lock(&demux_lock);
	len = sysfs_emit(buffer, "%s%s",
			 demux_setting == DEMUX_AUTO ? "auto " : "",
			 demux_mode(&demux_ipv4));
	if (!list_empty(&demux_ipv6.nets))
		len += sysfs_emit_at(buffer, len, ", ipv6 %s",
				     demux_mode(&demux_ipv6));
	len += sysfs_emit_at(buffer, len, "\n");
	mutex_unlock(&demux_lock);
	return len;
}

static const struct kernel_param_ops demux_param_ops = {
	.set = demux_param_set,
	.get = demux_param_get,
};

module_param_cb(demux, &demux_param_ops, NULL, 0444);
MODULE_PARM_DESC(demux, "native, beside ip_gre and ip6_gre, or auto (default)");

static int demux_start_beside(struct demux_family *family)
{
	struct grex_demux_net *in;
	int err;

	list_for_each_entry(in, &family->nets, list) {
		err = family->start(in->net);
		if (err)
			goto err_start;
	}
	return 0;

err_start:
	list_for_each_entry_continue_reverse(in, &family->nets, list)
		family->stop(in->net);
	return err;
}

/* At each moment one of the two ways receives the packets of the tunnels, and none is lost. */
static int demux_go_native(struct demux_family *family)
{
	struct grex_demux_net *in;
	int err;

	err = family->add();
	if (err)
		return err;
	list_for_each_entry(in, &family->nets, list)
		family->stop(in->net);
	family->is_native = true;
	return 0;
}

static int demux_go_beside(struct demux_family *family)
{
	int err;

	err = demux_start_beside(family);
	if (err)
		return err;
	/* Packets that passed LOCAL_IN before the hook was there still arrive by the protocol. */
	synchronize_net();
	family->is_native = false;
	family->remove();
	return 0;
}

/* Give way to the other module, which is about to register and cannot be loaded in native mode. */
static void demux_other_comes(struct demux_family *family)
{
	int err;

	if (!family->is_native || family->is_exclusive)
		return;
	if (demux_setting == DEMUX_NATIVE) {
		if (net_ratelimit())
			pr_warn("%s cannot be loaded, because demux=native: load grex with demux=auto or demux=beside\n",
				family->other);
		return;
	}
	err = demux_go_beside(family);
	if (err)
		pr_warn("%s cannot be loaded, because no mode beside it is possible: error %d\n",
			family->other, err);
	else
		pr_info("%s gets %s, grex takes the packets of its tunnels before it\n",
			family->other, family->protocol);
}

static void demux_other_goes(struct demux_family *family)
{
	if (demux_setting != DEMUX_AUTO || family->is_native || family->coming)
		return;
	if (family == &demux_ipv6 && list_empty(&family->nets))
		return;
	if (!demux_go_native(family))
		pr_info("%s is free, grex owns it\n", family->protocol);
}

/* A module comes before its init function is called, and goes when its exit function has
 * been called, or its init function has failed. The protocol is left free until the other
 * module has taken it, whatever other modules do meanwhile.
 */
static void demux_notice(struct demux_family *family, unsigned long state,
			 const struct module *other)
{
	if (state != MODULE_STATE_COMING && other == family->coming)
		family->coming = NULL;
	if (state == MODULE_STATE_COMING &&
	    !strcmp(other->name, family->other)) {
		family->coming = other;
		demux_other_comes(family);
	}
	if (state == MODULE_STATE_GOING)
		demux_other_goes(family);
}

static int demux_notify(struct notifier_block *block, unsigned long state,
			void *data)
{
	mutex_lock(&demux_lock);
	demux_notice(&demux_ipv4, state, data);
	demux_notice(&demux_ipv6, state, data);
	mutex_unlock(&demux_lock);
	return NOTIFY_DONE;
}

static struct notifier_block demux_notifier = {
	.notifier_call = demux_notify,
};

/* Receive all packets if no other module does, and otherwise only those of tunnels. */
static int demux_choose(struct demux_family *family)
{
	int err;

	if (demux_setting == DEMUX_BESIDE ||
	    (demux_setting == DEMUX_AUTO && family->coming))
		return 0;
	err = demux_go_native(family);
	if (err != -EBUSY)
		return err;
	if (demux_setting == DEMUX_NATIVE) {
		if (net_ratelimit())
			pr_err("%s is owned by another module, %s most likely: remove its tunnels and run \"rmmod %s\"\n",
			       family->protocol, family->other, family->other);
		return err;
	}
	if (net_ratelimit())
		pr_info("%s is owned by another module, %s most likely: grex takes the packets of its tunnels before it\n",
			family->protocol, family->other);
	return 0;
}

int grex_demux_register(void)
{
	int err;

	if (!IS_ENABLED(CONFIG_NETFILTER))
		demux_setting = DEMUX_NATIVE;
	err = register_module_notifier(&demux_notifier);
	if (err)
		return err;
	mutex_lock(&demux_lock);
	err = demux_choose(&demux_ipv4);
	mutex_unlock(&demux_lock);
	if (err)
		unregister_module_notifier(&demux_notifier);
	return err;
}

static struct demux_family *demux_family(bool is_ipv6)
{
	return is_ipv6 ? &demux_ipv6 : &demux_ipv4;
}

/* Do not give way to ip_gre or ip6_gre, because it cannot be loaded when its kind of links is
 * taken. Any user can ask for its kind erspan, and would switch the mode back and forth.
 */
void grex_demux_set_exclusive(bool is_ipv6)
{
	mutex_lock(&demux_lock);
	demux_family(is_ipv6)->is_exclusive = true;
	mutex_unlock(&demux_lock);
}

/* When this function returns, gre.ko delivers no more packets. Of all tunnels only gre0, gretap0
 * and ip6gre0 still exist. Their namespace deletes them, and with them the hooks of the mode
 * beside and the handler of IPv6.
 */
void grex_demux_unregister(void)
{
	unregister_module_notifier(&demux_notifier);
	if (demux_ipv4.is_native)
		demux_ipv4.remove();
	synchronize_net();
}

/* Receive the packets of a namespace from its first tunnel on. */
int grex_demux_add_tunnel(struct grex_net *gn, bool is_ipv6)
{
	struct demux_family *family = demux_family(is_ipv6);
	struct grex_demux_net *in = &gn->demux[is_ipv6];
	int err = 0;

	mutex_lock(&demux_lock);
	if (in->tunnels)
		goto counted;
	if (is_ipv6 && list_empty(&family->nets))
		err = demux_choose(family);
	if (!err && !family->is_native)
		err = family->start(gn->net);
	if (err)
		goto out;
	in->net = gn->net;
	list_add(&in->list, &family->nets);

counted:
	in->tunnels++;
out:
	mutex_unlock(&demux_lock);
	return err;
}

void grex_demux_remove_tunnel(struct grex_net *gn, bool is_ipv6)
{
	struct demux_family *family = demux_family(is_ipv6);
	struct grex_demux_net *in = &gn->demux[is_ipv6];

	mutex_lock(&demux_lock);
	if (--in->tunnels)
		goto out;
	list_del(&in->list);
	if (!family->is_native) {
		family->stop(gn->net);
	} else if (is_ipv6 && list_empty(&family->nets)) {
		family->is_native = false;
		family->remove();
	}

out:
	mutex_unlock(&demux_lock);
}
