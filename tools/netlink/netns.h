/* SPDX-License-Identifier: GPL-2.0 */
/* Network namespaces: users name them by name, path or pid, netlink by id. */
#ifndef NETNS_H
#define NETNS_H

#include <stddef.h>
#include <stdint.h>

#include "netlink/nl.h"

/* Enter a namespace. Returns enum status, after a report. */
int netns_enter(const char *name);

/* Open a namespace. Returns a file descriptor or -errno. */
int netns_open(const char *name);

/*
 * Get the id by which our namespace knows the one of fd. If it has none, create
 * assigns one; otherwise the result is -ENOENT.
 */
int netns_id(struct nl *nl, int fd, bool create, int32_t *id);

/* Find the name in /run/netns of the namespace with this id. False: it has none. */
bool netns_name(struct nl *nl, int32_t id, char *name, size_t size);

#endif /* NETNS_H */
