/* SPDX-License-Identifier: GPL-2.0 */
/* What goes to the user's stderr, and the exit status that goes with it. */
#ifndef REPORT_H
#define REPORT_H

#include <stdio.h>

#include "lib/source.h"

enum status {
	STATUS_DONE = -1, /* no exit status: there is nothing left to do */
	STATUS_OK = 0,
	STATUS_REFUSED = 1, /* the kernel or the system said no */
	STATUS_USAGE = 2, /* the command line is wrong, nothing was sent */
	STATUS_FINDINGS = 3, /* check has found something wrong */
};

/* Where messages go; tests read them. NULL is stderr. */
extern FILE *report_stream;

/* Who speaks, "gretool" if nobody said otherwise. */
void report_program(const char *name);
/* The line that is being carried out; file NULL: the command line. */
void report_at(const char *file, unsigned int line);
/*
 * The words that are being read, by number; NULL: they are in no file. Messages
 * begin with the position of the one that report_word() has named last.
 */
void report_words(const struct position *positions, size_t count);
void report_word(size_t number);
/* The command that is being carried out, or NULL. */
void report_command(const char *name);

void report(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same, and return STATUS_REFUSED or STATUS_USAGE. */
int refused(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same about a word of a file, or with NULL about none. */
void report_about(const struct position *at, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int refused_about(const struct position *at, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int usage_about(const struct position *at, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* REPORT_H */
