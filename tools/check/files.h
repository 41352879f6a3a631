/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of /etc/gretool say of the tunnels that there are. */
#ifndef FILES_H
#define FILES_H

#include <stdbool.h>

#include "apply/conf.h"
#include "netlink/link.h"
#include "netlink/nl.h"

struct files {
	struct conf conf; /* empty: there are none for this network namespace */
};

/* How a tunnel differs from its section. */
struct file_difference {
	const struct section *section; /* NULL: no file has it */
	bool dev_is_missing; /* so that nothing else was compared */
	/* Options as a file has them: what is, and what is to be; "": the same. */
	char is[160], said[160];
};

/*
 * Those that are applied at boot are for the first network namespace: in another one,
 * and for whoever cannot tell, there are none. Reports what is wrong in them.
 */
void files_read(struct files *files);
void files_free(struct files *files);

/* The tunnel has its routes. */
void files_compare(const struct files *files, struct nl *nl,
		   const struct tunnel *tunnel, struct file_difference *d);

#endif /* FILES_H */
