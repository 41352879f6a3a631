// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "lib/attr.h"

void attr_sort(const struct nlmsghdr *message, size_t header,
	       const struct nlattr **attrs, size_t size)
{
	const struct nlattr *attr;

	memset(attrs, 0, size * sizeof(*attrs));
	mnl_attr_for_each(attr, message, header)
		if (mnl_attr_get_type(attr) < size)
			attrs[mnl_attr_get_type(attr)] = attr;
}

void attr_sort_nest(const struct nlattr *nest, const struct nlattr **attrs,
		    size_t size)
{
	const struct nlattr *attr;

	memset(attrs, 0, size * sizeof(*attrs));
	if (!nest)
		return;
	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) < size)
			attrs[mnl_attr_get_type(attr)] = attr;
}

const struct nlattr *attr_find(const struct nlmsghdr *message, size_t header,
			       unsigned int type)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, message, header)
		if (mnl_attr_get_type(attr) == type)
			return attr;
	return NULL;
}

bool attr_read(const struct nlattr *attr, void *value, size_t size)
{
	if (attr && mnl_attr_get_payload_len(attr) < size)
		return false;
	if (attr)
		memcpy(value, mnl_attr_get_payload(attr), size);
	return true;
}
