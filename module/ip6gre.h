/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Translates between the options of grex and those that ip6_gre has in another form.
 */
#ifndef GREX_IP6GRE_H
#define GREX_IP6GRE_H

#include <linux/types.h>

struct grex_options;

/**
 * struct grex_ip6gre - options in the form of ip6_gre
 * @flowinfo: traffic class and flow label, as in the IPv6 header; a label of 0 is computed
 * @flags: IP6_TNL_F_* of <linux/ip6_tunnel.h>
 * @encap_limit: valid without IP6_TNL_F_IGN_ENCAP_LIMIT
 */
struct grex_ip6gre {
	__be32 flowinfo;
	u32 flags;
	u8 encap_limit;
};

bool grex_ip6gre_read(const struct grex_ip6gre *from,
		      struct grex_options *options);
struct grex_ip6gre grex_ip6gre_write(const struct grex_options *options);

#endif
