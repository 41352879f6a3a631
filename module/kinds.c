// SPDX-License-Identifier: GPL-2.0
/*
 * Registers the link kinds. "grex" and "grextap" always exist. If the module takes the place of
 * ip_gre, "gre" and "gretap" exist, too, and each namespace has the devices gre0 and gretap0.
 * These receive the packets that belong to no tunnel. "ip tunnel" sends its ioctl commands to
 * gre0.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
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
		 "Link kinds of ip_gre to provide instead: gre or gre,gretap");

static bool kinds_has_gretap(void)
{
	return strstr(kinds, "gretap");
}

static int __net_init kinds_add_fallback(struct net *net)
{
	int err;

	if (!net_has_fallback_tunnels(net))
		return 0;
	rtnl_lock();
	err = grex_tunnel_new(net, &grex_rtnl_ops[GREX_KIND_GRE], "gre%d",
			      &grex_tunnel_defaults[GREX_KIND_GRE], true);
	/* If gretap0 cannot be created, netns.c deletes gre0. */
	if (!err && kinds_has_gretap())
		err = grex_tunnel_new(net, &grex_rtnl_ops[GREX_KIND_GRETAP],
				      "gretap%d",
				      &grex_tunnel_defaults[GREX_KIND_GRETAP],
				      true);
	rtnl_unlock();
	return err;
}

/* netns.c deletes the devices together with the other tunnels of the namespace. */
static struct pernet_operations kinds_fallback_ops = {
	.init = kinds_add_fallback,
};

static int kinds_take_gre(void)
{
	struct rtnl_link_ops *gre = &grex_rtnl_ops[GREX_KIND_GRE];
	struct rtnl_link_ops *gretap = &grex_rtnl_ops[GREX_KIND_GRETAP];
	int err;

	err = rtnl_link_register(gre);
	if (err == -EEXIST)
		pr_err("The kind gre belongs to ip_gre: remove its tunnels and run \"rmmod ip_gre\", or load grex without kinds=%s\n",
		       kinds);
	if (err)
		return err;
	if (kinds_has_gretap())
		err = rtnl_link_register(gretap);
	if (err)
		goto err_gretap;
	grex_demux_set_exclusive(true);
	err = register_pernet_device(&kinds_fallback_ops);
	if (err)
		goto err_fallback;
	return 0;

err_fallback:
	if (kinds_has_gretap())
		rtnl_link_unregister(gretap);
err_gretap:
	rtnl_link_unregister(gre);
	return err;
}

int grex_kinds_register(void)
{
	struct rtnl_link_ops *ops = &grex_rtnl_ops[GREX_KIND_GREX];
	int err;

	if (*kinds && strcmp(kinds, "gre") && strcmp(kinds, "gre,gretap")) {
		pr_err("kinds=%s is not known: it may be gre, or gre,gretap\n",
		       kinds);
		return -EINVAL;
	}
	err = rtnl_link_register(ops);
	if (err)
		return err;
	err = rtnl_link_register(&grex_rtnl_ops[GREX_KIND_GREXTAP]);
	if (err)
		goto err_tap;
	if (!*kinds)
		return 0;
	err = kinds_take_gre();
	if (err)
		goto err_gre;
	return 0;

err_gre:
	rtnl_link_unregister(&grex_rtnl_ops[GREX_KIND_GREXTAP]);
err_tap:
	rtnl_link_unregister(ops);
	/* modprobe takes EEXIST for a module that is loaded already. */
	return err == -EEXIST ? -EBUSY : err;
}

/* Unregister the kinds. This deletes all tunnels except gre0 and gretap0, which are deleted with
 * their namespace.
 */
void grex_kinds_unregister(void)
{
	if (*kinds) {
		unregister_pernet_device(&kinds_fallback_ops);
		if (kinds_has_gretap())
			rtnl_link_unregister(&grex_rtnl_ops[GREX_KIND_GRETAP]);
		rtnl_link_unregister(&grex_rtnl_ops[GREX_KIND_GRE]);
	}
	rtnl_link_unregister(&grex_rtnl_ops[GREX_KIND_GREXTAP]);
	rtnl_link_unregister(&grex_rtnl_ops[GREX_KIND_GREX]);
}
