/* SPDX-License-Identifier: GPL-2.0 */
/* Counts values by size. Pure: knows no unit. */
#ifndef GREX_HISTOGRAM_H
#define GREX_HISTOGRAM_H

#include <linux/types.h>

unsigned int grex_histogram_bucket(const u64 *bounds, unsigned int count,
				   u64 value);

#endif
