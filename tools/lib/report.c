// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/report.h"
#include "lib/visible.h"

FILE *report_stream;

static const char *program = "gretool";
static const char *at_file;
static unsigned int at_line;
static const char *command;

void report_program(const char *name)
{
	program = name;
}

void report_at(const char *file, unsigned int line)
{
	at_file = file;
	at_line = line;
}

void report_command(const char *name)
{
	command = name;
}

static void print_position(FILE *stream, const struct position *at)
{
	const char *file = at ? at->file : at_file;
	const unsigned int line = at ? at->line : at_line;

	visible_put(stream, file ? file : program);
	if (file)
		fprintf(stream, ":%u", line);
	if (at && at->column)
		fprintf(stream, ":%u: ", at->column);
	else if (command)
		fprintf(stream, ": %s: ", command);
	else
		fputs(": ", stream);
}

/* Messages contain text of users, files, the kernel and other programs. */
static void __attribute__((format(printf, 2, 0)))
vreport(const struct position *at, const char *fmt, va_list args)
{
	FILE *stream = report_stream ? report_stream : stderr;
	char *text;

	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	/* Keep the order of output and messages. */
	fflush(stdout);
	print_position(stream, at);
	visible_put(stream, text ? text : strerror(ENOMEM));
	fputc('\n', stream);
	free(text);
}

void report(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vreport(NULL, fmt, args);
	va_end(args);
}

void report_about(const struct position *at, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vreport(at, fmt, args);
	va_end(args);
}

int refused(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vreport(NULL, fmt, args);
	va_end(args);
	return STATUS_REFUSED;
}

int refused_about(const struct position *at, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vreport(at, fmt, args);
	va_end(args);
	return STATUS_REFUSED;
}

int usage(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vreport(NULL, fmt, args);
	va_end(args);
	return STATUS_USAGE;
}

int usage_about(const struct position *at, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vreport(at, fmt, args);
	va_end(args);
	return STATUS_USAGE;
}
