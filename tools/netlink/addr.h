/* SPDX-License-Identifier: GPL-2.0 */
/* The addresses of a device in netlink. */
#ifndef ADDR_H
#define ADDR_H

#include "netlink/nl.h"
#include "option/config.h"

struct address_of {
	struct address address;
	int ifindex;
	size_t order; /* as the kernel told them */
};

void addr_add(struct nl_request *request, int ifindex, const struct address *a);
void addr_delete(struct nl_request *request, int ifindex,
		 const struct address *a);
/* Of one device; 0: of all. */
void addr_dump(struct nl_request *request, int ifindex);

enum addr_read {
	ADDR_MALFORMED,
	ADDR_AUTOMATIC, /* made by the kernel: not configuration */
	ADDR_CONFIGURED,
};

enum addr_read addr_read(const struct nlmsghdr *message,
			 struct address_of *address);

#endif /* ADDR_H */
