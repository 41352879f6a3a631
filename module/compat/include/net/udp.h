/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_NET_UDP_H
#define COMPAT_NET_UDP_H

#include_next <net/udp.h>

/* Whether there may be a socket for which GRO merges UDP. Some kernels do not export the keys
 * that say so.
 */
static inline bool grex_compat_udp_gro_is_needed(void)
{
#ifdef COMPAT_HAS_UDP_ENCAP_KEYS
#if IS_ENABLED(CONFIG_IPV6)
	if (static_branch_unlikely(&udpv6_encap_needed_key))
		return true;
#endif
	return static_branch_unlikely(&udp_encap_needed_key);
#else
	return true;
#endif
}

#endif
