/* SPDX-License-Identifier: GPL-2.0 */
/* The metrics of tunnels. */
#ifndef METRICS_H
#define METRICS_H

#include <stddef.h>
#include <stdio.h>

#include "netlink/link.h"

/* Print a complete OpenMetrics text about count tunnels. */
void metrics_print(FILE *out, const struct tunnel *list, size_t count);

#endif /* METRICS_H */
