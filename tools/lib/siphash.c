// SPDX-License-Identifier: GPL-2.0
#include "lib/siphash.h"

struct siphash {
	uint64_t v0, v1, v2, v3;
};

static uint64_t little_endian(const uint8_t bytes[8])
{
	uint64_t word = 0;
	int i;

	for (i = 7; i >= 0; i--)
		word = word << 8 | bytes[i];
	return word;
}

static uint64_t rotate(uint64_t word, unsigned int bits)
{
	return word << bits | word >> (64 - bits);
}

static void rounds(struct siphash *s, unsigned int count)
{
	while (count--) {
		s->v0 += s->v1;
		s->v1 = rotate(s->v1, 13) ^ s->v0;
		s->v0 = rotate(s->v0, 32);
		s->v2 += s->v3;
		s->v3 = rotate(s->v3, 16) ^ s->v2;
		s->v0 += s->v3;
		s->v3 = rotate(s->v3, 21) ^ s->v0;
		s->v2 += s->v1;
		s->v1 = rotate(s->v1, 17) ^ s->v2;
		s->v2 = rotate(s->v2, 32);
	}
}

uint64_t siphash_empty(const uint8_t key[SIPHASH_KEY_SIZE])
{
	const uint64_t k0 = little_endian(key), k1 = little_endian(key + 8);
	/* "somepseudorandomlygeneratedbytes" */
	struct siphash s = {
		.v0 = k0 ^ 0x736f6d6570736575,
		.v1 = k1 ^ 0x646f72616e646f6d,
		.v2 = k0 ^ 0x6c7967656e657261,
		.v3 = k1 ^ 0x7465646279746573,
	};

	/* The only block is that of the length, which is 0. */
	rounds(&s, 2);
	s.v2 ^= 0xff;
	rounds(&s, 4);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
