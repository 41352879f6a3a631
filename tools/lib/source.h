/* SPDX-License-Identifier: GPL-2.0 */
/* Where in a file something was read. */
#ifndef SOURCE_H
#define SOURCE_H

#include <stddef.h>

/* Where a word of a file is. */
struct position {
	const char *file;
	const char *word;
	unsigned int line,
		column; /* from 1, in bytes; column 0: the whole line */
};

/* The words of a file that something was read from; none: the command line. */
struct source {
	const struct position *words;
	size_t count;
};

/* A word by its number, or the first if there are fewer; NULL: there are none. */
const struct position *source_word(const struct source *source, size_t number);
/* The number of the last word of this text, or 0. */
size_t source_find(const struct source *source, const char *text);

#endif /* SOURCE_H */
