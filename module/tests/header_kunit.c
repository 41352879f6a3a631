// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>
#include <linux/prandom.h>

#include "../header.h"

#define FLAGS_COMBINATIONS 8
#define RANDOM_HEADERS 20000

static u16 flags_of(unsigned int combination)
{
	return (combination & 1 ? GREX_HEADER_CSUM : 0) |
	       (combination & 2 ? GREX_HEADER_KEY : 0) |
	       (combination & 4 ? GREX_HEADER_SEQ : 0);
}

/* The header has the layout of the RFC, byte by byte. */
static void header_write_bytes(struct kunit *test)
{
	static const struct {
		u16 flags;
		u8 len;
		u8 bytes[GREX_HEADER_MAX];
	} want[] = {
		{ 0, 4, { 0x00, 0, 0x86, 0xdd } },
		{ GREX_HEADER_CSUM, 8, { 0x80, 0, 0x86, 0xdd, 0, 0, 0, 0 } },
		{ GREX_HEADER_KEY, 8, { 0x20, 0, 0x86, 0xdd, 1, 2, 3, 4 } },
		{ GREX_HEADER_SEQ, 8, { 0x10, 0, 0x86, 0xdd, 5, 6, 7, 8 } },
		{ GREX_HEADER_KEY | GREX_HEADER_SEQ,
		  12,
		  { 0x30, 0, 0x86, 0xdd, 1, 2, 3, 4, 5, 6, 7, 8 } },
		{ GREX_HEADER_CSUM | GREX_HEADER_KEY | GREX_HEADER_SEQ,
		  16,
		  { 0xb0, 0, 0x86, 0xdd, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8 } },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(want); i++) {
		u8 got[GREX_HEADER_MAX + 1];

		memset(got, 0xaa, sizeof(got));
		grex_header_write(got, want[i].flags, htons(0x86dd),
				  htonl(0x01020304), 0x05060708);
		KUNIT_EXPECT_EQ(test, grex_header_len(want[i].flags),
				want[i].len);
		KUNIT_EXPECT_EQ(test, memcmp(got, want[i].bytes, want[i].len),
				0);
		KUNIT_EXPECT_EQ_MSG(test, got[want[i].len], 0xaa,
				    "wrote past the end");
	}
}

static void header_round_trip(struct kunit *test)
{
	struct rnd_state rnd;
	unsigned int i;

	prandom_seed_state(&rnd, 2784);
	for (i = 0; i < 1000; i++) {
		u16 flags = flags_of(i % FLAGS_COMBINATIONS);
		__be16 protocol = htons(0x0800 + i % 0x8000);
		__be32 key = htonl(prandom_u32_state(&rnd));
		u32 seq = prandom_u32_state(&rnd);
		struct grex_header header;
		u8 bytes[GREX_HEADER_LOOK] = {};

		grex_header_write(bytes, flags, protocol, key, seq);
		KUNIT_ASSERT_EQ(test, (int)GREX_HEADER_OK,
				(int)grex_header_parse(&header, bytes,
						       sizeof(bytes)));
		KUNIT_EXPECT_EQ(test, header.flags, flags);
		KUNIT_EXPECT_EQ(test, ntohs(header.protocol), ntohs(protocol));
		KUNIT_EXPECT_EQ(test, header.len, grex_header_len(flags));
		KUNIT_EXPECT_EQ(test, ntohl(header.key),
				flags & GREX_HEADER_KEY ? ntohl(key) : 0);
		KUNIT_EXPECT_EQ(test, header.seq,
				flags & GREX_HEADER_SEQ ? seq : 0);
	}
}

/* All headers are read, cut after every byte. */
static void header_truncation(struct kunit *test)
{
	unsigned int combination;
	size_t len;

	for (combination = 0; combination < FLAGS_COMBINATIONS; combination++) {
		u16 flags = flags_of(combination);
		u8 bytes[GREX_HEADER_MAX];

		grex_header_write(bytes, flags, htons(0x0800), htonl(1), 2);
		for (len = 0; len <= GREX_HEADER_MAX; len++) {
			struct grex_header header;
			int want = len < grex_header_len(flags)
					   ? GREX_HEADER_IS_TRUNCATED
					   : GREX_HEADER_OK;

			KUNIT_EXPECT_EQ_MSG(test,
					    (int)grex_header_parse(&header,
								   bytes, len),
					    want, "flags %#x, %zu bytes", flags,
					    len);
		}
	}
}

/* All 2^16 first words are compared with the rules of the RFCs, bit by bit. */
static void header_first_word(struct kunit *test)
{
	u8 bytes[GREX_HEADER_LOOK] = { 0, 0, 0x08, 0x00 };
	u32 word;

	for (word = 0; word <= 0xffff; word++) {
		struct grex_header header;
		int want = GREX_HEADER_OK;
		int bit, got;
		u8 len = 4;

		bytes[0] = word >> 8;
		bytes[1] = word;
		/* RFC numbering: bit 0 is the most significant. */
		for (bit = 15; bit >= 0; bit--) {
			if (!(word & (0x8000 >> bit)))
				continue;
			if (bit >= 13) {
				want = GREX_HEADER_HAS_VERSION;
				break;
			}
			if (bit == 0 || bit == 2 || bit == 3)
				len += 4;
			else if (bit == 1)
				want = GREX_HEADER_HAS_ROUTING;
			else if (bit == 4 || bit == 5)
				want = GREX_HEADER_HAS_RESERVED;
		}
		got = grex_header_parse(&header, bytes, sizeof(bytes));
		if (got != want || (!got && header.len != len))
			KUNIT_FAIL(test, "word %#x: %d, expected %d", word, got,
				   want);
	}
}

