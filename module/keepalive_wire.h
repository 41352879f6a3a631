/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads and writes keepalives. Pure: knows no skb.
 *
 * A probe is a tunnel packet whose payload is an IP packet back to its sender, so that any
 * GRE endpoint which forwards IP returns it (Cisco's format):
 *
 *   request  IP A>B | GRE, type IPv4 | IP B>A | GRE, type 0 | payload
 *   reply                              IP B>A | GRE, type 0 | payload
 *
 * Over IPv6 all three are IPv6.
 *
 * A probe of grex always has a payload, because gre.ko drops packets of less than 12 bytes.
 * The payload authenticates the probe. In network byte order:
 *
 *    0  version, 1
 *    1  enum grex_probe_kind
 *    2  MTU of the sender's device, be16, 0: not known
 *    4  generation, be32
 *    8  sequence number, be32
 *   12  bytes of padding behind these 32, be16
 *   14  MTU of the path from the sender to us, be16, 0: not known
 *   16  time when it was sent, be64, in a unit of the sender
 *   24  SipHash-2-4 of bytes 0 to 23, be64
 */
#ifndef GREX_KEEPALIVE_WIRE_H
#define GREX_KEEPALIVE_WIRE_H

#include <linux/types.h>

#include "header.h"

#define GREX_PROBE_LEN 32
#define GREX_PROBE_SIGNED 24 /* bytes that the hash is over */

enum grex_probe_kind {
	GREX_PROBE_KEEPALIVE, /* sent by the timer */
	GREX_PROBE_MANUAL, /* sent by the operator */
	GREX_PROBE_PATH, /* sent to discover the path MTU */
	GREX_PROBE_KINDS,
};

/**
 * struct grex_probe - the contents of the payload of a probe
 * @kind: enum grex_probe_kind
 * @generation: generation of the tunnel's probes
 * @seq: sequence number among the probes of this kind, from 0
 * @padding: bytes behind the payload
 * @mtu: MTU of the sender's device
 * @path_mtu: MTU of the path from the sender
 * @time: time when it was sent
 */
struct grex_probe {
	u8 kind;
	u32 generation;
	u32 seq;
	u16 padding;
	u16 mtu;
	u16 path_mtu;
	u64 time;
};

/**
 * struct grex_request - the inner packet of a peer's keepalive
 * @version: 4 or 6
 * @ip_len: bytes of the IP header
 * @saddr: source, which is the end that answers; IPv4 in the first four bytes, then 0
 * @daddr: destination, which is the end that asks, likewise
 * @total_len: bytes of the whole packet by the IP header
 * @header: GRE header
 */
struct grex_request {
	u8 version;
	u8 ip_len;
	u8 saddr[16];
	u8 daddr[16];
	u32 total_len;
	struct grex_header header;
};

/* Bytes that grex_request_read() reads. */
#define GREX_REQUEST_LOOK (40 + GREX_HEADER_LOOK)
/* Bytes that grex_request_unwrap() reads. */
#define GREX_UNWRAP_LOOK 28

void grex_probe_write(void *data, const struct grex_probe *probe);
void grex_probe_sign(void *data, u64 hash);
bool grex_probe_read(struct grex_probe *probe, const void *data, size_t len,
		     u64 *hash);
bool grex_request_read(struct grex_request *request, const void *data,
		       size_t len);
int grex_request_unwrap(__be16 protocol, const void *data, size_t len);

#endif
