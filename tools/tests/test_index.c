// SPDX-License-Identifier: GPL-2.0
/* An index finds what was added under a text, whatever the order. */
#include <stdio.h>
#include <string.h>

#include "lib/index.h"
#include "tap.h"

#define THINGS 1000

int main(void)
{
	struct index index = { 0 };
	int things[THINGS];
	char key[16] = "";
	bool ok = true;
	size_t i;

	check(!index_find(&index, "a"), "an empty index has nothing");
	index_sort(&index);
	for (i = 0; i < THINGS; i++) {
		/* The factor has no divisor in common with the number of things. */
		snprintf(key, sizeof(key), "t%zu", i * 7 % THINGS);
		index_add(&index, key, &things[i * 7 % THINGS]);
	}
	memset(key, 'x', sizeof(key));
	index_sort(&index);
	for (i = 0; i < THINGS; i++) {
		snprintf(key, sizeof(key), "t%zu", i);
		ok &= index_find(&index, key) == &things[i];
	}
	check(ok, "each thing is found, and the key was copied");
	check(!index_find(&index, "t") && !index_find(&index, "t1000"),
	      "what was not added is not found");
	index_free(&index);
	check(!index.count && !index_find(&index, "t1"), "all is freed");

	for (i = 3; i--;)
		index_add(&index, "same", &things[i]);
	index_sort(&index);
	for (i = 0; i < 3; i++)
		ok &= index.entries[i].thing == &things[i];
	check(ok, "things with the same key are in the order of their array");
	index_free(&index);
	return finish();
}
