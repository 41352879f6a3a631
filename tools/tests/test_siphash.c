// SPDX-License-Identifier: GPL-2.0
/* The lower half of this hash is the id of a secret. */
#include <inttypes.h>

#include "lib/siphash.h"
#include "tap.h"

static const struct {
	uint8_t key[SIPHASH_KEY_SIZE];
	uint64_t hash;
	const char *what;
} cases[] = {
	/* The first test vector of the reference implementation. */
	{ { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	  0x726fdb47dd0e0e31,
	  "the key of the reference" },
	/* Another implementation gives this result. */
	{ { 0 }, 0x1e924b9d737700d7, "zeros" },
};

int main(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const uint64_t hash = siphash_empty(cases[i].key);

		check(hash == cases[i].hash, "%s (%#" PRIx64 ")", cases[i].what,
		      hash);
	}
	return finish();
}
