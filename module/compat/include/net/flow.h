/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_NET_FLOW_H
#define COMPAT_NET_FLOW_H

#include_next <net/flow.h>
#include <net/inet_dscp.h>

/* The DSCP of a flow was a whole TOS byte before it was a dscp_t. */
static inline void grex_compat_flow_dsfield(struct flowi4 *flow, u8 dsfield)
{
#ifdef COMPAT_HAS_FLOWI4_DSCP
	flow->flowi4_dscp = inet_dsfield_to_dscp(dsfield);
#else
	flow->flowi4_tos = dsfield & INET_DSCP_MASK;
#endif
}

/* What the look-up of an output route does to a flow before it looks at the rules. */
static inline void grex_compat_flow_output(struct flowi4 *flow)
{
	flow->flowi4_iif = LOOPBACK_IFINDEX;
#ifndef COMPAT_HAS_FLOWI4_DSCP
	flow->flowi4_tos &= 0x1c; /* IPTOS_RT_MASK */
#endif
}

#endif
