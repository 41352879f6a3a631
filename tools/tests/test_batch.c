// SPDX-License-Identifier: GPL-2.0
/* Lines of a batch are split into words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/line.h"
#include "tap.h"

/* The words with | between them, or the error. */
static const struct {
	const char *line, *words;
} lines[] = {
	{ "", "" },
	{ "  \t\n", "" },
	{ "# comment", "" },
	{ "a b", "a|b" },
	{ "  a\tb  \r\n", "a|b" },
	{ "a # b", "a" },
	{ "a#b c", "a#b|c" },
	{ "'a b' \"c d\"", "a b|c d" },
	{ "a'b'\"c\"d", "abcd" },
	{ "'' \"\"", "|" },
	{ "'#' \\#", "#|#" },
	{ "a\\ b", "a b" },
	{ "'a\\b'", "a\\b" },
	{ "\"a\\\"b\\\\\"", "a\"b\\" },
	{ "a\\x1b\\xfF \"\\x0ab\" '\\x41'", "a\x1b\xff|\nb|\\x41" },
	{ "\\x1 \\xg1 \\x", "x1|xg1|x" },
	{ "a\\x00", "has a NUL byte" },
	{ "'a", "has a quote that does not end" },
	{ "a \"b c", "has a quote that does not end" },
	{ "a\\", "ends in a backslash, which joins no lines here" },
	{ "a \\\n", "ends in a backslash, which joins no lines here" },
	{ "\"a\\\r\n", "ends in a backslash, which joins no lines here" },
	{ "1 2 3 4 5 6 7 8", "1|2|3|4|5|6|7|8" },
	{ "1 2 3 4 5 6 7 8 9", "has too many words" },
	{ "1 2 3 4 5 6 7 8 # 9", "1|2|3|4|5|6|7|8" },
};

int main(void)
{
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char *copy = strdup(lines[i].line);
		char *argv[8], got[256] = "";
		const char *wrong;
		int argc, n;

		if (!copy)
			abort();
		wrong = line_split(copy, argv, 8, &argc);
		for (n = 0; n < argc && !wrong; n++) {
			strcat(got, n ? "|" : "");
			strcat(got, argv[n]);
		}
		check_text(wrong ? wrong : got, lines[i].words, "line %zu", i);
		free(copy);
	}
	return finish();
}
