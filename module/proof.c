// SPDX-License-Identifier: GPL-2.0
#include <linux/siphash.h>
#include <linux/string.h>

#include "grex.h"
#include "proof.h"

/* The addresses distinguish the probes of the two ends, and those of tunnels between
 * other ends with the same secret. They are those of the inner header, which NAT does not
 * change.
 */
struct proof_input {
	u8 payload[GREX_PROBE_SIGNED];
	__be32 saddr;
	__be32 daddr;
};

/**
 * grex_proof - the hash of a probe
 * @config: of the tunnel that sends or takes it
 * @payload: of the probe, GREX_PROBE_SIGNED bytes
 * @saddr: source of the packet that is to come back
 * @daddr: its destination
 *
 * Without a secret, only the tunnel itself can compute this hash.
 */
u64 grex_proof(const struct grex_config *config, const void *payload,
	       __be32 saddr, __be32 daddr)
{
	const siphash_key_t *key = config->options.has_secret
					   ? &config->options.secret
					   : &config->tunnel->keepalive.key;
	struct proof_input input = { .saddr = saddr, .daddr = daddr };

	memcpy(input.payload, payload, sizeof(input.payload));
	return siphash(&input, sizeof(input), key);
}
