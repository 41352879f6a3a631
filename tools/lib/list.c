// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/list.h"
#include "lib/report.h"

void *memory_or_end(void *memory)
{
	if (!memory)
		exit(refused("%s", strerror(ENOMEM)));
	return memory;
}

void list_add(void *list, size_t *count, const void *item, size_t size)
{
	const size_t room = *count ? *count * 2 : 1;
	void **array = list;

	/* The room doubles whenever the count reaches a power of two. */
	if (!(*count & (*count - 1)))
		*array = memory_or_end(reallocarray(*array, room, size));
	memcpy((char *)*array + *count * size, item, size);
	++*count;
}
