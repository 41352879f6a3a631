/* SPDX-License-Identifier: GPL-2.0 */
/* What all commands have in common. */
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
	const char *netns; /* of -n; NULL: that of the shell */
	bool is_inside; /* gretool has entered netns */
	int home; /* the network namespace of the shell, if is_inside; else -1 */
};

#endif /* GRETOOL_H */
