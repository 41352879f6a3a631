// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/report.h"
#include "lib/visible.h"

struct report_origin report_origin = { .program = "gretool" };

const struct position *source_word(const struct source *source, size_t number)
{
	if (!source || !source->count)
		return NULL;
	return &source->words[number < source->count ? number : 0];
}

const struct position *source_find(const struct source *source,
				   const char *text)
{
	size_t i;

	for (i = source ? source->count : 0; i--;)
		if (!strcmp(source->words[i].word, text))
			return &source->words[i];
	return source_word(source, 0);
}

static void print_position(FILE *stream, const struct position *at)
{
	const struct report_origin *origin = &report_origin;
	const char *file = at ? at->file : origin->file;

	visible_put(stream, file ? file : origin->program);
	if (file)
		fprintf(stream, ":%u", at ? at->line : origin->line);
	if (at && at->column)
		fprintf(stream, ":%u", at->column);
	else if (origin->command)
		fprintf(stream, ": %s", origin->command);
	fputs(": ", stream);
}

/* Messages contain text of users, files, the kernel and other programs. */
void report_about(const struct position *at, const char *fmt, ...)
{
	FILE *stream = report_origin.stream ? report_origin.stream : stderr;
	va_list args;
	char *text;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	/* Keep the order of output and messages. */
	fflush(stdout);
	print_position(stream, at);
	visible_put(stream, text ? text : strerror(ENOMEM));
	fputc('\n', stream);
	free(text);
}
