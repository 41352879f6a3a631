// SPDX-License-Identifier: GPL-2.0
/*
 * Reads every chain of headers that an ICMP error can embed, cut after every byte. The
 * result must not depend on missing bytes: KASAN watches the buffers, which are exactly as
 * long as they are said to be.
 */
#include <kunit/test.h>
#include <linux/prandom.h>

#include "../embedded.h"

#define OUTER_OPTIONS 3 /* no options, 4 and 40 bytes of them */
#define GRE_FLAGS 8
#define RANDOM_QUOTES 20000

/* A packet that is being built, and the ends of its headers. */
struct chain {
	u8 bytes[112]; /* the longest chain here has 103 */
	size_t len;
	size_t gre; /* where GRE begins */
	size_t inner; /* where the inner packet begins */
	size_t known; /* bytes that tell whether an answer may be sent */
	u8 protocol; /* what the inner packet carries */
};

static void put(struct chain *c, const void *bytes, size_t len)
{
	if (WARN_ON(c->len + len > sizeof(c->bytes)))
		return;
	memcpy(c->bytes + c->len, bytes, len);
	c->len += len;
}

static void put_outer(struct chain *c, unsigned int options, u16 flags,
		      __be16 protocol)
{
	u8 ip[60] = { 0x45, 0x10, 1,   0, 0x12, 0x34, 0x40, 0, 3, 47,
		      0,    0,	  192, 0, 2,	1,    192,  0, 2, 2 };
	size_t ip_len = 20 + (options == 0 ? 0 : options == 1 ? 4 : 40);

	ip[0] = 0x40 | ip_len / 4;
	memset(ip + 20, 1, ip_len - 20); /* no operation */
	put(c, ip, ip_len);
	c->gre = c->len;
	grex_header_write(c->bytes + c->len, flags, protocol, htonl(0x01020304),
			  77);
	c->len += grex_header_len(flags);
	c->inner = c->len;
}

static u16 flags_of(unsigned int combination)
{
	return (combination & 1 ? GREX_HEADER_CSUM : 0) |
	       (combination & 2 ? GREX_HEADER_KEY : 0) |
	       (combination & 4 ? GREX_HEADER_SEQ : 0);
}

static u8 *quoted(struct kunit *test, const struct chain *c, size_t from,
		  size_t len)
{
	u8 *bytes = kunit_kmalloc(test, len ?: 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bytes);
	memcpy(bytes, c->bytes + from, len);
	return bytes;
}

static void embedded_outer(struct kunit *test)
{
	static const u8 saddr[16] = { 192, 0, 2, 1 };
	static const u8 daddr[16] = { 192, 0, 2, 2 };
	unsigned int options, flags;
	size_t len;

	for (options = 0; options < OUTER_OPTIONS; options++) {
		for (flags = 0; flags < GRE_FLAGS; flags++) {
			const u16 want = flags_of(flags);
			struct chain c = {};
			size_t key_end;

			put_outer(&c, options, want, htons(0x0800));
			put(&c, "inner packet", 12);
			key_end = c.gre +
				  grex_header_len(want & ~GREX_HEADER_SEQ);
			for (len = 0; len <= c.len; len++) {
				struct grex_embedded q = {};
				u8 *bytes = quoted(test, &c, 0, len);
				bool got = grex_embedded_read(&q, bytes, len);

				kunit_kfree(test, bytes);
				KUNIT_ASSERT_EQ(test, got, len >= c.gre + 4);
				if (!got)
					continue;
				KUNIT_EXPECT_TRUE(test,
						  !memcmp(q.saddr, saddr, 16));
				KUNIT_EXPECT_TRUE(test,
						  !memcmp(q.daddr, daddr, 16));
				KUNIT_EXPECT_EQ(test, q.version, 4);
				KUNIT_EXPECT_EQ(test, q.total_len, 0x100);
				KUNIT_EXPECT_EQ(test, q.id, 0x1234);
				KUNIT_EXPECT_EQ(test, q.dsfield, 0x10);
				KUNIT_EXPECT_TRUE(test, q.df);
				KUNIT_EXPECT_EQ(test, (size_t)q.inner, c.inner);
				KUNIT_EXPECT_EQ(test, q.header.flags, want);
				KUNIT_EXPECT_EQ(test, q.has_key,
						!(want & GREX_HEADER_KEY) ||
							len >= key_end);
				if (q.has_key && want & GREX_HEADER_KEY)
					KUNIT_EXPECT_EQ(test,
							ntohl(q.header.key),
							0x01020304);
			}
		}
	}
}

