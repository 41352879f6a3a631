/* SPDX-License-Identifier: GPL-2.0 */
/* Loading the kernel module. */
#ifndef KMOD_H
#define KMOD_H

#include <stdbool.h>

#include "lib/report.h"

/* Whether the module is not loaded. */
bool kmod_is_missing(void);

/* Why the module is not loaded and cannot be loaded. */
struct kmod_fault {
	char text[400]; /* a sentence without a full stop */
	char fix[160]; /* a command for a shell, or "" */
};

/*
 * False if the module is loaded, or if nothing is known to keep the kernel from
 * loading it with the first tunnel.
 */
bool kmod_find_fault(struct kmod_fault *fault);
/* Report the fault, if there is one. at: the word that needs the module, or NULL. */
void kmod_report_fault(const struct position *at);

/* Run modprobe. Returns enum status, after a report. */
int kmod_load(const struct position *at);

#endif /* KMOD_H */
