/* SPDX-License-Identifier: GPL-2.0 */
/* Loading the kernel module. */
#ifndef KMOD_H
#define KMOD_H

#include <stdbool.h>

#include "lib/report.h"

/* The kernel does not know the link kind: is it because of the module? */
bool kmod_is_missing(void);

/* Why it is not loaded, and cannot be. */
struct kmod_fault {
	char text[400]; /* a sentence without a full stop */
	char fix[160]; /* a command for a shell, or "" */
};

/* False: it is loaded, or will be when the first tunnel is made, as far as is known. */
bool kmod_find_fault(struct kmod_fault *fault);
/* Says it, if there is one. at: where a file wants the module, or NULL. */
void kmod_report_fault(const struct position *at);

/* modprobe grex. Returns enum status, after a report. */
int kmod_load(const struct position *at);

#endif /* KMOD_H */
