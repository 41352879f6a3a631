/* SPDX-License-Identifier: GPL-2.0 */
/* Messages on stderr, and the exit status that goes with them. */
#ifndef REPORT_H
#define REPORT_H

#include <stdio.h>

#include "lib/source.h"

enum status {
	STATUS_DONE = -1, /* no exit status: there is nothing left to do */
	STATUS_OK = 0,
	STATUS_REFUSED = 1, /* the kernel or the system has refused something */
	STATUS_USAGE = 2, /* the command line is wrong, and nothing was sent */
	STATUS_FINDINGS = 3, /* check has found something wrong */
};

/* Where messages go, for tests. NULL means stderr. */
extern FILE *report_stream;

/* Set the name of the program, which is "gretool" by default. */
void report_program(const char *name);
/* Set the line of a file that is being executed; file is NULL on the command line. */
void report_at(const char *file, unsigned int line);
/* Set the command that is being executed, or NULL. */
void report_command(const char *name);

void report(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same, but these return STATUS_REFUSED or STATUS_USAGE. */
int refused(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same about a word of a file. at is NULL if it is not from a file. */
void report_about(const struct position *at, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int refused_about(const struct position *at, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int usage_about(const struct position *at, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* REPORT_H */
