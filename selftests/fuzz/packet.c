// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "packet.h"

/* Each option of grex is set in at least one of them. */
const struct tunnel tunnels[] = {
	{ "plain", "local 192.0.2.1 up", 0, 0 },
	{ "keyed", "local 192.0.2.1 key 2 up", FLAG_KEY, 2 },
	{ "full", "local 192.0.2.1 key 3 csum seq up",
	  FLAG_KEY | FLAG_CSUM | FLAG_SEQ, 3 },
	{ "uniform",
	  "local 192.0.2.1 ttl inherit tos inherit decap-ttl copy icmp-source hop up",
	  0, 0 },
	{ "uniformsum",
	  "local 192.0.2.1 key 5 csum ttl inherit decap-ttl copy df inherit icmp-source hop up",
	  FLAG_KEY | FLAG_CSUM, 5 },
	{ "clamp", "local 192.0.2.1 key 6 mss auto df inherit up", FLAG_KEY, 6 },
	{ "clamp536", "local 192.0.2.1 mss 536 df clear tos cs6 up", 0, 0 },
	{ "alive", "local 192.0.2.1 key 8 keepalive 200ms 3 up", FLAG_KEY, 8 },
	{ "probing",
	  "local 192.0.2.1 mtu-probe on mtu auto mss auto keepalive 300ms 2 up",
	  0, 0 },
	{ "anywhere", "seq mtu auto fwmark 7 up", FLAG_SEQ, 0 },
	{ "anyone", "local 192.0.2.1 remote any key 11 ttl inherit up",
	  FLAG_KEY, 11 },
	{ "deaf", "local 192.0.2.1 csum keepalive-reply off icmp-relay off up",
	  FLAG_CSUM, 0 },
	{ "asleep", "local 192.0.2.1 key 13", FLAG_KEY, 13 },
	{ "far", "local 192.0.2.1 key 14 decap-ttl copy ttl inherit up",
	  FLAG_KEY, 14 },
};

const unsigned int tunnel_count = sizeof(tunnels) / sizeof(tunnels[0]);
const unsigned int tunnel_far = sizeof(tunnels) / sizeof(tunnels[0]) - 1;

/* --- random numbers ----------------------------------------------------------- */

static uint64_t random_state;

