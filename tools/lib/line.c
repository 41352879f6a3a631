// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/line.h"
#include "lib/visible.h"

/* A backslash and xNN stand for one byte, a backslash and another character for it. */
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

/* Cut one word off a line. The word without its quotes overwrites the line. */
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

const char *line_split(char *line, char **argv, int size, int *argc)
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

const char *line_check(const char *line, size_t length, bool is_first)
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

void print_name(FILE *out, const char *name)
{
	if (!name[visible_span(name)] && !name[strcspn(name, " \t#\"'\\")]) {
		fputs(name, out);
		return;
	}
	fputc('"', out);
	visible_escape(out, name, "\"\\");
	fputc('"', out);
}
