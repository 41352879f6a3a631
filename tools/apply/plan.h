/* SPDX-License-Identifier: GPL-2.0 */
/* Apply a difference to a tunnel. */
#ifndef PLAN_H
#define PLAN_H

#include "apply/diff.h"
#include "netlink/nl.h"

/*
 * Apply all of a difference or nothing: after an error the tunnel is what it was before.
 * Returns enum status.
 */
int plan_execute(struct nl *nl, const struct diff *d, int ifindex);

#endif /* PLAN_H */
