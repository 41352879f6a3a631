// SPDX-License-Identifier: GPL-2.0
/*
 * inject DEV MAC RUNS COUNT plain|local
 * inject DEV MAC RUNS COUNT TUNNELS keys|both csum|nocsum [tcp|ipv6]
 *
 * Send COUNT frames from DEV to the neighbour MAC, past its queue; do it RUNS
 * times, and print each time the nanoseconds that a frame has cost the machine.
 * Frames are made beforehand. They hold a 60-byte UDP packet, or a segment of a
 * TCP connection; with local it is for the neighbour itself; in the second form it is
 * inside GRE: of each tunnel in turn, by key alone or by key and outer source. With ipv6 the
 * outer packets are IPv6.
 */
#include <arpa/inet.h>
#include <err.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#define INNER_LEN 60
#define FRAME_MAX 128
#define COUNT_MAX 100000
#define RUNS_MAX 100
/* Tunnels are visited in steps of this prime, so that a few packets are a fair sample of
 * many tunnels.
 */
#define STEP 7919

/* The addresses that guest.sh configures; tunnel N has REMOTE + N and key N. */
#define LOCAL 0xc6336402 /* 198.51.100.2 */
#define REMOTE 0xc6120000 /* 198.18.0.0 */
#define LOCAL6 "2001:db8::2"
#define REMOTE6 "2001:db8:1::1:0"
#define INNER_SOURCE 0x0a010002 /* 10.1.0.2 */
#define INNER_TARGET 0x0a020002 /* 10.2.0.2 */

#define FLAG_CSUM 0x8000
#define FLAG_KEY 0x2000

struct frame {
	size_t len;
	uint8_t data[FRAME_MAX];
};

struct shape {
	unsigned int tunnels; /* 0: plain */
	bool local;
	bool both;
	bool csum;
	bool tcp;
	bool ipv6;
};

static uint16_t checksum(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += p[i] << 8 | p[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

static uint8_t *put_u16(uint8_t *p, uint16_t v)
{
	v = htons(v);
	memcpy(p, &v, sizeof(v));
	return p + sizeof(v);
}

static uint8_t *put_u32(uint8_t *p, uint32_t v)
{
	v = htonl(v);
	memcpy(p, &v, sizeof(v));
	return p + sizeof(v);
}

static uint8_t *put_ip(uint8_t *p, uint8_t protocol, uint32_t saddr,
		       uint32_t daddr, uint16_t len)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = sizeof(ip) / 4,
		.tot_len = htons(len),
		.frag_off = htons(IP_DF),
		.ttl = 32,
		.protocol = protocol,
		.saddr = htonl(saddr),
		.daddr = htonl(daddr),
	};

	ip.check = checksum(&ip, sizeof(ip));
	memcpy(p, &ip, sizeof(ip));
	return p + sizeof(ip);
}

static uint8_t *put_outer6(uint8_t *p, uint16_t tunnel, uint16_t len)
{
	struct ip6_hdr ip = {
		.ip6_flow = htonl(6U << 28),
		.ip6_plen = htons(len),
		.ip6_nxt = IPPROTO_GRE,
		.ip6_hlim = 32,
	};

	inet_pton(AF_INET6, REMOTE6, &ip.ip6_src);
	inet_pton(AF_INET6, LOCAL6, &ip.ip6_dst);
	put_u16(&ip.ip6_src.s6_addr[14], tunnel);
	memcpy(p, &ip, sizeof(ip));
	return p + sizeof(ip);
}

static void put_inner(uint8_t *p, bool tcp, uint32_t target)
{
	struct udphdr udp = {
		.source = htons(9),
		.dest = htons(9),
		.len = htons(INNER_LEN - sizeof(struct iphdr)),
	};
	struct tcphdr segment = {
		.source = htons(9),
		.dest = htons(9),
		.doff = sizeof(segment) / 4,
		.ack = 1,
	};

	p = put_ip(p, tcp ? IPPROTO_TCP : IPPROTO_UDP, INNER_SOURCE, target,
		   INNER_LEN);
	if (tcp)
		memcpy(p, &segment, sizeof(segment));
	else
		memcpy(p, &udp, sizeof(udp));
}

