// SPDX-License-Identifier: GPL-2.0
/* The commands of the package gretool-extra. */
#include "cli/command.h"

COMMAND(top, .order = 70, .summary = "show a live table of the peers",
	.is_extra = true);
COMMAND(check, .order = 80, .summary = "find what is wrong, and how to fix it",
	.is_extra = true);
COMMAND(metrics, .order = 90,
	.summary = "print counters and states for Prometheus",
	.is_extra = true);
COMMAND(import, .order = 120,
	.summary = "write a file from what other tools have configured",
	.is_extra = true);
COMMAND(migrate, .order = 125,
	.summary = "turn links of the kind gre into tunnels, or back",
	.is_extra = true);
