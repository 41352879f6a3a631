/* SPDX-License-Identifier: GPL-2.0 */
/* What the unit tests share: KTAP, and config from and to text. */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>
#include <stddef.h>

#include "option/config.h"

/* One result, named by the format. Returns passed. */
bool check(bool passed, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Compare texts; the difference is shown. */
bool check_text(const char *got, const char *expected, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The plan; the exit status of the program. */
int finish(void);

/*
 * options_parse() of a line of words. Returns its status; what it reported is
 * in *message, until the next call. The caller frees c.
 */
int parse_line(struct config *c, bool set, const char *line,
	       const char **message);

/* The same for what stands behind "type grex". */
int parse_ip_line(struct config *c, const char *line, const char **message);

/* options_print() after the name, until the next call. */
const char *text_of(const struct config *c, uint64_t fields);

/*
 * What is printed to standard output between the two, until the next time. No
 * results in between.
 */
void output_catch(void);
const char *output_caught(void);

/* A number below limit, the same in every run. */
unsigned int draw(unsigned int limit);

#endif /* TAP_H */
