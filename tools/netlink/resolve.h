/* SPDX-License-Identifier: GPL-2.0 */
/* Convert names of interfaces and network namespaces to numbers, and back. */
#ifndef RESOLVE_H
#define RESOLVE_H

#include "netlink/nl.h"
#include "option/config.h"

/*
 * Set link from dev and link_netnsid from link_netns, if they are given. dev is in the
 * namespace that underlay names. If there is no such device, this sets missing, or reports
 * it if missing is NULL. Returns an enum status, and reports what is wrong.
 */
int resolve_numbers(struct nl *nl, struct config *c,
		    const struct config *underlay, bool *missing);

/* Whether the interface that the kernel has for dev no longer exists. */
bool resolve_dev_is_gone(struct nl *nl, const struct config *c);

/* Set dev from link and link_netns from link_netnsid, as far as they are known. */
void resolve_names(struct nl *nl, struct config *c);

#endif /* RESOLVE_H */
