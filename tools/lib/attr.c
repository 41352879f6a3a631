// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "lib/attr.h"

bool attr_read(const struct nlattr *attr, void *value, size_t size)
{
	if (mnl_attr_get_payload_len(attr) < size)
		return false;
	memcpy(value, mnl_attr_get_payload(attr), size);
	return true;
}
