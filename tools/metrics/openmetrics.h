/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Write OpenMetrics text (version 1.0), limited to types that readers of the older text
 * format of Prometheus know.
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
	const char *name; /* NULL ends a list */
	const char *value;
};

/* Begin a family, whose samples follow. unit is the end of its name, or NULL. */
void openmetrics_family(FILE *out, const char *name, enum openmetrics_type type,
			const char *unit, const char *help);
/* Print a sample with the value number / per. */
void openmetrics_sample(FILE *out, const char *name, const char *suffix,
			const struct openmetrics_label *labels, uint64_t number,
			uint32_t per);
/* Print number / per, a power of 10, as the label "le" has it: 0.25, 1.0. */
#define OPENMETRICS_PER_MAX 1000000000U
#define OPENMETRICS_NUMBER_SIZE 40
const char *openmetrics_number(uint64_t number, uint32_t per,
			       char text[OPENMETRICS_NUMBER_SIZE]);
void openmetrics_end(FILE *out);

#endif /* OPENMETRICS_H */
