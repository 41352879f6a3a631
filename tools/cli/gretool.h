/* SPDX-License-Identifier: GPL-2.0 */
/* What all commands share. */
#ifndef GRETOOL_H
#define GRETOOL_H

#include <stdbool.h>

#include "lib/report.h"
#include "netlink/nl.h"

/* How commands print. */
struct output {
	bool json;
	bool pretty;
	bool details;
	unsigned int stats; /* how many times -s was given */
};

struct gretool {
	struct nl nl;
	struct output output;
	bool force; /* a batch goes on after an error */
	const char *file; /* the batch that is carried out, or NULL */
	unsigned int line;
	const char *netns; /* of -n, NULL: where the shell is */
	bool is_inside; /* the network namespace of -n */
	int home; /* with -n: a file of the namespace of the shell; or -1 */
};

#endif /* GRETOOL_H */
