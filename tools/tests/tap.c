// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/line.h"
#include "lib/report.h"
#include "option/options.h"
#include "option/parse.h"
#include "tap.h"

static unsigned int count, failures;

static void __attribute__((format(printf, 2, 0)))
vresult(bool passed, const char *fmt, va_list args)
{
	if (!count)
		puts("KTAP version 1");
	failures += !passed;
	printf("%s %u ", passed ? "ok" : "not ok", ++count);
	vprintf(fmt, args);
	putchar('\n');
	fflush(stdout);
}

bool check(bool passed, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vresult(passed, fmt, args);
	va_end(args);
	return passed;
}

bool check_text(const char *got, const char *expected, const char *fmt, ...)
{
	bool passed = !strcmp(got, expected);
	va_list args;

	if (!passed)
		printf("# expected: %s\n# got:      %s\n", expected, got);
	va_start(args, fmt);
	vresult(passed, fmt, args);
	va_end(args);
	return passed;
}

int finish(void)
{
	printf("1..%u\n", count);
	return failures != 0;
}

static int parse(struct config *c, enum options_use use, const char *line,
		 const char **message)
{
	static char text[1024];
	char *argv[LINE_WORDS];
	char *copy = strdup(line);
	int argc, status;

	if (!copy)
		abort();
	memset(text, 0, sizeof(text));
	report_origin.stream = fmemopen(text, sizeof(text) - 1, "w");
	if (!report_origin.stream)
		abort();
	if (line_split(copy, argv, LINE_WORDS, &argc))
		abort();
	status = options_parse(c, use, argc, argv, NULL);
	fclose(report_origin.stream);
	report_origin.stream = NULL;
	free(copy);
	text[strcspn(text, "\n")] = '\0';
	*message = text;
	return status;
}

int parse_line(struct config *c, bool set, const char *line,
	       const char **message)
{
	return parse(c, set ? OPTIONS_SET : OPTIONS_ADD, line, message);
}

int parse_ip_line(struct config *c, const char *line, const char **message)
{
	return parse(c, OPTIONS_IP, line, message);
}

const char *text_of(const struct config *c, uint64_t fields)
{
	static char *text;
	size_t size;
	FILE *out;

	free(text);
	text = NULL;
	out = open_memstream(&text, &size);
	if (!out)
		abort();
	print_name(out, c->name);
	options_print(out, c, fields);
	fclose(out);
	return text;
}

static FILE *catcher;
static int real_stdout;

void output_catch(void)
{
	fflush(stdout);
	catcher = tmpfile();
	real_stdout = dup(STDOUT_FILENO);
	if (!catcher || real_stdout < 0 ||
	    dup2(fileno(catcher), STDOUT_FILENO) < 0)
		abort();
}

const char *output_caught(void)
{
	static char text[16384];
	size_t length;

	fflush(stdout);
	if (dup2(real_stdout, STDOUT_FILENO) < 0)
		abort();
	close(real_stdout);
	rewind(catcher);
	length = fread(text, 1, sizeof(text) - 1, catcher);
	text[length] = '\0';
	fclose(catcher);
	return text;
}

unsigned int draw(unsigned int limit)
{
	static uint64_t state = 0x9e3779b97f4a7c15;

	/* Knuth's MMIX generator. Its high bits are the better random numbers. */
	state = state * 6364136223846793005 + 1442695040888963407;
	return (unsigned int)(state >> 33) % limit;
}
