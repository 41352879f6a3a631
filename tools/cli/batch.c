// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/batch.h"
#include "cli/gretool.h"

/* "xNN" behind a backslash is a byte; else the character is what it is. */
static const char *cut_byte(char **in, char *out)
{
	const char *digits = *in + 1;
	char byte[3] = "";

	*out = **in;
	if (**in != 'x' || !isxdigit((unsigned char)digits[0]) ||
	    !isxdigit((unsigned char)digits[1]))
		return NULL;
	memcpy(byte, digits, 2);
	*out = (char)strtol(byte, NULL, 16);
	*in += 2;
	return *out ? NULL : "has a NUL byte";
}

/* One word of a line, its quotes removed; it is written over the line. */
static const char *cut_word(char **line, char **word)
{
	char *in = *line, *out = *line;
	const char *wrong;
	char quote = '\0';

	*word = out;
	for (; *in && (quote || !isspace((unsigned char)*in)); in++) {
		if (*in == quote) {
			quote = '\0';
		} else if (!quote && (*in == '"' || *in == '\'')) {
			quote = *in;
		} else if (*in == '\\' && quote != '\'') {
			/* The end of the line counts as white space. */
			if (!in[1 + strspn(in + 1, "\r\n")])
				return "ends in a backslash, which joins no "
				       "lines here";
			in++;
			wrong = cut_byte(&in, out++);
			if (wrong)
				return wrong;
		} else {
			*out++ = *in;
		}
	}
	if (quote)
		return "has a quote that does not end";
	*line = *in ? in + 1 : in;
	*out = '\0';
	return NULL;
}

const char *batch_split(char *line, char **argv, int size, int *argc)
{
	const char *wrong;

	*argc = 0;
	for (;;) {
		while (isspace((unsigned char)*line))
			line++;
		if (!*line || *line == '#')
			return NULL;
		if (*argc == size)
			return "has too many words";
		wrong = cut_word(&line, &argv[*argc]);
		if (wrong)
			return wrong;
		++*argc;
	}
}

const char *batch_check_line(const char *line, size_t length, bool is_first)
{
	if (is_first && !strncmp(line, "\xef\xbb\xbf", 3))
		return "begins with a byte order mark (U+FEFF), expected "
		       "UTF-8 without one";
	if (is_first &&
	    (!strncmp(line, "\xff\xfe", 2) || !strncmp(line, "\xfe\xff", 2)))
		return "is UTF-16, expected UTF-8";
	if (memchr(line, '\0', length))
		return "has a NUL byte";
	return NULL;
}

static int run_line(struct gretool *g, char *line)
{
	const struct output before = g->output;
	char *argv[BATCH_WORDS];
	const char *wrong;
	int argc, status;

	wrong = batch_split(line, argv, BATCH_WORDS, &argc);
	if (wrong)
		return usage("the line %s", wrong);
	if (!argc)
		return STATUS_OK;
	status = run_command(g, argc, argv);
	/* What a line says about its output is for that line only. */
	g->output = before;
	return status;
}

static int run_lines(struct gretool *g, FILE *file, const char *name)
{
	unsigned int number = 0;
	int status = STATUS_OK;
	const char *wrong;
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	int err;

	while ((length = getline(&line, &size, file)) >= 0) {
		report_at(name, ++number);
		wrong = batch_check_line(line, (size_t)length, number == 1);
		if (wrong)
			err = usage("the line %s", wrong);
		else
			err = run_line(g, line);
		/* The first error is the one that counts. */
		if (err && !status)
			status = err;
		if (err && !g->force)
			break;
	}
	report_at(NULL, 0);
	if (!status && ferror(file))
		status = refused("%s: %s", name, strerror(errno));
	free(line);
	return status;
}

int batch_run(struct gretool *g, const char *path)
{
	FILE *file;
	int status;

	if (!strcmp(path, "-"))
		return run_lines(g, stdin, "stdin");
	file = fopen(path, "re");
	if (!file)
		return refused("%s: %s", path, strerror(errno));
	status = run_lines(g, file, path);
	fclose(file);
	return status;
}
