/* SPDX-License-Identifier: GPL-2.0 */
/* Names of interfaces and network namespaces to numbers, and back. */
#ifndef RESOLVE_H
#define RESOLVE_H

#include "netlink/nl.h"
#include "option/config.h"

/*
 * dev to link and link_netns to link_netnsid, where given. underlay has the
 * namespace in which dev is. Returns enum status, after a report.
 */
int resolve_numbers(struct nl *nl, struct config *c,
		    const struct config *underlay);

/*
 * Likewise, for all of a tunnel, whose dev may still be to come: missing says so,
 * instead of a report.
 */
int resolve_numbers_or_wait(struct nl *nl, struct config *c, bool *missing);

/* The interface that the kernel has for dev is not there any more. */
bool resolve_dev_is_gone(struct nl *nl, const struct config *c);

/* link to dev and link_netnsid to link_netns, as far as they can be known. */
void resolve_names(struct nl *nl, struct config *c);

#endif /* RESOLVE_H */
