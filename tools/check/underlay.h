/* SPDX-License-Identifier: GPL-2.0 */
/* What all tunnels with the same underlay namespace have around them. */
#ifndef UNDERLAY_H
#define UNDERLAY_H

#include <linux/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/filter_text.h"
#include "netlink/nl.h"

/* An interface of the underlay namespace. */
struct iface {
	int ifindex;
	char name[IFNAMSIZ];
	char kind[16]; /* "" for hardware */
	bool up, carrier, loopback;
	uint32_t mtu;
	bool is_gre; /* over IPv4, of grex or of the kernel; the rest is of these */
	struct in_addr local, remote;
	uint32_t link, fwmark;
	bool elsewhere; /* its outer packets are in another namespace */
};

struct iface_address {
	struct in_addr address;
	int ifindex;
};

struct underlay {
	struct iface *ifaces;
	size_t nifaces;
	struct iface_address *addresses;
	size_t naddresses;
	struct filter_text filter;
};

/* Of the namespace that we and the socket are in. 0 or -errno. */
int underlay_read(struct nl *nl, struct underlay *u);
void underlay_free(struct underlay *u);

/* NULL: there is none. */
const struct iface *iface_find(const struct underlay *u, int ifindex);
const struct iface *iface_of_address(const struct underlay *u,
				     struct in_addr address);

#endif /* UNDERLAY_H */
