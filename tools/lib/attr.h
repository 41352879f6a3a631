/* SPDX-License-Identifier: GPL-2.0 */
/* Values of netlink attributes. */
#ifndef ATTR_H
#define ATTR_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Sort the attributes behind the header of a message, or those in a nest, by type. An
 * attribute that is not there is NULL, and types from size on are left out.
 */
void attr_sort(const struct nlmsghdr *message, size_t header,
	       const struct nlattr **attrs, size_t size);
void attr_sort_nest(const struct nlattr *nest, const struct nlattr **attrs,
		    size_t size);

/* Return the first attribute of a type behind the header of a message, or NULL. */
const struct nlattr *attr_find(const struct nlmsghdr *message, size_t header,
			       unsigned int type);

/* Sort into an array, whose size is known. */
#define ATTR_SORT(message, header, attrs) \
	attr_sort(message, header, attrs, sizeof(attrs) / sizeof(*(attrs)))
#define ATTR_SORT_NEST(nest, attrs) \
	attr_sort_nest(nest, attrs, sizeof(attrs) / sizeof(*(attrs)))

/*
 * Copy a value out of an attribute, unless it is NULL. An attribute that is longer is
 * from a newer kernel and begins with what we know. False: it is too short.
 */
bool attr_read(const struct nlattr *attr, void *value, size_t size);
#define ATTR_READ(attr, value) attr_read(attr, &(value), sizeof(value))

#endif /* ATTR_H */
