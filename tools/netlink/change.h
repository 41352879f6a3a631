/* SPDX-License-Identifier: GPL-2.0 */
/* Steps that `add`, `set` and `apply` share. */
#ifndef CHANGE_H
#define CHANGE_H

#include "netlink/link.h"
#include "option/config.h"

/*
 * Create a tunnel with its addresses, and load the module if it is missing. Stores
 * the index of the interface unless ifindex is NULL. A failure leaves no tunnel
 * behind. Returns enum status, after a report.
 */
int change_create(struct nl *nl, const struct config *c, int *ifindex);
/* Report errors with the name; NULL: the tunnel could not be completed, report nothing. */
int change_delete(struct nl *nl, const char *name, int ifindex);

/* Set the given fields of a tunnel to those of c. Returns enum status. */
int change_link(struct nl *nl, int ifindex, const struct config *c,
		uint64_t fields);

/*
 * The fields that cannot be restored after a change. This is the secret, which the
 * kernel does not disclose.
 */
uint64_t change_for_good(const struct config *before, uint64_t fields);

/*
 * Add the addresses of c. If the kernel refuses one, those before it are removed
 * again. With existing, an address that is there already is no error.
 */
int change_addresses(struct nl *nl, int ifindex, const struct config *c,
		     bool existing);

/*
 * Report why the kernel has refused an address or route of c ("addr", "route"). Returns
 * STATUS_REFUSED.
 */
int change_refused(const struct nl *nl, const struct nl_request *request,
		   const struct config *c, const char *what,
		   const struct entry *e);

#endif /* CHANGE_H */
