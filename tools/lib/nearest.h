/* SPDX-License-Identifier: GPL-2.0 */
/* "Did you mean?" */
#ifndef NEAREST_H
#define NEAREST_H

#include <stddef.h>

/*
 * The candidate most like text, or NULL if none is near. The candidates are
 * at *first, and then each stride bytes on, until one is NULL.
 */
const char *nearest(const char *text, const char *const *first, size_t stride);

#endif /* NEAREST_H */
