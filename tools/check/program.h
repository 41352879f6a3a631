/* SPDX-License-Identifier: GPL-2.0 */
/* Run another program, and have what it prints. */
#ifndef PROGRAM_H
#define PROGRAM_H

/* Where programs of the system are, whatever PATH says; NULL: it is not there. */
const char *program_find(const char *name);

/*
 * Its exit status, or -errno. *output is what it printed, for the caller to
 * free, or NULL; complaint the first line of its messages.
 */
int program_run(const char *path, const char *const argv[], char **output,
		char *complaint, size_t size);

#endif /* PROGRAM_H */
