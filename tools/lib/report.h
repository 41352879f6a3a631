/* SPDX-License-Identifier: GPL-2.0 */
/* Messages on stderr, and the exit status that goes with them. */
#ifndef REPORT_H
#define REPORT_H

#include <stddef.h>
#include <stdio.h>

enum status {
	STATUS_DONE = -1, /* no exit status: there is nothing left to do */
	STATUS_OK = 0,
	STATUS_REFUSED = 1, /* the kernel or the system has refused something */
	STATUS_USAGE = 2, /* the command line is wrong, and nothing was sent */
	STATUS_FINDINGS = 3, /* check has found something wrong */
};

/* The stream that messages go to, and the words that each of them begins with. */
extern struct report_origin {
	FILE *stream; /* a test sets it; NULL: stderr */
	const char *program; /* "gretool" */
	const char *file; /* the batch that is running; NULL: the command line */
	unsigned int line;
	const char *command; /* or NULL */
} report_origin;

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
/* The last word of this text, or the first word of all. */
const struct position *source_find(const struct source *source,
				   const char *text);

/* Report something about a word of a file; NULL: about the command. */
void report_about(const struct position *at, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The same as expressions of enum status, and those about the command. */
#define refused_about(...) (report_about(__VA_ARGS__), STATUS_REFUSED)
#define usage_about(...) (report_about(__VA_ARGS__), STATUS_USAGE)
#define report(...) report_about(NULL, __VA_ARGS__)
#define refused(...) refused_about(NULL, __VA_ARGS__)
#define usage(...) usage_about(NULL, __VA_ARGS__)

#endif /* REPORT_H */
