// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "lib/index.h"
#include "lib/list.h"

void index_add(struct index *index, const char *key, void *thing)
{
	const struct index_entry entry = { memory_or_end(strdup(key)), thing };

	list_add(&index->entries, &index->count, &entry, sizeof(entry));
}

static int compare(const void *left, const void *right)
{
	const struct index_entry *a = left, *b = right;
	int order = strcmp(a->key, b->key);

	return order ? order : a->thing < b->thing ? -1 : a->thing > b->thing;
}

void index_sort(struct index *index)
{
	if (index->count)
		qsort(index->entries, index->count, sizeof(*index->entries),
		      compare);
}

static int compare_to_key(const void *key, const void *entry)
{
	return strcmp(key, ((const struct index_entry *)entry)->key);
}

void *index_find(const struct index *index, const char *key)
{
	const struct index_entry *found = NULL;

	if (index->count)
		found = bsearch(key, index->entries, index->count,
				sizeof(*index->entries), compare_to_key);
	return found ? found->thing : NULL;
}

void index_free(struct index *index)
{
	while (index->count)
		free(index->entries[--index->count].key);
	free(index->entries);
	index->entries = NULL;
}
