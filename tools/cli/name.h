/* SPDX-License-Identifier: GPL-2.0 */
/* The name of a tunnel as an argument. */
#ifndef NAME_H
#define NAME_H

/* Report what is wrong with the name, NULL if it is missing. Returns enum status. */
int name_check(const char *name);

#endif /* NAME_H */
