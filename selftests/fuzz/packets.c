// SPDX-License-Identifier: GPL-2.0
/*
 * packets tunnels
 * packets run COUNT SEED FROM NETNS [verbose]
 *
 * The first form prints the tunnels that must exist, one a line with the options of
 * gretool. The second form runs on the gateway and plays all other hosts: packets into
 * wan0 come from the underlay, packets into lan0 come from a host behind the gateway,
 * and it reads what the gateway sends to both. Packets in memory fragments go into tap0.
 *
 * It sends COUNT packets of SEED, beginning with number FROM. Most of them are damaged.
 * Then it checks that all tunnels still work. NETNS is the namespace of the device of the
 * last tunnel. If the kernel complains, the program stops and prints the number of the
 * packet. The kernel's log gets the number of each thousandth packet; with verbose, it
 * gets each packet.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "packet.h"

/* The packets between two sleeps, and the length of a sleep. Rate limits are reached only
 * sometimes at this rate. With virtual time, sleeping costs nothing.
 */
#define BURST 8
#define BURST_MS 20
/* Keepalives of the gateway that are larger get lost on the path. */
#define PATH_MTU 1400
/* Errors quote packets of the gateway, which are sent again after this many packets. */
#define REFRESH 16

#define TUNNELS_MAX 64 /* of packet.c, and room for more */

static const char *const path_names[PATHS] = {
	[PATH_DECAP] = "decapsulation", [PATH_KEEPALIVE] = "keepalive",
	[PATH_ICMP] = "ICMP",		[PATH_GSO] = "super-packets",
	[PATH_PIECES] = "pieces",	[PATH_FORWARD] = "forwarded",
	[PATH_SOCKET] = "socket",
};

static struct {
	int wan;
	int lan;
	int tap;
	int raw[TUNNELS_MAX]; /* packet sockets with a virtio-net header */
	int cooked[TUNNELS_MAX];
	int index[TUNNELS_MAX];
	int kmsg;
	int flush;
	uint8_t mac[ETH_ALEN];
} fds;

static struct {
	unsigned long sent[PATHS];
	unsigned long refused[PATHS]; /* by the device or socket */
	unsigned long whole; /* super-packets that have come through */
	unsigned long answered; /* keepalives of the gateway */
} count;

/* --- devices ------------------------------------------------------------------ */

static int open_tun(const char *name, short flags)
{
	struct ifreq request = { .ifr_flags = flags };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		err(1, "/dev/net/tun");
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, TUNSETIFF, &request))
		err(1, "%s", name);
	return fd;
}

static void open_tap(void)
{
	struct ifreq request = { 0 };

	fds.tap = open_tun("tap0",
			   IFF_TAP | IFF_NO_PI | IFF_NAPI | IFF_NAPI_FRAGS);
	snprintf(request.ifr_name, sizeof(request.ifr_name), "tap0");
	if (ioctl(fds.tap, SIOCGIFHWADDR, &request))
		err(1, "tap0");
	memcpy(fds.mac, request.ifr_hwaddr.sa_data, ETH_ALEN);
}

static int open_socket(int type, const char *name)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	int one = 1;
	int fd;

	/* Protocol 0 means that the socket receives nothing. */
	fd = socket(AF_PACKET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		err(1, "socket");
	to.sll_ifindex = (int)if_nametoindex(name);
	if (bind(fd, (struct sockaddr *)&to, sizeof(to)))
		err(1, "bind to %s", name);
	if (type == SOCK_RAW &&
	    setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one)))
		err(1, "PACKET_VNET_HDR");
	return fd;
}

static void enter(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(1, "%s", path);
	close(fd);
}

