/* SPDX-License-Identifier: GPL-2.0 */
/* Collecting what a dump of the kernel says. */
#ifndef COLLECT_H
#define COLLECT_H

#include <stddef.h>

#include "netlink/nl.h"

/* The value of an attribute; one that is too short leaves it as it was. */
void collect_value(const struct nlattr *attr, void *value, size_t size);

/*
 * nl_talk() for a dump that adds to a list of *count items. One that changed
 * while it was read is read again; -EINTR: it did so each time, and something may
 * be missing from the list.
 */
int collect_dump(struct nl *nl, const struct nl_request *request,
		 nl_reply_fn fn, void *arg, size_t *count);
/* The same, content with that: a doctor who misses a thing is better than none. */
int collect_some(struct nl *nl, const struct nl_request *request,
		 nl_reply_fn fn, void *arg, size_t *count);

#endif /* COLLECT_H */
