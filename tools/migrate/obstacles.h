/* SPDX-License-Identifier: GPL-2.0 */
/* What cannot be moved to an interface of another kind. */
#ifndef OBSTACLES_H
#define OBSTACLES_H

#include "migrate/belongings.h"

/*
 * Report why a link cannot be migrated at all. STATUS_OK: it can. back: from grex to the
 * kind of the kernel.
 */
int obstacles_refuse(const struct belongings *b, bool back);
/*
 * Report all that would be left behind, and name the groups that programs have to join
 * again. Returns whether anything is left behind.
 */
bool obstacles_report(const struct belongings *b, bool back);

/* The options of the tunnel that the kind of the kernel lacks. */
uint64_t obstacles_options(const struct config *c);

#endif /* OBSTACLES_H */
