/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses of interfaces in netlink. */
#ifndef ADDR_H
#define ADDR_H

#include "netlink/nl.h"
#include "option/config.h"

void addr_add(struct nl_request *request, int ifindex, const struct entry *a);
void addr_delete(struct nl_request *request, int ifindex,
		 const struct entry *a);
/* Ask for the addresses of one interface, or of all if ifindex is 0. */
void addr_dump(struct nl_request *request, int ifindex);

enum addr_read {
	ADDR_MALFORMED,
	ADDR_AUTOMATIC, /* from the kernel, DHCP or router advertisements */
	ADDR_CONFIGURED,
};

/* Read a reply or notification; a is valid unless the message is malformed. */
enum addr_read addr_read(const struct nlmsghdr *message, struct entry *a);

#endif /* ADDR_H */
