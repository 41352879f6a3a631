/* SPDX-License-Identifier: GPL-2.0 */
/* Network namespaces: by name, path or pid for users, by id in netlink. */
#ifndef NETNS_H
#define NETNS_H

#include <stddef.h>
#include <stdint.h>

#include "netlink/nl.h"

/* Go there. Returns enum status, after a report. */
int netns_enter(const char *name);

/* A file descriptor of it, or -errno. */
int netns_open(const char *name);

/*
 * The id that our namespace has for the one of fd; when it has none, it gets
 * one if create is set. -errno: ENOENT if it has none.
 */
int netns_id(struct nl *nl, int fd, bool create, int32_t *id);

/* The name in /run/netns of the namespace with this id, or false. */
bool netns_name(struct nl *nl, int32_t id, char *name, size_t size);

#endif /* NETNS_H */
