/* SPDX-License-Identifier: GPL-2.0 */
/* Lists that grow: an array and the number of its items. */
#ifndef LIST_H
#define LIST_H

#include <stddef.h>

/*
 * Add a copy of an item to the end. list is the address of the array, which
 * begins as NULL and is only ever extended here.
 */
void list_add(void *list, size_t *count, const void *item, size_t size);

/* Returns memory. If it is NULL, reports that there is none, and ends the program. */
void *memory_or_end(void *memory);

#endif /* LIST_H */
