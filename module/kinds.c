// SPDX-License-Identifier: GPL-2.0
/*
 * Registers the link kinds. "grex" and "grextap" always exist. If the module takes the place of
 * ip_gre or also of ip6_gre, their kinds exist, too, and each namespace has the devices gre0,
 * gretap0 and ip6gre0. These receive the packets that belong to no tunnel. "ip tunnel" sends its
 * ioctl commands to gre0.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/ipv6.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>

#include "demux.h"
#include "grex.h"
#include "kinds.h"
#include "rtnl.h"
#include "tunnel.h"

static char *kinds = "";
module_param(kinds, charp, 0444);
MODULE_PARM_DESC(kinds,
		 "Kinds of ip_gre, ip6_gre to provide: gre, gre,gretap or all");

/**
 * struct kinds_other - a kind that another module has
 * @kind: the kind
 * @module: the other module
 * @fallback: name of the device that receives the packets of no tunnel, NULL if the kind has none
 */
struct kinds_other {
	enum grex_kind kind;
	const char *module;
	const char *fallback;
};

static const struct kinds_other kinds_others[] = {
	{ GREX_KIND_GRE, "ip_gre", "gre%d" },
	{ GREX_KIND_GRETAP, "ip_gre", "gretap%d" },
	{ GREX_KIND_IP6GRE, "ip6_gre", "ip6gre%d" },
	{ GREX_KIND_IP6GRETAP, "ip6_gre", NULL },
};

/* How many of them a value of the parameter names, from the first one on. */
static const struct {
	const char *value;
	unsigned int count;
} kinds_values[] = {
	{ "", 0 },
	{ "gre", 1 },
	{ "gre,gretap", 2 },
	{ "all", ARRAY_SIZE(kinds_others) },
};

static unsigned int kinds_count; /* of kinds_others that are ours */

static int __net_init kinds_add_fallbacks(struct net *net)
{
	unsigned int i;
	int err = 0;

	if (!net_has_fallback_tunnels(net))
		return 0;
	rtnl_lock();
	/* If one of them cannot be created, netns.c deletes the others. */
	for (i = 0; i < kinds_count && !err; i++) {
		const struct kinds_other *other = &kinds_others[i];

		if (other->fallback)
			err = grex_tunnel_new(net, &grex_rtnl_ops[other->kind],
					      other->fallback,
					      &grex_tunnel_defaults[other->kind],
					      true);
	}
	rtnl_unlock();
	return err;
}

/* netns.c deletes the devices together with the other tunnels of the namespace. */
static struct pernet_operations kinds_fallback_ops = {
	.init = kinds_add_fallbacks,
};

static bool kinds_is_ipv6(const struct kinds_other *other)
{
	return grex_tunnel_defaults[other->kind].match.family == AF_INET6;
}

static void kinds_unregister_others(unsigned int count)
{
	while (count--)
		rtnl_link_unregister(&grex_rtnl_ops[kinds_others[count].kind]);
}

static int kinds_register_others(void)
{
	const struct kinds_other *other;
	unsigned int i;
	int err;

	for (i = 0; i < kinds_count; i++) {
		other = &kinds_others[i];
		err = rtnl_link_register(&grex_rtnl_ops[other->kind]);
		if (err == -EEXIST)
			pr_err("The kind %s belongs to %s: remove its tunnels and run \"rmmod %s\", or load grex without kinds=%s\n",
			       grex_rtnl_ops[other->kind].kind, other->module,
			       other->module, kinds);
		if (err)
			goto err_register;
	}
	if (!kinds_count)
		return 0;
	for (i = 0; i < kinds_count; i++)
		grex_demux_set_exclusive(kinds_is_ipv6(&kinds_others[i]));
	err = register_pernet_device(&kinds_fallback_ops);
	if (err)
		goto err_register;
	return 0;

err_register:
	kinds_unregister_others(i);
	return err;
}

/* Read the parameter into kinds_count. If IPv6 is disabled on this machine, the kinds of ip6_gre
 * are left out.
 */
static int kinds_read_parameter(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds_values); i++)
		if (!strcmp(kinds, kinds_values[i].value))
			break;
	if (i == ARRAY_SIZE(kinds_values)) {
		pr_err("kinds=%s is not known: it may be gre, or gre,gretap, or all\n",
		       kinds);
		return -EINVAL;
	}
	kinds_count = kinds_values[i].count;
	if (IS_ENABLED(CONFIG_IPV6) && ipv6_mod_enabled())
		return 0;
	while (kinds_count && kinds_is_ipv6(&kinds_others[kinds_count - 1]))
		kinds_count--;
	return 0;
}

int grex_kinds_register(void)
{
	int err;

	err = kinds_read_parameter();
	if (err)
		return err;
	err = rtnl_link_register(&grex_rtnl_ops[GREX_KIND_GREX]);
	if (err)
		return err;
	err = rtnl_link_register(&grex_rtnl_ops[GREX_KIND_GREXTAP]);
	if (err)
		goto err_tap;
	err = kinds_register_others();
	if (err)
		goto err_others;
	return 0;

err_others:
	rtnl_link_unregister(&grex_rtnl_ops[GREX_KIND_GREXTAP]);
err_tap:
	rtnl_link_unregister(&grex_rtnl_ops[GREX_KIND_GREX]);
	/* modprobe takes EEXIST for a module that is loaded already. */
	return err == -EEXIST ? -EBUSY : err;
}

/* Unregister the kinds. This deletes all tunnels except gre0 and its like, which are deleted with
 * their namespace.
 */
void grex_kinds_unregister(void)
{
	if (kinds_count)
		unregister_pernet_device(&kinds_fallback_ops);
	kinds_unregister_others(kinds_count);
	rtnl_link_unregister(&grex_rtnl_ops[GREX_KIND_GREXTAP]);
	rtnl_link_unregister(&grex_rtnl_ops[GREX_KIND_GREX]);
}
