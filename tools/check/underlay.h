/* SPDX-License-Identifier: GPL-2.0 */
/* What tunnels with the same underlay namespace share. */
#ifndef UNDERLAY_H
#define UNDERLAY_H

#include <linux/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/filter_text.h"
#include "netlink/nl.h"
#include "option/config.h"

/* An interface of the underlay namespace. */
struct iface {
	int ifindex;
	char name[IFNAMSIZ];
	char kind[16]; /* "" for interfaces without one, such as hardware */
	bool up, carrier, loopback;
	uint32_t mtu;
	bool is_grex; /* a tunnel of grex */
	bool is_gre; /* any kind of GRE; the rest is for these */
	struct ip local, remote;
	struct direction in;
	uint32_t link, fwmark;
	bool elsewhere; /* its underlay is in another namespace */
};

struct iface_address {
	struct ip address;
	int ifindex;
};

struct underlay {
	struct iface *ifaces;
	size_t nifaces;
	struct iface_address *addresses;
	size_t naddresses;
	struct filter_text filter;
};

/* Read the namespace of this process and of the socket. Returns 0 or -errno. */
int underlay_read(struct nl *nl, struct underlay *u);
void underlay_free(struct underlay *u);

/* Both return NULL if there is no such interface. */
const struct iface *iface_find(const struct underlay *u, int ifindex);
const struct iface *iface_of_address(const struct underlay *u,
				     const struct ip *address);

#endif /* UNDERLAY_H */