/* An IPv6 packet, and the first fragment of one, cut after each byte. */
static void embedded_ipv6(struct kunit *test)
{
	u8 ip[56] = {
		0x61, 0x02, 0x34, 0x56,	    1,	  0, 47,   3,	 0x20,
		1,    0x0d, 0xb8, [23] = 1, 0x20, 1, 0x0d, 0xb8, [39] = 2
	};
	const struct {
		const char *what;
		size_t ip_len;
		u8 next, first[8], second[8];
		bool good;
	} cases[] = {
		{ "whole", 40, 47, {}, {}, true },
		{ "a first fragment", 48, 44, { 47, 0, 0, 1 }, {}, true },
		{ "a later fragment", 48, 44, { 47, 0, 0, 8 }, {}, false },
		{ "UDP", 40, 17, {}, {}, false },
		{ "a routing header", 48, 43, { 47 }, {}, false },
		{ "a limit", 48, 60, { 47, 0, 4, 1, 4, 1, 1 }, {}, true },
		{ "a limit, and UDP",
		  48,
		  60,
		  { 17, 0, 4, 1, 4, 1, 1 },
		  {},
		  false },
		{ "16 bytes of options", 56, 60, { 47, 1 }, {}, false },
		{ "a limit twice", 56, 60, { 60 }, { 47 }, false },
		{ "a first fragment with a limit",
		  56,
		  60,
		  { 44 },
		  { 47, 0, 0, 1 },
		  true },
		{ "a later fragment with a limit",
		  56,
		  60,
		  { 44 },
		  { 47, 0, 0, 8 },
		  false },
		/* The kernel never puts the fragment header first. */
		{ "a limit in a fragment",
		  56,
		  44,
		  { 60, 0, 0, 1 },
		  { 47 },
		  false },
	};
	size_t len, i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct chain c = {};

		ip[6] = cases[i].next;
		memcpy(ip + 40, cases[i].first, 8);
		memcpy(ip + 48, cases[i].second, 8);
		put(&c, ip, cases[i].ip_len);
		grex_header_write(c.bytes + c.len, GREX_HEADER_KEY,
				  htons(0x0800), htonl(0x01020304), 0);
		c.len += 8;
		put(&c, "inner packet", 12);
		for (len = 0; len <= c.len; len++) {
			struct grex_embedded q;
			u8 *bytes = quoted(test, &c, 0, len);
			bool got = grex_embedded_read(&q, bytes, len);

			kunit_kfree(test, bytes);
			KUNIT_ASSERT_EQ_MSG(test, got,
					    cases[i].good &&
						    len >= cases[i].ip_len + 4,
					    "%s, %zu bytes", cases[i].what,
					    len);
			if (!got)
				continue;
			KUNIT_EXPECT_EQ(test, q.version, 6);
			KUNIT_EXPECT_TRUE(test, !memcmp(q.saddr, ip + 8, 16));
			KUNIT_EXPECT_TRUE(test, !memcmp(q.daddr, ip + 24, 16));
			KUNIT_EXPECT_EQ(test, q.total_len, 40 + 0x100);
			KUNIT_EXPECT_EQ(test, q.id, 0x23456);
			KUNIT_EXPECT_EQ(test, q.dsfield, 0x10);
			KUNIT_EXPECT_EQ(test, q.ttl, 3);
			KUNIT_EXPECT_TRUE(test, q.df);
			KUNIT_EXPECT_EQ(test, (size_t)q.inner,
					cases[i].ip_len + 8);
			KUNIT_EXPECT_EQ(test, q.has_key,
					len >= cases[i].ip_len + 8);
		}
	}
}

