// SPDX-License-Identifier: GPL-2.0
/*
 * Parse arbitrary bytes as a keepalive of a peer, or as the answer to our own. All parsed
 * fields must lie within it, and writing them must give the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "keepalive_wire.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void as_reply(const u8 *data, size_t size)
{
	u8 again[GREX_PROBE_LEN];
	struct grex_probe probe;
	u64 hash;

	if (!grex_probe_read(&probe, data, size, &hash))
		return;
	if (probe.padding != size - GREX_PROBE_LEN)
		abort();
	grex_probe_write(again, &probe);
	grex_probe_sign(again, hash);
	if (memcmp(again, data, sizeof(again)) != 0)
		abort();
}

static void as_request(const u8 *data, size_t size)
{
	struct grex_request request;

	if (!grex_request_read(&request, data, size))
		return;
	if (request.total_len < 20 + request.header.len ||
	    request.header.protocol)
		abort();
	/* More bytes of the same packet must not change the result. */
	if (size > GREX_REQUEST_LOOK &&
	    !grex_request_read(&request, data, GREX_REQUEST_LOOK))
		abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const u16 protocols[] = { 0x0004, 0x0800, 0x8909, 0 };
	size_t i;
	int skip;

	as_reply(data, size);
	as_request(data, size);
	for (i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		skip = grex_request_unwrap(htons(protocols[i]), data, size);
		if (skip < 0)
			continue;
		if ((size_t)skip + 20 > size)
			abort();
		as_request(data + skip, size - (size_t)skip);
	}
	return 0;
}
