// SPDX-License-Identifier: GPL-2.0
/*
 * The header codec outside the kernel, under the address and undefined
 * behaviour sanitizers: each buffer is exactly as long as it is said to be.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "header.h"

static int tests;
static int failed;

static void ok(bool good, const char *name)
{
	printf("%sok %d %s\n", good ? "" : "not ", ++tests, name);
	if (!good)
		failed = 1;
}

/* A packet somebody captured: key 5, sequence 7, IPv4 inside. */
static void test_known_packet(void)
{
	static const u8 bytes[] = { 0x30, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00,
				    0x05, 0x00, 0x00, 0x00, 0x07, 0x45 };
	struct grex_header header;
	bool good;

	good = !grex_header_parse(&header, bytes, sizeof(bytes)) &&
	       header.flags == (GREX_HEADER_KEY | GREX_HEADER_SEQ) &&
	       header.protocol == htons(0x0800) && header.key == htonl(5) &&
	       header.seq == 7 && header.len == 12;
	ok(good, "a known packet is read");
}

/* Every first byte and every length, in a buffer with nothing behind it. */
static void test_every_length(void)
{
	struct grex_header header;
	unsigned int first;
	bool good = true;
	size_t len;

	for (first = 0; first <= 0xff; first++) {
		for (len = 0; len <= GREX_HEADER_LOOK; len++) {
			u8 *bytes = malloc(len ? len : 1);

			if (!bytes)
				abort();
			memset(bytes, 0, len);
			if (len)
				bytes[0] = first;
			if (!grex_header_parse(&header, bytes, len) &&
			    header.len > len)
				good = false;
			free(bytes);
		}
	}
	ok(good, "no header is longer than its packet");
}

static void test_round_trip(void)
{
	struct grex_header header;
	unsigned int i;
	bool good = true;

	srandom(2784);
	for (i = 0; i < 100000; i++) {
		u16 flags = random() & (GREX_HEADER_CSUM | GREX_HEADER_KEY |
					GREX_HEADER_SEQ);
		__be32 key = flags & GREX_HEADER_KEY ? random() : 0;
		u32 seq = flags & GREX_HEADER_SEQ ? random() : 0;
		u8 *bytes = malloc(grex_header_len(flags));

		if (!bytes)
			abort();
		grex_header_write(bytes, flags, htons(0x86dd), key, seq);
		good &= !grex_header_parse(&header, bytes,
					   grex_header_len(flags)) &&
			header.flags == flags && header.key == key &&
			header.seq == seq && header.protocol == htons(0x86dd);
		free(bytes);
	}
	ok(good, "what is written is read");
}

int main(void)
{
	printf("TAP version 13\n1..3\n");
	test_known_packet();
	test_every_length();
	test_round_trip();
	return failed;
}
