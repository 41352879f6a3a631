// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "lib/utf8.h"
#include "lib/visible.h"

unsigned int visible_length(const char *text)
{
	const unsigned char *byte = (const unsigned char *)text;

	if (*byte < 0x20 || *byte == 0x7f)
		return 0;
	/* U+0080 to U+009F do what an escape does in two characters. */
	if (*byte == 0xc2 && byte[1] >= 0x80 && byte[1] < 0xa0)
		return 0;
	return utf8_length(byte);
}

size_t visible_span(const char *text)
{
	size_t span = 0;
	unsigned int length;

	while ((length = visible_length(text + span)))
		span += length;
	return span;
}

void visible_put(FILE *out, const char *text)
{
	size_t span;

	for (;;) {
		span = visible_span(text);
		fwrite(text, 1, span, out);
		text += span;
		if (!*text)
			return;
		fprintf(out, "\\x%02x", (unsigned char)*text++);
	}
}

const char *visible_text(const char *from, char *text, size_t size)
{
	FILE *out = fmemopen(text, size, "w");

	text[0] = '\0';
	if (out) {
		visible_put(out, from);
		fclose(out);
	}
	text[size - 1] = '\0';
	return text;
}
