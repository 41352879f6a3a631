/* SPDX-License-Identifier: GPL-2.0 */
/* Lists that grow: an array and the number of its items. */
#ifndef LIST_H
#define LIST_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Add a copy of an item to the end. list is the address of the array, which
 * begins as NULL and is only ever extended here. False: there is no memory.
 */
bool list_add(void *list, size_t *count, const void *item, size_t size);

#endif /* LIST_H */