/* The beginning of a packet that grex does not send is rejected. */
static void embedded_refused(struct kunit *test)
{
	static const struct {
		const char *what;
		u8 at, value;
	} cases[] = {
		{ "a version of 6", 0, 0x65 },
		{ "a header of 16 bytes", 0, 0x44 },
		{ "a later fragment", 7, 1 },
		{ "a later fragment of a large packet", 6, 0x1f },
		{ "UDP", 9, 17 },
		{ "a total length shorter than the headers", 2, 0 },
		{ "routing (RFC 1701)", 20, 0x40 },
		{ "reserved bits", 20, 0x08 },
		{ "GRE version 1", 21, 0x01 },
	};
	struct grex_embedded q;
	struct chain c = {};
	unsigned int i;

	put_outer(&c, 0, 0, htons(0x0800));
	put(&c, "inner packet", 12);
	KUNIT_EXPECT_TRUE(test, grex_embedded_read(&q, c.bytes, c.len));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct chain bad = c;

		bad.bytes[cases[i].at] = cases[i].value;
		KUNIT_EXPECT_FALSE_MSG(test,
				       grex_embedded_read(&q, bad.bytes,
							  bad.len),
				       "%s", cases[i].what);
	}
	/* The DF and MF bits do not belong to the offset. */
	c.bytes[6] = 0x60;
	KUNIT_EXPECT_TRUE(test, grex_embedded_read(&q, c.bytes, c.len));
	KUNIT_EXPECT_TRUE(test, q.df);
	c.bytes[6] = 0x20;
	KUNIT_EXPECT_TRUE(test, grex_embedded_read(&q, c.bytes, c.len));
	KUNIT_EXPECT_FALSE(test, q.df);
}

static void inner_ipv4(struct chain *c, unsigned int options, u8 protocol)
{
	u8 ip[60] = { 0x45, 0x20, 0,  0x64, 0, 0, 0x40, 0, 9, 0,
		      0,    0,	  10, 1,    0, 2, 10,	2, 0, 2 };
	size_t len = 20 + options * 4;

	ip[0] = 0x40 | len / 4;
	ip[9] = protocol;
	memset(ip + 20, 1, len - 20);
	put(c, ip, len);
	c->protocol = protocol;
	/* echo request; to anything but ICMP the first byte means nothing */
	put(c, "\x08\x00\x12\x34\x56\x78\x00\x01", 8);
	c->known = c->len;
	put(c, "payload", 7);
}

static const u8 inner_ipv6_addresses[32] = {
	0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
	0x20, 1, 0xd, 0xb8, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
};

/* Write the extension headers of @chain, then @protocol. */
static void inner_ipv6(struct chain *c, const u8 *chain, unsigned int n,
		       u8 protocol)
{
	u8 ip[8] = { 0x62, 0, 0, 0, 0, 60, 0, 9 };
	unsigned int i;

	ip[6] = n ? chain[0] : protocol;
	put(c, ip, 8);
	put(c, inner_ipv6_addresses, 32);
	for (i = 0; i < n; i++) {
		u8 header[16] = { i + 1 < n ? chain[i + 1] : protocol };
		size_t len = 8;

		switch (chain[i]) {
		case 51: /* AH: 4-byte units, less 2 */
			header[1] = 2;
			len = 16;
			break;
		case 44: /* the first fragment of several */
			header[3] = 1;
			break;
		default:
			header[1] = i & 1; /* 8-byte units, less 1 */
			len = 8 + 8 * (i & 1);
		}
		put(c, header, len);
	}
	c->protocol = protocol;
	put(c, "\x80\x00\x12\x34\x56\x78\x00\x01", 8);
	c->known = c->len;
	put(c, "payload", 7);
}

