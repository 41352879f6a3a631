/* SPDX-License-Identifier: GPL-2.0 */
/* The sysctls of an interface, under net.ipv4.conf and the like. */
#ifndef SYSCTLS_H
#define SYSCTLS_H

#include <stdio.h>

/* Give one interface those values of another that it does not have. Returns enum status. */
int sysctls_copy(const char *from, const char *to);
/* Print those that differ from the default, which a new interface has. */
void sysctls_print(FILE *out, const char *name);

#endif /* SYSCTLS_H */
