// SPDX-License-Identifier: GPL-2.0
/*
 * Compares the state machine of keepalives with a naive oracle, which looks at the whole
 * history, and tests the bytes of probes and requests.
 */
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/math64.h>
#include <linux/prandom.h>
#include <net/ip.h>

#include "../keepalive_fsm.h"
#include "../keepalive_wire.h"

#define RUNS 300
#define EVENTS 400

/* All events of a run, and the state after each, which the oracle derives from the whole
 * history each time.
 */
struct oracle {
	enum grex_fsm_event events[EVENTS];
	struct grex_fsm_input in[EVENTS];
	unsigned int count;
};

struct expected {
	enum grex_fsm_state state;
	unsigned int flaps;
};

/* Count the ticks since the last answer or another event that resets the count, without the
 * first @retries of those that were not sent.
 */
static unsigned int unanswered_before(const struct oracle *o, unsigned int at)
{
	unsigned int ticks = 0, unsent = 0, from = at;

	while (from && (o->events[from - 1] == GREX_FSM_TICK ||
			o->events[from - 1] == GREX_FSM_UNSENT))
		from--;
	for (; from < at; from++) {
		if (o->events[from] == GREX_FSM_TICK) {
			ticks = min(ticks + 1, 255U);
		} else if (ticks && unsent < o->in[from].retries) {
			ticks--;
			unsent++;
		}
	}
	return ticks;
}

/* Return the time that a flap at @flapped still requires after whole minutes. */
static u64 hold_at(u64 hold, u64 flapped, u64 now)
{
	const u64 minutes = div64_u64(now - flapped, GREX_FSM_FORGET);

	return minutes < 64 ? hold >> minutes : 0;
}

static struct expected expect(const struct oracle *o)
{
	struct expected now = { GREX_FSM_OFF, 0 };
	u64 hold = 0,
	    flapped = 0; /* ns to answer from DOWN to UP, after a flap then */
	u64 held = 0, since = 0; /* the same, of HOLD */
	unsigned int i;

	for (i = 0; i < o->count; i++) {
		const struct grex_fsm_input *in = &o->in[i];
		const u64 interval = in->interval * 1000000ULL;

		switch (o->events[i]) {
		case GREX_FSM_START:
		case GREX_FSM_ADOPT:
			now.state = o->events[i] == GREX_FSM_START
					    ? GREX_FSM_DOWN
					    : GREX_FSM_UP;
			hold = 0;
			break;
		case GREX_FSM_STOP:
		case GREX_FSM_CLOSE:
			now.state = GREX_FSM_OFF;
			break;
		case GREX_FSM_TICK:
			if (now.state == GREX_FSM_OFF ||
			    unanswered_before(o, i) < in->retries)
				break;
			if (now.state == GREX_FSM_UP) {
				now.flaps++;
				if (!in->heard) {
					hold = hold_at(hold, flapped, in->now);
					hold = hold < interval / 2 ? interval
								   : 2 * hold;
					hold = min(hold, 60 * NSEC_PER_SEC);
					flapped = in->now;
				}
			}
			now.state = GREX_FSM_DOWN;
			break;
		case GREX_FSM_REPLY:
			if (now.state == GREX_FSM_DOWN) {
				held = hold_at(hold, flapped, in->now);
				since = in->now;
				now.state = held > interval / 2 ? GREX_FSM_HOLD
								: GREX_FSM_UP;
			} else if (now.state == GREX_FSM_HOLD &&
				   in->now - since + interval / 2 >= held) {
				now.state = GREX_FSM_UP;
			}
			break;
		case GREX_FSM_RENEW:
			if (now.state == GREX_FSM_OFF)
				break;
			hold = 0;
			if (now.state == GREX_FSM_HOLD)
				now.state = GREX_FSM_DOWN;
			break;
		default:
			break;
		}
	}
	return now;
}

/* Select mostly ticks and answers, so that all states are reached. */
static enum grex_fsm_event random_event(struct rnd_state *rnd)
{
	const u32 dice = prandom_u32_state(rnd) % 100;

	if (dice < 47)
		return GREX_FSM_TICK;
	if (dice < 93)
		return GREX_FSM_REPLY;
	if (dice < 96)
		return GREX_FSM_UNSENT;
	return prandom_u32_state(rnd) % GREX_FSM_EVENTS;
}