static void cut_everywhere(struct kunit *test, const struct chain *c,
			   __be16 protocol)
{
	size_t len;

	for (len = 0; len <= c->len; len++) {
		struct grex_inner inner = {};
		u8 *bytes = quoted(test, c, 0, len);
		int got = grex_inner_read(&inner, protocol, bytes, len);

		kunit_kfree(test, bytes);
		KUNIT_ASSERT_EQ_MSG(test, got,
				    len < c->known ? GREX_INNER_IS_TRUNCATED
						   : GREX_INNER_OK,
				    "%zu of %zu bytes", len, c->len);
		if (got)
			continue;
		KUNIT_EXPECT_EQ(test, inner.protocol, c->protocol);
		KUNIT_EXPECT_EQ(test, inner.tos, 0x20);
		KUNIT_EXPECT_EQ(test, inner.total_len, 100);
		KUNIT_EXPECT_TRUE(test, inner.df);
	}
}

static void inner_truncated_ipv4(struct kunit *test)
{
	unsigned int options;

	for (options = 0; options <= 10; options++) {
		static const u8 protocols[] = { 1, 6, 17, 47, 50 };
		unsigned int i;

		for (i = 0; i < ARRAY_SIZE(protocols); i++) {
			struct chain c = {};

			inner_ipv4(&c, options, protocols[i]);
			cut_everywhere(test, &c, htons(0x0800));
		}
	}
}

/* All chains of up to three extension headers are read. */
static void inner_truncated_ipv6(struct kunit *test)
{
	static const u8 headers[] = { 0, 43, 44, 51, 60 };
	static const u8 protocols[] = { 6, 17, 58, 59 };
	const unsigned int n = ARRAY_SIZE(headers);
	unsigned int p, count, code;

	for (p = 0; p < ARRAY_SIZE(protocols); p++) {
		unsigned int codes = 1;

		for (count = 0; count <= 3; count++, codes *= n) {
			for (code = 0; code < codes; code++) {
				u8 chain[3] = { headers[code % n],
						headers[code / n % n],
						headers[code / n / n] };
				struct chain c = {};

				inner_ipv6(&c, chain, count, protocols[p]);
				cut_everywhere(test, &c, htons(0x86dd));
			}
		}
	}
}

