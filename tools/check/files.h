/* SPDX-License-Identifier: GPL-2.0 */
/* Compares the tunnels that exist with the files in /etc/gretool. */
#ifndef FILES_H
#define FILES_H

#include <stdbool.h>

#include "apply/conf.h"
#include "netlink/link.h"
#include "netlink/nl.h"

struct files {
	struct conf conf; /* empty: no files apply to this network namespace */
};

/* How a tunnel differs from its section. */
struct file_difference {
	const struct section *section; /* NULL: no file has it */
	bool dev_is_missing; /* nothing else was compared then */
	/* The options that differ, as a file writes them; "": there are none. */
	char is[160], said[160];
};

/*
 * The files are applied at boot in the first network namespace. In another namespace,
 * or if that cannot be told, there are no files. Reports errors in them.
 */
void files_read(struct files *files);
void files_free(struct files *files);

/* The routes of the tunnel must have been read. */
void files_compare(const struct files *files, struct nl *nl,
		   const struct tunnel *tunnel, struct file_difference *d);

#endif /* FILES_H */
