// SPDX-License-Identifier: GPL-2.0
/*
 * Parse arbitrary bytes as a GRE header. The parsed header is written again, and must have
 * the same bytes except for those that a receiver ignores.
 */
#include <stdlib.h>
#include <string.h>

#include "header.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct grex_header header;
	u8 again[GREX_HEADER_MAX];
	size_t options = GREX_HEADER_BASE;

	if (grex_header_parse(&header, data, size))
		return 0;
	if (header.len > size && header.protocol != htons(0x0800))
		abort();
	grex_header_write(again, header.flags, header.protocol, header.key,
			  header.seq);
	if (again[0] != (data[0] & 0xb0))
		abort();
	if (header.flags & GREX_HEADER_CSUM)
		options += 4;
	if (memcmp(again + options, data + options,
		   grex_header_len(header.flags) - options))
		abort();
	return 0;
}
