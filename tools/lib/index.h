/* SPDX-License-Identifier: GPL-2.0 */
/* An index finds things by a text, such as their name. */
#ifndef INDEX_H
#define INDEX_H

#include <stddef.h>

struct index_entry {
	char *key;
	void *thing;
};

struct index {
	struct index_entry *entries;
	size_t count;
};

/* Add a thing under a copy of the key. */
void index_add(struct index *index, const char *key, void *thing);
/*
 * Sort the entries by their keys, which comes before index_find(). Things of one array
 * that have the same key stay in its order.
 */
void index_sort(struct index *index);
/* Returns a thing that was added under the key, or NULL. */
void *index_find(const struct index *index, const char *key);
void index_free(struct index *index);

#endif /* INDEX_H */