static void open_all(const char *netns)
{
	const unsigned int offload = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6;
	char path[256];
	unsigned int i;

	fds.kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	fds.flush =
		open("/proc/sys/net/ipv4/route/flush", O_WRONLY | O_CLOEXEC);
	if (fds.flush < 0)
		err(1, "route/flush");
	fds.wan = open_tun("wan0", IFF_TUN | IFF_NO_PI | IFF_VNET_HDR);
	fds.lan = open_tun("lan0", IFF_TUN | IFF_NO_PI | IFF_VNET_HDR);
	/* lan0 gets super-packets whole, and wan0 gets segments. */
	if (ioctl(fds.lan, TUNSETOFFLOAD, offload))
		err(1, "TUNSETOFFLOAD");
	open_tap();
	for (i = 0; i < tunnel_count; i++) {
		if (i == tunnel_far) {
			snprintf(path, sizeof(path), "/run/netns/%s", netns);
			enter(path);
		}
		fds.index[i] = (int)if_nametoindex(tunnels[i].name);
		fds.raw[i] = open_socket(SOCK_RAW, tunnels[i].name);
		fds.cooked[i] = open_socket(SOCK_DGRAM, tunnels[i].name);
	}
}

/* --- sending ------------------------------------------------------------------ */

static ssize_t send_tun(int fd, const struct packet *p)
{
	struct iovec parts[] = {
		{ (void *)&p->vnet, sizeof(p->vnet) },
		{ (void *)p->data, p->len },
	};

	return writev(fd, parts, 2);
}

/* Each part becomes a fragment of the skb. */
static ssize_t send_pieces(const struct packet *p)
{
	uint8_t first[256] = { 0 };
	struct iovec parts[16];
	size_t linear = random_below(120);
	size_t at, len;
	int n = 1;

	if (linear > p->len)
		linear = p->len;
	memcpy(first, fds.mac, ETH_ALEN);
	first[ETH_ALEN] = 2;
	first[2 * ETH_ALEN] = TYPE_IPV4 >> 8;
	memcpy(first + ETH_HLEN, p->data, linear);
	parts[0] = (struct iovec){ first, ETH_HLEN + linear };
	for (at = linear; at < p->len && n < 16; at += len, n++) {
		len = 1 + random_below(random_below(2) ? 40 : 1500);
		if (n == 15 || len > p->len - at)
			len = p->len - at;
		if (len > 4096)
			len = 4096;
		parts[n] = (struct iovec){ (void *)(p->data + at), len };
	}
	return writev(fds.tap, parts, n);
}

/* Send with a virtio-net header, or without one on a cooked socket. */
static ssize_t send_socket(const struct packet *p)
{
	const bool cooked = !p->vnet.flags && !p->vnet.gso_type &&
			    random_below(2);
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(p->protocol),
		.sll_ifindex = fds.index[p->tunnel],
	};
	struct iovec parts[] = {
		{ (void *)&p->vnet, sizeof(p->vnet) },
		{ (void *)p->data, p->len },
	};
	struct msghdr message = {
		.msg_name = &to,
		.msg_namelen = sizeof(to),
		.msg_iov = cooked ? parts + 1 : parts,
		.msg_iovlen = cooked ? 1 : 2,
	};

	return sendmsg(cooked ? fds.cooked[p->tunnel] : fds.raw[p->tunnel],
		       &message, 0);
}

static void log_packet(uint64_t number, const struct packet *p)
{
	char line[900];
	size_t i;
	int at;

	if (fds.kmsg < 0)
		return;
	at = snprintf(line, sizeof(line),
		      "fuzz: packet %llu, %s, %s, %zu bytes, "
		      "flags %u gso %u/%u header %u checksum %u+%u: ",
		      (unsigned long long)number, path_names[p->path],
		      tunnels[p->tunnel].name, p->len, p->vnet.flags,
		      p->vnet.gso_type, p->vnet.gso_size, p->vnet.hdr_len,
		      p->vnet.csum_start, p->vnet.csum_offset);
	for (i = 0; i < p->len && at + 3 < (int)sizeof(line); i++)
		at += snprintf(line + at, sizeof(line) - at, "%02x",
			       p->data[i]);
	if (write(fds.kmsg, line, at) < 0)
		warn("/dev/kmsg");
}

static void send_packet(const struct packet *p)
{
	ssize_t done;

	switch (p->path) {
	case PATH_FORWARD:
		done = send_tun(fds.lan, p);
		break;
	case PATH_SOCKET:
		done = send_socket(p);
		break;
	case PATH_PIECES:
		done = send_pieces(p);
		break;
	default:
		done = send_tun(fds.wan, p);
		break;
	}
	count.sent[p->path]++;
	if (done < 0)
		count.refused[p->path]++;
}

