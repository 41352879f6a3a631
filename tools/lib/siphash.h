/* SPDX-License-Identifier: GPL-2.0 */
/* SipHash-2-4 (Aumasson and Bernstein, 2012), as far as it is needed here. */
#ifndef SIPHASH_H
#define SIPHASH_H

#include <stdint.h>

#define SIPHASH_KEY_SIZE 16

/* The hash of the empty message. */
uint64_t siphash_empty(const uint8_t key[SIPHASH_KEY_SIZE]);

#endif /* SIPHASH_H */
