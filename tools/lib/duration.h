/* SPDX-License-Identifier: GPL-2.0 */
/* Durations as people write them: 300ms, 1s, 10 (seconds), 0.5, 2m, 1h. */
#ifndef DURATION_H
#define DURATION_H

#include <stdbool.h>
#include <stdint.h>

/* Room for any that duration_text() makes. */
#define DURATION_SIZE 32

/* False: it is none, has more digits than milliseconds, or is too long. */
bool duration_parse(const char *text, uint32_t *ms);

/* What duration_parse() takes: in whole seconds, without a unit, or in ms. */
const char *duration_text(uint32_t ms, char text[DURATION_SIZE]);

/* For reading: 1.25 s, 12 min 3 s, 2 d 3 h. */
const char *duration_spoken(uint64_t ms, char text[DURATION_SIZE]);

#endif /* DURATION_H */