static void send_and_log(uint64_t number, const struct packet *p, bool verbose)
{
	if (verbose)
		log_packet(number, p);
	send_packet(p);
}

/* --- what the gateway sends --------------------------------------------------- */

/* The packet that comes() waits for. */
struct wait {
	bool (*is_it)(const struct wait *wait, const uint8_t *data, size_t len);
	const uint8_t *data;
	size_t len;
	bool on_wan;
	bool found;
};

static struct wait waiting;

static void look(const uint8_t *data, size_t len, bool on_wan)
{
	if (waiting.is_it && waiting.on_wan == on_wan &&
	    waiting.is_it(&waiting, data, len))
		waiting.found = true;
}

/* Answer a keepalive as the peer does, sometimes with damage. Returns whether the packet is
 * a keepalive.
 */
static bool answer(unsigned int tunnel, const uint8_t *data, size_t len)
{
	static struct packet p;
	const size_t inner = 20 + gre_len(get_u16(data + 20));

	if (len < inner + 24 || get_u16(data + 22) != TYPE_IPV4 ||
	    data[inner + 9] != NEXT_GRE ||
	    get_u32(data + inner + 12) != REMOTE + tunnel)
		return false;
	if (len > PATH_MTU)
		return true;
	memset(&p.vnet, 0, sizeof(p.vnet));
	p.path = PATH_KEEPALIVE;
	p.tunnel = tunnel;
	p.inner = 20;
	p.layer4 = 20;
	p.len = len - inner;
	memcpy(p.data, data + inner, p.len);
	if (!waiting.is_it && !random_below(16))
		packet_damage(&p);
	send_packet(&p);
	count.answered++;
	if (!random_below(8))
		send_packet(&p);
	return true;
}

static void read_wan(const uint8_t *data, size_t len)
{
	unsigned int tunnel;

	look(data, len, true);
	if (len < 24 || data[0] != 0x45 || data[9] != NEXT_GRE)
		return;
	tunnel = get_u32(data + 16) - REMOTE;
	if (tunnel >= tunnel_count)
		return;
	/* Errors about keepalives are not relayed, so that a few of them are enough. */
	if (!answer(tunnel, data, len) || !random_below(8))
		packet_note_sent(tunnel, data, len);
}

/* Read until no packet is left. */
static void drain(void)
{
	const size_t header = sizeof(struct virtio_net_hdr);
	static uint8_t buffer[PACKET_MAX + 64];
	static uint8_t copy[PACKET_MAX + 64];
	ssize_t len;

	while ((len = read(fds.wan, buffer, sizeof(buffer))) > 0) {
		/* An answer may make the gateway send more packets. */
		memcpy(copy, buffer, len);
		if ((size_t)len > header)
			read_wan(copy + header, len - header);
	}
	while ((len = read(fds.lan, buffer, sizeof(buffer))) > 0) {
		if ((size_t)len <= header)
			continue;
		if (buffer[offsetof(struct virtio_net_hdr, gso_type)])
			count.whole++;
		look(buffer + header, len - header, false);
	}
	while (read(fds.tap, buffer, sizeof(buffer)) > 0)
		;
}

static void rest(unsigned int ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&time, NULL);
	drain();
}

/* --- does it still work? ------------------------------------------------------ */

/* Read the number in a file of the kernel. */
static long read_number(const char *path)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		err(1, "%s", path);
	close(fd);
	return strtol(text, NULL, 10);
}

/* The bytes after the IP header are those that were sent. The TTL in the header differs. */
static bool is_payload(const struct wait *wait, const uint8_t *data, size_t len)
{
	return len >= wait->len &&
	       !memcmp(data + len - wait->len, wait->data, wait->len);
}

static bool is_quote(const struct wait *wait, const uint8_t *data, size_t len)
{
	return len >= 56 && data[0] >> 4 == 4 && data[9] == NEXT_ICMP &&
	       (data[20] == 3 || data[20] == 11) &&
	       memmem(data, len, wait->data, wait->len);
}

