/* SPDX-License-Identifier: GPL-2.0 */
/* The network namespace in which a shell has to run a command. */
#ifndef CONTEXT_H
#define CONTEXT_H

#include <linux/if.h>

#define CONTEXT_SIZE 320
/* Room for a name of IFNAMSIZ - 1 characters that are all quotes. */
#define SHELL_NAME_SIZE (4 * IFNAMSIZ + 3)

struct context {
	char gretool[CONTEXT_SIZE]; /* "gretool", "gretool -n NETNS" */
	char ip[CONTEXT_SIZE]; /* "ip", "ip -n NETNS" */
	char run[CONTEXT_SIZE]; /* the prefix of any other command, or "" */
};

/* netns is a name, path or pid, as for -n, or NULL for the namespace of the shell. */
void context_init(struct context *context, const char *netns);

/* A word for a shell, quoted if necessary. */
const char *shell_word(const char *word, char *text, size_t size);

#endif /* CONTEXT_H */
