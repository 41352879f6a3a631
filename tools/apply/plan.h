/* SPDX-License-Identifier: GPL-2.0 */
/* Make a tunnel what it is to be. */
#ifndef PLAN_H
#define PLAN_H

#include "apply/conf.h"
#include "apply/diff.h"
#include "netlink/nl.h"

/*
 * Carry out what was found about a tunnel, all or nothing: after a report it is
 * again what it was. section: what messages are about, NULL for one that is in
 * no file. Returns enum status.
 */
int plan_execute(struct nl *nl, const struct diff *d, int ifindex,
		 const struct section *section);

#endif /* PLAN_H */
