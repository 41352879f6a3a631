// SPDX-License-Identifier: GPL-2.0
#include <linux/grex.h>
#include <linux/ip6_tunnel.h>
#include <net/inet_ecn.h>
#include <net/ipv6.h>

#include "grex.h"
#include "ip6gre.h"

/* grex never copies the received DSCP, and never looks up routes with the mark of the inner
 * packet. The other flags have no effect: a remote may be an address of this machine in any case.
 */
#define IP6GRE_ABSENT (IP6_TNL_F_RCV_DSCP_COPY | IP6_TNL_F_USE_ORIG_FWMARK)

/**
 * grex_ip6gre_read - take over options of ip6_gre
 * @from: the options
 * @options: traffic class, flow label and encapsulation limit are set when true is returned
 *
 * Return: false if @from has a flag that grex does not support
 */
bool grex_ip6gre_read(const struct grex_ip6gre *from,
		      struct grex_options *options)
{
	const u32 info = be32_to_cpu(from->flowinfo);
	const u32 label = be32_to_cpu(from->flowinfo & IPV6_FLOWLABEL_MASK);

	if (from->flags & IP6GRE_ABSENT)
		return false;
	options->tos = (info >> 20 & U8_MAX) & ~INET_ECN_MASK;
	/* Packets without a traffic class have the other one. */
	if (from->flags & IP6_TNL_F_USE_ORIG_TCLASS)
		options->tos |= GREX_TOS_INHERIT;
	options->flowlabel = from->flags & IP6_TNL_F_USE_ORIG_FLOWLABEL
				     ? GREX_FLOWLABEL_INHERIT
				     : label ?: GREX_FLOWLABEL_AUTO;
	options->encap_limit = from->flags & IP6_TNL_F_IGN_ENCAP_LIMIT
				       ? GREX_ENCAP_LIMIT_NONE
				       : from->encap_limit;
	return true;
}

/* Return the options of a tunnel in the form of ip6_gre. */
struct grex_ip6gre grex_ip6gre_write(const struct grex_options *options)
{
	struct grex_ip6gre to = {};
	u32 info = (options->tos & ~INET_ECN_MASK) << 20;

	if (options->tos & GREX_TOS_INHERIT)
		to.flags |= IP6_TNL_F_USE_ORIG_TCLASS;
	if (options->flowlabel == GREX_FLOWLABEL_INHERIT)
		to.flags |= IP6_TNL_F_USE_ORIG_FLOWLABEL;
	else if (options->flowlabel != GREX_FLOWLABEL_AUTO)
		info |= options->flowlabel;
	if (options->encap_limit == GREX_ENCAP_LIMIT_NONE)
		to.flags |= IP6_TNL_F_IGN_ENCAP_LIMIT;
	else
		to.encap_limit = options->encap_limit;
	to.flowinfo = cpu_to_be32(info);
	return to;
}
