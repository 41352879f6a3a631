/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GREX_ROUTE_H
#define GREX_ROUTE_H

#include <linux/types.h>

#include "addr.h"

struct dst_entry;
struct grex_config;

struct dst_entry *grex_route_lookup(const struct grex_config *config,
				    const union grex_addr *remote, u8 dsfield,
				    u32 hash, union grex_addr *saddr);
bool grex_route_in_vrf(const struct grex_config *config, int vrf);
bool grex_route_is_spread(const struct grex_config *config,
			  const union grex_addr *remote, u8 dsfield);
union grex_addr grex_route_gateway(const struct grex_config *config,
				   const struct dst_entry *dst);
bool grex_route_moves(const struct grex_config *old,
		      const struct grex_config *config);

#endif