/* A header of random bytes and length is never read beyond its end (KASAN), and the result
 * agrees with its bytes.
 */
static void header_random(struct kunit *test)
{
	struct rnd_state rnd;
	unsigned int i;

	prandom_seed_state(&rnd, 2890);
	for (i = 0; i < RANDOM_HEADERS; i++) {
		size_t len = prandom_u32_state(&rnd) % (GREX_HEADER_LOOK + 1);
		u8 *bytes = kmalloc(len ?: 1, GFP_KERNEL);
		struct grex_header header;
		u8 again[GREX_HEADER_MAX];
		size_t at;

		KUNIT_ASSERT_NOT_NULL(test, bytes);
		prandom_bytes_state(&rnd, bytes, len);
		if (len)
			bytes[0] &= 0xb3; /* mostly acceptable ones */
		if (len > 1)
			bytes[1] &= 0xf8;
		if (!grex_header_parse(&header, bytes, len)) {
			grex_header_write(again, header.flags, header.protocol,
					  header.key, header.seq);
			at = GREX_HEADER_BASE;
			if (header.flags & GREX_HEADER_CSUM)
				at += 4;
			/* bits 6 and 7 are ignored */
			KUNIT_EXPECT_EQ(test, again[0], bytes[0] & 0xfc);
			KUNIT_EXPECT_EQ(test,
					memcmp(again + at, bytes + at,
					       grex_header_len(header.flags) -
						       at),
					0);
		}
		kfree(bytes);
	}
}

static void header_wccp(struct kunit *test)
{
	u8 bytes[] = { 0, 0, 0x88, 0x3e, 0x45, 0, 0, 0, 0x45 };
	struct grex_header header;

	KUNIT_EXPECT_EQ(test, (int)GREX_HEADER_OK,
			(int)grex_header_parse(&header, bytes, sizeof(bytes)));
	KUNIT_EXPECT_EQ(test, header.len, 4);
	KUNIT_EXPECT_EQ(test, ntohs(header.protocol), 0x0800);

	bytes[4] = 0x01; /* version 2: a redirect header */
	KUNIT_EXPECT_EQ(test, (int)GREX_HEADER_OK,
			(int)grex_header_parse(&header, bytes, sizeof(bytes)));
	KUNIT_EXPECT_EQ(test, header.len, 8);
	KUNIT_EXPECT_EQ(test, ntohs(header.protocol), 0x0800);

	KUNIT_EXPECT_EQ(test, (int)GREX_HEADER_IS_TRUNCATED,
			(int)grex_header_parse(&header, bytes, 4));

	/* With a key, WCCP is a protocol like any other. */
	bytes[0] = 0x20;
	KUNIT_EXPECT_EQ(test, (int)GREX_HEADER_OK,
			(int)grex_header_parse(&header, bytes, sizeof(bytes)));
	KUNIT_EXPECT_EQ(test, ntohs(header.protocol), 0x883e);
}

static void header_seq(struct kunit *test)
{
	static const u32 lasts[] = { 0, 1, 0x7fffffff, 0x80000000, 0xffffffff };
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(lasts); i++) {
		const u32 last = lasts[i];
		struct grex_seq seq = {};

		KUNIT_EXPECT_TRUE(test, grex_seq_accept(&seq, last));
		KUNIT_EXPECT_FALSE(test, grex_seq_accept(&seq, last));
		KUNIT_EXPECT_FALSE(test, grex_seq_accept(&seq, last - 1));
		KUNIT_EXPECT_FALSE(test,
				   grex_seq_accept(&seq, last - 0x7fffffff));
		/* A single forged number has no effect. */
		KUNIT_EXPECT_FALSE(test,
				   grex_seq_accept(&seq, last + 0x7fffffff));
		KUNIT_EXPECT_FALSE(test, grex_seq_accept(&seq, last + 32769));
		KUNIT_EXPECT_TRUE(test, grex_seq_accept(&seq, last + 1));
		KUNIT_EXPECT_TRUE(test, grex_seq_accept(&seq, last + 32769));
		/* A peer that restarts is accepted from the fifth packet on. */
		for (n = 0; n < 4; n++)
			KUNIT_EXPECT_FALSE(test,
					   grex_seq_accept(&seq, last + n));
		for (; n < 8; n++)
			KUNIT_EXPECT_TRUE(test,
					  grex_seq_accept(&seq, last + n));
		/* Old numbers that are not consecutive stay old. */
		for (n = 0; n < 20; n++)
			KUNIT_EXPECT_FALSE(test,
					   grex_seq_accept(&seq, last - 2 * n));
	}
}

static struct kunit_case header_cases[] = {
	KUNIT_CASE(header_write_bytes), KUNIT_CASE(header_round_trip),
	KUNIT_CASE(header_truncation),	KUNIT_CASE(header_first_word),
	KUNIT_CASE(header_random),	KUNIT_CASE(header_wccp),
	KUNIT_CASE(header_seq),		{}
};

static struct kunit_suite header_suite = {
	.name = "grex_header",
	.test_cases = header_cases,
};

kunit_test_suite(header_suite);
