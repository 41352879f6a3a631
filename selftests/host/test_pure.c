// SPDX-License-Identifier: GPL-2.0
/*
 * Runs the pure files outside of the kernel under the address and undefined behaviour
 * sanitizers. Each buffer is exactly as long as it is said to be.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedded.h"
#include "header.h"
#include "keepalive_fsm.h"
#include "keepalive_wire.h"
#include "mss.h"
#include "translate.h"

static int tests;
static int failed;

static void ok(bool good, const char *name)
{
	printf("%sok %d %s\n", good ? "" : "not ", ++tests, name);
	if (!good)
		failed = 1;
}

/* This packet was captured: key 5, sequence number 7, inner IPv4. */
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

/* All first bytes and all lengths are read from a buffer with nothing behind it. */
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

/* This time exceeded of a router was captured. It has the outer, the GRE and the inner header
 * and MPLS labels (RFC 4950), and is cut after every byte.
 */
static void test_quoted_packet(void)
{
	static const u8 bytes[] = {
		0x45, 0x00, 0x00, 0x54, 0x31, 0x97, 0x40, 0x00, 0x01, 0x2f,
		0x00, 0x00, 0xc0, 0x00, 0x02, 0x01, 0xc6, 0x33, 0x64, 0x02,
		0x20, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x05, 0x45, 0x00,
		0x00, 0x38, 0x12, 0x34, 0x00, 0x00, 0x01, 0x11, 0x00, 0x00,
		0x0a, 0x01, 0x00, 0x02, 0x0a, 0x02, 0x00, 0x02, 0x9c, 0x41,
		0x82, 0x9b, 0x00, 0x24, 0x00, 0x00,
	};
	struct grex_error error, exceeded = { 11, 0, 0 };
	struct grex_inner inner;
	struct grex_embedded embedded;
	bool good = true;
	size_t len;

	for (len = 0; len <= sizeof(bytes); len++) {
		u8 *cut = malloc(len ? len : 1);
		bool outer, whole;

		if (!cut)
			abort();
		memcpy(cut, bytes, len);
		outer = grex_embedded_read(&embedded, cut, len);
		whole = outer && len > embedded.inner &&
			!grex_inner_read(&inner, embedded.header.protocol,
					 cut + embedded.inner,
					 len - embedded.inner);
		good &= outer == (len >= 24) && whole == (len >= 56);
		if (outer)
			good &= embedded.id == 0x3197 && embedded.inner == 28 &&
				embedded.has_key == (len >= 28);
		if (whole)
			good &= inner.protocol == 17 && !inner.df &&
				grex_translate(&exceeded, &inner, 28, true,
					       &error) &&
				error.type == 11 && !error.code;
		free(cut);
	}
	ok(good, "a quoted packet, cut after every byte");
}

/* The inner packet of a captured keepalive of a Cisco router is cut after every byte, and has
 * one wrong byte in the IP header.
 */
static void test_captured_request(void)
{
	static const u8 bytes[] = {
		0x45, 0xc0, 0x00, 0x18, 0x00, 0x01, 0x00, 0x00,
		0xff, 0x2f, 0x36, 0xf2, 0xc0, 0x00, 0x02, 0x02,
		0xc0, 0x00, 0x02, 0x01, 0x00, 0x00, 0x00, 0x00,
	};
	struct grex_request request;
	bool good = true;
	size_t len, i;

	for (len = 0; len <= sizeof(bytes); len++) {
		u8 *cut = malloc(len ? len : 1);

		if (!cut)
			abort();
		memcpy(cut, bytes, len);
		good &= grex_request_read(&request, cut, len) ==
			(len == sizeof(bytes));
		for (i = 0; i < 20 && i < len; i++) {
			cut[i] ^= 0x10;
			good &= !grex_request_read(&request, cut, len);
			cut[i] ^= 0x10;
		}
		free(cut);
	}
	good &= grex_request_read(&request, bytes, sizeof(bytes)) &&
		!memcmp(request.saddr, bytes + 12, 4) &&
		!memcmp(request.daddr, bytes + 16, 4) &&
		request.total_len == 24;
	ok(good, "a captured keepalive, cut after every byte");
}

/* The peer answers, dies, and answers again. */
static void test_peer_dies(void)
{
	struct grex_fsm_input in = { .interval = 1000, .retries = 3 };
	struct grex_fsm fsm = { 0 };
	unsigned int actions;
	bool good;
	int i;

	good = grex_fsm_step(&fsm, GREX_FSM_START, &in) ==
	       (GREX_FSM_ARM | GREX_FSM_CARRIER_OFF);
	good &= grex_fsm_step(&fsm, GREX_FSM_TICK, &in) == GREX_FSM_SEND;
	good &= grex_fsm_step(&fsm, GREX_FSM_REPLY, &in) == GREX_FSM_CARRIER_ON;
	for (i = 0; i < 3; i++)
		good &= grex_fsm_step(&fsm, GREX_FSM_TICK, &in) ==
			GREX_FSM_SEND;
	in.now = 5;
	actions = grex_fsm_step(&fsm, GREX_FSM_TICK, &in);
	good &= actions == (GREX_FSM_SEND | GREX_FSM_CARRIER_OFF) &&
		fsm.state == GREX_FSM_DOWN && fsm.flaps == 1 &&
		fsm.changed == 5;
	/* One answer is not enough after a flap. */
	good &= !grex_fsm_step(&fsm, GREX_FSM_REPLY, &in) &&
		fsm.state == GREX_FSM_HOLD;
	in.now += 1000000000;
	good &= grex_fsm_step(&fsm, GREX_FSM_REPLY, &in) == GREX_FSM_CARRIER_ON;
	ok(good, "a peer that dies and comes back");
}

/* A SYN of Linux is cut after every byte; an incomplete option is not changed. */
static void test_captured_syn(void)
{
	static const u8 bytes[] = { 0x9c, 0x40, 0x00, 0x50, 0x12, 0x34, 0x56,
				    0x78, 0x00, 0x00, 0x00, 0x00, 0xa0, 0x02,
				    0xfa, 0xf0, 0x11, 0x11, 0x00, 0x00, 0x02,
				    0x04, 0x05, 0xb4, 0x04, 0x02, 0x08, 0x0a,
				    0x01, 0x02, 0x03, 0x04, 0x00, 0x00, 0x00,
				    0x00, 0x01, 0x03, 0x03, 0x07 };
	bool good = true;
	size_t len;
	u8 *cut;

	for (len = 20; len <= sizeof(bytes); len++) {
		cut = malloc(len);
		if (!cut)
			abort();
		memcpy(cut, bytes, len);
		good &= grex_mss_is_syn(cut) && grex_mss_header_len(cut) == 40;
		good &= grex_mss_clamp(cut, len, 1400, false) == (len >= 24);
		/* The value is 60 lower, and the checksum is 60 higher. */
		if (len >= 24)
			good &= cut[22] == 0x05 && cut[23] == 0x78 &&
				cut[16] == 0x11 && cut[17] == 0x11 + 60;
		free(cut);
	}
	ok(good, "a captured SYN, cut after every byte");
}

int main(void)
{
	printf("TAP version 13\n1..7\n");
	test_known_packet();
	test_every_length();
	test_round_trip();
	test_quoted_packet();
	test_captured_request();
	test_peer_dies();
	test_captured_syn();
	return failed;
}
