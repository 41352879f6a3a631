/* SPDX-License-Identifier: GPL-2.0 */
/* Commands for a shell to run in a network namespace. */
#ifndef PLACE_H
#define PLACE_H

#include <linux/if.h>

#define PLACE_SIZE 320
/* Room for a name of IFNAMSIZ - 1 characters, each of them a quote. */
#define SHELL_NAME_SIZE (4 * IFNAMSIZ + 3)

struct place {
	char gretool[PLACE_SIZE]; /* "gretool", "gretool -n NETNS" */
	char ip[PLACE_SIZE]; /* "ip", "ip -n NETNS" */
	char run[PLACE_SIZE]; /* what is before any other command, or "" */
};

/* netns as -n takes it: a name, path or pid; NULL: where the shell is. */
void place_of(struct place *place, const char *netns);

/* A word for a shell, quoted if it has to be. */
const char *shell_word(const char *word, char *text, size_t size);

#endif /* PLACE_H */
