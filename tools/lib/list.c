// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "lib/list.h"

bool list_add(void *list, size_t *count, const void *item, size_t size)
{
	void **array = list;
	void *grown = *array;

	/* The room doubles whenever the count reaches a power of two. */
	if (!(*count & (*count - 1))) {
		grown = reallocarray(grown, *count ? *count * 2 : 1, size);
		if (!grown)
			return false;
		*array = grown;
	}
	memcpy((char *)grown + *count * size, item, size);
	++*count;
	return true;
}
