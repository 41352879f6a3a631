// SPDX-License-Identifier: GPL-2.0
/*
 * Compares every type and code with a table of RFC 2003 section 4.
 */
#include <kunit/test.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>

#include "../translate.h"

#define OVERHEAD 28

enum want {
	NOTHING,
	HOST, /* host unreachable */
	EXCEEDED, /* time exceeded when inherited, else host unreachable */
	TOO_BIG,
	POINTER,
};

static enum want rfc2003(u8 type, u8 code)
{
	switch (type) {
	case ICMP_DEST_UNREACH:
		if (code == ICMP_FRAG_NEEDED)
			return TOO_BIG;
		return code == ICMP_PORT_UNREACH || code == ICMP_SR_FAILED
			       ? NOTHING
			       : HOST;
	case ICMP_TIME_EXCEEDED:
		return code == ICMP_EXC_TTL ? EXCEEDED : NOTHING;
	case ICMP_PARAMETERPROB:
		return code ? NOTHING : POINTER;
	default:
		return NOTHING;
	}
}

/* The packet has 1400 bytes and DF. */
static struct grex_error expected(const struct grex_error *outer, bool v6,
				  bool inherit)
{
	switch (rfc2003(outer->type, outer->code)) {
	case EXCEEDED:
		if (inherit)
			return v6 ? (struct grex_error){ ICMPV6_TIME_EXCEED }
				  : (struct grex_error){ ICMP_TIME_EXCEEDED };
		fallthrough;
	case HOST:
		return v6 ? (struct grex_error){ ICMPV6_DEST_UNREACH,
						 ICMPV6_ADDR_UNREACH }
			  : (struct grex_error){ ICMP_DEST_UNREACH,
						 ICMP_HOST_UNREACH };
	case TOO_BIG:
		return v6 ? (struct grex_error){ ICMPV6_PKT_TOOBIG, 0, 1280 }
			  : (struct grex_error){ ICMP_DEST_UNREACH,
						 ICMP_FRAG_NEEDED,
						 outer->info - OVERHEAD };
	case POINTER:
		return (struct grex_error){ v6 ? ICMPV6_PARAMPROB
					       : ICMP_PARAMETERPROB,
					    0, outer->info - OVERHEAD };
	default:
		return (struct grex_error){};
	}
}

static void translate_type(struct kunit *test, u8 type, u8 code, bool v6,
			   bool inherit)
{
	const struct grex_error outer = { type, code,
					  type == ICMP_DEST_UNREACH ? 1300
								    : 40 };
	const struct grex_error want = expected(&outer, v6, inherit);
	const struct grex_inner inner = { .version = v6 ? 6 : 4,
					  .df = true,
					  .total_len = 1400 };
	struct grex_error got = {};
	bool told;

	told = grex_translate(&outer, &inner, OVERHEAD, inherit, &got);
	if (told == !want.type || got.type != want.type ||
	    got.code != want.code || got.info != want.info)
		KUNIT_FAIL(test, "%u/%u v6 %d inherit %d: %u/%u %u", type, code,
			   v6, inherit, got.type, got.code, got.info);
}

static void translate_every_type(struct kunit *test)
{
	unsigned int word;

	for (word = 0; word < 1 << 18; word++)
		translate_type(test, word >> 10, word >> 2, word & 2, word & 1);
}

static void translate_size(struct kunit *test, u32 mtu, u32 len, bool v6,
			   bool df)
{
	const struct grex_error outer = { ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED,
					  mtu };
	const struct grex_inner inner = { .version = v6 ? 6 : 4,
					  .df = v6 || df,
					  .total_len = len };
	u32 left = mtu < OVERHEAD ? 0 : mtu - OVERHEAD;
	struct grex_error got;
	bool told;

	if (v6)
		left = max(left, 1280U);
	told = grex_translate(&outer, &inner, OVERHEAD, false, &got);
	KUNIT_ASSERT_EQ(test, told, inner.df && len > left);
	if (told)
		KUNIT_ASSERT_EQ(test, got.info, left);
}

/* At each limit, a packet that fits causes no error, and no error has an invalid MTU. */
static void translate_mtu(struct kunit *test)
{
	u32 mtu, len, which;

	for (mtu = 0; mtu < 1600; mtu += 4)
		for (len = 20; len < 1500; len += 11)
			for (which = 0; which < 4; which++)
				translate_size(test, mtu, len, which & 1,
					       which & 2);
}

static void translate_pointer(struct kunit *test)
{
	const struct grex_inner inner = { .version = 4 };
	struct grex_error got;
	u32 pointer;

	for (pointer = 0; pointer < 256; pointer++) {
		const struct grex_error outer = { ICMP_PARAMETERPROB, 0,
						  pointer };
		bool told =
			grex_translate(&outer, &inner, OVERHEAD, false, &got);

		KUNIT_EXPECT_EQ(test, told, pointer >= OVERHEAD);
		if (told)
			KUNIT_EXPECT_EQ(test, got.info, pointer - OVERHEAD);
	}
}

static struct kunit_case translate_cases[] = {
	KUNIT_CASE(translate_every_type),
	KUNIT_CASE(translate_mtu),
	KUNIT_CASE(translate_pointer),
	{},
};

static struct kunit_suite translate_suite = {
	.name = "grex_translate",
	.test_cases = translate_cases,
};

kunit_test_suite(translate_suite);
