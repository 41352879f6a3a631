// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "lib/source.h"

const struct position *source_word(const struct source *source, size_t number)
{
	if (!source || !source->count)
		return NULL;
	return &source->words[number < source->count ? number : 0];
}

size_t source_find(const struct source *source, const char *text)
{
	size_t i;

	for (i = source ? source->count : 0; i--;)
		if (!strcmp(source->words[i].word, text))
			return i;
	return 0;
}