static bool is_keepalive(const struct wait *wait, const uint8_t *data,
			 size_t len)
{
	return len >= 24 && data[9] == NEXT_GRE && !get_u16(data + 22) &&
	       is_payload(wait, data, len);
}

/* Send a packet, and wait a little for its effect. */
static bool comes(const struct packet *p, const struct wait *wait)
{
	bool found;

	waiting = *wait;
	send_packet(p);
	drain();
	if (!waiting.found)
		rest(50);
	found = waiting.found;
	memset(&waiting, 0, sizeof(waiting));
	return found;
}

static size_t ip_len(unsigned int shape)
{
	return shape < SHAPES_IPV4 ? 20 : 40;
}

static bool receives(unsigned int t, unsigned int shape)
{
	static struct packet p;
	struct wait wait = { .is_it = is_payload };

	packet_make_good(&p, PATH_DECAP, t, shape, 100);
	wait.data = p.data + p.inner + ip_len(shape);
	wait.len = p.len - p.inner - ip_len(shape);
	return comes(&p, &wait);
}

static bool sends(unsigned int t, unsigned int shape)
{
	static struct packet p;
	struct wait wait = { .is_it = is_payload, .on_wan = true };

	packet_make_good(&p, t == tunnel_far ? PATH_SOCKET : PATH_FORWARD, t,
			 shape, 100);
	wait.data = p.data + ip_len(shape);
	wait.len = p.len - ip_len(shape);
	return comes(&p, &wait);
}

static bool replies(unsigned int t)
{
	static struct packet p;
	struct wait wait = { .is_it = is_keepalive, .on_wan = true };

	packet_make_request(&p, t);
	wait.data = p.data + p.len - 16;
	wait.len = 16;
	return comes(&p, &wait);
}

/* The outer packet that an error quotes. */
static struct {
	size_t len;
	uint8_t data[2048];
} caught;

static bool is_caught(const struct wait *wait, const uint8_t *data, size_t len)
{
	if (!is_payload(wait, data, len) || len > sizeof(caught.data))
		return false;
	caught.len = len;
	memcpy(caught.data, data, len);
	return true;
}

static bool relays(unsigned int t)
{
	static struct packet p, error;
	struct wait wait = { .is_it = is_caught, .on_wan = true };
	struct wait told = { .is_it = is_quote };

	packet_make_good(&p, PATH_FORWARD, t, SHAPE_UDP, 200);
	wait.data = p.data + 20;
	wait.len = p.len - 20;
	if (!comes(&p, &wait))
		return false;
	packet_make_error(&error, 0xc6336400 + t, caught.data, caught.len, 11,
			  0, 0);
	told.data = p.data + 20;
	told.len = 8;
	return comes(&error, &told);
}

static bool has(unsigned int t, const char *word)
{
	return strstr(tunnels[t].options, word);
}

/* Returns what does not work, or NULL if all does. */
static const char *broken(unsigned int t)
{
	if (!has(t, "up"))
		return NULL;
	if (t != tunnel_far && !receives(t, SHAPE_UDP))
		return "an IPv4 packet did not come in";
	if (t != tunnel_far && !receives(t, SHAPE_UDP6))
		return "an IPv6 packet did not come in";
	if (!sends(t, SHAPE_UDP))
		return "an IPv4 packet did not go out";
	if (!sends(t, SHAPE_UDP6))
		return "an IPv6 packet did not go out";
	if (!has(t, "keepalive-reply off") && !has(t, "remote any") &&
	    !replies(t))
		return "a keepalive was not answered";
	if (t != tunnel_far && !has(t, "icmp-relay off") && !relays(t))
		return "an ICMP error was not relayed";
	return NULL;
}

/* Damaged keepalives may turn a carrier off, and damaged packets may advance a sequence
 * number. The tunnels recover from both, and from rate limits.
 */
