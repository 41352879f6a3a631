// SPDX-License-Identifier: GPL-2.0
/*
 * Parse arbitrary bytes as the quote of an ICMP error. All parsed fields must lie within
 * it.
 */
#include <stdlib.h>

#include "embedded.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct grex_extension extension;
	struct grex_inner inner;
	struct grex_embedded embedded;

	extension = grex_extension_find(size ? data[0] : 0, size);
	if (extension.offset + extension.len != size)
		abort();
	grex_extension_is_valid(data, size);
	grex_inner_read(&inner, htons(0x86dd), data, size);
	if (!grex_embedded_read(&embedded, data, size))
		return 0;
	if (embedded.total_len < embedded.inner || embedded.inner > 60 + 20)
		abort();
	if (embedded.inner >= size)
		return 0;
	if (grex_inner_read(&inner, embedded.header.protocol,
			    data + embedded.inner,
			    size - embedded.inner) == GREX_INNER_OK &&
	    inner.version != 4 && inner.version != 6)
		abort();
	return 0;
}