static void check_actions(struct kunit *test, enum grex_fsm_event event,
			  enum grex_fsm_state old, enum grex_fsm_state now,
			  unsigned int actions)
{
	const bool up = now == GREX_FSM_UP, was_up = old == GREX_FSM_UP;
	unsigned int carrier = 0;

	if (event == GREX_FSM_START || (was_up && now == GREX_FSM_DOWN))
		carrier = GREX_FSM_CARRIER_OFF;
	else if (event == GREX_FSM_STOP || event == GREX_FSM_ADOPT ||
		 (up && !was_up))
		carrier = GREX_FSM_CARRIER_ON;
	KUNIT_EXPECT_EQ(test,
			actions & (GREX_FSM_CARRIER_OFF | GREX_FSM_CARRIER_ON),
			carrier);
	KUNIT_EXPECT_EQ(test, !!(actions & GREX_FSM_SEND),
			event == GREX_FSM_TICK && old != GREX_FSM_OFF);
	KUNIT_EXPECT_EQ(test, !!(actions & GREX_FSM_ARM),
			event == GREX_FSM_START || event == GREX_FSM_ADOPT ||
				(event == GREX_FSM_RENEW &&
				 old != GREX_FSM_OFF));
	KUNIT_EXPECT_EQ(test, !!(actions & GREX_FSM_DISARM),
			event == GREX_FSM_STOP || event == GREX_FSM_CLOSE);
}

static void fsm_equals_oracle(struct kunit *test)
{
	static const u32 intervals[] = { 100, 1000, 10000, 3600000 };
	struct oracle *o = kunit_kzalloc(test, sizeof(*o), GFP_KERNEL);
	unsigned int seen[GREX_FSM_UP + 1] = {};
	struct rnd_state rnd;
	unsigned int run, i;

	KUNIT_ASSERT_NOT_NULL(test, o);
	prandom_seed_state(&rnd, 4);
	for (run = 0; run < RUNS; run++) {
		struct grex_fsm_input in = {
			.interval = intervals[run % ARRAY_SIZE(intervals)],
			.retries = run % 8 ? 1 + run % 5 : 255,
		};
		struct grex_fsm fsm = {};
		u64 changed = 0;

		for (i = 0; i < EVENTS; i++) {
			const enum grex_fsm_state old = fsm.state;
			const enum grex_fsm_event event =
				i	  ? random_event(&rnd)
				: run % 2 ? GREX_FSM_START
					  : GREX_FSM_ADOPT;
			struct expected want;
			unsigned int actions;

			/* Steps are up to 4 s long, so that minutes pass. */
			in.now += prandom_u32_state(&rnd);
			in.heard = prandom_u32_state(&rnd) % 4 == 0;
			actions = grex_fsm_step(&fsm, event, &in);
			o->events[i] = event;
			o->in[i] = in;
			o->count = i + 1;
			want = expect(o);
			KUNIT_ASSERT_EQ(test, (unsigned int)fsm.state,
					(unsigned int)want.state);
			KUNIT_ASSERT_EQ(test, fsm.flaps, (u64)want.flaps);
			if (fsm.state != old)
				changed = in.now;
			KUNIT_ASSERT_EQ(test, fsm.changed, changed);
			check_actions(test, event, old, fsm.state, actions);
			seen[fsm.state]++;
		}
	}
	for (i = 0; i <= GREX_FSM_UP; i++)
		KUNIT_EXPECT_GT(test, seen[i], RUNS);
}

/* A peer that dies is down after @retries unanswered keepalives. */
static void fsm_detects(struct kunit *test)
{
	unsigned int retries, ticks;

	for (retries = 1; retries <= 255; retries++) {
		const struct grex_fsm_input in = { .interval = 1000,
						   .retries = retries };
		struct grex_fsm fsm = {};

		grex_fsm_step(&fsm, GREX_FSM_ADOPT, &in);
		grex_fsm_step(&fsm, GREX_FSM_TICK, &in);
		grex_fsm_step(&fsm, GREX_FSM_REPLY, &in);
		for (ticks = 0; fsm.state == GREX_FSM_UP && ticks < 300;
		     ticks++)
			grex_fsm_step(&fsm, GREX_FSM_TICK, &in);
		KUNIT_EXPECT_EQ(test, ticks, retries + 1);
	}
}

