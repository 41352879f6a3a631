/* SPDX-License-Identifier: GPL-2.0 */
/* Tunnels as metrics: what each is called, and where it comes from. */
#ifndef METRICS_H
#define METRICS_H

#include <stddef.h>
#include <stdio.h>

#include "netlink/link.h"

/* All that is known of count tunnels, to the end of the text. */
void metrics_print(FILE *out, const struct tunnel *list, size_t count);

#endif /* METRICS_H */