/* splitmix64 */
static uint64_t random_next(void)
{
	uint64_t z;

	random_state += 0x9e3779b97f4a7c15;
	z = random_state;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* Each packet has a seed of its own, so that a run can begin with any packet. */
void random_seed(uint64_t seed, uint64_t number)
{
	random_state = seed;
	random_state = random_next() + number;
	random_next();
}

uint32_t random_below(uint32_t limit)
{
	return limit ? (uint32_t)(random_next() >> 32) % limit : 0;
}

static bool one_in(uint32_t n)
{
	return !random_below(n);
}

#define PICK(array) ((array)[random_below(sizeof(array) / sizeof((array)[0]))])

/* --- bytes -------------------------------------------------------------------- */

uint16_t get_u16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

uint32_t get_u32(const uint8_t *p)
{
	return (uint32_t)get_u16(p) << 16 | get_u16(p + 2);
}

static void set_u16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

/* Bytes beyond PACKET_MAX are left out. */
static uint8_t *put(struct packet *p, const void *data, size_t len)
{
	uint8_t *at = p->data + p->len;

	if (len > PACKET_MAX - 1 - p->len)
		len = PACKET_MAX - 1 - p->len;
	if (data)
		memcpy(at, data, len);
	else
		memset(at, 0, len);
	p->len += len;
	return at;
}

static void put_u8(struct packet *p, uint8_t v)
{
	put(p, &v, 1);
}

static void put_u16(struct packet *p, uint16_t v)
{
	put_u8(p, v >> 8);
	put_u8(p, v);
}

static void put_u32(struct packet *p, uint32_t v)
{
	put_u16(p, v >> 16);
	put_u16(p, v);
}

static void put_random(struct packet *p, size_t len)
{
	while (len--)
		put_u8(p, random_below(256));
}

static uint32_t sum(const uint8_t *p, size_t len, uint32_t start)
{
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		start += get_u16(p + i);
	if (len % 2)
		start += p[len - 1] << 8;
	while (start >> 16)
		start = (start & 0xffff) + (start >> 16);
	return start;
}

size_t gre_len(uint16_t flags)
{
	return 4 + (flags & FLAG_CSUM ? 4 : 0) + (flags & FLAG_KEY ? 4 : 0) +
	       (flags & FLAG_SEQ ? 4 : 0);
}

/* --- lengths and checksums ---------------------------------------------------- */

#define FIX_OUTER_LEN 1
#define FIX_INNER_LEN 2
#define FIX_SUMS 4
#define FIX_ALL (FIX_OUTER_LEN | FIX_INNER_LEN | FIX_SUMS)

static void fix_ip(uint8_t *p, size_t len, unsigned int what);

/* @pseudo is the sum of the addresses. */
static void fix_layer4(uint8_t *p, size_t len, uint8_t next, uint32_t pseudo,
		       unsigned int what)
{
	size_t at;

	switch (next) {
	case NEXT_TCP:
		at = 16;
		break;
	case NEXT_UDP:
		at = 6;
		if (what & FIX_INNER_LEN && len >= 8)
			set_u16(p + 4, len);
		break;
	case NEXT_ICMP:
		at = 2;
		pseudo = 0;
		break;
	case 58: /* ICMPv6 */
		at = 2;
		break;
	default:
		return;
	}
	if (!(what & FIX_SUMS) || len < at + 2)
		return;
	if (next != NEXT_ICMP)
		pseudo += next + len;
	set_u16(p + at, 0);
	set_u16(p + at, ~sum(p, len, pseudo));
}

/* The extension follows a quote of as many words as the ICMP header says (RFC 4884). */
static void fix_extension(uint8_t *p, size_t len)
{
	size_t at;

	if (len < 8 || p[5] < 32)
		return;
	at = 8 + p[5] * 4;
	if (at + 8 > len || p[at] >> 4 != 2)
		return;
	set_u16(p + at + 2, 0);
	set_u16(p + at + 2, ~sum(p + at, len - at, 0));
}

static void fix_gre(uint8_t *p, size_t len, unsigned int what)
{
	size_t header, skip;

	if (len < 4)
		return;
	header = gre_len(get_u16(p));
	if (len < header)
		return;
	skip = header;
	switch (get_u16(p + 2)) {
	case 0x8909: /* Cisco metadata */
		skip += 8;
		break;
	case 0x883e: /* WCCP, version 2 */
		skip += len > header && p[header] >> 4 == 4 ? 0 : 4;
		break;
	}
	if (get_u16(p + 2) && len > skip)
		fix_ip(p + skip, len - skip, what);
	if (what & FIX_SUMS && get_u16(p) & FLAG_CSUM) {
		set_u16(p + 4, 0);
		set_u16(p + 4, ~sum(p, len, 0));
	}
}

static void fix_ipv4(uint8_t *p, size_t len, unsigned int what,
		     unsigned int length)
{
	size_t header = (p[0] & 0xf) * 4;

	if (what & length)
		set_u16(p + 2, len);
	if (header < 20 || header > len)
		header = 20;
	/* Only the first fragment has a header of layer 4. */
	if (!(get_u16(p + 6) & 0x1fff)) {
		if (p[9] == NEXT_GRE) {
			fix_gre(p + header, len - header, what);
		} else {
			if (p[9] == NEXT_ICMP && what & FIX_SUMS)
				fix_extension(p + header, len - header);
			fix_layer4(p + header, len - header, p[9],
				   sum(p + 12, 8, 0), what);
		}
	}
	if (what & FIX_SUMS) {
		set_u16(p + 10, 0);
		set_u16(p + 10, ~sum(p, header, 0));
	}
}

/* Fix an inner packet. */
static void fix_ip(uint8_t *p, size_t len, unsigned int what)
{
	if (len >= 20 && p[0] >> 4 == 4) {
		fix_ipv4(p, len, what, FIX_INNER_LEN);
	} else if (len >= 40 && p[0] >> 4 == 6) {
		if (what & FIX_INNER_LEN)
			set_u16(p + 4, len - 40);
		fix_layer4(p + 40, len - 40, p[6], sum(p + 8, 32, 0), what);
	}
}

static void fix(struct packet *p, unsigned int what)
{
	if (p->path == PATH_FORWARD || p->path == PATH_SOCKET) {
		if (what & FIX_OUTER_LEN)
			what |= FIX_INNER_LEN;
		fix_ip(p->data, p->len, what);
	} else if (p->len >= 20) {
		fix_ipv4(p->data, p->len, what, FIX_OUTER_LEN);
	}
}

/* --- the inner packet --------------------------------------------------------- */

static const uint8_t ttls[] = { 0, 1, 2, 5, 31, 32, 64, 64, 64, 255 };

/* Segments of one connection follow each other, so that GRO merges them. */
static uint32_t tcp_sequence;

static void put_tcp_options(struct packet *p)
{
	/* Kinds of options. Their lengths may be wrong. */
	static const uint8_t kinds[] = { 0, 1, 1, 2, 2, 2, 2, 3, 4, 8, 19, 254 };
	const size_t begin = p->len;
	const size_t room = 4 * (1 + random_below(10));

	while (p->len - begin < room) {
		uint8_t kind = PICK(kinds);

		put_u8(p, kind);
		if (kind < 2)
			continue;
		put_u8(p, one_in(6)   ? random_below(12)
			  : kind == 2 ? 4
				      : 2 + random_below(8));
		put_u16(p, one_in(3) ? 0xffff : random_below(9000));
	}
	p->len = begin + room;
}

static void put_tcp(struct packet *p, bool syn, size_t size)
{
	const size_t begin = p->len;

	p->layer4 = begin;
	put_u16(p, 9);
	put_u16(p, 5001);
	put_u32(p, tcp_sequence);
	put_u32(p, 1);
	put_u8(p, 0x50);
	put_u8(p, syn ? 0x02 | (one_in(2) ? 0x10 : 0) : 0x10);
	put_u16(p, 512);
	put_u32(p, 0);
	if (syn) {
		if (one_in(4))
			put_u32(p, 0x020405b4);
		else
			put_tcp_options(p);
		p->data[begin + 12] = (p->len - begin) / 4 << 4;
	} else {
		put(p, NULL, size);
		tcp_sequence += size;
	}
}

static void put_udp(struct packet *p, size_t size)
{
	p->layer4 = p->len;
	put_u16(p, 1024 + random_below(60000));
	put_u16(p, 33434);
	put_u32(p, 0);
	put(p, NULL, size);
}

static void put_ipv4(struct packet *p, uint32_t from, uint32_t to, uint8_t next)
{
	put_u8(p, 0x45);
	put_u8(p, one_in(2) ? random_below(256) : 0);
	put_u16(p, 0);
	put_u16(p, random_below(65536));
	put_u16(p, one_in(2) ? 0x4000 : 0);
	put_u8(p, PICK(ttls));
	put_u8(p, next);
	put_u16(p, 0);
	put_u32(p, from);
	put_u32(p, to);
}

static void put_ipv6(struct packet *p, unsigned int from, unsigned int to,
		     uint8_t next)
{
	put_u32(p, 0x60000000 | (one_in(2) ? random_below(256) << 20 : 0));
	put_u16(p, 0);
	put_u8(p, next);
	put_u8(p, PICK(ttls));
	put_u32(p, 0xfd000000 | from);
	put(p, NULL, 8);
	put_u32(p, 2);
	put_u32(p, 0xfd000000 | to);
	put(p, NULL, 8);
	put_u32(p, one_in(8) ? 1 : 2);
}

/* IP options: record route, time stamp, router alert, source route, and invalid ones. */
static void put_ip_options(struct packet *p, size_t begin)
{
	static const uint8_t kinds[] = { 1, 7, 68, 148, 131, 137, 134, 200 };
	const size_t at = p->len;
	const size_t room = 4 * (1 + random_below(10));

	while (p->len - at < room) {
		uint8_t kind = PICK(kinds);

		put_u8(p, kind);
		if (kind == 1)
			continue;
		put_u8(p, one_in(4) ? random_below(256) : 4 + random_below(12));
		put_u8(p, kind == 148 ? 0 : 4 + random_below(8));
		put_random(p, random_below(10));
	}
	p->len = at + room;
	p->data[begin] = 0x40 | (5 + room / 4);
}

static void put_extensions(struct packet *p, size_t begin)
{
	static const uint8_t kinds[] = { 0, 43, 60, 60, 44, 51, 135, 139 };
	size_t next = begin + 6;
	unsigned int n = 1 + random_below(5);

	while (n--) {
		const size_t at = p->len;
		const uint8_t kind = PICK(kinds);
		const uint8_t units = random_below(3);

		p->data[next] = kind;
		next = at;
		put_u8(p, 0);
		put_u8(p, one_in(6) ? random_below(256) : units);
		if (kind == 44) {
			put_u16(p, one_in(2) ? 0 : random_below(65536));
			put_u32(p, 1);
		} else if (kind == 51) {
			put(p, NULL, (units + 2) * 4 - 2);
		} else {
			/* A single option is the padding. */
			put_u8(p, 1);
			put_u8(p, units * 8 + 4);
			put(p, NULL, units * 8 + 4);
		}
	}
	p->data[next] = one_in(4) ? 17 : 6;
	put_tcp(p, true, 0);
}

/* The packet goes to the remote, or comes from it. */
static void put_inner(struct packet *p, unsigned int shape, size_t size,
		      bool outwards)
{
	const uint32_t remote = INSIDE + (p->tunnel << 16) + 2;
	const uint32_t host = one_in(8) ? remote - 1 : HOST;
	const uint32_t from = outwards ? host : remote;
	const uint32_t to = outwards ? remote : host;
	const unsigned int from6 = outwards ? 0x16 : p->tunnel + 0x100;
	const unsigned int to6 = outwards ? p->tunnel + 0x100 : 0x16;
	const size_t begin = p->len;

	p->inner = begin;
	p->layer4 = begin;
	p->protocol = shape < SHAPES_IPV4 ? TYPE_IPV4 : TYPE_IPV6;
	switch (shape) {
	case SHAPE_UDP:
		put_ipv4(p, from, to, NEXT_UDP);
		put_udp(p, size);
		break;
	case SHAPE_SYN:
	case SHAPE_TCP:
		put_ipv4(p, from, to, NEXT_TCP);
		put_tcp(p, shape == SHAPE_SYN, size);
		break;
	case SHAPE_ECHO:
		put_ipv4(p, from, to, NEXT_ICMP);
		put_u32(p, 0x08000000);
		put_u32(p, random_below(65536));
		put(p, NULL, size);
		break;
	case SHAPE_OPTIONS:
		put_ipv4(p, from, to, NEXT_TCP);
		put_ip_options(p, begin);
		put_tcp(p, one_in(2), size);
		break;
	case SHAPE_FRAGMENT:
	case SHAPE_LATER_FRAGMENT:
		put_ipv4(p, from, to, NEXT_UDP);
		set_u16(p->data + begin + 6,
			(one_in(2) ? 0x2000 : 0) |
				(shape == SHAPE_FRAGMENT ? 0
							 : random_below(8192)));
		put_udp(p, size);
		break;
	case SHAPE_GRE:
		put_ipv4(p, from, to, NEXT_GRE);
		put_u32(p, one_in(2) ? 0 : TYPE_IPV4);
		put(p, NULL, 8);
		break;
	case SHAPE_ERROR:
		put_ipv4(p, from, to, NEXT_ICMP);
		put_u32(p, 0x03010000);
		put_u32(p, 0);
		put_ipv4(p, to, from, NEXT_UDP);
		put_udp(p, 0);
		break;
	case SHAPE_UDP6:
		put_ipv6(p, from6, to6, NEXT_UDP);
		put_udp(p, size);
		break;
	case SHAPE_SYN6:
	case SHAPE_TCP6:
		put_ipv6(p, from6, to6, NEXT_TCP);
		put_tcp(p, shape == SHAPE_SYN6, size);
		break;
	case SHAPE_ECHO6:
		put_ipv6(p, from6, to6, 58);
		put_u32(p, (one_in(2) ? 128 : random_below(256)) << 24);
		put_u32(p, 1);
		put(p, NULL, size);
		break;
	case SHAPE_EXTENSIONS:
		put_ipv6(p, from6, to6, 0);
		put_extensions(p, begin);
		break;
	case SHAPE_FRAGMENT6:
		put_ipv6(p, from6, to6, 44);
		put_u16(p, NEXT_TCP << 8);
		put_u16(p, one_in(2) ? 1 : random_below(65536));
		put_u32(p, 7);
		put_tcp(p, true, size);
		break;
	case SHAPE_AUTH:
		put_ipv6(p, from6, to6, 51);
		put_u8(p, NEXT_TCP);
		put_u8(p, 4);
		put(p, NULL, 22);
		put_tcp(p, true, size);
		break;
	default:
		put_random(p, 1 + size % 200);
		break;
	}
}

/* --- tunnel packets ----------------------------------------------------------- */

static uint32_t next_number[64];

static void put_outer(struct packet *p, uint16_t flags, uint16_t protocol)
{
	const unsigned int t = p->tunnel;

	put_u8(p, 0x45);
	put_u8(p, one_in(3) ? random_below(256) : 0);
	put_u16(p, 0);
	put_u16(p, random_below(65536));
	put_u16(p, one_in(2) ? 0x4000 : 0);
	put_u8(p, one_in(4) ? 1 + random_below(8) : 60);
	put_u8(p, NEXT_GRE);
	put_u16(p, 0);
	put_u32(p, REMOTE + t + (one_in(100) ? 100 : 0));
	put_u32(p, GATEWAY + one_in(100));

	put_u16(p, flags);
	put_u16(p, protocol);
	if (flags & FLAG_CSUM)
		put_u32(p, 0);
	if (flags & FLAG_KEY)
		put_u32(p, tunnels[t].key + one_in(100));
	if (flags & FLAG_SEQ)
		put_u32(p,
			one_in(16) ? random_below(-1) : next_number[t % 64]++);
	p->inner = p->len;
}

static const size_t sizes[] = { 0,    0,    1,	  8,	64,  200,
				1000, 1372, 1400, 2000, 5000 };

static void begin(struct packet *p, enum packet_path path, unsigned int tunnel)
{
	p->path = path;
	p->tunnel = tunnel;
	p->protocol = 0;
	memset(&p->vnet, 0, sizeof(p->vnet));
	p->inner = 0;
	p->layer4 = 0;
	p->len = 0;
}

static void make_decap(struct packet *p, unsigned int shape, size_t size)
{
	/* MPLS, WCCP, Ethernet, ERSPAN, keepalives, VLAN, and those of grex */
	static const uint16_t others[] = { 0x8847, 0x883e, 0x6558, 0x88be,
					   0x22eb, 0x8909, 0x0004, 0x8100,
					   0,	   0x880b };
	uint16_t flags = tunnels[p->tunnel].flags;
	uint16_t protocol = shape < SHAPES_IPV4 ? TYPE_IPV4 : TYPE_IPV6;

	/* A packet may have a checksum or a number that the tunnel does not expect. */
	if (one_in(6))
		flags ^= one_in(2) ? FLAG_CSUM : FLAG_SEQ;
	if (shape >= SHAPES_IP || one_in(12))
		protocol = PICK(others);
	put_outer(p, flags, protocol);
	put_inner(p, shape, size, false);
}

/* Make a keepalive of the peer, which the gateway returns. */
static void make_request(struct packet *p, unsigned int shape, size_t padding)
{
	static const uint8_t cmd[8] = { 8, 0, 1, 1, 0, 1, 0, 0 };
	const unsigned int t = p->tunnel;
	const uint16_t key = tunnels[t].flags & FLAG_KEY;
	uint32_t from = GATEWAY, to = REMOTE + t;
	uint16_t protocol = TYPE_IPV4;

	if (shape == 1)
		protocol = 0x8909;
	else if (shape == 2)
		protocol = 0x0004;
	if (shape == 3) {
		from = INSIDE + (t << 16) + 1;
		to = from + 1;
	}
	put_outer(p, tunnels[t].flags, protocol);
	if (shape == 1)
		put(p, cmd, sizeof(cmd));
	p->inner = p->len;
	put_u32(p, 0x45c00000);
	put_u32(p, random_below(65536) << 16);
	put_u32(p, 0xff2f0000);
	put_u32(p, from);
	put_u32(p, to);
	put_u16(p, key);
	put_u16(p, 0);
	if (key)
		put_u32(p, tunnels[t].key);
	switch (shape) {
	case 4: /* OpenBSD */
		put_random(p, 16);
		break;
	case 5: /* grex */
		put_u16(p, 0x0100 | random_below(4));
		put_u16(p, 1476);
		put_u32(p, 1);
		put_u32(p, random_below(8));
		put_u16(p, padding);
		put_u16(p, 1500);
		put_random(p, 16);
		put(p, NULL, padding);
		break;
	}
}

/* Make an answer as if the peer returned it. Its payload is invalid, so that it is refused. */
static void make_reply(struct packet *p)
{
	put_outer(p, tunnels[p->tunnel].flags & FLAG_KEY, 0);
	put_u16(p, 0x0100 | random_below(4));
	put_u16(p, 1476);
	put_u32(p, 1);
	put_u32(p, random_below(8));
	put_u32(p, 0);
	put_random(p, 16);
}

/* --- ICMP errors -------------------------------------------------------------- */

#define SENT_KEPT 8
#define SENT_LEN 2048

static struct {
	unsigned int count;
	struct {
		size_t len;
		uint8_t data[SENT_LEN];
	} packet[SENT_KEPT];
} sent[64];

void packet_note_sent(unsigned int tunnel, const uint8_t *data, size_t len)
{
	const unsigned int slot = sent[tunnel].count++ % SENT_KEPT;

	if (len > SENT_LEN)
		len = SENT_LEN;
	sent[tunnel].packet[slot].len = len;
	memcpy(sent[tunnel].packet[slot].data, data, len);
}

/* Make a packet as the tunnel would send it, except for the ID. */
static void invent_sent(struct packet *p)
{
	put_outer(p, tunnels[p->tunnel].flags, TYPE_IPV4);
	put_inner(p, random_below(SHAPES), PICK(sizes), true);
	fix(p, FIX_ALL);
	/* The packet was sent in the other direction. */
	memcpy(p->data + 12, "\xc0\x00\x02\x01\xc0\x00\x02", 7);
	p->data[19] = (REMOTE + p->tunnel) & 0xff;
}

/* Make the packet so far the quote of an error. */
static void put_error_around(struct packet *p, uint32_t from, uint8_t type,
			     uint8_t code, uint32_t rest)
{
	const uint32_t rests = __builtin_bswap32(rest);
	uint8_t *q = p->data;

	if (p->len > PACKET_MAX - 100)
		p->len = PACKET_MAX - 100;
	memmove(q + 28, q, p->len);
	p->len += 28;
	memset(q, 0, 28);
	q[0] = 0x45;
	q[1] = 0xc0;
	q[8] = 60;
	q[9] = NEXT_ICMP;
	set_u16(q + 12, from >> 16);
	set_u16(q + 14, from);
	set_u16(q + 16, GATEWAY >> 16);
	set_u16(q + 18, GATEWAY & 0xffff);
	q[20] = type;
	q[21] = code;
	memcpy(q + 24, &rests, 4);
	p->inner = 28;
}

/* Two MPLS labels in an object (RFC 4950), objects with wrong lengths, and more than fits
 * into an answer.
 */
static void put_objects(struct packet *p)
{
	put_u32(p, 0x20000000);
	do {
		const size_t more = one_in(3) ? 4 * random_below(300) : 0;

		put_u16(p, one_in(6) ? random_below(64) : 12 + more);
		put_u16(p, 0x0101);
		put_u32(p, 0x03e80001);
		put_u32(p, 0x03e90101);
		put(p, NULL, more);
	} while (one_in(3));
}

/* Cut the quote as a router does. Returns its length for the ICMP header, in words. */
static uint8_t cut_quote(struct packet *p)
{
	const size_t lens[] = { 28,
				28,
				36,
				44,
				60,
				128,
				528,
				548,
				p->len,
				p->len,
				random_below(p->len + 1) };
	const size_t len = PICK(lens);
	uint8_t words;

	if (len < p->len)
		p->len = len;
	if (!one_in(4))
		return 0;
	words = one_in(6) ? random_below(256) : 32 + random_below(100);
	if (p->len < words * 4u)
		put(p, NULL, words * 4 - p->len);
	else if (!one_in(6))
		p->len = words * 4;
	put_objects(p);
	return words;
}

static void damage(struct packet *p, size_t from, unsigned int times);

static void make_error(struct packet *p)
{
	static const uint8_t types[] = { 3, 3, 3, 3, 3, 11, 11, 12, 5, 4 };
	static const uint16_t mtus[] = { 0,    1,    68,   552,	 576,  600,
					 1280, 1300, 1400, 1499, 1500, 65535 };
	const unsigned int t = p->tunnel;
	const uint8_t type = one_in(16) ? random_below(256) : PICK(types);
	uint8_t code = one_in(3) ? random_below(16) : 0;
	/* The gateway checks only a few errors from each address, so that many addresses
	 * are used.
	 */
	const uint32_t from = 0xc6120000 + random_below(65536);
	uint32_t rest = one_in(4) ? random_below(-1) : 0;
	unsigned int kept = sent[t].count;

	if (kept && !one_in(16)) {
		kept = random_below(kept < SENT_KEPT ? kept : SENT_KEPT);
		put(p, sent[t].packet[kept].data, sent[t].packet[kept].len);
	} else {
		invent_sent(p);
	}
	/* The bytes that authenticate the quote come first, and stay intact in most cases. */
	if (one_in(2))
		damage(p, one_in(4) ? 0 : 20 + gre_len(tunnels[t].flags),
		       1 + random_below(3));
	switch (type) {
	case 3:
		if (one_in(2)) {
			code = 4;
			rest = PICK(mtus);
		}
		break;
	case 5:
		rest = REMOTE + random_below(40);
		break;
	case 12:
		rest = random_below(p->len + 8) << 24;
		break;
	}
	rest |= cut_quote(p) << 16;
	put_error_around(p, from, type, code, rest);
}

void packet_make_error(struct packet *p, uint32_t from, const uint8_t *quote,
		       size_t quote_len, uint8_t type, uint8_t code,
		       uint32_t rest)
{
	begin(p, PATH_ICMP, 0);
	put(p, quote, quote_len);
	put_error_around(p, from, type, code, rest);
	fix(p, FIX_OUTER_LEN | FIX_SUMS);
}

/* --- what a virtual machine says of its packets ------------------------------- */

static uint16_t lie(struct packet *p, uint16_t truth)
{
	const uint16_t values[] = { 0,		1,	  2,
				    8,		20,	  truth + 1,
				    truth - 1,	p->len,	  65535,
				    p->len - 1, p->inner, random_below(65536) };

	return PICK(values);
}

/* Set correct values for a super-packet of TCP or UDP if @honest. */
static void set_vnet(struct packet *p, bool honest)
{
	static const uint8_t types[] = { 0, 1, 3, 4, 5, 0x81, 0x84, 2, 255 };
	const uint8_t *l4 = p->data + p->layer4;
	const bool v6 = p->data[p->inner] >> 4 == 6;
	bool tcp;

	if (p->layer4 + 20 > p->len)
		p->layer4 = p->inner;
	tcp = (v6 ? p->data[p->inner + 6] : p->data[p->inner + 9]) == NEXT_TCP;
	p->vnet = (struct virtio_net_hdr){
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.gso_type = !tcp ? 5
			    : v6 ? VIRTIO_NET_HDR_GSO_TCPV6
				 : VIRTIO_NET_HDR_GSO_TCPV4,
		.hdr_len = p->layer4 + (tcp ? (l4[12] >> 4) * 4 : 8),
		.gso_size = 500 + random_below(900),
		.csum_start = p->layer4,
		.csum_offset = tcp ? 16 : 6,
	};
	if (honest)
		return;
	do {
		switch (random_below(6)) {
		case 0:
			p->vnet.flags = random_below(4);
			break;
		case 1:
			p->vnet.gso_type = PICK(types);
			break;
		case 2:
			p->vnet.hdr_len = lie(p, p->vnet.hdr_len);
			break;
		case 3:
			p->vnet.gso_size = lie(p, p->vnet.gso_size);
			break;
		case 4:
			p->vnet.csum_start = lie(p, p->vnet.csum_start);
			break;
		case 5:
			p->vnet.csum_offset = lie(p, p->vnet.csum_offset);
			break;
		}
	} while (one_in(2));
}

static const enum shape super_shapes[] = {
	SHAPE_TCP, SHAPE_TCP, SHAPE_TCP6, SHAPE_UDP, SHAPE_UDP6, SHAPE_OPTIONS
};

static const size_t super_sizes[] = { 900, 1500, 3000, 4200, 6000, 9000, 20000 };

/* --- damage ------------------------------------------------------------------- */

/* Returns a position, which is in the headers in most cases. */
static size_t somewhere(const struct packet *p, size_t from)
{
	const size_t room = p->len - from;

	return from + random_below(room > 100 && !one_in(4) ? 100 : room);
}

static void insert(struct packet *p, size_t at, size_t len, bool copy)
{
	if (p->len + len >= PACKET_MAX)
		return;
	memmove(p->data + at + len, p->data + at, p->len - at);
	p->len += len;
	if (!copy)
		memset(p->data + at, one_in(2) ? 0 : random_below(256), len);
}

/* Give a header a wrong length for itself or for its packet. */
static void lie_about_length(struct packet *p)
{
	const size_t in = p->inner, l4 = p->layer4;
	uint8_t *q = p->data;

	switch (random_below(6)) {
	case 0:
		if (in + 4 <= p->len)
			set_u16(q + in + 2, lie(p, get_u16(q + in + 2)));
		break;
	case 1:
		if (in + 6 <= p->len)
			set_u16(q + in + 4, lie(p, get_u16(q + in + 4)));
		break;
	case 2:
		if (in < p->len)
			q[in] = (q[in] & 0xf0) | random_below(16);
		break;
	case 3:
		if (l4 + 13 <= p->len)
			q[l4 + 12] = random_below(16) << 4;
		break;
	case 4:
		if (l4 + 2 <= p->len)
			q[l4 + 1] = random_below(256);
		break;
	case 5:
		if (p->len > 4)
			set_u16(q + 2, lie(p, p->len));
		break;
	}
}

static void damage_once(struct packet *p, size_t from)
{
	static const uint8_t bytes[] = { 0,    1,    4,	   6,	 17,   47,
					 0x45, 0x4f, 0x60, 0x7f, 0x80, 0xff };
	size_t at, len;

	if (p->len <= from)
		from = 0;
	if (!p->len)
		return;
	at = somewhere(p, from);
	len = 1 + random_below(one_in(4) ? 64 : 8);
	switch (random_below(10)) {
	case 0:
	case 1:
		p->data[at] ^= 1 << random_below(8);
		break;
	case 2:
	case 3:
		p->data[at] = one_in(2) ? PICK(bytes) : random_below(256);
		break;
	case 4:
		if (at + 2 <= p->len)
			set_u16(p->data + at, lie(p, get_u16(p->data + at)));
		break;
	case 5:
		p->len = at;
		break;
	case 6:
		if (len > p->len - at)
			len = p->len - at;
		memmove(p->data + at, p->data + at + len, p->len - at - len);
		p->len -= len;
		break;
	case 7:
		insert(p, at, len, one_in(2));
		break;
	case 8:
		if (one_in(4))
			put_random(p, len);
		else
			insert(p, at, 4 * len, true);
		break;
	case 9:
		lie_about_length(p);
		break;
	}
}

static void damage(struct packet *p, size_t from, unsigned int times)
{
	while (times--)
		damage_once(p, from);
}

/* The outer header stays intact in most cases, as other packets belong to no tunnel. */
static size_t damage_from(const struct packet *p)
{
	switch (p->path) {
	case PATH_FORWARD:
	case PATH_SOCKET:
		return 0;
	case PATH_ICMP:
		return one_in(16) ? 0 : 20;
	default:
		return one_in(16) ? 0 : one_in(4) ? 20 : p->inner;
	}
}

void packet_damage(struct packet *p)
{
	unsigned int what = 0;

	damage(p, damage_from(p), 1 + random_below(4));
	if (!one_in(8))
		what |= FIX_SUMS;
	if (!one_in(4))
		what |= FIX_OUTER_LEN;
	if (one_in(3))
		what |= FIX_INNER_LEN;
	fix(p, what);
}

/* --- all of them -------------------------------------------------------------- */

static void make_for(struct packet *p, unsigned int shape, size_t size)
{
	switch (p->path) {
	case PATH_KEEPALIVE:
		if (one_in(8))
			make_reply(p);
		else
			make_request(p, random_below(6),
				     one_in(2) ? 0 : random_below(1400));
		break;
	case PATH_ICMP:
		make_error(p);
		break;
	case PATH_GSO:
		make_decap(p, PICK(super_shapes), PICK(super_sizes));
		break;
	case PATH_PIECES:
		/* These packets belong to one connection, and are large enough for GRO to
		 * merge.
		 */
		if (one_in(2)) {
			put_outer(p, tunnels[p->tunnel].flags & FLAG_KEY,
				  TYPE_IPV4);
			put_inner(p, SHAPE_TCP, 600, false);
		} else {
			make_decap(p, shape, size);
		}
		break;
	case PATH_FORWARD:
	case PATH_SOCKET:
		if (one_in(3))
			put_inner(p, PICK(super_shapes), PICK(super_sizes),
				  true);
		else
			put_inner(p, shape, size, true);
		break;
	default:
		make_decap(p, shape, size);
		break;
	}
	if (p->path == PATH_ICMP)
		fix(p, FIX_OUTER_LEN | FIX_SUMS);
	else
		fix(p, FIX_ALL);
}

/* One of eight packets is cut: on each path, at each length in turn. */
static void make_cut(struct packet *p, uint64_t turn)
{
	const size_t cut = turn / PATHS / SHAPES % 160;

	begin(p, turn % PATHS, random_below(tunnel_count));
	make_for(p, turn / PATHS % SHAPES, 100);
	if (cut < p->len)
		p->len = cut;
	fix(p, FIX_OUTER_LEN | FIX_SUMS | (one_in(2) ? FIX_INNER_LEN : 0));
	if (p->path == PATH_GSO)
		set_vnet(p, false);
}

/**
 * packet_make - make a packet, damaged or not
 * @p: the packet to be made
 * @number: the number of the packet in the run
 */
void packet_make(struct packet *p, uint64_t number)
{
	/* Anyone can send errors, and they are the hardest to parse. */
	static const enum packet_path paths[] = {
		PATH_DECAP, PATH_DECAP,	 PATH_KEEPALIVE, PATH_ICMP,  PATH_ICMP,
		PATH_GSO,   PATH_PIECES, PATH_FORWARD,	 PATH_SOCKET
	};
	bool vnet;

	if (number % 8 == 7) {
		make_cut(p, number / 8);
		return;
	}
	begin(p, PICK(paths), random_below(tunnel_count));
	/* Packets are not forwarded in the namespace of its device. */
	if (p->path == PATH_FORWARD && p->tunnel == tunnel_far)
		p->path = PATH_SOCKET;
	make_for(p, random_below(SHAPES), PICK(sizes));
	vnet = p->path == PATH_GSO || (p->path != PATH_PIECES && one_in(6));
	if (vnet)
		set_vnet(p, one_in(2));
	if (p->path == PATH_SOCKET && one_in(4))
		p->protocol = one_in(2) ? 0 : random_below(65536);
	/* GRO merges only similar packets, and the kernel refuses many super-packets before
	 * they are received.
	 */
	if (!one_in(p->path == PATH_PIECES || p->path == PATH_GSO ? 2 : 8))
		packet_damage(p);
}

void packet_make_good(struct packet *p, enum packet_path path,
		      unsigned int tunnel, unsigned int shape, size_t size)
{
	begin(p, path, tunnel);
	if (path == PATH_DECAP)
		put_outer(p, tunnels[tunnel].flags,
			  shape < SHAPES_IPV4 ? TYPE_IPV4 : TYPE_IPV6);
	put_inner(p, shape, size, path != PATH_DECAP);
	/* The packet must not expire on the way or end here, and its ECN bits must be valid. */
	if (shape < SHAPES_IPV4) {
		p->data[p->inner + 1] = 0;
		p->data[p->inner + 6] = 0x40;
		p->data[p->inner + 8] = 64;
		memcpy(p->data + p->inner + (path == PATH_DECAP ? 16 : 12),
		       "\xac\x10\x00\x02", 4);
	} else {
		p->data[p->inner] = 0x60;
		p->data[p->inner + 1] = 0;
		p->data[p->inner + 7] = 64;
		p->data[p->inner + 39] = 2;
	}
	if (path == PATH_DECAP) {
		p->data[1] = 0;
		p->data[8] = 64;
	}
	fix(p, FIX_ALL);
}

void packet_make_request(struct packet *p, unsigned int tunnel)
{
	begin(p, PATH_KEEPALIVE, tunnel);
	make_request(p, 4, 0);
	p->data[1] = 0;
	fix(p, FIX_ALL);
}
