// SPDX-License-Identifier: GPL-2.0
/* The commands of the package gretool-extra. */
#include "cli/command.h"

COMMAND(top, .order = 70, .summary = "a live table of the far ends",
	.is_extra = true);
COMMAND(check, .order = 80, .summary = "find what is wrong, and what mends it",
	.is_extra = true);
COMMAND(metrics, .order = 90, .summary = "counters and states for Prometheus",
	.is_extra = true);
COMMAND(import, .order = 120, .summary = "write one from what other tools have",
	.is_extra = true);
