// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/duration.h"

static uint64_t unit_ms(const char *unit)
{
	static const struct {
		const char *name;
		uint64_t ms;
	} units[] = {
		{ "", 1000 },	{ "ms", 1 },	  { "s", 1000 },
		{ "m", 60000 }, { "min", 60000 }, { "h", 3600000 },
	};
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(units[i].name, unit))
			return units[i].ms;
	return 0;
}

bool duration_parse(const char *text, uint32_t *ms)
{
	const char *p = text;
	uint64_t value = 0, divisor = 1, unit, scaled;

	if (!isdigit((unsigned char)*p))
		return false;
	for (; isdigit((unsigned char)*p); p++) {
		value = value * 10 + (uint64_t)(*p - '0');
		if (value > UINT32_MAX)
			return false;
	}
	if (*p == '.') {
		if (!isdigit((unsigned char)*++p))
			return false;
		for (; isdigit((unsigned char)*p); p++) {
			value = value * 10 + (uint64_t)(*p - '0');
			divisor *= 10;
			if (divisor > 10000000)
				return false;
		}
	}
	unit = unit_ms(p);
	if (!unit || __builtin_mul_overflow(value, unit, &scaled) ||
	    scaled % divisor || scaled / divisor > UINT32_MAX)
		return false;
	*ms = (uint32_t)(scaled / divisor);
	return true;
}

const char *duration_text(uint32_t ms, char text[DURATION_SIZE])
{
	if (ms % 1000)
		snprintf(text, DURATION_SIZE, "%" PRIu32 "ms", ms);
	else
		snprintf(text, DURATION_SIZE, "%" PRIu32, ms / 1000);
	return text;
}

const char *duration_spoken(uint64_t ms, char text[DURATION_SIZE])
{
	const uint64_t s = ms / 1000, min = s / 60, h = min / 60;

	if (s < 60)
		snprintf(text, DURATION_SIZE, "%" PRIu64 ".%02" PRIu64 " s", s,
			 ms % 1000 / 10);
	else if (h < 1)
		snprintf(text, DURATION_SIZE, "%" PRIu64 " min %" PRIu64 " s",
			 min, s % 60);
	else if (h < 48)
		snprintf(text, DURATION_SIZE, "%" PRIu64 " h %" PRIu64 " min",
			 h, min % 60);
	else
		snprintf(text, DURATION_SIZE, "%" PRIu64 " d %" PRIu64 " h",
			 h / 24, h % 24);
	return text;
}
