/* SPDX-License-Identifier: GPL-2.0 */
/* Commands for a shell to run in a network namespace. */
#ifndef PLACE_H
#define PLACE_H

#include <linux/if.h>

#define PLACE_SIZE 320
/* Room for a name of IFNAMSIZ - 1 characters that are all quotes. */
#define SHELL_NAME_SIZE (4 * IFNAMSIZ + 3)

struct place {
	char gretool[PLACE_SIZE]; /* "gretool", "gretool -n NETNS" */
	char ip[PLACE_SIZE]; /* "ip", "ip -n NETNS" */
	char run[PLACE_SIZE]; /* the prefix of any other command, or "" */
};

/* netns: a name, path or pid, as for -n; NULL: the namespace of the shell. */
void place_of(struct place *place, const char *netns);

/* A word for a shell, quoted if necessary. */
const char *shell_word(const char *word, char *text, size_t size);

#endif /* PLACE_H */
