// SPDX-License-Identifier: GPL-2.0
/*
 * Parse arbitrary bytes as a TCP header. Nothing is read or written outside of it, no
 * option grows, and a correct checksum stays correct.
 */
#include <stdlib.h>
#include <string.h>

#include "mss.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static u32 sum_of(const u8 *p, size_t len)
{
	u32 sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		sum += i & 1 ? p[i] : p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static void clamp(const u8 *from, size_t len, u16 mss, bool partial)
{
	u8 *tcp = malloc(len);
	u32 before, after;
	size_t i;

	if (!tcp)
		abort();
	memcpy(tcp, from, len);
	before = sum_of(tcp, len);
	if (!grex_mss_clamp(tcp, len, mss, partial) &&
	    memcmp(tcp, from, len) != 0)
		abort();
	after = sum_of(tcp, len);
	/* 0 and 0xffff represent the same number. */
	if (!partial && before % 0xffff != after % 0xffff)
		abort();
	for (i = 0; i < 20; i++)
		if (tcp[i] != from[i] && (partial || (i != 16 && i != 17)))
			abort();
	/* A second call must not change anything. */
	if (grex_mss_clamp(tcp, len, mss, partial))
		abort();
	free(tcp);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u16 mss;

	if (size < 2 + 20)
		return 0;
	mss = data[0] << 8 | data[1];
	data += 2;
	size -= 2;
	if (grex_mss_header_len(data) > 60)
		abort();
	if (size > 60)
		size = 60;
	clamp(data, size, mss, true);
	clamp(data, size, mss, false);
	return 0;
}
