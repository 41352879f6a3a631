/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words of a tunnel's options. One table serves parsing, `help` and shell
 * completion.
 */
#ifndef WORDS_H
#define WORDS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "option/config.h"

struct word;

/*
 * Returns NULL, or what is wrong with the value; "": it is not what struct word
 * expects.
 */
typedef const char *(*word_fn)(struct config *c, const struct word *word,
			       const char *value);

struct word {
	const char *name;
	/* What it says something about; a field can be given only once. */
	uint64_t fields;
	word_fn parse;
	word_fn ip_parse; /* where ip(8) reads a value otherwise, or NULL */
	const char *ip_has; /* what ip(8) has for the word, or NULL */
	const char *value; /* what follows, for help; NULL: nothing does */
	/*
	 * How many values may follow, 0: one must. They begin with a digit or
	 * are "off"; the parser gets them with a space between, or NULL.
	 */
	unsigned int optional;
	const char *expected; /* "is not ..." of a wrong value */
	/*
	 * What to complete: literal values, "@dev" and "@netns" for names of
	 * those.
	 */
	const char *complete;
	const char *help; /* NULL: an alias, see alias_of */
	const char *alias_of;
	bool add_only; /* `set` refuses it */
	bool file_only; /* `add` and `set` refuse it */
	bool repeats; /* may be given many times */
	bool is_secret; /* its value is in no message */
};

/* Ends with a word without a name. */
extern const struct word words[];

enum words_use {
	WORDS_ADD,
	WORDS_SET,
	WORDS_FILE, /* a section of a file: see gretool.conf(5) */
	WORDS_IP, /* behind "type grex" of ip(8), which has the name */
};

/*
 * NAME and words to config; WORDS_IP without NAME, and a remote is not needed.
 * Returns STATUS_OK, or reports what is wrong and returns STATUS_USAGE;
 * report_word() is told which word that is. The caller frees c in both cases.
 */
int words_parse(struct config *c, enum words_use use, int argc, char **argv);

/* Is it a word of this use at all? */
bool words_are_for(const struct word *word, enum words_use use);
/* The words of a use, and what each says, in lines. */
void words_help(FILE *out, enum words_use use);

/* NULL, or what is wrong with an interface name. */
const char *words_check_name(const char *name);

#endif /* WORDS_H */
