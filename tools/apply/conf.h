/* SPDX-License-Identifier: GPL-2.0 */
/* Files of tunnels, see gretool.conf(5): text to configs. */
#ifndef CONF_H
#define CONF_H

#include <stddef.h>

#include "lib/report.h"
#include "option/config.h"

/* Where files are that are applied at boot. */
#define CONF_PATH "/etc/gretool"

/* [NAME], and the words of the lines up to the next one. */
struct section {
	struct config config;
	struct position *positions; /* of each word, the name first */
	size_t count;
	bool is_unreadable; /* a line of it is no words */
	bool is_public; /* everybody can read the file */
	bool is_wrong; /* for whatever reason: the config is not what it says */
	bool is_other; /* it is not about what is to be applied */
	bool is_sorted; /* sort_sections() has been there */
};

struct conf {
	struct section *sections;
	size_t count;
	struct section **by_name;
	char **texts; /* the lines and names of files that all point into */
	size_t ntexts;
};

/*
 * A file, all files *.conf of a directory, or "-", standard input. Reports all
 * that is wrong, and secrets that everybody can read; returns enum status, then the
 * sections that are not wrong are good all the same. The caller frees in both cases.
 */
int conf_read(struct conf *conf, const char *path);
void conf_free(struct conf *conf);

/* A section by its name, or NULL. */
struct section *conf_find(const struct conf *conf, const char *name);

/* Messages are about this word of the section, until report_words(NULL, 0). */
void section_report(const struct section *section, size_t word);

#endif /* CONF_H */
