/* SPDX-License-Identifier: GPL-2.0 */
/* The unit tests share these functions for KTAP and for parsing and printing configs. */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>
#include <stddef.h>

#include "option/config.h"

/* Print one result, which the format names. Returns passed. */
bool check(bool passed, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Compare two texts, and print the difference. */
bool check_text(const char *got, const char *expected, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Print the plan. Returns the exit status of the program. */
int finish(void);

/*
 * Call options_parse() for a line of words. Returns its status; its message is in *message
 * until the next call. The caller frees c.
 */
int parse_line(struct config *c, bool set, const char *line,
	       const char **message);

/* The same for the words after "type grex". */
int parse_ip_line(struct config *c, const char *line, const char **message);

/* The output of options_print() without the name, until the next call. */
const char *text_of(const struct config *c, uint64_t fields);

/*
 * Catch the standard output between the two calls. The text is valid until the
 * next call. No results may be printed in between.
 */
void output_catch(void);
const char *output_caught(void);

/* Returns a number below limit. The sequence is the same in every run. */
unsigned int draw(unsigned int limit);

#endif /* TAP_H */