static void inner_refused(struct kunit *test)
{
	static const struct {
		const char *what;
		u8 at, value, want;
	} v4[] = {
		{ "another version", 0, 0x65, GREX_INNER_IS_REFUSED },
		{ "a short header", 0, 0x44, GREX_INNER_IS_REFUSED },
		{ "a length below the header", 3, 19, GREX_INNER_IS_REFUSED },
		{ "a later fragment", 7, 1, GREX_INNER_IS_REFUSED },
		{ "source 0", 12, 0, GREX_INNER_IS_REFUSED },
		{ "source loopback", 12, 127, GREX_INNER_IS_REFUSED },
		{ "source multicast", 12, 224, GREX_INNER_IS_REFUSED },
		{ "source broadcast", 12, 255, GREX_INNER_IS_REFUSED },
		{ "destination multicast", 16, 224, GREX_INNER_IS_REFUSED },
		{ "destination broadcast", 16, 255, GREX_INNER_IS_REFUSED },
		{ "echo reply", 20, 0, GREX_INNER_OK },
		{ "unreachable", 20, 3, GREX_INNER_IS_REFUSED },
		{ "source quench", 20, 4, GREX_INNER_IS_REFUSED },
		{ "redirect", 20, 5, GREX_INNER_IS_REFUSED },
		{ "time exceeded", 20, 11, GREX_INNER_IS_REFUSED },
		{ "parameter problem", 20, 12, GREX_INNER_IS_REFUSED },
		{ "timestamp", 20, 13, GREX_INNER_OK },
		{ "an unknown type", 20, 200, GREX_INNER_IS_REFUSED },
	}, v6[] = {
		{ "another version", 0, 0x45, GREX_INNER_IS_REFUSED },
		{ "source multicast", 8, 0xff, GREX_INNER_IS_REFUSED },
		{ "destination multicast", 24, 0xff, GREX_INNER_IS_REFUSED },
		{ "unreachable", 40, 1, GREX_INNER_IS_REFUSED },
		{ "too big", 40, 2, GREX_INNER_IS_REFUSED },
		{ "an unknown error", 40, 127, GREX_INNER_IS_REFUSED },
		{ "redirect", 40, 137, GREX_INNER_IS_REFUSED },
		{ "an unknown query", 40, 200, GREX_INNER_OK },
	};
	struct grex_inner inner;
	struct chain c = {}, six = {};
	unsigned int i;
	u8 fragment = 44;

	inner_ipv4(&c, 0, 1);
	for (i = 0; i < ARRAY_SIZE(v4); i++) {
		struct chain bad = c;

		bad.bytes[v4[i].at] = v4[i].value;
		KUNIT_EXPECT_EQ_MSG(test,
				    (int)grex_inner_read(&inner, htons(0x0800),
							 bad.bytes, bad.len),
				    (int)v4[i].want, "%s", v4[i].what);
	}
	inner_ipv6(&six, NULL, 0, 58);
	for (i = 0; i < ARRAY_SIZE(v6); i++) {
		struct chain bad = six;

		bad.bytes[v6[i].at] = v6[i].value;
		KUNIT_EXPECT_EQ_MSG(test,
				    (int)grex_inner_read(&inner, htons(0x86dd),
							 bad.bytes, bad.len),
				    (int)v6[i].want, "%s", v6[i].what);
	}
	/* :: and ::1 */
	for (i = 0; i < 2; i++) {
		struct chain bad = six;

		memset(bad.bytes + 8, 0, 16);
		bad.bytes[23] = i;
		KUNIT_EXPECT_EQ(test,
				(int)grex_inner_read(&inner, htons(0x86dd),
						     bad.bytes, bad.len),
				(int)GREX_INNER_IS_REFUSED);
	}
	memset(&six, 0, sizeof(six));
	inner_ipv6(&six, &fragment, 1, 17);
	six.bytes[43] = 8; /* offset 1 */
	KUNIT_EXPECT_EQ(test,
			(int)grex_inner_read(&inner, htons(0x86dd), six.bytes,
					     six.len),
			(int)GREX_INNER_IS_REFUSED);
	/* The source of an MPLS packet cannot be told. */
	KUNIT_EXPECT_EQ(test,
			(int)grex_inner_read(&inner, htons(0x8847), c.bytes,
					     c.len),
			(int)GREX_INNER_IS_REFUSED);
}

/* All segments have the protocol, the addresses and the ports in common. */
static void flow_common(struct kunit *test)
{
	static const u8 differs[] = { 9, 12, 15, 16, 19, 20, 21, 22, 23 };
	static const u8 same[] = { 1, 4, 5, 8, 10, 11 };
	struct grex_flow a, b;
	struct chain c = {};
	unsigned int i;

	inner_ipv4(&c, 0, 17);
	KUNIT_ASSERT_LE(test, (size_t)24, (size_t)c.len);
	KUNIT_EXPECT_TRUE(test,
			  grex_flow_read(&a, htons(0x0800), c.bytes, c.len));
	for (i = 0; i < 24; i++)
		KUNIT_EXPECT_FALSE_MSG(test,
				       grex_flow_read(&b, htons(0x0800),
						      c.bytes, i),
				       "%u bytes", i);
	for (i = 0; i < ARRAY_SIZE(differs); i++) {
		struct chain other = c;

		other.bytes[differs[i]] ^= 4;
		grex_flow_read(&b, htons(0x0800), other.bytes, other.len);
		KUNIT_EXPECT_TRUE_MSG(test, memcmp(&a, &b, sizeof(a)),
				      "byte %u", differs[i]);
	}
	for (i = 0; i < ARRAY_SIZE(same); i++) {
		struct chain other = c;

		other.bytes[same[i]] ^= 4;
		grex_flow_read(&b, htons(0x0800), other.bytes, other.len);
		KUNIT_EXPECT_FALSE_MSG(test, memcmp(&a, &b, sizeof(a)),
				       "byte %u", same[i]);
	}
}