static void fill(struct frame *frame, const struct shape *shape,
		 const struct ether_header *ether, uint32_t tunnel)
{
	size_t gre_len = 8 + (shape->csum ? 4 : 0);
	uint8_t *p = frame->data, *gre, *sum = NULL;
	uint32_t source;

	memset(frame, 0, sizeof(*frame));
	memcpy(p, ether, sizeof(*ether));
	p += sizeof(*ether);
	if (!shape->tunnels) {
		frame->len = sizeof(*ether) + INNER_LEN;
		put_inner(p, shape->tcp, shape->local ? LOCAL : INNER_TARGET);
		return;
	}
	source = shape->both ? tunnel : 0;
	if (shape->ipv6)
		p = put_outer6(p, source, gre_len + INNER_LEN);
	else
		p = put_ip(p, IPPROTO_GRE, REMOTE + source, LOCAL,
			   sizeof(struct iphdr) + gre_len + INNER_LEN);
	frame->len = p - frame->data + gre_len + INNER_LEN;
	gre = p;
	p = put_u16(p, FLAG_KEY | (shape->csum ? FLAG_CSUM : 0));
	p = put_u16(p, ETHERTYPE_IP);
	if (shape->csum) {
		sum = p;
		p = put_u32(p, 0);
	}
	p = put_u32(p, tunnel);
	put_inner(p, shape->tcp, INNER_TARGET);
	if (sum) {
		uint16_t value = checksum(gre, gre_len + INNER_LEN);

		memcpy(sum, &value, sizeof(value));
	}
}

static int open_device(const char *name, struct ether_header *ether)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	struct ifreq request = { 0 };
	int fd, one = 1;

	/* Protocol 0 means that the socket receives nothing. */
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		err(1, "socket");
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, SIOCGIFHWADDR, &request))
		err(1, "%s", name);
	memcpy(ether->ether_shost, request.ifr_hwaddr.sa_data, ETH_ALEN);
	to.sll_ifindex = (int)if_nametoindex(name);
	if (bind(fd, (struct sockaddr *)&to, sizeof(to)))
		err(1, "bind to %s", name);
	if (setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)))
		err(1, "PACKET_QDISC_BYPASS");
	return fd;
}

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Returns the nanoseconds for each of the frames. */
static double run(int fd, const struct frame *frames, unsigned long count)
{
	int64_t begin = now();
	unsigned long i;

	for (i = 0; i < count; i++)
		if (send(fd, frames[i].data, frames[i].len, 0) < 0)
			err(1, "send");
	return (double)(now() - begin) / (double)count;
}

static unsigned long number(const char *text, unsigned long max)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || *end || !value || value > max)
		errx(2, "\"%s\" is not a number from 1 to %lu", text, max);
	return value;
}

int main(int argc, char **argv)
{
	struct ether_header ether = { .ether_type = htons(ETHERTYPE_IP) };
	struct shape shape = { 0 };
	struct ether_addr *mac;
	struct frame *frames;
	unsigned long runs, count, i;
	int fd;

	if (argc != 6 && argc != 8 && argc != 9)
		errx(2, "see the head of inject.c");
	mac = ether_aton(argv[2]);
	if (!mac)
		errx(2, "\"%s\" is not a MAC address", argv[2]);
	memcpy(ether.ether_dhost, mac, ETH_ALEN);
	runs = number(argv[3], RUNS_MAX);
	count = number(argv[4], COUNT_MAX);
	shape.local = !strcmp(argv[5], "local");
	if (argc > 6) {
		shape.tunnels = (unsigned int)number(argv[5], 65535);
		shape.both = !strcmp(argv[6], "both");
		shape.csum = !strcmp(argv[7], "csum");
		shape.tcp = argc == 9 && !strcmp(argv[8], "tcp");
		shape.ipv6 = argc == 9 && !strcmp(argv[8], "ipv6");
	}
	if (shape.ipv6)
		ether.ether_type = htons(ETHERTYPE_IPV6);
	fd = open_device(argv[1], &ether);
	frames = calloc(count, sizeof(*frames));
	if (!frames)
		err(1, "calloc");
	for (i = 0; i < count; i++)
		fill(&frames[i], &shape, &ether,
		     shape.tunnels ? i * STEP % shape.tunnels : 0);

	for (i = 0; i < runs; i++)
		printf("%.1f\n", run(fd, frames, count));
	return 0;
}