/* Let the peer be silent until it is down, then answer once in each interval. Return the
 * number of intervals until the peer was up.
 */
static unsigned int flap(struct grex_fsm *fsm, struct grex_fsm_input *in)
{
	unsigned int took, i;

	for (i = 0; i <= in->retries; i++)
		grex_fsm_step(fsm, GREX_FSM_TICK, in);
	for (took = 0; took < 1000; took++) {
		grex_fsm_step(fsm, GREX_FSM_TICK, in);
		grex_fsm_step(fsm, GREX_FSM_REPLY, in);
		if (fsm->state == GREX_FSM_UP)
			break;
		in->now += in->interval * 1000000ULL;
	}
	return took;
}

/* Each flap doubles the required time, up to a minute, and each minute halves it. A flap that
 * the peer has not caused does not count.
 */
static void fsm_damps(struct kunit *test)
{
	struct grex_fsm_input in = { .interval = 100, .retries = 3 };
	struct grex_fsm fsm = {};
	unsigned int want, i;

	grex_fsm_step(&fsm, GREX_FSM_ADOPT, &in);
	for (want = 1, i = 0; i < 9; i++, want *= 2)
		KUNIT_EXPECT_EQ(test, flap(&fsm, &in), want);
	/* A change of the interval does not make it longer. */
	in.interval = 10000;
	for (want = 0, i = 0; i < 4; i++)
		want = flap(&fsm, &in);
	KUNIT_EXPECT_EQ(test, want, 6U);
	KUNIT_EXPECT_EQ(test, fsm.hold, GREX_FSM_HOLD_MAX);
	in.interval = 1000;
	in.heard = true;
	in.now = fsm.flapped + GREX_FSM_FORGET;
	KUNIT_EXPECT_EQ(test, flap(&fsm, &in), 30U);
	in.now = fsm.flapped + GREX_FSM_FORGET;
	KUNIT_EXPECT_EQ(test, flap(&fsm, &in), 15U);
	in.now = fsm.flapped + 100 * GREX_FSM_FORGET;
	KUNIT_EXPECT_EQ(test, flap(&fsm, &in), 0U);
	in.heard = false;
	KUNIT_EXPECT_EQ(test, flap(&fsm, &in), 1U);
	/* One answer is enough if the interval is longer than a minute. */
	in.interval = 3600000;
	KUNIT_EXPECT_EQ(test, flap(&fsm, &in), 0U);
}

/* Keepalives that cannot be sent are not counted, up to the number of retries. */
static void fsm_forgives(struct kunit *test)
{
	const struct grex_fsm_input in = { .interval = 1000, .retries = 5 };
	struct grex_fsm fsm = {};
	unsigned int ticks;

	grex_fsm_step(&fsm, GREX_FSM_ADOPT, &in);
	for (ticks = 0; fsm.state == GREX_FSM_UP && ticks < 100; ticks++) {
		grex_fsm_step(&fsm, GREX_FSM_TICK, &in);
		grex_fsm_step(&fsm, GREX_FSM_UNSENT, &in);
	}
	KUNIT_EXPECT_EQ(test, ticks, 11U);
}

static void probe_round_trip(struct kunit *test)
{
	const struct grex_probe probe = {
		.kind = GREX_PROBE_MANUAL,
		.generation = 0x01020304,
		.seq = 0xfffffffe,
		.padding = 5,
		.mtu = 1476,
		.path_mtu = 1400,
		.time = 0x1122334455667788ULL,
	};
	static const u8 bytes[GREX_PROBE_LEN] = {
		1,    1,    0x05, 0xc4, 1,    2,    3,	  4,
		0xff, 0xff, 0xff, 0xfe, 0,    5,    0x05, 0x78,
		0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
		0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0,	  1,
	};
	struct grex_probe got = {};
	u8 data[GREX_PROBE_LEN];
	size_t len;
	u64 hash;

	grex_probe_write(data, &probe);
	grex_probe_sign(data, 0xaabbccddeeff0001ULL);
	KUNIT_EXPECT_EQ(test, memcmp(data, bytes, sizeof(bytes)), 0);
	KUNIT_EXPECT_TRUE(test,
			  grex_probe_read(&got, data, sizeof(data) + 5, &hash));
	KUNIT_EXPECT_EQ(test, hash, 0xaabbccddeeff0001ULL);
	KUNIT_EXPECT_EQ(test, memcmp(&got, &probe, sizeof(got)), 0);
	/* It says how long it is. */
	for (len = 0; len < 100; len++)
		KUNIT_EXPECT_EQ(test, grex_probe_read(&got, data, len, &hash),
				len == sizeof(data) + 5);
	data[0] = 2;
	KUNIT_EXPECT_FALSE(test, grex_probe_read(&got, data, 37, &hash));
	data[0] = 1;
	data[1] = GREX_PROBE_KINDS;
	KUNIT_EXPECT_FALSE(test, grex_probe_read(&got, data, 37, &hash));
}