/* Random bytes are read, most of which look like a packet. */
static void embedded_random(struct kunit *test)
{
	struct rnd_state rnd;
	unsigned int i;

	prandom_seed_state(&rnd, 792);
	for (i = 0; i < RANDOM_QUOTES; i++) {
		size_t len = prandom_u32_state(&rnd) % (GREX_EMBEDDED_LOOK + 1);
		u8 *bytes = kmalloc(len ?: 1, GFP_KERNEL);
		struct grex_inner inner;
		struct grex_embedded q;

		KUNIT_ASSERT_NOT_NULL(test, bytes);
		prandom_bytes_state(&rnd, bytes, len);
		if (len > 21) {
			bytes[0] = 0x45 + (bytes[0] & 0xa);
			bytes[6] = 0;
			bytes[7] = 0;
			bytes[9] = 47;
			bytes[20] &= 0xb0;
			bytes[21] = 0;
		}
		if (grex_embedded_read(&q, bytes, len) && q.inner < len) {
			bytes[q.inner] = i & 1 ? 0x45 : 0x60;
			grex_inner_read(&inner,
					i & 1 ? htons(0x0800) : htons(0x86dd),
					bytes + q.inner, len - q.inner);
		}
		grex_extension_is_valid(bytes, len);
		kfree(bytes);
	}
}

static void extension_found(struct kunit *test)
{
	static const struct {
		u8 words;
		size_t total, offset, len;
	} cases[] = {
		{ 0, 600, 600, 0 }, /* none */
		{ 31, 600, 600, 0 }, /* less than 128 bytes */
		{ 32, 128, 128, 0 }, /* nothing behind the packet */
		{ 32, 127, 127, 0 }, /* too short for the packet */
		{ 32, 144, 128, 16 }, { 255, 1100, 1020, 80 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct grex_extension got =
			grex_extension_find(cases[i].words, cases[i].total);

		KUNIT_EXPECT_EQ(test, got.offset, cases[i].offset);
		KUNIT_EXPECT_EQ(test, got.len, cases[i].len);
	}
}

static void extension_valid(struct kunit *test)
{
	/* one MPLS label, 16000, S, TTL 1; the checksum worked out by hand */
	static const u8 mpls[12] = { 0x20, 0, 0xda, 0x0d, 0,	8,
				     1,	   1, 0x03, 0xe8, 0x01, 0x01 };
	u8 bytes[12];
	size_t len;

	KUNIT_EXPECT_TRUE(test, grex_extension_is_valid(mpls, sizeof(mpls)));
	for (len = 0; len < sizeof(mpls); len++)
		KUNIT_EXPECT_FALSE(test, grex_extension_is_valid(mpls, len));

	memcpy(bytes, mpls, sizeof(mpls));
	bytes[11] = 2; /* the checksum notices */
	KUNIT_EXPECT_FALSE(test, grex_extension_is_valid(bytes, sizeof(bytes)));
	bytes[2] = 0;
	bytes[3] = 0; /* without one it is taken */
	KUNIT_EXPECT_TRUE(test, grex_extension_is_valid(bytes, sizeof(bytes)));
	bytes[0] = 0x10; /* version 1 */
	KUNIT_EXPECT_FALSE(test, grex_extension_is_valid(bytes, sizeof(bytes)));
	bytes[0] = 0x20;
	for (len = 0; len < 256; len++) { /* no length but 4 + 4 or 8 fits */
		bytes[5] = len;
		KUNIT_EXPECT_EQ(test,
				grex_extension_is_valid(bytes, sizeof(bytes)),
				len == 8);
	}
}

static struct kunit_case embedded_cases[] = { KUNIT_CASE(embedded_outer),
					      KUNIT_CASE(embedded_ipv6),
					      KUNIT_CASE(embedded_refused),
					      KUNIT_CASE(inner_truncated_ipv4),
					      KUNIT_CASE(inner_truncated_ipv6),
					      KUNIT_CASE(inner_refused),
					      KUNIT_CASE(flow_common),
					      KUNIT_CASE(embedded_random),
					      KUNIT_CASE(extension_found),
					      KUNIT_CASE(extension_valid),
					      {} };

static struct kunit_suite embedded_suite = {
	.name = "grex_embedded",
	.test_cases = embedded_cases,
};

kunit_test_suite(embedded_suite);
