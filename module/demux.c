// SPDX-License-Identifier: GPL-2.0
/*
 * Who owns IP protocol 47. gre.ko does, and hands version 0 to one module; we
 * ask it, so that PPTP (version 1) goes on working. It takes the bits 9 to 15 for
 * the version: it drops packets under 12 bytes and those with any of the bits 9
 * to 14 set before we see them.
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

/* On return no packet is inside the handlers any more. */
void grex_demux_unregister(void)
{
	gre_del_protocol(&grex_demux_protocol, GREPROTO_CISCO);
}
