// SPDX-License-Identifier: GPL-2.0
#include <stdint.h>
#include <string.h>

#include "lib/visible.h"

unsigned int utf8_length(const char *string)
{
	const unsigned char *text = (const unsigned char *)string;
	unsigned int length, i;
	uint32_t code;

	if (text[0] < 0x80)
		return 1;
	if (text[0] >= 0xc2 && text[0] < 0xe0)
		length = 2;
	else if (text[0] >= 0xe0 && text[0] < 0xf0)
		length = 3;
	else if (text[0] >= 0xf0 && text[0] < 0xf5)
		length = 4;
	else
		return 0;
	code = text[0] & (0xffU >> (length + 1));
	for (i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	/* Overlong, surrogate, beyond Unicode. */
	if ((length == 3 && code < 0x800) || (length == 4 && code < 0x10000) ||
	    (code >= 0xd800 && code < 0xe000) || code > 0x10ffff)
		return 0;
	return length;
}

unsigned int visible_length(const char *text)
{
	const unsigned char *byte = (const unsigned char *)text;

	if (*byte < 0x20 || *byte == 0x7f)
		return 0;
	/* U+0080 to U+009F do what an escape does in two characters. */
	if (*byte == 0xc2 && byte[1] >= 0x80 && byte[1] < 0xa0)
		return 0;
	return utf8_length(text);
}

size_t visible_span(const char *text)
{
	size_t span = 0;
	unsigned int length;

	while ((length = visible_length(text + span)))
		span += length;
	return span;
}

void visible_escape(FILE *out, const char *text, const char *escaped)
{
	unsigned int length;

	while (*text) {
		length = visible_length(text);
		if (!length) {
			fprintf(out, "\\x%02x", (unsigned char)*text++);
			continue;
		}
		if (strchr(escaped, *text))
			fputc('\\', out);
		fwrite(text, 1, length, out);
		text += length;
	}
}

void visible_put(FILE *out, const char *text)
{
	visible_escape(out, text, "");
}