struct variant {
	const char *name;
	u16 protocol; /* of the outer header */
	u8 metadata;
	u16 flags; /* of the inner one */
	u8 payload;
	u16 total_len;
};

static const struct variant variants[] = {
	{ "Cisco", ETH_P_IP, 0, 0, 0, 24 },
	{ "Cisco, keyed", ETH_P_IP, 0, GREX_HEADER_KEY, 0, 28 },
	{ "Cisco, with a group tag", 0x8909, 8, 0, 0, 24 },
	{ "OpenBSD", ETH_P_IP, 0, 0, 16, 40 },
	{ "OpenBSD, keyed", ETH_P_IP, 0, GREX_HEADER_KEY, 16, 44 },
	{ "Huawei", 4, 0, 0, 0, 24 },
	{ "grex", ETH_P_IP, 0, 0, GREX_PROBE_LEN, 56 },
};

static size_t build(u8 *data, const struct variant *v)
{
	static const u8 cmd[] = { 8, 0, 1, 1, 0, 1, 0, 0 };
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.tos = 0xc0,
		.tot_len = htons(v->total_len),
		.id = htons(1),
		.ttl = 255,
		.protocol = IPPROTO_GRE,
		.saddr = htonl(0xc0000202),
		.daddr = htonl(0xc0000201),
	};
	u8 *p = data + v->metadata;

	ip_send_check(&ip);
	memcpy(data, cmd, v->metadata);
	memcpy(p, &ip, sizeof(ip));
	grex_header_write(p + sizeof(ip), v->flags, 0, htonl(5), 0);
	memset(p + sizeof(ip) + grex_header_len(v->flags), 0xee, v->payload);
	return v->metadata + v->total_len;
}

static bool read_variant(struct grex_request *request, const struct variant *v,
			 const u8 *data, size_t len)
{
	int skip = 0;

	if (v->protocol != ETH_P_IP) {
		skip = grex_request_unwrap(htons(v->protocol), data, len);
		if (skip < 0)
			return false;
	}
	return grex_request_read(request, data + skip, len - skip);
}

