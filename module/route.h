/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_ROUTE_H
#define GREX_ROUTE_H

#include <net/route.h>

struct grex_config;

struct rtable *grex_route_lookup(const struct grex_config *config,
				 __be32 remote, u8 dsfield, u32 hash,
				 __be32 *saddr);
bool grex_route_in_vrf(const struct grex_config *config, int vrf);
bool grex_route_is_spread(const struct grex_config *config, __be32 remote,
			  u8 dsfield);
bool grex_route_moves(const struct grex_config *old,
		      const struct grex_config *config);

#endif
