// SPDX-License-Identifier: GPL-2.0
/*
 * Initialises and removes grex. README.md and uapi/linux/grex.h describe it.
 */
#include <linux/init.h>
#include <linux/module.h>

#include "demux.h"
#include "kinds.h"
#include "netns.h"

static int __init grex_init(void)
{
	int err;

	err = grex_netns_register();
	if (err)
		return err;
	err = grex_demux_register();
	if (err)
		goto err_netns;
	err = grex_kinds_register();
	if (err)
		goto err_demux;
	return 0;

err_demux:
	grex_demux_unregister();
err_netns:
	grex_netns_unregister();
	return err;
}

static void __exit grex_exit(void)
{
	grex_kinds_unregister();
	grex_demux_unregister();
	grex_netns_unregister();
	rcu_barrier(); /* call_rcu() frees configurations */
}

module_init(grex_init);
module_exit(grex_exit);

MODULE_DESCRIPTION("GRE tunnels for routers");
MODULE_AUTHOR("The grex project");
MODULE_LICENSE("GPL");
MODULE_VERSION(GREX_VERSION);
