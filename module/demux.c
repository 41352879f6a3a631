// SPDX-License-Identifier: GPL-2.0
/*
 * gre.ko owns IP protocol 47 and hands version 0 to one module. grex registers with it, so
 * that PPTP (version 1) continues to work. gre.ko reads bits 9 to 15 as the version, so it
 * drops packets with any of the bits 9 to 14 set, and packets of less than 12 bytes, before
 * grex sees them.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/printk.h>
#include <net/gre.h>

#include "demux.h"
#include "icmp.h"
#include "packet.h"

static const struct gre_protocol grex_demux_protocol = {
	.handler = grex_rx,
	.err_handler = grex_icmp_error,
};

int grex_demux_register(void)
{
	int err = gre_add_protocol(&grex_demux_protocol, GREPROTO_CISCO);

	if (err == -EBUSY)
		pr_err("IP protocol 47 (GRE) is owned by another module, ip_gre most likely: remove its tunnels and run \"rmmod ip_gre\"\n");
	return err;
}

/* When this returns, the handlers process no packet any more. */
void grex_demux_unregister(void)
{
	gre_del_protocol(&grex_demux_protocol, GREPROTO_CISCO);
}
