/* SPDX-License-Identifier: GPL-2.0 */
/* Steps that `add` and `set` have in common. */
#ifndef CHANGE_H
#define CHANGE_H

#include "config.h"
#include "gretool.h"
#include "link.h"

/* Change fields of a tunnel to what c has. Returns enum status. */
int change_link(struct gretool *g, int ifindex, const struct config *c,
		uint32_t fields);

/*
 * Give it the addresses of c. If one is refused, those before it are taken
 * away again. existing: it is no error that an address is there already.
 */
int change_addresses(struct gretool *g, int ifindex, const struct config *c,
		     bool existing);

#endif /* CHANGE_H */