static u8 *exactly(struct kunit *test, const u8 *data, size_t len)
{
	u8 *copy = kunit_kmalloc(test, len ?: 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	memcpy(copy, data, len);
	return copy;
}

/* All requests are read, but none that is cut in front of its payload. */
static void request_variants(struct kunit *test)
{
	static const u8 saddr[] = { 192, 0, 2, 2 }, daddr[] = { 192, 0, 2, 1 };
	size_t i, len, full;
	u8 data[80];

	for (i = 0; i < ARRAY_SIZE(variants); i++) {
		const struct variant *v = &variants[i];
		struct grex_request request = {};

		full = build(data, v);
		KUNIT_EXPECT_TRUE_MSG(test,
				      read_variant(&request, v,
						   exactly(test, data, full),
						   full),
				      "%s", v->name);
		KUNIT_EXPECT_TRUE(test, !memcmp(request.saddr, saddr, 4));
		KUNIT_EXPECT_TRUE(test, !memcmp(request.daddr, daddr, 4));
		KUNIT_EXPECT_EQ(test, request.total_len, v->total_len);
		KUNIT_EXPECT_EQ(test, request.header.flags, v->flags);
		KUNIT_EXPECT_EQ(test, request.header.key,
				v->flags ? htonl(5) : 0);
		for (len = 0; len < full - v->payload; len++)
			KUNIT_EXPECT_FALSE_MSG(test,
					       read_variant(&request, v,
							    exactly(test, data,
								    len),
							    len),
					       "%s cut to %zu", v->name, len);
	}
}

/* A single wrong bit in the IP header, the GRE flags or the type makes the request invalid.
 */
static void request_bits(struct kunit *test)
{
	const struct variant *v = &variants[0];
	struct grex_request request;
	unsigned int bit;
	u8 data[80];
	size_t len;

	len = build(data, v);
	for (bit = 0; bit < 24 * 8; bit++) {
		/* RFC 2784 2.1: bits 6 to 12 are ignored; a C, K or S asks for
		 * more than there is.
		 */
		const unsigned int gre = bit - 20 * 8;
		const bool ignored = bit >= 20 * 8 && gre < 16 &&
				     ((gre >= 8 && (gre & 7) >= 3) ||
				      (gre < 8 && (gre & 7) < 2));

		data[bit / 8] ^= 1 << bit % 8;
		KUNIT_EXPECT_EQ_MSG(test,
				    grex_request_read(&request, data, len),
				    ignored, "bit %u", bit);
		data[bit / 8] ^= 1 << bit % 8;
	}
}

/* A fragment and options are valid, but no peer sends them. */
static void request_fragments(struct kunit *test)
{
	static const u16 frag_off[] = { IP_MF, 1, 0x1fff };
	struct grex_request request;
	struct iphdr *ip;
	u8 data[80];
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(frag_off); i++) {
		len = build(data, &variants[0]);
		ip = (struct iphdr *)data;
		ip->frag_off = htons(frag_off[i]);
		ip_send_check(ip);
		KUNIT_EXPECT_FALSE(test,
				   grex_request_read(&request, data, len));
	}
	len = build(data, &variants[0]);
	ip = (struct iphdr *)data;
	ip->frag_off = htons(IP_DF);
	ip_send_check(ip);
	KUNIT_EXPECT_TRUE(test, grex_request_read(&request, data, len));
}

/* The form of OpenBSD and MikroTik over IPv6. */
static void request_ipv6(struct kunit *test)
{
	struct ipv6hdr ip = {
		.version = 6,
		.payload_len = htons(8),
		.nexthdr = IPPROTO_GRE,
		.hop_limit = 255,
		.saddr.s6_addr = { 0x20, 1, [15] = 2 },
		.daddr.s6_addr = { 0x20, 1, [15] = 1 },
	};
	struct grex_request request;
	u8 data[48];
	size_t len;

	memcpy(data, &ip, sizeof(ip));
	grex_header_write(data + sizeof(ip), GREX_HEADER_KEY, 0, htonl(5), 0);
	for (len = 0; len < sizeof(data); len++)
		KUNIT_EXPECT_FALSE_MSG(test,
				       grex_request_read(&request,
							 exactly(test, data,
								 len),
							 len),
				       "cut to %zu", len);
	KUNIT_EXPECT_TRUE(test,
			  grex_request_read(&request, data, sizeof(data)));
	KUNIT_EXPECT_EQ(test, request.version, 6);
	KUNIT_EXPECT_EQ(test, request.ip_len, 40);
	KUNIT_EXPECT_EQ(test, request.total_len, 48);
	KUNIT_EXPECT_EQ(test, request.header.key, htonl(5));
	KUNIT_EXPECT_TRUE(test, !memcmp(request.saddr, &ip.saddr, 16));
	KUNIT_EXPECT_TRUE(test, !memcmp(request.daddr, &ip.daddr, 16));
	data[6] = IPPROTO_ICMPV6;
	KUNIT_EXPECT_FALSE(test,
			   grex_request_read(&request, data, sizeof(data)));
}

static struct kunit_case keepalive_cases[] = {
	KUNIT_CASE(fsm_equals_oracle), KUNIT_CASE(fsm_detects),
	KUNIT_CASE(fsm_damps),	       KUNIT_CASE(fsm_forgives),
	KUNIT_CASE(probe_round_trip),  KUNIT_CASE(request_variants),
	KUNIT_CASE(request_bits),      KUNIT_CASE(request_fragments),
	KUNIT_CASE(request_ipv6),      {}
};

static struct kunit_suite keepalive_suite = {
	.name = "grex_keepalive",
	.test_cases = keepalive_cases,
};

kunit_test_suite(keepalive_suite);
