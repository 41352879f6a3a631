// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <string.h>

#include "lib/visible.h"
#include "metrics/openmetrics.h"

static void put_escaped(FILE *out, const char *value)
{
	const char *text = value;
	unsigned int length;

	for (; *text; text += length) {
		length = visible_length(text);
		if (*text == '\n') {
			fputs("\\n", out);
			length = 1;
		} else if (!length) {
			/*
			 * The format has no escape for what is no text, or
			 * steers a terminal: the replacement character.
			 */
			fputs("\xef\xbf\xbd", out);
			length = 1;
		} else {
			if (*text == '\\' || *text == '"')
				fputc('\\', out);
			fwrite(text, 1, length, out);
		}
	}
}

void openmetrics_family(FILE *out, const char *name, enum openmetrics_type type,
			const char *unit, const char *help)
{
	static const char *const types[] = {
		[OPENMETRICS_GAUGE] = "gauge",
		[OPENMETRICS_COUNTER] = "counter",
		[OPENMETRICS_HISTOGRAM] = "histogram",
	};

	fprintf(out, "# TYPE %s %s\n", name, types[type]);
	if (unit)
		fprintf(out, "# UNIT %s %s\n", name, unit);
	fprintf(out, "# HELP %s ", name);
	put_escaped(out, help);
	fputc('\n', out);
}

const char *openmetrics_number(uint64_t number, uint32_t per,
			       char text[OPENMETRICS_NUMBER_SIZE])
{
	const uint64_t part = number % per * (OPENMETRICS_PER_MAX / per);
	size_t length;

	snprintf(text, OPENMETRICS_NUMBER_SIZE, "%" PRIu64 ".%09" PRIu64,
		 number / per, part);
	/* Keep one digit behind the point. */
	length = strlen(text);
	while (text[length - 1] == '0' && text[length - 2] != '.')
		text[--length] = '\0';
	return text;
}

void openmetrics_sample(FILE *out, const char *name, const char *suffix,
			const struct openmetrics_label *labels, uint64_t number,
			uint32_t per)
{
	char text[OPENMETRICS_NUMBER_SIZE];
	char before = '{';

	fprintf(out, "%s%s", name, suffix);
	for (; labels->name; labels++) {
		fprintf(out, "%c%s=\"", before, labels->name);
		put_escaped(out, labels->value);
		fputc('"', out);
		before = ',';
	}
	if (before == ',')
		fputc('}', out);
	if (per == 1)
		fprintf(out, " %" PRIu64 "\n", number);
	else
		fprintf(out, " %s\n", openmetrics_number(number, per, text));
}

void openmetrics_end(FILE *out)
{
	fputs("# EOF\n", out);
}
