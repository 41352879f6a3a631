/* SPDX-License-Identifier: GPL-2.0 */
/* Parse files of tunnels, see gretool.conf(5). */
#ifndef CONF_H
#define CONF_H

#include <stddef.h>

#include "lib/index.h"
#include "lib/report.h"
#include "netlink/tunnels.h"
#include "option/config.h"

/* The directory of the files that are applied at boot. */
#define CONF_PATH "/etc/gretool"

/* [NAME], and the words of the lines up to the next section. */
struct section {
	struct config config;
	struct position *positions; /* of each word, the name first */
	size_t count;
	bool is_unreadable; /* a line of it cannot be split into words */
	bool is_public; /* everybody can read the file */
	bool is_wrong; /* it has an error of any kind, so that config is not valid */
	bool is_other; /* it is not among those that apply was asked for */
	bool is_sorted; /* sort_sections() has placed it */
};

struct conf {
	struct section *sections;
	size_t count;
	struct index by_name; /* the sections */
	char **texts; /* lines and file names, which the positions point to */
	size_t ntexts;
};

/*
 * Read a file, all *.conf files of a directory, or "-", which is standard input. Reports
 * all errors, and secrets that everybody can read. Returns enum status; after an error,
 * the sections without one are still valid. The caller frees conf in both cases.
 */
int conf_read(struct conf *conf, const char *path);
void conf_free(struct conf *conf);

/*
 * The order in which sections are applied. The kernel refuses two tunnels with the same
 * endpoints, and two equal routes. So a section that takes over what another tunnel has
 * comes after the section of that tunnel.
 *
 * Return the sections of conf, which keep the order of the files where possible. There is
 * no order for tunnels that swap what they have; the kernel refuses the first of them. The
 * caller frees the array.
 */
struct section **sort_sections(const struct conf *conf,
			       const struct tunnels *running);

#endif /* CONF_H */
