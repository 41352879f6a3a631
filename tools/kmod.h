/* SPDX-License-Identifier: GPL-2.0 */
/* Loading the kernel module. */
#ifndef KMOD_H
#define KMOD_H

#include <stdbool.h>

/* The kernel does not know the link kind: is it because of the module? */
bool kmod_is_missing(void);

/* modprobe grex. Returns enum status, after a report. */
int kmod_load(void);

#endif /* KMOD_H */
