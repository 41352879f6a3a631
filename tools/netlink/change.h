/* SPDX-License-Identifier: GPL-2.0 */
/* Steps that `add`, `set` and `apply` have in common. */
#ifndef CHANGE_H
#define CHANGE_H

#include "netlink/link.h"
#include "option/config.h"

/*
 * Create a tunnel with its addresses, and load the module if that is needed. Its
 * index goes to ifindex, unless that is NULL. Refused: there is none.
 */
int change_create(struct nl *nl, const struct config *c, int *ifindex);
int change_delete(struct nl *nl, const char *name, int ifindex);
/* Likewise, and not a word about a failure: what is half made. */
void change_take_away(struct nl *nl, int ifindex);

/* Change fields of a tunnel to what c has. Returns enum status. */
int change_link(struct nl *nl, int ifindex, const struct config *c,
		uint64_t fields);

/*
 * Those of the fields that cannot be put back once they are changed: a secret,
 * which the kernel does not tell.
 */
uint64_t change_for_good(const struct config *before, uint64_t fields);

/*
 * Give it the addresses of c. If one is refused, those before it are taken
 * away again. existing: it is no error that an address is there already.
 */
int change_addresses(struct nl *nl, int ifindex, const struct config *c,
		     bool existing);

#endif /* CHANGE_H */
