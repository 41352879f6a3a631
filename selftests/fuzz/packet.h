/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Make packets for packets.c according to the formats, and damage them.
 */
#ifndef GREX_FUZZ_PACKET_H
#define GREX_FUZZ_PACKET_H

#include <linux/virtio_net.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The underlay is 192.0.2.0/24, and the network behind the gateway is 172.16.0.0/24. */
#define GATEWAY 0xc0000201 /* 192.0.2.1 */
#define REMOTE \
	0xc000020a /* 192.0.2.10, of the first tunnel; then 192.0.2.11 ... */
#define HOST 0xac100002 /* 172.16.0.2 */
#define INSIDE \
	0x0a000000 /* 10.0.0.0; 10.1.0.0/24 is behind the second tunnel */

#define FLAG_CSUM 0x8000
#define FLAG_KEY 0x2000
#define FLAG_SEQ 0x1000

#define NEXT_ICMP 1
#define NEXT_TCP 6
#define NEXT_UDP 17
#define NEXT_GRE 47

#define TYPE_IPV4 0x0800
#define TYPE_IPV6 0x86dd

/* The part of the module that a packet tests. */
enum packet_path {
	PATH_DECAP, /* tunnel packets */
	PATH_KEEPALIVE, /* requests in the formats of all vendors, and answers */
	PATH_ICMP, /* errors of the underlay */
	PATH_GSO, /* received super-packets with values of a guest */
	PATH_PIECES, /* received in memory fragments, and merged by GRO */
	PATH_FORWARD, /* from the inside, with a route */
	PATH_SOCKET, /* from a packet socket on the tunnel's device */
	PATHS,
};

/* The contents of a packet. */
enum shape {
	SHAPE_UDP,
	SHAPE_SYN,
	SHAPE_TCP,
	SHAPE_ECHO,
	SHAPE_OPTIONS,
	SHAPE_FRAGMENT,
	SHAPE_LATER_FRAGMENT,
	SHAPE_GRE,
	SHAPE_ERROR,
	SHAPES_IPV4,
	SHAPE_UDP6 = SHAPES_IPV4,
	SHAPE_SYN6,
	SHAPE_TCP6,
	SHAPE_ECHO6,
	SHAPE_EXTENSIONS,
	SHAPE_FRAGMENT6,
	SHAPE_AUTH,
	SHAPES_IP,
	SHAPE_OTHER = SHAPES_IP,
	SHAPES,
};

/* A tunnel of the gateway; options are those of gretool. */
struct tunnel {
	const char *name;
	const char *options;
	uint16_t flags;
	uint32_t key;
};

extern const struct tunnel tunnels[];
extern const unsigned int tunnel_count;
/* The device of this tunnel is in another namespace. */
extern const unsigned int tunnel_far;

#define PACKET_MAX 65536

/**
 * struct packet - one to be sent
 * @path: enum packet_path
 * @tunnel: index into tunnels
 * @protocol: ethertype, for PATH_SOCKET
 * @vnet: says what a virtual machine would say of it
 * @inner: where the inner packet begins, or the quoted one
 * @layer4: where the inner TCP or UDP header begins
 * @len: of @data
 */
struct packet {
	enum packet_path path;
	unsigned int tunnel;
	uint16_t protocol;
	struct virtio_net_hdr vnet;
	size_t inner;
	size_t layer4;
	size_t len;
	uint8_t data[PACKET_MAX];
};

void random_seed(uint64_t seed, uint64_t number);
uint32_t random_below(uint32_t limit);

uint16_t get_u16(const uint8_t *p);
uint32_t get_u32(const uint8_t *p);

/* Keep a packet that the gateway has sent, so that errors can quote it. */
void packet_note_sent(unsigned int tunnel, const uint8_t *data, size_t len);

void packet_make(struct packet *p, uint64_t number);
void packet_damage(struct packet *p);
void packet_make_good(struct packet *p, enum packet_path path,
		      unsigned int tunnel, unsigned int shape, size_t size);
void packet_make_request(struct packet *p, unsigned int tunnel);
void packet_make_error(struct packet *p, uint32_t from, const uint8_t *quote,
		       size_t quote_len, uint8_t type, uint8_t code,
		       uint32_t rest);
size_t gre_len(uint16_t flags);

#endif
