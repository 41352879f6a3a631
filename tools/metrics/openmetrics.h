/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A writer of OpenMetrics text (version 1.0), of which the older text format of
 * Prometheus can read all: there are only its types.
 */
#ifndef OPENMETRICS_H
#define OPENMETRICS_H

#include <stdint.h>
#include <stdio.h>

enum openmetrics_type {
	OPENMETRICS_GAUGE,
	OPENMETRICS_COUNTER,
	OPENMETRICS_HISTOGRAM,
};

struct openmetrics_label {
	const char *name; /* NULL: no more of them */
	const char *value;
};

/* Begin a family: all of its samples follow. unit: the end of its name, or NULL. */
void openmetrics_family(FILE *out, const char *name, enum openmetrics_type type,
			const char *unit, const char *help);
/* A sample of it; its value is number / per. */
void openmetrics_sample(FILE *out, const char *name, const char *suffix,
			const struct openmetrics_label *labels, uint64_t number,
			uint32_t per);
/* number / per, a power of 10, as the label "le" has it: 0.25, 1.0. */
#define OPENMETRICS_PER_MAX 1000000000U
#define OPENMETRICS_NUMBER_SIZE 40
const char *openmetrics_number(uint64_t number, uint32_t per,
			       char text[OPENMETRICS_NUMBER_SIZE]);
void openmetrics_end(FILE *out);

#endif /* OPENMETRICS_H */
