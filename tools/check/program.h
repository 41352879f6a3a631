/* SPDX-License-Identifier: GPL-2.0 */
/* Runs another program and reads its output. */
#ifndef PROGRAM_H
#define PROGRAM_H

/* Look in the folders of the system, whatever PATH is. NULL: it is not there. */
const char *program_find(const char *name);

/*
 * Returns the exit status, or -errno. *output is what the program printed, which
 * the caller frees, or NULL. complaint gets the first line of its messages.
 */
int program_run(const char *path, const char *const argv[], char **output,
		char *complaint, size_t size);

#endif /* PROGRAM_H */