static void see_what_works(void)
{
	const char *why;
	unsigned int t, tries;

	for (tries = 0; tries < 300; tries++)
		rest(100);
	for (t = 0; t < tunnel_count; t++) {
		for (tries = 0; tries < 60; tries++) {
			why = broken(t);
			if (!why)
				break;
			rest(500);
		}
		if (why)
			printf("FAIL works %s: %s\n", tunnels[t].name, why);
		else
			printf("ok works %s\n", tunnels[t].name);
	}
}

/* --- all ---------------------------------------------------------------------- */

static void print_tunnels(void)
{
	unsigned int t;

	for (t = 0; t < tunnel_count; t++) {
		printf("%s ", tunnels[t].name);
		if (!has(t, "remote any"))
			printf("remote 192.0.2.%u ", (REMOTE & 0xff) + t);
		printf("%s\n", tunnels[t].options);
	}
}

/* Make the gateway send packets of each shape and size, which errors can quote. It sends no
 * packet that exceeds a learned path MTU, so that path MTUs are flushed first.
 */
static void refresh(uint64_t turn)
{
	static const size_t sizes[] = { 40, 700, 1300 };
	static const unsigned int shapes[] = { SHAPE_UDP, SHAPE_TCP, SHAPE_SYN6,
					       SHAPE_ECHO };
	const unsigned int tunnel = turn % tunnel_count;
	static struct packet p;

	if (!tunnel && write(fds.flush, "1", 1) < 0)
		warn("route/flush");
	packet_make_good(&p, tunnel == tunnel_far ? PATH_SOCKET : PATH_FORWARD,
			 tunnel, shapes[turn / tunnel_count % 4],
			 sizes[turn / tunnel_count % 3]);
	send_packet(&p);
	drain();
}

static void mark(uint64_t number)
{
	char line[64];
	int len = snprintf(line, sizeof(line), "fuzz: packet %llu",
			   (unsigned long long)number);

	if (fds.kmsg >= 0 && write(fds.kmsg, line, len) < 0)
		warn("/dev/kmsg");
}

/* Returns the approximate number of the packet after which the kernel has complained. */
static uint64_t send_all(uint64_t from, uint64_t total, uint64_t seed,
			 bool verbose)
{
	static const char taint[] = "/proc/sys/kernel/tainted";
	const long tainted = read_number(taint);
	static struct packet p;
	uint64_t i;

	for (i = 0; i < 12 * tunnel_count; i++)
		refresh(i);
	for (i = from; i < from + total; i++) {
		if (i % 1000 == 0 || i == from)
			mark(i);
		random_seed(seed, i);
		packet_make(&p, i);
		send_and_log(i, &p, verbose);
		drain();
		if (i % BURST == BURST - 1)
			rest(BURST_MS);
		if (i % REFRESH == REFRESH - 1) {
			refresh(i / REFRESH);
			if (read_number(taint) != tainted)
				return i;
		}
	}
	return 0;
}

static uint64_t number(const char *text)
{
	char *end;
	uint64_t value = strtoull(text, &end, 10);

	if (end == text || *end)
		errx(2, "\"%s\" is not a number", text);
	return value;
}

int main(int argc, char **argv)
{
	uint64_t complained;
	unsigned int i;

	if (argc == 2 && !strcmp(argv[1], "tunnels")) {
		print_tunnels();
		return 0;
	}
	if ((argc != 6 && argc != 7) || strcmp(argv[1], "run"))
		errx(2, "see the head of packets.c");
	open_all(argv[5]);
	complained = send_all(number(argv[4]), number(argv[2]), number(argv[3]),
			      argc == 7);
	printf("# sent");
	for (i = 0; i < PATHS; i++)
		printf(" %s %lu,", path_names[i], count.sent[i]);
	printf(" answers %lu; super-packets that came through %lu; refused at once",
	       count.answered, count.whole);
	for (i = 0; i < PATHS; i++)
		printf(" %lu", count.refused[i]);
	printf("\n");
	if (complained) {
		printf("FAIL sent all: the kernel complained near packet %llu\n",
		       (unsigned long long)complained);
		return 0;
	}
	printf("ok sent all\n");
	see_what_works();
	return 0;
}
