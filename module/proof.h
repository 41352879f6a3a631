/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hash in a keepalive, which says who made it: this tunnel, or one that knows its
 * secret.
 */
#ifndef GREX_PROOF_H
#define GREX_PROOF_H

#include <linux/types.h>

struct grex_config;

u64 grex_proof(const struct grex_config *config, const void *payload,
	       __be32 saddr, __be32 daddr);

#endif
