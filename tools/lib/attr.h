/* SPDX-License-Identifier: GPL-2.0 */
/* Values of netlink attributes. */
#ifndef ATTR_H
#define ATTR_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Copy a value out of an attribute. An attribute that is longer is from a newer
 * kernel and begins with what we know. False: it is too short.
 */
bool attr_read(const struct nlattr *attr, void *value, size_t size);

#endif /* ATTR_H */
