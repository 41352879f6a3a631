/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text of others, on its way to a terminal: control characters would steer it,
 * and names of interfaces may be any bytes. Those are written as \xNN.
 */
#ifndef VISIBLE_H
#define VISIBLE_H

#include <stdio.h>

/* How many bytes the UTF-8 character (RFC 3629) at text has; 0: it is none. */
unsigned int utf8_length(const char *text);
/* How many bytes the character at text has; 0: its first byte is to be \xNN. */
unsigned int visible_length(const char *text);
/* How many bytes of text are as they are to be. */
size_t visible_span(const char *text);
void visible_put(FILE *out, const char *text);
/* The same with a backslash before some characters. */
void visible_escape(FILE *out, const char *text, const char *escaped);

#endif /* VISIBLE_H */
