// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "lib/nearest.h"

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int least = a < b ? a : b;

	return least < c ? least : c;
}

#define NEAREST_MAX 32

/* Edits from a to b: insert, delete, replace, swap two neighbours. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int d[NEAREST_MAX + 1][NEAREST_MAX + 1];
	size_t la = strlen(a), lb = strlen(b), i, j;

	if (la > NEAREST_MAX || lb > NEAREST_MAX)
		return NEAREST_MAX;
	for (i = 0; i <= la; i++)
		d[i][0] = (unsigned int)i;
	for (j = 0; j <= lb; j++)
		d[0][j] = (unsigned int)j;
	for (i = 1; i <= la; i++)
		for (j = 1; j <= lb; j++) {
			unsigned int differ = a[i - 1] != b[j - 1];

			d[i][j] = min3(d[i - 1][j] + 1, d[i][j - 1] + 1,
				       d[i - 1][j - 1] + differ);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && d[i - 2][j - 2] < d[i][j])
				d[i][j] = d[i - 2][j - 2] + 1;
		}
	return d[la][lb];
}

const char *nearest(const char *text, const char *const *first, size_t stride)
{
	/* At most 2 edits, and less than half of the word. */
	size_t limit = strlen(text) < 4 ? 1 : 2;
	const char *best = NULL;
	const char *const *name;

	for (name = first; *name;
	     name = (const void *)((const char *)name + stride)) {
		unsigned int edits = distance(text, *name);

		if (edits <= limit && edits < strlen(*name)) {
			best = *name;
			/* Only a nearer one takes its place. */
			if (!edits)
				break;
			limit = edits - 1;
		}
	}
	return best;
}
